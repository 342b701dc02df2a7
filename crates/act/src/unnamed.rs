//! Blobs that no row names: pictures that were replaced or removed, and what acts left behind that ran twice or not to their end.

use std::time::Duration;

use base::{BlobId, Result, TenantId};
use db::{Snapshot, params};

use crate::Runtime;

/// A blob is written before the row that names it: only what is older than any act is looked at.
pub const GRACE: Duration = Duration::from_secs(86_400);
/// How many blobs are looked at between two breaths.
const BLOBS_AT_ONCE: u16 = 200;

/// What a round did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Removed {
    pub unnamed: u64,
    /// Uploads that broke off.
    pub abandoned: u64,
}

impl Runtime {
    /// Removes the blobs that no row of any module names, and what is left of uploads that broke off. What took the name away
    /// has its entry; here is only tidied up. One node of the cell at a time calls it; two would only do work twice.
    ///
    /// # Errors
    /// A fault when the database or the store of blobs fails.
    pub async fn remove_unnamed_blobs(&self) -> Result<Removed> {
        let ports = self.ports();
        let before = ports.clock.now().before(GRACE);
        let mut removed = Removed::default();
        let mut after: Option<BlobId> = None;
        loop {
            let page = ports.blobs.list(after, BLOBS_AT_ONCE).await?;
            let mut snapshot = ports.database.snapshot().await?;
            let mut unnamed = Vec::new();
            for blob in page.iter().filter(|blob| blob.stored_at < before) {
                if !self.is_named(&mut snapshot, blob.id).await? {
                    unnamed.push(blob.id);
                }
            }
            drop(snapshot);
            for id in unnamed {
                ports.blobs.delete(id).await?;
                removed.unnamed += 1;
            }
            match page.last() {
                Some(last) => after = Some(last.id),
                None => break,
            }
        }
        removed.abandoned = ports.blobs.remove_abandoned(before).await?;
        Ok(removed)
    }

    async fn is_named(&self, snapshot: &mut Snapshot, blob: BlobId) -> Result<bool> {
        for statement in self.modules().iter().flat_map(|module| module.blobs) {
            let params = params! { blob: blob };
            if snapshot
                .row(TenantId::NIL, statement, params)
                .await?
                .is_some()
            {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
