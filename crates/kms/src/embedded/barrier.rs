//! The barrier turns: a newer key takes over, what the older ones wrap is wrapped anew, and then they go.
//!
//! The root key is not at hand while the store is open. So a newer barrier key is wrapped by the one before, by which nodes that
//! are open follow, until somebody unseals with the root key: then that wraps it too. The older ones go only after that.

use std::{sync::Arc, time::Duration};

use base::{Context, Result, Timestamp};
use cipher::DataKey;
use db::Batch;

use super::{
    Authority, Embedded,
    hierarchy::{Keyring, open_hierarchy},
    settled,
};
use crate::{
    SEALED, Seal, UNINITIALISED,
    place::{Place, Wrapping},
    store::{self, BarrierRow, StoreRow, WrapRow},
};

/// How long nodes have to follow a newer key before older ones go. They look every second.
const FOLLOWED_AFTER: Duration = Duration::from_secs(60);
/// How many keys one commit wraps anew at most.
const REWRAP_MAX: u32 = 1_024;

/// After so many wraps a barrier key is due to be followed by a newer one: well before 2^32.
pub const BARRIER_USES_DUE: i64 = 1 << 30;

/// A barrier key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BarrierKey {
    pub version: u32,
    pub made_at: Timestamp,
    /// How many wraps were made with it since it was made: not fewer, and more only where a commit's outcome was unknown.
    pub uses: i64,
    /// Whether the root key wraps it yet.
    pub is_rooted: bool,
    /// Whether what is new is wrapped by it.
    pub is_newest: bool,
}

impl BarrierKey {
    /// Whether a newer one should follow: it is so old, or made [`BARRIER_USES_DUE`] wraps.
    pub fn is_due(&self, now: Timestamp, age: Duration) -> bool {
        self.is_newest && (self.made_at.after(age) <= now || self.uses >= BARRIER_USES_DUE)
    }
}

impl Embedded {
    /// The barrier keys, oldest first.
    ///
    /// # Errors
    /// A fault when the store does not answer.
    pub async fn list_barriers(&self) -> Result<Vec<BarrierKey>> {
        let mut snapshot = self.database.snapshot().await?;
        let rows = store::barriers(&mut snapshot).await?;
        let newest = rows.last().map_or(0, |row| row.wrap.version);
        let keys = rows.into_iter().map(|row| BarrierKey {
            version: row.wrap.version,
            made_at: row.made_at,
            uses: row.uses,
            is_rooted: row.is_rooted,
            is_newest: row.wrap.version == newest,
        });
        Ok(keys.collect())
    }

    /// Makes a newer barrier key, and answers its version. New tenant keys are wrapped by it from then on;
    /// [`Embedded::rewrap_tenants`] has the others follow.
    ///
    /// # Errors
    /// [`SEALED`], [`UNINITIALISED`].
    pub async fn rotate_barrier(&self) -> Result<u32> {
        let version = settled(|| self.try_rotate_barrier()).await?;
        self.follow().await?;
        // The key is there and used, whether the root key can wrap it now or later.
        if let Err(error) = self.root_from_file().await {
            tracing::warn!(%error, "the root key does not wrap the newest barrier key yet");
        }
        Ok(version)
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
            uses: 0,
            made_at: now,
        };
        let mut batch = Batch::new();
        store::guard_store(&mut batch, store_version);
        store::insert_barrier(&mut batch, row, now)?;
        store::count_uses(&mut batch, keyring.newest_version(), 1)?;
        Ok(self.commit(batch).await?.map(|()| version))
    }

    /// Wraps tenant keys anew that an older barrier key wraps, `limit` and 1,024 of them at most, in one commit; how many they were. At 0
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
        let stale = store::stale_tenant_keys(&mut snapshot, newest.version, limit.min(REWRAP_MAX));
        let stale = stale.await?;
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
            let retired = self.commit(batch).await?;
            self.follow().await?;
            return Ok(retired.map(|()| 0));
        }
        let count = stale.len();
        // Whoever turns the barrier meanwhile comes first.
        store::guard_barrier(&mut batch, store_version);
        store::count_uses(&mut batch, newest.version, count)?;
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
        let keyring = self.followed(keyring, &row, &barriers).await?;
        Ok((keyring, row.version))
    }

    /// The keyring that opens tenant keys as they were read; `None` when they are to be read again, since a barrier key that wraps
    /// one of them has gone meanwhile.
    pub(super) async fn keyring_of(&self, rows: &[WrapRow]) -> Result<Option<Arc<Keyring>>> {
        let keyring = self.keyring().await?;
        if keyring.has_keys_of(rows) {
            return Ok(Some(keyring));
        }
        let (keyring, _) = self.current_keyring().await?;
        let oldest = keyring.oldest_version();
        let has_gone = |row: &WrapRow| cipher::wrap_key_version(&row.wrap) < Some(oldest);
        // A version that never was is a fault for whoever opens the wrap.
        Ok((!rows.iter().any(has_gone)).then_some(keyring))
    }

    /// Takes over newer barrier keys and forgets those that have gone, if this node is open.
    pub(super) async fn follow(&self) -> Result<()> {
        let Some(keyring) = self.held_keyring() else {
            return Ok(());
        };
        let (row, barriers) = self.read_hierarchy().await?;
        self.followed(keyring, &row, &barriers).await.map(drop)
    }

    /// A node that heard nothing while the barrier turned, and older keys went, has to be opened anew.
    async fn followed(
        &self,
        keyring: Arc<Keyring>,
        row: &StoreRow,
        barriers: &[BarrierRow],
    ) -> Result<Arc<Keyring>> {
        if keyring.is_current(row) {
            return Ok(keyring);
        }
        if let Some(extended) = keyring.extended(barriers)? {
            let extended = Arc::new(extended);
            self.replace_keyring(&keyring, Arc::clone(&extended));
            return Ok(extended);
        }
        tracing::warn!("this node did not follow the barrier in time");
        self.hold_keyring(None);
        self.unlock().await
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

    /// Has the root key wrap the barrier keys that it does not wrap yet, without anybody unsealing anew.
    ///
    /// # Errors
    /// [`UNINITIALISED`]; as [`Embedded::give_shares`] for an authority that is none.
    pub async fn root_barriers(&self, authority: &Authority<'_>) -> Result<()> {
        settled(|| async {
            let view = self.view().await?;
            let Some(root) = self.root_of(authority, &view).await? else {
                return Ok(None);
            };
            let keyring = open_hierarchy(&view.row, &view.barriers, &root)?;
            let taken = self.take_root(&view.row, &view.barriers, &keyring, &root);
            taken.await.map(Some)
        })
        .await
    }

    /// As [`Embedded::root_barriers`] with the node's file; does nothing where the root key is in shares.
    async fn root_from_file(&self) -> Result<()> {
        match self.find_store().await?.map(|row| row.seal) {
            Some(Seal::Development) => self.root_barriers(&Authority::RootFile).await,
            _ => Ok(()),
        }
    }
}
