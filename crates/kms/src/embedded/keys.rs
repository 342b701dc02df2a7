//! Resource keys and the keys of keyed hashes.

use std::sync::Arc;

use base::{KeyId, Result, TenantId};
use cipher::{BlindIndex, DataKey};
use db::Batch;

use super::{
    Embedded, bounded,
    hierarchy::{Keyring, under},
    tenants::TenantKeys,
};
use crate::{
    BAD_LABEL, IndexKey, KEY_ABSENT, LABEL_BYTES_MAX, NewKey, Purpose, RESERVE_MAX, SEALED,
    TENANT_DESTROYED, TOO_MANY_KEYS, UNINITIALISED,
    place::Place,
    store::{self, FIRST_VERSION, KeyState, WrapRow},
};

impl Embedded {
    pub(super) async fn try_reserve(
        &self,
        tenant: TenantId,
        count: usize,
    ) -> Result<Option<Vec<NewKey>>> {
        if count > RESERVE_MAX {
            return Err(TOO_MANY_KEYS.into());
        }
        let mut snapshot = self.database.snapshot().await?;
        let (guard, rows) = self.live_tenant(&mut snapshot, tenant).await?;
        drop(snapshot);
        let Some(keyring) = self.keyring_of(&rows).await? else {
            return Ok(None);
        };
        let versions = keyring.open_tenant(tenant, &rows)?;
        let tenant_keys = TenantKeys { guard, versions };
        let under = tenant_keys.newest()?;

        let now = self.clock.now();
        let mut batch = Batch::new();
        store::guard_tenant(&mut batch, tenant, tenant_keys.guard);
        let mut made = Vec::with_capacity(count);
        for _ in 0..count {
            let id = KeyId::generate(now, &*self.entropy);
            let key = Arc::new(DataKey::generate(&*self.entropy));
            let slot = keyring.slot(Place::Resource(tenant, id), FIRST_VERSION);
            let wrap = slot.wrap(&under, &key, &*self.entropy);
            store::insert_key(&mut batch, tenant, id, wrap, now)?;
            made.push(NewKey { id, key });
        }
        Ok(self.commit(batch).await?.map(|()| made))
    }

    pub(super) async fn try_unwrap(
        &self,
        purpose: &Purpose,
        keys: &[KeyId],
    ) -> Result<Option<Vec<Option<Arc<DataKey>>>>> {
        bounded(keys)?;
        if keys.is_empty() {
            return Ok(Some(Vec::new()));
        }
        let tenant = purpose.tenant;
        let mut snapshot = self.database.snapshot().await?;
        let found = store::find_wrapped(&mut snapshot, tenant, keys).await?;
        drop(snapshot);
        let found = found.ok_or(UNINITIALISED)?;
        if found.is_sealed {
            self.hold_keyring(None);
            return Err(SEALED.into());
        }
        let mut opened = vec![None; keys.len()];
        if !found.tenant_keys.is_empty() {
            let Some(keyring) = self.keyring_of(&found.tenant_keys).await? else {
                return Ok(None);
            };
            let versions = keyring.open_tenant(tenant, &found.tenant_keys)?;
            for (position, row) in found.keys {
                let (Some(id), Some(slot)) = (keys.get(position), opened.get_mut(position)) else {
                    continue;
                };
                let place = keyring.slot(Place::Resource(tenant, *id), row.version);
                let key = place.unwrap(under(&versions, &row.wrap)?, &row.wrap)?;
                *slot = Some(Arc::new(key));
            }
        }
        tracing::debug!(
            node = %purpose.node, %tenant, operation = %purpose.operation, behalf = ?purpose.behalf,
            asked = keys.len(), opened = opened.iter().flatten().count(), "keys were unwrapped"
        );
        Ok(Some(opened))
    }

    pub(super) async fn try_index_key(
        &self,
        tenant: TenantId,
        label: &str,
    ) -> Result<Option<IndexKey>> {
        if !is_label(label) {
            return Err(BAD_LABEL.into());
        }
        let mut snapshot = self.database.snapshot().await?;
        let (guard, rows) = self.live_tenant(&mut snapshot, tenant).await?;
        let stored = store::index_keys(&mut snapshot, tenant, label).await?;
        drop(snapshot);
        let Some(keyring) = self.keyring_of(&rows).await? else {
            return Ok(None);
        };
        self.index_in(&keyring, (tenant, label), (guard, &rows), &stored)
            .await
    }

    /// The key of keyed hashes that stands at a place, made if none does yet; `None` when something changed underneath.
    pub(super) async fn index_in(
        &self,
        keyring: &Keyring,
        (tenant, label): (TenantId, &str),
        (guard, tenant_rows): (i64, &[WrapRow]),
        stored: &[WrapRow],
    ) -> Result<Option<IndexKey>> {
        let versions = keyring.open_tenant(tenant, tenant_rows)?;
        let open = |row: &WrapRow| {
            let slot = keyring.slot(Place::Index(tenant, label), row.version);
            let key = slot.unwrap(under(&versions, &row.wrap)?, &row.wrap)?;
            Ok(Arc::new(BlindIndex::new(row.version, Arc::new(key))))
        };
        let mut opened = stored
            .iter()
            .map(open)
            .collect::<Result<Vec<_>>>()?
            .into_iter();
        if let Some(newest) = opened.next() {
            return Ok(Some(IndexKey {
                newest,
                older: opened.collect(),
            }));
        }

        let tenant_keys = TenantKeys { guard, versions };
        let key = Arc::new(DataKey::generate(&*self.entropy));
        let slot = keyring.slot(Place::Index(tenant, label), FIRST_VERSION);
        let wrap = slot.wrap(&tenant_keys.newest()?, &key, &*self.entropy);
        let row = WrapRow {
            version: FIRST_VERSION,
            wrap,
        };
        let mut batch = Batch::new();
        store::guard_tenant(&mut batch, tenant, guard);
        store::insert_index_key(&mut batch, tenant, label, row, self.clock.now())?;
        let newest = Arc::new(BlindIndex::new(FIRST_VERSION, key));
        // The witnesses, whom a commit tells, have a key of this kind themselves.
        Ok(self.database_commit(batch).await?.map(|_| IndexKey {
            newest,
            older: Vec::new(),
        }))
    }

    pub(super) async fn try_destroy(&self, tenant: TenantId, key: KeyId) -> Result<Option<()>> {
        let mut snapshot = self.database.snapshot().await?;
        match self.live_tenant(&mut snapshot, tenant).await {
            Err(error) if error.is(&TENANT_DESTROYED) => return Ok(Some(())),
            answer => drop(answer?),
        }
        match store::key_state(&mut snapshot, tenant, key).await? {
            KeyState::Absent => return Err(KEY_ABSENT.into()),
            KeyState::Destroyed => return Ok(Some(())),
            KeyState::Live => drop(snapshot),
        }
        let mut batch = Batch::new();
        store::destroy_key(&mut batch, tenant, key, self.clock.now())?;
        self.commit(batch).await
    }
}

fn is_label(label: &str) -> bool {
    let is_good = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-');
    !label.is_empty() && label.len() <= LABEL_BYTES_MAX && label.bytes().all(is_good)
}
