//! What the house asks of the store: its state, what has changed, and which keys nobody uses.

use std::{sync::atomic::Ordering, time::Duration};

use base::{KeyId, Result, TenantId};
use db::{Batch, Snapshot};

use super::{Embedded, bounded};
use crate::{
    Changes, Gone, SEALED, Seal, SealState, Status, UnusedKey,
    store::{self, CHANGES_MAX, StoreRow},
};

/// How old a key must be before it can be removed as unused. Caches hand reserved keys out for a quarter of this time, which
/// leaves the rest for the act that commits the resource and for clocks that differ.
const UNUSED_AFTER: Duration = Duration::from_secs(24 * 3_600);

impl Embedded {
    pub(super) async fn report(&self) -> Result<Status> {
        let mut snapshot = self.database.snapshot().await?;
        let Some(row) = store::find_store(&mut snapshot).await? else {
            let counts = crate::KeyCounts::default();
            return Ok(Status {
                state: SealState::Uninitialised,
                quorum: None,
                counts,
            });
        };
        let counts = store::counts(&mut snapshot).await?;
        let quorum = self.quorum(&mut snapshot).await?;
        drop(snapshot);
        Ok(Status {
            state: self.state_of(&row),
            quorum,
            counts,
        })
    }

    pub(super) async fn changes_since(&self, since: i64) -> Result<Changes> {
        let head_before = self.head_seen.load(Ordering::SeqCst);
        let mut snapshot = self.database.snapshot().await?;
        let row = store::find_store(&mut snapshot).await?;
        let gone = match &row {
            Some(row) => gone_since(&mut snapshot, row.epoch, since).await?,
            None => Gone::Everything,
        };
        drop(snapshot);
        self.note_seal(row.as_ref().map(|row| row.seal));
        if let Some(row) = &row {
            self.note_head(row, head_before)?;
        }
        // What others changed is told to the witnesses as well, also that they sealed.
        let held = self.held_keyring();
        if let Some(keyring) = &held {
            self.testify(keyring).await;
        }
        // Under a quorum, a node that holds nothing waits for the custodians, whatever others do.
        let is_open = |row: &StoreRow| row.seal == Seal::Development || held.is_some();
        let Some(row) = row.filter(|row| !row.is_sealed && is_open(row)) else {
            return Ok(self.changes_while_sealed());
        };
        let followed = match held {
            Some(keyring) if keyring.is_current(&row) => Ok(()),
            Some(_) => self.follow().await,
            // Another node unsealed.
            None => self.unlock().await.map(drop),
        };
        match followed {
            Err(error) if error.is(&SEALED) => Ok(self.changes_while_sealed()),
            followed => followed.map(|()| Changes {
                epoch: row.epoch,
                is_sealed: false,
                gone,
            }),
        }
    }

    fn changes_while_sealed(&self) -> Changes {
        self.hold_keyring(None);
        Changes {
            epoch: 0,
            is_sealed: true,
            gone: Gone::Everything,
        }
    }

    pub(super) async fn unused(&self, limit: u32) -> Result<Vec<UnusedKey>> {
        let before = self.clock.now().before(UNUSED_AFTER);
        let mut snapshot = self.database.snapshot().await?;
        store::list_unused(&mut snapshot, before, limit).await
    }

    pub(super) async fn try_mark_used(
        &self,
        tenant: TenantId,
        keys: &[KeyId],
    ) -> Result<Option<()>> {
        bounded(keys)?;
        let now = self.clock.now();
        let mut batch = Batch::new();
        for key in keys {
            store::mark_used(&mut batch, tenant, *key, now)?;
        }
        self.commit(batch).await
    }

    pub(super) async fn try_discard(&self, tenant: TenantId, keys: &[KeyId]) -> Result<Option<()>> {
        bounded(keys)?;
        let before = self.clock.now().before(UNUSED_AFTER);
        let mut batch = Batch::new();
        for key in keys {
            store::discard(&mut batch, tenant, *key, before)?;
        }
        self.commit(batch).await
    }
}

async fn gone_since(snapshot: &mut Snapshot, epoch: i64, since: i64) -> Result<Gone> {
    Ok(match epoch.checked_sub(since) {
        Some(0) => Gone::These(Vec::new()),
        Some(missed @ 1..) if missed <= i64::from(CHANGES_MAX) => {
            let listed = store::list_changes(snapshot, since).await?;
            let is_whole = i64::try_from(listed.len()) == Ok(missed);
            let keys: Option<Vec<_>> = listed.into_iter().collect();
            keys.filter(|_| is_whole)
                .map_or(Gone::Everything, Gone::These)
        }
        _ => Gone::Everything,
    })
}
