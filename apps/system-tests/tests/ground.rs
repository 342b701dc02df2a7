//! What servers of these tests stand on: directories of their own, and the services that the run was told of.

use db::conformance::{Fresh, fresh_postgres};
use system_tests::ServerOptions;
use tempfile::TempDir;

/// Which database a server stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Sqlite,
    Postgres,
}

/// A place for one server, or for several over the same data.
pub struct Ground {
    pub directory: TempDir,
    pub options: ServerOptions,
    /// Schemas that live as long as the ground.
    _schemas: Vec<Fresh>,
}

#[expect(
    clippy::disallowed_methods,
    reason = "tests are told by variables which services there are"
)]
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// As [`variable`], for a service that a run of everything must have.
fn service(name: &str) -> Option<String> {
    let found = variable(name);
    let is_required = variable("BASTIDE_TEST_REQUIRE_SERVICES").is_some();
    assert!(
        found.is_some() || !is_required,
        "this run wants {name}, and it is not set"
    );
    found
}

impl Ground {
    /// The embedded default.
    pub fn embedded() -> Self {
        Self {
            directory: TempDir::new().unwrap(),
            options: ServerOptions::default(),
            _schemas: Vec::new(),
        }
    }

    /// PostgreSQL for data and keys, each in a schema of its own. `None` when the run has none.
    pub async fn postgres() -> Option<Self> {
        let (data, keys) = (
            fresh_postgres().await.unwrap()?,
            fresh_postgres().await.unwrap()?,
        );
        let mut ground = Self::embedded();
        let root_key = ground
            .directory
            .path()
            .join("root.key")
            .display()
            .to_string();
        ground.set("BASTIDE_DATABASE_URL", data.url());
        ground.set("BASTIDE_KMS_DATABASE_URL", keys.url());
        ground.set("BASTIDE_KMS_ROOT_KEY_FILE", &root_key);
        ground._schemas = vec![data, keys];
        Some(ground)
    }

    /// PostgreSQL, NATS and S3 together, for several nodes.
    pub async fn cell() -> Option<Self> {
        let (bus, blobs) = (
            service("BASTIDE_TEST_NATS_URL")?,
            service("BASTIDE_TEST_S3_URL")?,
        );
        let mut ground = Self::postgres().await?;
        let secret = ground.directory.path().join("s3.secret");
        std::fs::write(&secret, variable("BASTIDE_TEST_S3_SECRET_KEY")?).unwrap();
        ground.set("BASTIDE_BUS_URL", &bus);
        ground.set("BASTIDE_BLOB_URL", &blobs);
        ground.set(
            "BASTIDE_BLOB_ACCESS_KEY",
            &variable("BASTIDE_TEST_S3_ACCESS_KEY")?,
        );
        ground.set(
            "BASTIDE_BLOB_SECRET_KEY_FILE",
            &secret.display().to_string(),
        );
        Some(ground)
    }

    pub async fn of(kind: Kind) -> Option<Self> {
        match kind {
            Kind::Sqlite => Some(Self::embedded()),
            Kind::Postgres => Self::postgres().await,
        }
    }

    /// Where the server's data is, for those who look while it does not run.
    pub fn database_url(&self) -> String {
        let variables = &self.options.variables;
        let given = variables
            .iter()
            .find(|(name, _)| name == "BASTIDE_DATABASE_URL");
        let own = self.directory.path().join("bastide.db");
        given.map_or_else(
            || format!("sqlite://{}", own.display()),
            |(_, url)| url.clone(),
        )
    }

    pub fn set(&mut self, name: &str, value: &str) {
        self.options
            .variables
            .push((name.to_owned(), value.to_owned()));
    }
}
