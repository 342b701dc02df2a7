//! The barrier turns: a newer key takes over, what the older ones wrap is wrapped anew, and then they go.
//!
//! The root key is not at hand while the store is open. So a newer barrier key is wrapped by the one before, by which nodes that
//! are open follow, until somebody unseals with the root key: then that wraps it too. The older ones go only after that.

use std::{sync::Arc, time::Duration};

use base::{Context, Result, Timestamp};
use cipher::DataKey;
use db::Batch;

use super::{Embedded, hierarchy::Keyring, settled};
use crate::{
    SEALED, Seal, UNINITIALISED,
    place::{Place, Wrapping},
    store::{self, BarrierRow, StoreRow, WrapRow},
};

/// How long nodes have to follow a newer key before older ones go. They look every second.
const FOLLOWED_AFTER: Duration = Duration::from_secs(60);

/// A barrier key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BarrierKey {
    pub version: u32,
    pub made_at: Timestamp,
    /// How many keys it wraps.
    pub uses: i64,
    /// Whether the root key wraps it yet.
    pub is_rooted: bool,
}

impl Embedded {
    /// The barrier keys, oldest first.
    ///
    /// # Errors
    /// A fault when the store does not answer.
    pub async fn list_barriers(&self) -> Result<Vec<BarrierKey>> {
        let mut snapshot = self.database.snapshot().await?;
        let rows = store::barriers(&mut snapshot).await?;
        let mut keys = Vec::with_capacity(rows.len());
        for row in rows {
            let version = row.wrap.version;
            keys.push(BarrierKey {
                version,
                made_at: row.made_at,
                uses: store::barrier_uses(&mut snapshot, version).await?,
                is_rooted: row.is_rooted,
            });
        }
        Ok(keys)
    }

    /// Makes a newer barrier key, and answers its version. New tenant keys are wrapped by it from then on;
    /// [`Embedded::rewrap_tenants`] has the others follow.
    ///
    /// # Errors
    /// [`SEALED`], [`UNINITIALISED`].
    pub async fn rotate_barrier(&self) -> Result<u32> {
        settled(|| self.try_rotate_barrier()).await
    }

    async fn try_rotate_barrier(&self) -> Result<Option<u32>> {
        let (keyring, store_version) = self.current_keyring().await?;
        let version = keyring.newest_version().saturating_add(1);
        let key = DataKey::generate(&*self.entropy);
        let chain = keyring.chain(&key, version, &*self.entropy)?;
        let now = self.clock.now();
        let row = BarrierRow {
            wrap: WrapRow {
                version,
                wrap: chain.clone(),
            },
            chain: Some(chain),
            is_rooted: false,
            made_at: now,
        };
        let mut batch = Batch::new();
        store::guard_store(&mut batch, store_version);
        store::insert_barrier(&mut batch, row, now)?;
        if self.commit(batch).await?.is_none() {
            return Ok(None);
        }
        self.follow().await?;
        self.root_barriers().await?;
        Ok(Some(version))
    }

    /// Wraps tenant keys anew that an older barrier key wraps, `limit` of them at most, in one commit; how many they were. At 0
    /// nothing is left, and older keys have gone if the root key wraps the newest and every node had the time to follow. It may
    /// be ended at any moment and gone on with by any node.
    ///
    /// # Errors
    /// [`SEALED`], [`UNINITIALISED`]; a fault when a stored wrap does not open.
    pub async fn rewrap_tenants(&self, limit: u32) -> Result<usize> {
        settled(|| self.try_rewrap_tenants(limit)).await
    }

    async fn try_rewrap_tenants(&self, limit: u32) -> Result<Option<usize>> {
        let (keyring, store_version) = self.current_keyring().await?;
        let newest = keyring.newest_barrier()?;
        let mut snapshot = self.database.snapshot().await?;
        let stale = store::stale_tenant_keys(&mut snapshot, newest.version, limit).await?;
        let rows = store::barriers(&mut snapshot).await?;
        drop(snapshot);
        let mut batch = Batch::new();
        if stale.is_empty() {
            let last = rows.last().context("the barrier keyring is empty")?;
            let has_followed = last.made_at.after(FOLLOWED_AFTER) <= self.clock.now();
            if rows.len() < 2 || !last.is_rooted || !has_followed {
                return Ok(Some(0));
            }
            store::retire_barriers(&mut batch, store_version, newest.version)?;
            return Ok(self.commit(batch).await?.map(|()| 0));
        }
        let count = stale.len();
        // Whoever turns the barrier meanwhile comes first.
        store::guard_barrier(&mut batch, store_version);
        for (tenant, row) in stale {
            let key = keyring.open_tenant_key(tenant, &row)?;
            let slot = keyring.slot(Place::Tenant(tenant), row.version);
            let wrap = slot.wrap(&newest, &key, &*self.entropy);
            store::rewrap_tenant_key(&mut batch, tenant, row, wrap)?;
        }
        Ok(self.commit(batch).await?.map(|()| count))
    }

    /// The keyring with the newest barrier key, and the version of the store that guards that it is the newest.
    pub(super) async fn current_keyring(&self) -> Result<(Arc<Keyring>, i64)> {
        let (row, barriers) = self.read_hierarchy().await?;
        if row.is_sealed {
            self.hold_keyring(None);
            return Err(SEALED.into());
        }
        let keyring = self.keyring().await?;
        let keyring = self.followed(keyring, &barriers)?;
        Ok((keyring, row.version))
    }

    /// Takes over newer barrier keys, if this node is open.
    pub(super) async fn follow(&self) -> Result<()> {
        let Some(keyring) = self.held_keyring() else {
            return Ok(());
        };
        let (_, barriers) = self.read_hierarchy().await?;
        self.followed(keyring, &barriers).map(drop)
    }

    fn followed(&self, keyring: Arc<Keyring>, barriers: &[BarrierRow]) -> Result<Arc<Keyring>> {
        let newest = barriers.last().ok_or(UNINITIALISED)?.wrap.version;
        let oldest = barriers.first().ok_or(UNINITIALISED)?.wrap.version;
        if keyring.newest_version() == newest && keyring.oldest_version() == oldest {
            return Ok(keyring);
        }
        let keyring = Arc::new(keyring.extended(barriers)?);
        self.hold_keyring(Some(Arc::clone(&keyring)));
        Ok(keyring)
    }

    /// Has the root key, which is at hand, wrap the barrier keys that it does not wrap yet. Somebody else may be faster.
    pub(super) async fn take_root(
        &self,
        row: &StoreRow,
        barriers: &[BarrierRow],
        keyring: &Keyring,
        root: &DataKey,
    ) -> Result<()> {
        if barriers.iter().all(|barrier| barrier.is_rooted) {
            return Ok(());
        }
        let fresh = self.find_store().await?.ok_or(UNINITIALISED)?;
        if fresh.root_version != row.root_version {
            return Ok(());
        }
        let under = Wrapping {
            key: root,
            version: row.root_version,
        };
        let mut batch = Batch::new();
        store::guard_store(&mut batch, fresh.version);
        for barrier in keyring.rewrap(&under, &*self.entropy) {
            store::root_barrier(&mut batch, barrier)?;
        }
        self.commit(batch).await.map(drop)
    }

    /// Has the root key in the node's file wrap what it does not wrap yet; does nothing where it is in shares.
    ///
    /// # Errors
    /// As [`Embedded::rotate_barrier`]; a fault when the file is missing or another.
    pub async fn root_barriers(&self) -> Result<()> {
        let (row, barriers) = self.read_hierarchy().await?;
        if row.seal != Seal::Development || row.is_sealed {
            return Ok(());
        }
        let root = self.root_of_file(&row)?;
        let keyring = super::hierarchy::open_hierarchy(&row, &barriers, &root)?;
        self.take_root(&row, &barriers, &keyring, &root).await
    }
}
