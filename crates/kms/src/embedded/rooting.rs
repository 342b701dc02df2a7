//! The root key in the node's file turns: a newer one lies beside it, takes over in one commit, and then takes its place.
//!
//! The newer file is complete before the commit and is not removed or replaced by anybody, so that whichever key the store was
//! given is there, wherever an interruption falls. Nodes read the file beside when the one in its place is not the store's.

use base::Result;
use cipher::equal;
use db::Batch;

use super::{
    Embedded,
    hierarchy::{open_hierarchy, root_check},
    settled,
};
use crate::{
    Seal,
    place::Wrapping,
    quorum::ROOT_TURNING,
    root::RootLock,
    store::{self, StoreRow},
};

impl Embedded {
    /// Makes a new root key in the node's file and answers its version: the barrier keyring is wrapped by it alone, and the one
    /// before opens nothing. Nodes that are open stay open; where other nodes have files of their own, the new file has to be
    /// taken there before they restart.
    ///
    /// # Errors
    /// [`crate::QUORUM_HELD`], [`crate::UNINITIALISED`], [`ROOT_TURNING`]; a fault when the file is missing, another, or cannot be
    /// replaced.
    pub async fn rotate_root_file(&self) -> Result<u32> {
        let lock = self.root.lock()?.ok_or(ROOT_TURNING)?;
        settled(|| self.try_rotate_root_file(&lock)).await
    }

    async fn try_rotate_root_file(&self, lock: &RootLock) -> Result<Option<u32>> {
        let (row, barriers) = self.read_hierarchy().await?;
        let Some(before) = self.root_of_file(&row).await? else {
            return Ok(None);
        };
        self.end_root_turn(&row, lock)?;
        let keyring = open_hierarchy(&row, &barriers, &before)?;
        let root = self.root.make_next(lock, &*self.entropy)?;
        let version = row.root_version.saturating_add(1);
        let under = Wrapping {
            key: &root,
            version,
        };
        let mut batch = Batch::new();
        store::guard_store(&mut batch, row.version);
        for barrier in keyring.rewrap(&under, &*self.entropy) {
            store::root_barrier(&mut batch, barrier)?;
        }
        let new = (version, root_check(&root, row.hierarchy));
        store::set_root(&mut batch, Seal::Development, new, self.clock.now())?;
        if self.commit(batch).await?.is_none() {
            return Ok(None);
        }
        self.root.take_next(lock)?;
        Ok(Some(version))
    }

    /// Has the file beside take its place, if it holds the root key of the store.
    pub(super) fn end_root_turn(&self, row: &StoreRow, lock: &RootLock) -> Result<()> {
        match self.root.find_next()? {
            Some(next) if equal(&root_check(&next, row.hierarchy), &row.root_check) => {
                self.root.take_next(lock)
            }
            _ => Ok(()),
        }
    }
}
