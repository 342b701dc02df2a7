//! Tenant keys grow old: a newer one takes over, what the older ones wrap is wrapped anew, and then they go.

use base::{KeyId, Result, TenantId, Timestamp};
use cipher::DataKey;
use db::Batch;

use super::{Embedded, hierarchy::under, settled, tenants::TenantKeys};
use crate::{
    place::Place,
    store::{self, TenantKeyRow, WrapRow},
};

/// A tenant's newest key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TenantKey {
    pub tenant: TenantId,
    pub version: u32,
    pub made_at: Timestamp,
    /// Whether older versions are still there, since something may be wrapped by them.
    pub has_older: bool,
}

impl TenantKey {
    pub(super) fn of(row: TenantKeyRow) -> Self {
        Self {
            tenant: row.tenant,
            version: row.version,
            made_at: row.made_at,
            has_older: row.versions > 1,
        }
    }
}

/// What a step of wrapping anew did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rewrapped {
    /// So many keys; there may be more after the last of them.
    Some { keys: usize, last: KeyId },
    /// Everything is wrapped by the newest key, and older ones are gone.
    All,
}

impl Embedded {
    /// The newest key of each tenant, by tenant after one of them; that of the cell comes first.
    ///
    /// # Errors
    /// A fault when the store does not answer.
    pub async fn list_tenant_keys(
        &self,
        after: Option<TenantId>,
        limit: u32,
    ) -> Result<Vec<TenantKey>> {
        let mut snapshot = self.database.snapshot().await?;
        let rows = store::list_tenant_keys(&mut snapshot, after, limit).await?;
        Ok(rows.into_iter().map(TenantKey::of).collect())
    }

    /// Gives a tenant a newer key, and answers its version. New keys are wrapped by it from then on; [`Embedded::rewrap_some`]
    /// has the others follow. Nobody notices: keys in use stay what they are.
    ///
    /// # Errors
    /// [`crate::TENANT_ABSENT`], [`crate::TENANT_DESTROYED`], [`crate::SEALED`].
    pub async fn rotate_tenant(&self, tenant: TenantId) -> Result<u32> {
        settled(|| self.try_rotate_tenant(tenant)).await
    }

    async fn try_rotate_tenant(&self, tenant: TenantId) -> Result<Option<u32>> {
        let mut snapshot = self.database.snapshot().await?;
        let (guard, rows) = self.live_tenant(&mut snapshot, tenant).await?;
        drop(snapshot);
        let (keyring, store_version) = self.current_keyring().await?;
        let newest = rows.iter().map(|row| row.version).max().unwrap_or(0);
        let version = newest.saturating_add(1);
        let slot = keyring.slot(Place::Tenant(tenant), version);
        let key = DataKey::generate(&*self.entropy);
        let barrier = keyring.newest_barrier()?;
        let wrap = slot.wrap(&barrier, &key, &*self.entropy);
        let mut batch = Batch::new();
        store::guard_barrier(&mut batch, store_version);
        store::count_uses(&mut batch, barrier.version, 1)?;
        let row = WrapRow { version, wrap };
        store::add_tenant_key(&mut batch, (tenant, guard), row, self.clock.now())?;
        Ok(self.commit(batch).await?.map(|()| version))
    }

    /// Wraps keys of a tenant anew that an older version of its key wraps: `limit` of them at most after one of them (the nil id to
    /// begin), in one commit. It may be ended at any moment and gone on with by any node.
    ///
    /// # Errors
    /// As [`Embedded::rotate_tenant`]; a fault when a stored wrap does not open.
    pub async fn rewrap_some(
        &self,
        tenant: TenantId,
        after: KeyId,
        limit: u32,
    ) -> Result<Rewrapped> {
        settled(|| self.try_rewrap_some(tenant, after, limit)).await
    }

    async fn try_rewrap_some(
        &self,
        tenant: TenantId,
        after: KeyId,
        limit: u32,
    ) -> Result<Option<Rewrapped>> {
        let mut snapshot = self.database.snapshot().await?;
        let (guard, rows) = self.live_tenant(&mut snapshot, tenant).await?;
        if rows.len() < 2 {
            return Ok(Some(Rewrapped::All));
        }
        let Some(keyring) = self.keyring_of(&rows).await? else {
            return Ok(None);
        };
        let versions = keyring.open_tenant(tenant, &rows)?;
        let tenant_keys = TenantKeys { guard, versions };
        let newest = tenant_keys.newest()?;
        let window = (newest.version, after, limit);
        let keys = store::stale_keys(&mut snapshot, tenant, window).await?;
        let window = (newest.version, limit);
        let indexes = store::stale_index_keys(&mut snapshot, tenant, window).await?;
        drop(snapshot);

        let some = Rewrapped::Some {
            keys: keys.len() + indexes.len(),
            last: keys.last().map_or(KeyId::NIL, |last| last.id),
        };
        let mut batch = Batch::new();
        if keys.is_empty() && indexes.is_empty() {
            if after != KeyId::NIL {
                // Once more from the beginning, before anything is thought to be unused.
                return Ok(Some(some));
            }
            store::retire_tenant_keys(&mut batch, (tenant, guard), newest.version)?;
            return Ok(self.commit(batch).await?.map(|()| Rewrapped::All));
        }
        // Whoever turns the tenant's keys meanwhile comes first.
        store::guard_tenant(&mut batch, tenant, guard);
        let anew = |place: Place<'_>, row: &WrapRow| {
            let slot = keyring.slot(place, row.version);
            let key = slot.unwrap(under(&tenant_keys.versions, &row.wrap)?, &row.wrap)?;
            Ok::<_, base::Error>(slot.wrap(&newest, &key, &*self.entropy))
        };
        for stale in keys {
            let wrap = anew(Place::Resource(tenant, stale.id), &stale.row)?;
            store::rewrap_key(&mut batch, tenant, stale, wrap)?;
        }
        for stale in indexes {
            let wrap = anew(Place::Index(tenant, &stale.label), &stale.row)?;
            store::rewrap_index_key(&mut batch, tenant, stale, wrap)?;
        }
        Ok(self.commit(batch).await?.map(|()| some))
    }
}
