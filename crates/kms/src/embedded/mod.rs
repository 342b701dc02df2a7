//! The key store inside the process: keys stand wrapped in a database of their own, and the keyring in memory.

mod barrier;
mod founding;
mod glance;
mod hierarchy;
mod keys;
mod opening;
mod rooting;
mod rotation;
mod shares;
mod tenants;
mod upkeep;
mod witnessed;

use std::{
    future::Future,
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        atomic::{AtomicI64, AtomicU8},
    },
};

use base::{Clock, Entropy, Fault, KeyId, Result, TenantId};
use cipher::DataKey;
use db::{Batch, CommitError, Committed, Database};
use futures_util::future::BoxFuture;

use crate::{
    Changes, Environment, IndexKey, Kms, NewKey, Purpose, RootKeyFile, Share, Status,
    TOO_MANY_KEYS, UNWRAP_MAX, UnusedKey, Witness,
};
pub use barrier::{BARRIER_USES_DUE, BarrierKey};
pub use glance::SealReading;
use hierarchy::Keyring;
pub use opening::Opening;
pub use rotation::{Rewrapped, TenantKey};
pub use shares::{Authority, Entered, Given};

/// How often something is tried that conflicts with what others do at the same moment.
const ATTEMPTS: usize = 8;

/// A key store over a database of its own.
pub struct Embedded {
    database: Arc<Database>,
    root: RootKeyFile,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    /// Absent while sealed.
    keyring: RwLock<Option<Arc<Keyring>>>,
    /// The shares that custodians have entered at this node since it is sealed.
    entered: Mutex<Vec<Share>>,
    /// How the root key was held when that was last read.
    seal_seen: AtomicU8,
    /// The highest head that was read in this process.
    head_seen: AtomicI64,
    /// The head that every witness was told of last.
    witnessed: tokio::sync::Mutex<i64>,
    witnesses: Vec<Arc<dyn Witness>>,
    environment: Option<Environment>,
}

impl Embedded {
    async fn unlock_unless_sealed(&self) -> Result<()> {
        match self.unlock().await {
            Err(error) if !error.is(&crate::SEALED) => Err(error),
            _ => Ok(()),
        }
    }

    /// The keyring in memory; under the development seal a node that has none fetches it unless the store is sealed.
    async fn keyring(&self) -> Result<Arc<Keyring>> {
        match self.held_keyring() {
            Some(keyring) => Ok(keyring),
            None => self.unlock().await,
        }
    }

    fn held_keyring(&self) -> Option<Arc<Keyring>> {
        let held = self.keyring.read().unwrap_or_else(PoisonError::into_inner);
        held.clone()
    }

    fn hold_keyring(&self, keyring: Option<Arc<Keyring>>) {
        let mut held = self.keyring.write().unwrap_or_else(PoisonError::into_inner);
        *held = keyring;
    }

    /// Holds a newer keyring in place of one, unless this node was sealed meanwhile.
    fn replace_keyring(&self, before: &Arc<Keyring>, newer: Arc<Keyring>) {
        let mut held = self.keyring.write().unwrap_or_else(PoisonError::into_inner);
        if held.as_ref().is_some_and(|held| Arc::ptr_eq(held, before)) {
            *held = Some(newer);
        }
    }

    /// Commits, and tells the witnesses of a change that an older copy of the store must not undo; `None` when something changed
    /// underneath and the attempt has to be made again.
    async fn commit(&self, batch: Batch) -> Result<Option<()>> {
        let committed = self.database_commit(batch).await?;
        let is_numbered = |committed: &Committed| !committed.numbers.is_empty();
        if committed.as_ref().is_some_and(is_numbered)
            && let Some(keyring) = self.held_keyring()
        {
            self.testify(&keyring).await;
        }
        Ok(committed.map(drop))
    }

    async fn database_commit(&self, batch: Batch) -> Result<Option<Committed>> {
        match self.database.commit(batch).await {
            Ok(committed) => Ok(Some(committed)),
            Err(CommitError::Conflict) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// Repeats an attempt that answers `None`.
async fn settled<T, F>(mut attempt: impl FnMut() -> F + Send) -> Result<T>
where
    F: Future<Output = Result<Option<T>>> + Send,
{
    for _ in 0..ATTEMPTS {
        if let Some(outcome) = attempt().await? {
            return Ok(outcome);
        }
    }
    Err(Fault::new("the key store changed underneath at every attempt").into())
}

fn bounded(keys: &[KeyId]) -> Result<()> {
    if keys.len() > UNWRAP_MAX {
        return Err(TOO_MANY_KEYS.into());
    }
    Ok(())
}

impl Kms for Embedded {
    fn status(&self) -> BoxFuture<'_, Result<Status>> {
        Box::pin(self.report())
    }

    fn changes(&self, since: i64) -> BoxFuture<'_, Result<Changes>> {
        Box::pin(self.changes_since(since))
    }

    fn create_tenant(&self, tenant: TenantId) -> BoxFuture<'_, Result<()>> {
        Box::pin(settled(move || self.try_create_tenant(tenant)))
    }

    fn reserve(&self, tenant: TenantId, count: usize) -> BoxFuture<'_, Result<Vec<NewKey>>> {
        Box::pin(settled(move || self.try_reserve(tenant, count)))
    }

    fn unwrap<'a>(
        &'a self,
        purpose: &'a Purpose,
        keys: &'a [KeyId],
    ) -> BoxFuture<'a, Result<Vec<Option<Arc<DataKey>>>>> {
        Box::pin(settled(move || self.try_unwrap(purpose, keys)))
    }

    fn index_key<'a>(
        &'a self,
        tenant: TenantId,
        label: &'a str,
    ) -> BoxFuture<'a, Result<IndexKey>> {
        Box::pin(settled(move || self.try_index_key(tenant, label)))
    }

    fn destroy(&self, tenant: TenantId, key: KeyId) -> BoxFuture<'_, Result<()>> {
        Box::pin(settled(move || self.try_destroy(tenant, key)))
    }

    fn destroy_tenant(&self, tenant: TenantId) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            settled(|| self.try_destroy_tenant(tenant)).await?;
            self.clear_destroyed(tenant).await
        })
    }

    fn list_unused(&self, limit: u32) -> BoxFuture<'_, Result<Vec<UnusedKey>>> {
        Box::pin(self.unused(limit))
    }

    fn mark_used<'a>(&'a self, tenant: TenantId, keys: &'a [KeyId]) -> BoxFuture<'a, Result<()>> {
        Box::pin(settled(move || self.try_mark_used(tenant, keys)))
    }

    fn discard<'a>(&'a self, tenant: TenantId, keys: &'a [KeyId]) -> BoxFuture<'a, Result<()>> {
        Box::pin(settled(move || self.try_discard(tenant, keys)))
    }

    fn seal(&self) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            // Memory first: a database that does not answer must not keep this node open.
            let keyring = self.held_keyring();
            self.hold_keyring(None);
            settled(|| self.try_seal()).await?;
            if let Some(keyring) = keyring {
                self.testify(&keyring).await;
            }
            Ok(())
        })
    }

    fn unseal_with_root_file(&self) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            settled(|| self.try_unseal()).await?;
            self.unlock().await.map(drop)
        })
    }
}
