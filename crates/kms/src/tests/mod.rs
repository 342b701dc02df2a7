//! Stories over a real database: SQLite always, PostgreSQL when `BASTIDE_TEST_POSTGRES_URL` is set.

mod barrier;
mod caches;
mod environments;
mod glance;
mod hierarchy;
mod keys;
mod quorum;
mod rooting;
mod rotation;
mod tampering;
mod watched;
mod witnesses;

use std::{
    borrow::Cow,
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use base::{Clock, KeyId, SystemEntropy, TenantId, Timestamp};
use cipher::DataKey;
use db::{Batch, Database, Options, Params, Statement};
use tempfile::TempDir;

use crate::{
    Authority, Behalf, Custodian, Embedded, Kms, NodeId, Opening, Purpose, RootKeyFile, SharePlan,
};

/// A clock that moves when it is told to.
struct StillClock(AtomicI64);

impl StillClock {
    fn advance(&self, span: Duration) {
        let micros = i64::try_from(span.as_micros()).unwrap();
        self.0.fetch_add(micros, Ordering::SeqCst);
    }
}

impl Clock for StillClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

/// One empty store and what a node needs to open it.
struct Ground {
    url: String,
    clock: Arc<StillClock>,
    /// The test's own view of the store, past every node.
    inside: tokio::sync::OnceCell<Arc<Database>>,
    /// Last, so that it outlives what stands on it.
    directory: TempDir,
}

impl Ground {
    fn sqlite() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", directory.path().join("kms.db").display());
        let clock = Arc::new(StillClock(AtomicI64::new(1_800_000_000_000_000)));
        Self {
            directory,
            url,
            clock,
            inside: tokio::sync::OnceCell::new(),
        }
    }

    /// A ground on each database there is. `test` names the schema.
    async fn each(test: &str) -> Vec<Self> {
        let mut grounds = vec![Self::sqlite()];
        if let Some(server) = postgres_url() {
            let schema = format!("kms_test_{test}");
            let (client, connection) = tokio_postgres::connect(&server, tokio_postgres::NoTls)
                .await
                .unwrap();
            let driver = tokio::spawn(connection);
            let fresh = format!("DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}");
            client.batch_execute(&fresh).await.unwrap();
            drop(client);
            driver.await.unwrap().unwrap();
            let joint = if server.contains('?') { '&' } else { '?' };
            let url = format!("{server}{joint}options=-c%20search_path%3D{schema}");
            grounds.push(Self {
                url,
                ..Self::sqlite()
            });
        }
        grounds
    }

    async fn database(&self) -> Arc<Database> {
        let database = Database::open(&self.url, Options::default()).await;
        Arc::new(database.unwrap())
    }

    async fn inside(&self) -> &Database {
        self.inside.get_or_init(|| self.database()).await
    }

    fn root(&self) -> RootKeyFile {
        RootKeyFile::new(self.directory.path().join("root.key"))
    }

    async fn start_with(&self, root: RootKeyFile) -> base::Result<Arc<Embedded>> {
        let clock = Arc::clone(&self.clock) as Arc<dyn Clock>;
        let started = Embedded::start(self.database().await, root, clock, Arc::new(SystemEntropy));
        started.await.map(Arc::new)
    }

    /// What a node of its own opens the store with.
    async fn opening(&self) -> Opening {
        let clock = Arc::clone(&self.clock) as Arc<dyn Clock>;
        let entropy = Arc::new(SystemEntropy);
        Opening::new(self.database().await, self.root(), clock, entropy)
    }

    /// A node that made nothing: an empty store stays empty.
    async fn looked(&self) -> Arc<Embedded> {
        let clock = Arc::clone(&self.clock) as Arc<dyn Clock>;
        let entropy = Arc::new(SystemEntropy);
        let looked = Embedded::look(self.database().await, self.root(), clock, entropy);
        Arc::new(looked.await.unwrap())
    }

    /// A node of its own over the same store.
    async fn node(&self) -> Arc<Embedded> {
        self.start_with(self.root()).await.unwrap()
    }

    async fn write(&self, tenant: TenantId, statement: &'static Statement, params: Params) {
        let mut batch = Batch::new();
        batch.execute(tenant, statement, params).unwrap();
        self.inside().await.commit(batch).await.unwrap();
    }

    async fn read<T: db::FromValue>(
        &self,
        tenant: TenantId,
        statement: &'static Statement,
        params: Params,
    ) -> T {
        let mut snapshot = self.inside().await.snapshot().await.unwrap();
        let row = snapshot.row(tenant, statement, params).await.unwrap();
        row.unwrap().take("value").unwrap()
    }
}

#[expect(clippy::disallowed_methods, reason = "a test's choice of server")]
fn postgres_url() -> Option<String> {
    let url = std::env::var("BASTIDE_TEST_POSTGRES_URL").ok();
    let is_required = std::env::var_os("BASTIDE_TEST_REQUIRE_SERVICES").is_some();
    assert!(
        url.is_some() || !is_required,
        "this run wants PostgreSQL, and none is named"
    );
    url
}

fn tenant(number: u8) -> TenantId {
    TenantId::from_bytes([number; 16])
}

fn purpose(tenant: TenantId) -> Purpose {
    Purpose {
        node: NodeId::from_bytes([1; 16]),
        tenant,
        operation: Cow::Borrowed("messenger.message.send"),
        behalf: Behalf::System(Cow::Borrowed("test")),
    }
}

async fn unwrapped(kms: &dyn Kms, tenant: TenantId, keys: &[KeyId]) -> Vec<Option<Arc<DataKey>>> {
    kms.unwrap(&purpose(tenant), keys).await.unwrap()
}

async fn refusal<T>(answer: impl Future<Output = base::Result<T>>) -> &'static str {
    let error = answer.await.err().expect("refused");
    error
        .refusal()
        .unwrap_or_else(|| panic!("a refusal, not {error}"))
        .code
}

/// A fault's text: what is stored does not open.
async fn fault<T>(answer: impl Future<Output = base::Result<T>>) -> String {
    let error = answer.await.err().expect("failed");
    assert!(error.refusal().is_none(), "a fault, not {error}");
    error.to_string()
}

/// Waits until it is so, at most the 5 s that are promised.
async fn within_five_seconds(what: &str, is_so: impl Fn() -> bool) {
    let waiting = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let so = tokio::time::timeout(Duration::from_secs(5), waiting).await;
    assert!(so.is_ok(), "not within 5 s: {what}");
}
