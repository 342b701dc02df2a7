//! An older copy of the store is told by what witnesses saw: it is not opened until somebody accepts it.
//!
//! The store comes first and the witnesses follow, so that an interruption leaves the store ahead of them and never behind.
//! What witnesses keep is signed with a key of the cell.

use std::sync::{Arc, atomic::Ordering};

use base::{Context, Fault, Result, TenantId};
use cipher::BlindIndex;
use db::Batch;

use super::{
    Authority, Embedded,
    hierarchy::{Keyring, open_hierarchy},
    settled,
};
use crate::{
    Head, ROLLED_BACK, UNINITIALISED,
    store::{self, StoreRow, TenantRow, TenantState, WrapRow},
};

/// The label of the key by which a head is known to be of the store.
const HEAD_KEY: &str = "kms.head";

/// What opens the key of heads.
struct CellRows {
    guard: i64,
    keys: Vec<WrapRow>,
    stored: Vec<WrapRow>,
}

impl Embedded {
    /// Whether the store that a keyring was read from is as far as this process and every witness saw it. `None` when it is to be read again, since
    /// the barrier turned meanwhile.
    ///
    /// # Errors
    /// [`ROLLED_BACK`]; a fault when a witness does not answer, or saw another store.
    pub(super) async fn weigh(&self, keyring: &Keyring) -> Result<Option<()>> {
        let (seen, before) = (
            self.read_witnesses().await?,
            self.head_seen.load(Ordering::SeqCst),
        );
        // Read after the witnesses: what they saw by then, an honest store has.
        let row = self.find_store().await?.ok_or(UNINITIALISED)?;
        self.note_head(&row, before)?;
        if seen.is_empty() {
            return Ok(Some(()));
        }
        let rows = self.read_cell().await?;
        if !keyring.has_keys_of(&rows.keys) {
            return Ok(None);
        }
        let key = match rows.stored.is_empty() {
            true => None,
            false => self.head_key_in(keyring, rows).await?,
        };
        for head in seen {
            if head.hierarchy != row.hierarchy {
                return Err(Fault::new(
                    "a witness saw another key store than this one: point to the right store, or remove what the \
                     witness keeps if the store was set up anew",
                )
                .into());
            }
            // A store without the key is from before any witness saw it.
            let Some(key) = &key else {
                return Err(ROLLED_BACK.into());
            };
            if !head.is_true(key) {
                let what = "what a witness keeps was not written by this key store";
                return Err(Fault::new(what).into());
            }
            if head.number > row.head {
                tracing::error!(
                    seen = head.number,
                    head = row.head,
                    "the key store is an older copy"
                );
                return Err(ROLLED_BACK.into());
            }
        }
        Ok(Some(()))
    }

    /// Tells the witnesses how far the store is. One that cannot be told is behind, which is noticed in the log and harms nobody
    /// until the store is put back.
    pub(super) async fn testify(&self, keyring: &Keyring) {
        if self.witnesses.is_empty() {
            return;
        }
        if let Err(error) = self.try_testify(keyring).await {
            tracing::error!(%error, "a witness could not be told how far the key store is");
        }
    }

    async fn try_testify(&self, keyring: &Keyring) -> Result<()> {
        // One after the other, so that none tells an older head than one before.
        let mut witnessed = self.witnessed.lock().await;
        let row = self.find_store().await?.ok_or(UNINITIALISED)?;
        if *witnessed >= row.head {
            return Ok(());
        }
        let key = settled(|| self.head_key(keyring)).await?;
        let head = Head::new(row.hierarchy, row.head, &key);
        let mut told = Ok(());
        for witness in &self.witnesses {
            told = told.and(witness.write(head).await);
        }
        if told.is_ok() {
            *witnessed = row.head;
        }
        told
    }

    /// Accepts that the store is an older copy of what it was: from now on it is ahead of every witness. Whoever does so holds the
    /// root key, and says by it that what happened since that copy was made, destruction included, may be undone.
    ///
    /// # Errors
    /// [`UNINITIALISED`]; as [`Embedded::give_shares`] for an authority that is none; a fault when a witness cannot be told.
    pub async fn accept_rollback(&self, authority: &Authority<'_>) -> Result<()> {
        let keyring = settled(|| self.try_accept_rollback(authority)).await?;
        *self.witnessed.lock().await = 0;
        match self.witnesses.is_empty() {
            true => Ok(()),
            false => self.try_testify(&keyring).await,
        }
    }

    async fn try_accept_rollback(&self, authority: &Authority<'_>) -> Result<Option<Keyring>> {
        let view = self.view().await?;
        let Some(root) = self.root_of(authority, &view).await? else {
            return Ok(None);
        };
        let keyring = open_hierarchy(&view.row, &view.barriers, &root)?;
        let mut known = 0;
        for head in self.read_witnesses().await? {
            if head.hierarchy == view.row.hierarchy {
                known = known.max(head.number);
            }
        }
        let mut batch = Batch::new();
        let next = store::lift_head(&mut batch, &view.row, known)?;
        if self.database_commit(batch).await?.is_none() {
            return Ok(None);
        }
        self.head_seen.store(next, Ordering::SeqCst);
        Ok(Some(keyring))
    }

    /// Compares a reading of the store with those before it, in this process. `before` is what [`Embedded::head_seen`] was when the
    /// reading began.
    ///
    /// # Errors
    /// [`ROLLED_BACK`], and then this node holds no key.
    pub(super) fn note_head(&self, row: &StoreRow, before: i64) -> Result<()> {
        if row.head < before {
            tracing::error!(
                seen = before,
                head = row.head,
                "the key store was replaced by an older copy"
            );
            self.hold_keyring(None);
            return Err(ROLLED_BACK.into());
        }
        self.head_seen.fetch_max(row.head, Ordering::SeqCst);
        Ok(())
    }

    async fn read_witnesses(&self) -> Result<Vec<Head>> {
        let mut heads = Vec::with_capacity(self.witnesses.len());
        for witness in &self.witnesses {
            heads.extend(witness.read().await?);
        }
        Ok(heads)
    }

    /// Past the seal: a store is weighed before it is opened, and a sealed one is told of as well.
    async fn read_cell(&self) -> Result<CellRows> {
        let cell = TenantId::NIL;
        let mut snapshot = self.database.snapshot().await?;
        let stored = store::index_keys(&mut snapshot, cell, HEAD_KEY).await?;
        match store::find_tenant(&mut snapshot, cell).await? {
            Some(TenantRow {
                state: TenantState::Live { guard, keys },
                ..
            }) => Ok(CellRows {
                guard,
                keys,
                stored,
            }),
            _ => Err(Fault::new("the cell has no key").into()),
        }
    }

    async fn head_key(&self, keyring: &Keyring) -> Result<Option<Arc<BlindIndex>>> {
        if let Some(key) = keyring.head.get() {
            return Ok(Some(Arc::clone(key)));
        }
        let rows = self.read_cell().await?;
        self.head_key_in(keyring, rows).await
    }

    /// The key of heads, made if there is none yet; `None` when something changed underneath.
    async fn head_key_in(
        &self,
        keyring: &Keyring,
        rows: CellRows,
    ) -> Result<Option<Arc<BlindIndex>>> {
        let CellRows {
            guard,
            keys,
            stored,
        } = rows;
        let place = (TenantId::NIL, HEAD_KEY);
        let index = self.index_in(keyring, place, (guard, &keys), &stored);
        let Some(index) = index.await? else {
            return Ok(None);
        };
        // Several stand here only after that key itself was followed by a newer one, which nobody does yet.
        index
            .older
            .is_empty()
            .then_some(())
            .context("the key of heads has several versions")?;
        Ok(Some(Arc::clone(keyring.head.get_or_init(|| index.newest))))
    }
}
