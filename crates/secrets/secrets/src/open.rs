//! What an unsealed store holds in memory.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use base::Result;
use db::Lease;
use logical::{Failure, Store};
use zeroize::Zeroizing;

use crate::{
    audit::{self, Broker},
    guard::{self, Guard},
    mounts::{self, Mounts},
    tokens,
};

/// By how much clocks of nodes may differ.
const MARGIN: Duration = Duration::from_secs(2);

/// What the active node holds.
pub(crate) struct Open {
    mounts: RwLock<Arc<Mounts>>,
    pub(crate) guard: Guard,
    pub(crate) audit: Broker,
    lease: RwLock<Option<Lease>>,
    /// Held while something is read anew, so that the latest reading stays.
    reading: tokio::sync::Mutex<()>,
}

impl Open {
    /// Reads what is kept; an empty store gets the mounts and the policy that there always are.
    pub(crate) async fn load(store: &Arc<Store>, lease: Option<Lease>) -> Result<Self, Failure> {
        let mut changes = store.begin()?;
        let mut table = mounts::table(&mut changes).await?;
        if table.is_empty() {
            table = mounts::first(&mut changes);
            mounts::keep(&mut changes, &table).await?;
            let text = Zeroizing::new(policies::DEFAULT_TEXT.as_bytes().to_vec());
            changes
                .below(guard::ROOT)
                .put(policies::DEFAULT, text)
                .await?;
        }
        let devices = audit::table(&mut changes).await?;
        let first = store.first_token().await?;
        if let Some(hash) = &first {
            let accessor = tokens::new_accessor(&mut changes);
            let token = tokens::first(accessor, changes.now());
            tokens::keep_again(&mut changes, hash, &token).await?;
        }
        let mut fenced = Ok(());
        changes
            .commit(|batch| {
                if let Some(lease) = &lease {
                    lease.fence(batch);
                }
                if first.is_some() {
                    fenced = Store::drop_first_token(batch);
                }
            })
            .await?;
        fenced?;
        let open = Self {
            mounts: RwLock::new(Arc::new(Mounts::new(&table))),
            guard: Guard::default(),
            audit: Broker::default(),
            lease: RwLock::new(lease),
            reading: tokio::sync::Mutex::default(),
        };
        open.audit.take_over(&devices);
        Ok(open)
    }

    pub(crate) fn mounts(&self) -> Arc<Mounts> {
        let mounts = self.mounts.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&mounts)
    }

    /// Where the tokens' own stores are.
    pub(crate) fn cubbyhole_root(&self) -> String {
        let mounts = self.mounts();
        let uuid = mounts.at("cubbyhole/").map_or("", |mount| &mount.uuid);
        format!("logical/{uuid}/")
    }

    pub(crate) async fn read_mounts(&self, store: &Arc<Store>) -> Result<()> {
        let _reading = self.reading.lock().await;
        let table = mounts::table(&mut store.begin()?).await?;
        *self.mounts.write().unwrap_or_else(PoisonError::into_inner) =
            Arc::new(Mounts::new(&table));
        Ok(())
    }

    pub(crate) async fn read_audit(&self, store: &Arc<Store>) -> Result<()> {
        let _reading = self.reading.lock().await;
        let table = audit::table(&mut store.begin()?).await?;
        self.audit.take_over(&table);
        Ok(())
    }

    /// Proof that this node leads, for everything that is committed; nothing for a store that is this node's alone.
    pub(crate) fn fence(&self, batch: &mut db::Batch) {
        let lease = self.lease.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(lease) = &*lease {
            lease.fence(batch);
        }
    }

    pub(crate) fn renew(&self, lease: Lease) {
        *self.lease.write().unwrap_or_else(PoisonError::into_inner) = Some(lease);
    }

    /// Whether it was read under this lease.
    pub(crate) fn is_of(&self, other: &Lease) -> bool {
        let lease = self.lease.read().unwrap_or_else(PoisonError::into_inner);
        lease.is_some_and(|lease| lease.token() == other.token())
    }

    /// Whether this node may still answer: it stops before its time, since clocks differ.
    pub(crate) fn leads(&self, now: base::Timestamp) -> bool {
        let lease = self.lease.read().unwrap_or_else(PoisonError::into_inner);
        lease.is_none_or(|lease| lease.is_held_at(now.after(MARGIN)))
    }
}
