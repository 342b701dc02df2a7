//! The root, the barrier keyring, and the seal.

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

use base::{Context, Entropy, Fault, Result, TenantId};
use cipher::{BlindIndex, DataKey, equal, keyed_hash};
use db::Batch;

use super::{Embedded, settled};
use crate::{
    Environment, SEALED, Seal, UNINITIALISED,
    place::{Place, Slot, Wrapping},
    quorum::QUORUM_HELD,
    store::{self, BarrierRow, NewStore, SealMark, StoreRow, WrapRow},
};

const ROOT_CHECK: &str = "bastide kms root check";
/// The version of a store's first root key.
const FIRST_ROOT: u32 = 1;

/// What an unsealed store holds in memory.
pub(super) struct Keyring {
    pub(super) hierarchy: [u8; 16],
    barriers: BTreeMap<u32, Arc<DataKey>>,
    /// By which heads are known to be of this store, once that was asked for.
    pub(super) head: OnceLock<Arc<BlindIndex>>,
}

impl Keyring {
    /// The newest version that is held.
    pub(super) fn newest_version(&self) -> u32 {
        self.barriers
            .last_key_value()
            .map_or(0, |(version, _)| *version)
    }

    /// The oldest version that is held.
    pub(super) fn oldest_version(&self) -> u32 {
        self.barriers
            .first_key_value()
            .map_or(0, |(version, _)| *version)
    }

    /// Whether it is what the store has: no newer key, and none that has gone there.
    pub(super) fn is_current(&self, row: &StoreRow) -> bool {
        (self.oldest_version(), self.newest_version()) == (row.oldest_barrier, row.newest_barrier)
    }

    /// Whether it has the keys that wrap these.
    pub(super) fn has_keys_of(&self, rows: &[WrapRow]) -> bool {
        rows.iter().all(|row| {
            // What names no version is a fault for whoever opens it.
            cipher::wrap_key_version(&row.wrap)
                .is_none_or(|version| self.barriers.contains_key(&version))
        })
    }

    /// The keyring with the newer barrier keys of the store, each of which the one before wraps, and without those that have
    /// gone; `None` where the way from the keys that are held to the newer ones has gone too.
    pub(super) fn extended(&self, rows: &[BarrierRow]) -> Result<Option<Self>> {
        let mut barriers = self.barriers.clone();
        for row in rows {
            let version = row.wrap.version;
            if !barriers.contains_key(&version) {
                let Some(chain) = row.chain.as_deref() else {
                    return Ok(None);
                };
                let Ok(before) = under(&barriers, chain) else {
                    return Ok(None);
                };
                let key = self.slot(Place::Barrier, version).unwrap(before, chain)?;
                barriers.insert(version, Arc::new(key));
            }
        }
        barriers.retain(|version, _| rows.iter().any(|row| row.wrap.version == *version));
        Ok(Some(Self {
            hierarchy: self.hierarchy,
            barriers,
            head: self.head.clone(),
        }))
    }

    /// A new barrier key, wrapped by the newest.
    pub(super) fn chain(
        &self,
        key: &DataKey,
        version: u32,
        entropy: &dyn Entropy,
    ) -> Result<Vec<u8>> {
        let slot = self.slot(Place::Barrier, version);
        Ok(slot.wrap(&self.newest_barrier()?, key, entropy))
    }

    /// The barrier keys by version, wrapped by another root key.
    pub(super) fn rewrap(&self, root: &Wrapping<'_>, entropy: &dyn Entropy) -> Vec<WrapRow> {
        let barriers = self.barriers.iter();
        let wrap = |(version, barrier): (&u32, &Arc<DataKey>)| WrapRow {
            version: *version,
            wrap: self
                .slot(Place::Barrier, *version)
                .wrap(root, barrier, entropy),
        };
        barriers.map(wrap).collect()
    }

    pub(super) fn newest_barrier(&self) -> Result<Wrapping<'_>> {
        let (version, key) = self
            .barriers
            .last_key_value()
            .context("the barrier keyring is empty")?;
        Ok(Wrapping {
            key,
            version: *version,
        })
    }

    /// A tenant's key that any barrier key wraps.
    pub(super) fn open_tenant_key(&self, tenant: TenantId, row: &WrapRow) -> Result<DataKey> {
        let under = under(&self.barriers, &row.wrap)?;
        self.slot(Place::Tenant(tenant), row.version)
            .unwrap(under, &row.wrap)
    }

    /// The tenant's keys by version.
    pub(super) fn open_tenant(
        &self,
        tenant: TenantId,
        rows: &[WrapRow],
    ) -> Result<BTreeMap<u32, DataKey>> {
        let open = |row: &WrapRow| Ok((row.version, self.open_tenant_key(tenant, row)?));
        rows.iter().map(open).collect()
    }

    pub(super) fn slot<'a>(&self, place: Place<'a>, version: u32) -> Slot<'a> {
        Slot {
            hierarchy: self.hierarchy,
            place,
            version,
        }
    }
}

/// The key whose version the wrap names.
pub(super) fn under<'k, K: std::borrow::Borrow<DataKey>>(
    keys: &'k BTreeMap<u32, K>,
    wrap: &[u8],
) -> Result<&'k DataKey> {
    cipher::wrap_key_version(wrap)
        .and_then(|version| keys.get(&version))
        .map(std::borrow::Borrow::borrow)
        .context("a stored wrap names a key version that there is not")
}

/// Tells the right root key before anything is opened with it.
pub(super) fn root_check(root: &DataKey, hierarchy: [u8; 16]) -> [u8; 32] {
    keyed_hash(root, ROOT_CHECK, &hierarchy)
}

/// Opens the barrier keyring with the root key. A newer key that it does not wrap yet is opened with the one before.
pub(super) fn open_hierarchy(
    row: &StoreRow,
    barriers: &[BarrierRow],
    root: &DataKey,
) -> Result<Keyring> {
    let mut open: BTreeMap<u32, Arc<DataKey>> = BTreeMap::new();
    for barrier in barriers {
        let version = barrier.wrap.version;
        let slot = Slot {
            hierarchy: row.hierarchy,
            place: Place::Barrier,
            version,
        };
        let key = match (&barrier.chain, barrier.is_rooted) {
            (Some(chain), false) => slot.unwrap(under(&open, chain)?, chain)?,
            _ => slot.unwrap(root, &barrier.wrap.wrap)?,
        };
        open.insert(version, Arc::new(key));
    }
    Ok(Keyring {
        hierarchy: row.hierarchy,
        barriers: open,
        head: OnceLock::new(),
    })
}

impl Embedded {
    /// Gives an empty store its hierarchy under a root key in the node's file. Nodes that start together write the same rows,
    /// so that one of them succeeds and the others take over what it made.
    pub(super) async fn initialise(&self) -> Result<()> {
        if self.find_store().await?.is_some() {
            return Ok(());
        }
        self.root.create_if_absent(&*self.entropy)?;
        let root = self.root.read()?;
        let mut hierarchy = [0u8; 16];
        self.entropy.fill(&mut hierarchy);
        let mut batch = Batch::new();
        let new = NewStore {
            hierarchy,
            root_check: root_check(&root, hierarchy),
            environment: self.environment.as_ref().map(Environment::name),
        };
        store::insert_store(&mut batch, &new, self.clock.now())?;
        store::found_tenant_keys(&mut batch, TenantId::NIL);
        self.found_hierarchy(&mut batch, hierarchy, &root, FIRST_ROOT)?;
        match self.database.commit(batch).await {
            Ok(_) => Ok(()),
            Err(_) if self.find_store().await?.is_some() => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// The first barrier key and the cell's key, in the commit that makes the store.
    pub(super) fn found_hierarchy(
        &self,
        batch: &mut Batch,
        hierarchy: [u8; 16],
        root: &DataKey,
        root_version: u32,
    ) -> Result<()> {
        let barrier = DataKey::generate(&*self.entropy);
        let version = store::FIRST_VERSION;
        let slot = Slot {
            hierarchy,
            place: Place::Barrier,
            version,
        };
        let under = Wrapping {
            key: root,
            version: root_version,
        };
        let wrap = slot.wrap(&under, &barrier, &*self.entropy);
        let barriers = BTreeMap::from([(version, Arc::new(barrier))]);
        let keyring = Keyring {
            hierarchy,
            barriers,
            head: OnceLock::new(),
        };
        let row = BarrierRow::rooted(WrapRow { version, wrap });
        store::insert_barrier(batch, row, self.clock.now())?;
        self.found_tenant(batch, &keyring, TenantId::NIL)
    }

    pub(super) async fn find_store(&self) -> Result<Option<StoreRow>> {
        let mut snapshot = self.database.snapshot().await?;
        store::find_store(&mut snapshot).await
    }

    /// Opens the barrier keyring with the root key file and holds it. Where the root key is in shares, the custodians have to
    /// come.
    ///
    /// # Errors
    /// [`UNINITIALISED`], [`SEALED`], [`crate::ROLLED_BACK`]; a fault when the root key is missing or another.
    pub(super) async fn unlock(&self) -> Result<Arc<Keyring>> {
        let keyring = settled(|| self.try_unlock()).await?;
        self.testify(&keyring).await;
        Ok(keyring)
    }

    async fn try_unlock(&self) -> Result<Option<Arc<Keyring>>> {
        let (row, barriers) = self.read_hierarchy().await?;
        if row.is_sealed || row.seal == Seal::Quorum {
            return Err(SEALED.into());
        }
        let Some(root) = self.root_of_file(&row).await? else {
            return Ok(None);
        };
        let keyring = Arc::new(open_hierarchy(&row, &barriers, &root)?);
        if self.weigh(&keyring).await?.is_none() {
            return Ok(None);
        }
        self.take_root(&row, &barriers, &keyring, &root).await?;
        self.hold_keyring(Some(Arc::clone(&keyring)));
        Ok(Some(keyring))
    }

    pub(super) async fn read_hierarchy(&self) -> Result<(StoreRow, Vec<BarrierRow>)> {
        let mut snapshot = self.database.snapshot().await?;
        let row = store::find_store(&mut snapshot)
            .await?
            .ok_or(UNINITIALISED)?;
        let barriers = store::barriers(&mut snapshot).await?;
        Ok((row, barriers))
    }

    /// The root key in the node's file; `None` when the row is to be read again, since the root key turned meanwhile.
    ///
    /// # Errors
    /// [`QUORUM_HELD`]; a fault when the file is missing, or not that of this store.
    pub(super) async fn root_of_file(&self, row: &StoreRow) -> Result<Option<DataKey>> {
        if row.seal == Seal::Quorum {
            return Err(QUORUM_HELD.into());
        }
        if let Some(root) = self.matching_root(row)? {
            return Ok(Some(root));
        }
        let now = self.find_store().await?.ok_or(UNINITIALISED)?;
        if now.root_version != row.root_version {
            return Ok(None);
        }
        let what = match self.root.exists() {
            true => {
                "the root key file is not the one that this key store was made with: \
                 put back the file that belongs to the store, or point to the right store"
            }
            false => {
                "this key store was made with a root key, and the node's root key file is missing: \
                 put back the file that belongs to the store"
            }
        };
        Err(Fault::new(what).into())
    }

    /// The key in the node's file if it is the root key, or the one that was to follow if that became it: then whoever turned the
    /// root key was interrupted, and what they began is ended here.
    fn matching_root(&self, row: &StoreRow) -> Result<Option<DataKey>> {
        let is_ours = |root: &DataKey| equal(&root_check(root, row.hierarchy), &row.root_check);
        let read = || match self.root.exists() {
            true => self.root.read().map(|root| Some(root).filter(is_ours)),
            false => Ok(None),
        };
        if let Some(root) = read()? {
            return Ok(Some(root));
        }
        let Some(next) = self.root.find_next()?.filter(is_ours) else {
            // It may have taken its place at this moment.
            return read();
        };
        match self.root.lock() {
            Ok(Some(lock)) => self.end_root_turn(row, &lock)?,
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "the root key file was not replaced yet"),
        }
        Ok(Some(next))
    }

    pub(super) async fn try_seal(&self) -> Result<Option<()>> {
        let row = self.find_store().await?.ok_or(UNINITIALISED)?;
        if row.is_sealed {
            return Ok(Some(()));
        }
        self.mark(&row, SealMark::Sealed).await
    }

    /// Whoever unseals shows first that they hold the root key.
    pub(super) async fn try_unseal(&self) -> Result<Option<()>> {
        let (row, barriers) = self.read_hierarchy().await?;
        let Some(root) = self.root_of_file(&row).await? else {
            return Ok(None);
        };
        let keyring = open_hierarchy(&row, &barriers, &root)?;
        if self.weigh(&keyring).await?.is_none() {
            return Ok(None);
        }
        if !row.is_sealed {
            return Ok(Some(()));
        }
        self.mark(&row, SealMark::Unsealed).await
    }

    pub(super) async fn mark(&self, row: &StoreRow, to: SealMark) -> Result<Option<()>> {
        let mut batch = Batch::new();
        store::update_seal(&mut batch, row.version, to, self.clock.now())?;
        self.commit(batch).await
    }
}
