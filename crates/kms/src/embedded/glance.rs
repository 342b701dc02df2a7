//! The seal at a glance: for those who ask often, or before anybody is let in. No key is counted.

use std::sync::atomic::Ordering;

use base::{Result, TenantId};

use super::{Embedded, rotation::TenantKey};
use crate::{
    Seal, SealState,
    quorum::Quorum,
    store::{self, ShareSet, StoreRow},
};

/// The seal as it stands at this node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealReading {
    pub state: SealState,
    /// Whether the store itself is marked as sealed, for every node. A node without shares is sealed although the store is not.
    pub is_marked: bool,
    /// How the root key is held in shares; nothing under the development seal.
    pub held: Option<Quorum>,
    /// New shares that were given out and have not taken over yet.
    pub given: Option<Quorum>,
}

/// What [`Embedded::seal_seen`] keeps: nothing yet, a file, shares.
const UNSEEN: u8 = 0;
const DEVELOPMENT: u8 = 1;
const QUORUM: u8 = 2;

impl Embedded {
    /// Whether this node holds the keyring. A look at memory: a seal that another node has set is known within a second.
    pub fn is_open(&self) -> bool {
        self.held_keyring().is_some()
    }

    /// How the root key was held when the store was last read; nothing while it has no hierarchy. A look at memory.
    pub fn seal_seen(&self) -> Option<Seal> {
        match self.seal_seen.load(Ordering::Relaxed) {
            DEVELOPMENT => Some(Seal::Development),
            QUORUM => Some(Seal::Quorum),
            _ => None,
        }
    }

    pub(super) fn note_seal(&self, seal: Option<Seal>) {
        let seen = match seal {
            None => UNSEEN,
            Some(Seal::Development) => DEVELOPMENT,
            Some(Seal::Quorum) => QUORUM,
        };
        self.seal_seen.store(seen, Ordering::Relaxed);
    }

    pub(super) fn state_of(&self, row: &StoreRow) -> SealState {
        match row.is_sealed || self.held_keyring().is_none() {
            true => SealState::Sealed { seal: row.seal },
            false => SealState::Unsealed { seal: row.seal },
        }
    }

    /// The seal and the shares, read without counting keys.
    ///
    /// # Errors
    /// A fault when the store does not answer.
    pub async fn read_seal(&self) -> Result<SealReading> {
        let mut snapshot = self.database.snapshot().await?;
        let Some(row) = store::find_store(&mut snapshot).await? else {
            return Ok(SealReading {
                state: SealState::Uninitialised,
                is_marked: false,
                held: None,
                given: None,
            });
        };
        self.note_seal(Some(row.seal));
        let mut reading = SealReading {
            state: self.state_of(&row),
            is_marked: row.is_sealed,
            held: None,
            given: None,
        };
        for set in store::share_sets(&mut snapshot).await? {
            let shares = store::shares(&mut snapshot, set.number).await?.len();
            match set.is_held {
                true => reading.held = Some(self.progress(&set, shares)),
                false => reading.given = Some(given(&set, shares)),
            }
        }
        Ok(reading)
    }

    /// The newest key of one tenant.
    ///
    /// # Errors
    /// As [`Embedded::list_tenant_keys`].
    pub async fn find_tenant_key(&self, tenant: TenantId) -> Result<Option<TenantKey>> {
        let mut snapshot = self.database.snapshot().await?;
        let row = store::find_tenant_key(&mut snapshot, tenant).await?;
        Ok(row.map(TenantKey::of))
    }
}

fn given(set: &ShareSet, shares: usize) -> Quorum {
    Quorum {
        shares,
        threshold: set.threshold,
        entered: 0,
    }
}
