//! What a measured server stands on.

use std::time::{SystemTime, UNIX_EPOCH};

use system_tests::{Server, ServerOptions};
use tempfile::TempDir;
use tokio_postgres::{Client, NoTls};

/// A directory and settings, for one server after the other.
pub(crate) struct Ground {
    directory: TempDir,
    options: ServerOptions,
    schemas: Option<Schemas>,
}

struct Schemas {
    server: String,
    names: [String; 2],
}

/// Everything comes from one address here, so what one source may do is not limited.
const LIFTED: [(&str, &str); 3] = [
    ("BASTIDE_API_RATE_PER_MINUTE", "0"),
    ("BASTIDE_CONNECTIONS_PER_SOURCE", "20000"),
    // A fifth is for one session: the lines with many sockets open all of them in one.
    ("BASTIDE_SOCKETS_PER_ACCOUNT", "100000"),
];

/// The PostgreSQL of this run, if there is one.
#[expect(
    clippy::disallowed_methods,
    reason = "the run is told by it where PostgreSQL is"
)]
pub(crate) fn postgres_url() -> Option<String> {
    let url = std::env::var("BASTIDE_TEST_POSTGRES_URL").ok();
    url.filter(|url| !url.is_empty())
}

impl Ground {
    /// The embedded default.
    pub(crate) fn embedded() -> Self {
        let variables = LIFTED.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self {
            directory: TempDir::with_prefix("bastide-bench-").unwrap(),
            options: ServerOptions {
                variables: variables.to_vec(),
                flags: Vec::new(),
            },
            schemas: None,
        }
    }

    /// PostgreSQL for data and for keys, each in a schema of its own.
    pub(crate) async fn postgres(server: String) -> Self {
        let stamp = stamp();
        let names = ["data", "keys"].map(|part| format!("bench_{stamp}_{part}"));
        let client = connect(&server).await;
        for name in &names {
            client
                .batch_execute(&format!("CREATE SCHEMA {name}"))
                .await
                .unwrap();
        }
        let mut ground = Self::embedded();
        let join = if server.contains('?') { '&' } else { '?' };
        let url = |name: &str| format!("{server}{join}options=-csearch_path%3D{name}");
        let root_key = ground.directory.path().join("root.key");
        let variables = &mut ground.options.variables;
        variables.push(("BASTIDE_DATABASE_URL".to_owned(), url(&names[0])));
        variables.push(("BASTIDE_KMS_DATABASE_URL".to_owned(), url(&names[1])));
        variables.push((
            "BASTIDE_KMS_ROOT_KEY_FILE".to_owned(),
            root_key.display().to_string(),
        ));
        ground.schemas = Some(Schemas { server, names });
        ground
    }

    pub(crate) async fn start(&self) -> Server {
        Server::start(self.directory.path(), self.options.clone()).await
    }

    /// Removes what it left outside its directory.
    pub(crate) async fn remove(self) {
        if let Some(Schemas { server, names }) = self.schemas {
            let client = connect(&server).await;
            for name in names {
                client
                    .batch_execute(&format!("DROP SCHEMA {name} CASCADE"))
                    .await
                    .unwrap();
            }
        }
    }
}

/// A connection to the PostgreSQL of this run.
pub(crate) async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls)
        .await
        .expect("PostgreSQL answers");
    tokio::spawn(connection);
    client
}

/// Tells runs apart.
#[expect(
    clippy::disallowed_methods,
    reason = "names of schemas are no part of what is measured"
)]
pub(crate) fn stamp() -> u128 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_nanos()
}
