//! How a node opens a store: where it lies, what it is for, and who saw it before.

use std::sync::{
    Arc, Mutex, RwLock,
    atomic::{AtomicI64, AtomicU8},
};

use base::{Clock, Entropy, Result};
use db::{Batch, Database};

use super::{Embedded, settled};
use crate::{Environment, RootKeyFile, Witness, environment::ENVIRONMENT_OTHER, store};

/// What a node opens a store with.
pub struct Opening {
    database: Arc<Database>,
    root: RootKeyFile,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    environment: Option<Environment>,
    witnesses: Vec<Arc<dyn Witness>>,
}

impl Opening {
    pub fn new(
        database: Arc<Database>,
        root: RootKeyFile,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        Self {
            database,
            root,
            clock,
            entropy,
            environment: None,
            witnesses: Vec::new(),
        }
    }

    /// The environment of the node. A store that has none takes it, and one that has another is not opened.
    #[must_use]
    pub fn environment(mut self, environment: Environment) -> Self {
        self.environment = Some(environment);
        self
    }

    /// Somebody who sees how far the store is, beside those who do already.
    #[must_use]
    pub fn witness(mut self, witness: Arc<dyn Witness>) -> Self {
        self.witnesses.push(witness);
        self
    }

    /// Opens a store as it is: its tables are brought up to date, nothing is initialised or unsealed.
    ///
    /// # Errors
    /// As [`Database::migrate`]; [`ENVIRONMENT_OTHER`].
    pub async fn open(self) -> Result<Embedded> {
        store::migrate(&self.database).await?;
        let embedded = Embedded {
            database: self.database,
            root: self.root,
            clock: self.clock,
            entropy: self.entropy,
            environment: self.environment,
            witnesses: self.witnesses,
            keyring: RwLock::default(),
            entered: Mutex::default(),
            seal_seen: AtomicU8::default(),
            head_seen: AtomicI64::default(),
            witnessed: tokio::sync::Mutex::default(),
        };
        embedded.check_environment().await?;
        Ok(embedded)
    }

    /// Opens a store under the development seal and unseals it. An empty store gets a hierarchy, and the node a root key
    /// file if it has none. A store that somebody sealed stays sealed.
    ///
    /// # Errors
    /// As [`Opening::open`]; [`crate::ROLLED_BACK`]; a fault when the root key file is not the one of this store.
    pub async fn start(self) -> Result<Embedded> {
        let embedded = self.open().await?;
        embedded.initialise().await?;
        // Whoever was faster may have named another.
        embedded.check_environment().await?;
        embedded.unlock_unless_sealed().await?;
        Ok(embedded)
    }

    /// Opens a store to look at it or to turn its seal: as [`Opening::start`], but an empty store stays empty and no root
    /// key file is made.
    ///
    /// # Errors
    /// As [`Opening::start`].
    pub async fn look(self) -> Result<Embedded> {
        let embedded = self.open().await?;
        if embedded.find_store().await?.is_some() {
            embedded.unlock_unless_sealed().await?;
        }
        Ok(embedded)
    }
}

impl Embedded {
    /// As [`Opening::open`], for a node that was told no environment and has no witness.
    ///
    /// # Errors
    /// As [`Opening::open`].
    pub async fn open(
        database: Arc<Database>,
        root: RootKeyFile,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self> {
        Opening::new(database, root, clock, entropy).open().await
    }

    /// As [`Opening::start`], for a node that was told no environment and has no witness.
    ///
    /// # Errors
    /// As [`Opening::start`].
    pub async fn start(
        database: Arc<Database>,
        root: RootKeyFile,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self> {
        Opening::new(database, root, clock, entropy).start().await
    }

    /// As [`Opening::look`], for a node that was told no environment and has no witness.
    ///
    /// # Errors
    /// As [`Opening::look`].
    pub async fn look(
        database: Arc<Database>,
        root: RootKeyFile,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self> {
        Opening::new(database, root, clock, entropy).look().await
    }

    /// What the store is for, if somebody said so.
    ///
    /// # Errors
    /// A fault when the store does not answer.
    pub async fn environment(&self) -> Result<Option<String>> {
        Ok(self.find_store().await?.and_then(|row| row.environment))
    }

    /// Compares the store's environment with the node's; a store that has none takes it.
    ///
    /// # Errors
    /// [`ENVIRONMENT_OTHER`].
    async fn check_environment(&self) -> Result<()> {
        let Some(own) = &self.environment else {
            return Ok(());
        };
        settled(|| async {
            let Some(row) = self.find_store().await? else {
                return Ok(Some(()));
            };
            match row.environment {
                Some(name) if name == own.name() => Ok(Some(())),
                Some(_) => Err(ENVIRONMENT_OTHER.into()),
                None => {
                    let mut batch = Batch::new();
                    store::name_environment(&mut batch, row.version, own.name())?;
                    self.commit(batch).await
                }
            }
        })
        .await
    }
}
