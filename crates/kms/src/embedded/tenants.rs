//! Tenants: their key comes first and goes last.

use std::collections::BTreeMap;

use base::{Context, Fault, Result, TenantId};
use cipher::DataKey;
use db::{Batch, Snapshot};

use super::{Embedded, hierarchy::Keyring};
use crate::{
    SEALED, TENANT_ABSENT, TENANT_DESTROYED, UNINITIALISED,
    place::{Place, Wrapping},
    store::{self, TenantState, WrapRow},
};

/// How many keys of a destroyed tenant one commit removes.
const CLEARED_AT_ONCE: u32 = 1_000;

/// A live tenant's keys, and the version that guards them.
pub(super) struct TenantKeys {
    pub(super) guard: i64,
    pub(super) versions: BTreeMap<u32, DataKey>,
}

impl TenantKeys {
    pub(super) fn newest(&self) -> Result<Wrapping<'_>> {
        let (version, key) = self
            .versions
            .last_key_value()
            .context("a tenant has no key")?;
        Ok(Wrapping {
            key,
            version: *version,
        })
    }
}

impl Embedded {
    /// What the store says of a tenant, unless it is sealed.
    async fn tenant_state(&self, snapshot: &mut Snapshot, tenant: TenantId) -> Result<TenantState> {
        let row = store::find_tenant(snapshot, tenant)
            .await?
            .ok_or(UNINITIALISED)?;
        if row.is_sealed {
            self.hold_keyring(None);
            return Err(SEALED.into());
        }
        Ok(row.state)
    }

    /// # Errors
    /// [`TENANT_ABSENT`], [`TENANT_DESTROYED`], [`SEALED`], [`UNINITIALISED`].
    pub(super) async fn live_tenant(
        &self,
        snapshot: &mut Snapshot,
        tenant: TenantId,
    ) -> Result<(i64, Vec<WrapRow>)> {
        match self.tenant_state(snapshot, tenant).await? {
            TenantState::Absent => Err(TENANT_ABSENT.into()),
            TenantState::Destroyed => Err(TENANT_DESTROYED.into()),
            TenantState::Live { guard, keys } => Ok((guard, keys)),
        }
    }

    pub(super) async fn try_create_tenant(&self, tenant: TenantId) -> Result<Option<()>> {
        let mut snapshot = self.database.snapshot().await?;
        match self.tenant_state(&mut snapshot, tenant).await? {
            TenantState::Live { .. } => return Ok(Some(())),
            TenantState::Destroyed => return Err(TENANT_DESTROYED.into()),
            TenantState::Absent => drop(snapshot),
        }
        let (keyring, version) = self.current_keyring().await?;
        let mut batch = Batch::new();
        store::guard_barrier(&mut batch, version);
        store::found_tenant_keys(&mut batch, tenant);
        self.found_tenant(&mut batch, &keyring, tenant)?;
        match self.commit(batch).await {
            Ok(outcome) => Ok(outcome),
            Err(error) => {
                let mut snapshot = self.database.snapshot().await?;
                match self.tenant_state(&mut snapshot, tenant).await? {
                    TenantState::Absent => Err(error),
                    // Somebody else made it at the same moment.
                    TenantState::Live { .. } | TenantState::Destroyed => Ok(None),
                }
            }
        }
    }

    pub(super) fn found_tenant(
        &self,
        batch: &mut Batch,
        keyring: &Keyring,
        tenant: TenantId,
    ) -> Result<()> {
        let key = DataKey::generate(&*self.entropy);
        let version = store::FIRST_VERSION;
        let slot = keyring.slot(Place::Tenant(tenant), version);
        let barrier = keyring.newest_barrier()?;
        let wrap = slot.wrap(&barrier, &key, &*self.entropy);
        store::count_uses(batch, barrier.version, 1)?;
        store::insert_tenant(batch, tenant, WrapRow { version, wrap }, self.clock.now())
    }

    pub(super) async fn try_destroy_tenant(&self, tenant: TenantId) -> Result<Option<()>> {
        if tenant == TenantId::NIL {
            return Err(Fault::new("the key of the cell cannot be destroyed").into());
        }
        let mut snapshot = self.database.snapshot().await?;
        match self.tenant_state(&mut snapshot, tenant).await? {
            TenantState::Absent => return Err(TENANT_ABSENT.into()),
            TenantState::Destroyed => return Ok(Some(())),
            TenantState::Live { .. } => drop(snapshot),
        }
        let mut batch = Batch::new();
        store::destroy_tenant(&mut batch, tenant, self.clock.now())?;
        self.commit(batch).await
    }

    /// Removes the rows that the destroyed key leaves behind. They open no more; a page at a time keeps the writer free.
    pub(super) async fn clear_destroyed(&self, tenant: TenantId) -> Result<()> {
        loop {
            let mut snapshot = self.database.snapshot().await?;
            let last = store::last_key_of_page(&mut snapshot, tenant, CLEARED_AT_ONCE).await?;
            drop(snapshot);
            let Some(last) = last else { return Ok(()) };
            let mut batch = Batch::new();
            store::delete_keys_to(&mut batch, tenant, last)?;
            self.database.commit(batch).await?;
        }
    }
}
