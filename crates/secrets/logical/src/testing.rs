//! A store of its own and a stage for engines, over a real SQLite file.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use base::{Clock, Id, SystemEntropy, Timestamp};
use db::{Database, Options};
use kms::{Embedded, RootKeyFile};
use serde_json::{Map, Value};
use tempfile::TempDir;

use crate::{Backend, Caller, Failure, Mount, Operation, Outcome, Request, Store};

/// A clock that moves when it is told to.
pub struct StillClock(AtomicI64);

impl StillClock {
    pub const fn at(time: Timestamp) -> Self {
        Self(AtomicI64::new(time.micros()))
    }

    pub fn advance(&self, span: Duration) {
        let micros = i64::try_from(span.as_micros()).unwrap_or(i64::MAX);
        self.0.fetch_add(micros, Ordering::SeqCst);
    }
}

impl Clock for StillClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

/// An open store, and what one mount of an engine needs.
pub struct Stage {
    pub store: Arc<Store>,
    pub clock: Arc<StillClock>,
    pub mount: Mount,
    pub caller: Caller,
    /// The file of the database, for tests of what lies on the disk.
    pub path: std::path::PathBuf,
    _directory: TempDir,
}

impl Stage {
    /// An empty store, open, with a mount of the kind at `<kind>/`, over a SQLite file of its own.
    ///
    /// # Panics
    /// When it cannot be set up.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its stage")]
    pub async fn new(kind: &str) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let url = format!("sqlite://{}", directory.path().join("kms.db").display());
        Self::over(kind, &url, directory).await
    }

    /// The same over an empty database.
    ///
    /// # Panics
    /// As [`Stage::new`].
    #[expect(clippy::expect_used, reason = "a test cannot go on without its stage")]
    pub async fn over(kind: &str, url: &str, directory: TempDir) -> Self {
        let path = directory.path().join("kms.db");
        let database = Database::open(url, Options::default());
        let database = Arc::new(database.await.expect("a database"));
        let clock = Arc::new(StillClock::at(Timestamp::from_micros(
            1_800_000_000_000_000,
        )));
        let kms = Embedded::start(
            Arc::clone(&database),
            RootKeyFile::new(directory.path().join("root.key")),
            Arc::clone(&clock) as _,
            Arc::new(SystemEntropy),
        );
        let kms = Arc::new(kms.await.expect("a key store"));
        let node = Id::generate(clock.now(), &SystemEntropy);
        let store = Store::new(
            database,
            kms,
            node,
            Arc::clone(&clock) as _,
            Arc::new(SystemEntropy),
        );
        let store = store.await.expect("a store");
        store.unlock().await.expect("an open store");
        let mount = Mount {
            path: format!("{kind}/"),
            uuid: "5f0c8a5e-0000-4000-8000-000000000001".to_owned(),
            accessor: format!("{kind}_00000001"),
            kind: kind.to_owned(),
            options: BTreeMap::new(),
            default_lease: Duration::from_secs(2_764_800),
            max_lease: Duration::from_secs(2_764_800),
        };
        let caller = Caller {
            storage_name: "caller".to_owned(),
            accessor: "accessor".to_owned(),
            display_name: "root".to_owned(),
            policies: vec!["root".to_owned()],
        };
        Self {
            store,
            clock,
            mount,
            caller,
            path,
            _directory: directory,
        }
    }

    /// Has the engine do something as the core would: a write becomes `create` where the engine says that nothing is there,
    /// conflicts run again, and what is done is committed.
    ///
    /// # Errors
    /// What the engine answers.
    pub async fn run(
        &self,
        engine: &dyn Backend,
        operation: Operation,
        path: &str,
        data: Value,
    ) -> Outcome {
        let data = match data {
            Value::Object(data) => Arc::new(data),
            _ => Arc::new(Map::new()),
        };
        loop {
            let mut changes = self.store.begin()?;
            let mut request = Request {
                operation,
                path: path.to_owned(),
                data: Arc::clone(&data),
                caller: Some(Arc::new(self.caller.clone())),
                mount: Arc::new(self.mount.clone()),
                now: self.clock.now(),
                source: None,
            };
            let root = format!("logical/{}/", self.mount.uuid);
            let mut txn = changes.below(root);
            if operation == Operation::Update
                && engine.exists(&mut txn, &request).await? == Some(false)
            {
                request.operation = Operation::Create;
            }
            let reply = match engine.handle(&mut txn, &request).await {
                Err(Failure::Conflict) => continue,
                reply => reply?,
            };
            match changes.commit(|_| ()).await {
                Err(Failure::Conflict) => {}
                committed => return committed.map(|()| reply),
            }
        }
    }
}
