//! The root key in shares: given out, come back and held, entered to unseal, shown at a drill.

use std::{
    num::NonZeroU8,
    sync::{Arc, MutexGuard, PoisonError},
};

use base::{Fault, Result};
use cipher::{DataKey, KeyShare, equal, join_key, split_key};
use db::{Batch, Snapshot};

use super::{
    Embedded,
    hierarchy::{Keyring, open_hierarchy, root_check},
    settled,
};
use crate::{
    Seal, UNINITIALISED,
    place::Wrapping,
    quorum::{
        Custodian, Kept, QUORUM_NONE, Quorum, SHARE_OTHER, SHARE_TWICE, SHARES_FEW,
        SHARES_NOT_GIVEN, SharePlan, UNSEALED,
    },
    share::Share,
    store::{self, BarrierRow, SealMark, ShareRow, ShareSet, StoreRow},
};

/// What shows that somebody may give the root key other keepers: the root key as it is held now.
pub enum Authority<'a> {
    /// The node's file, under the development seal.
    RootFile,
    /// Enough shares of those who keep it.
    Shares(&'a [Share]),
}

/// A share for its custodian. It is shown once.
pub struct Given {
    pub custodian: Custodian,
    pub share: Share,
}

/// A root key that was just made, in shares.
pub(super) struct Split {
    pub(super) root: DataKey,
    pub(super) set: ShareSet,
    pub(super) rows: Vec<ShareRow>,
    pub(super) shares: Vec<Share>,
}

/// The shares with those who get them.
pub(super) fn given_to(plan: &SharePlan, shares: Vec<Share>) -> Vec<Given> {
    let given = plan.custodians.iter().zip(shares);
    let given = given.map(|(custodian, share)| Given {
        custodian: custodian.clone(),
        share,
    });
    given.collect()
}

/// What came of entering a share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entered {
    /// More are needed.
    Waiting(Quorum),
    /// It was the last that was needed: the store is open at this node.
    Unsealed,
}

/// The store with its hierarchy and its sets of shares, read in one view.
pub(super) struct View {
    pub(super) row: StoreRow,
    pub(super) barriers: Vec<BarrierRow>,
    pub(super) held: Option<ShareSet>,
    pub(super) given: Option<ShareSet>,
}

impl Embedded {
    /// Makes a new root key and gives it out in shares. Nothing changes for the store until enough of them have come back
    /// ([`Embedded::hold_shares`]); shares that were given before and did not come back are void.
    ///
    /// # Errors
    /// What [`SharePlan`] refuses; [`QUORUM_NONE`], [`crate::QUORUM_HELD`], [`SHARE_OTHER`], [`SHARE_TWICE`], [`SHARES_FEW`]
    /// for an authority that is none; [`UNINITIALISED`]; a fault when the root key file is missing or another.
    pub async fn give_shares(
        &self,
        authority: &Authority<'_>,
        plan: &SharePlan,
    ) -> Result<Vec<Given>> {
        settled(|| self.try_give_shares(authority, plan)).await
    }

    async fn try_give_shares(
        &self,
        authority: &Authority<'_>,
        plan: &SharePlan,
    ) -> Result<Option<Vec<Given>>> {
        let count = plan.check()?;
        let view = self.view().await?;
        if self.root_of(authority, &view).await?.is_none() {
            return Ok(None);
        }
        let newest = [&view.held, &view.given];
        let newest = newest.into_iter().flatten().map(|set| set.number).max();
        let number = newest.unwrap_or(0).saturating_add(1);
        let Split {
            set, rows, shares, ..
        } = self.split(plan, count, view.row.hierarchy, number)?;

        let mut batch = Batch::new();
        store::guard_store(&mut batch, view.row.version);
        let void = view.given.as_ref().map(|given| given.number);
        store::insert_share_set(&mut batch, (&set, void), rows, self.clock.now())?;
        let committed = self.commit(batch).await?;
        Ok(committed.map(|()| given_to(plan, shares)))
    }

    /// A new root key in shares.
    pub(super) fn split(
        &self,
        plan: &SharePlan,
        count: NonZeroU8,
        hierarchy: [u8; 16],
        number: u32,
    ) -> Result<Split> {
        let root = DataKey::generate(&*self.entropy);
        let set = ShareSet {
            number,
            is_held: false,
            threshold: plan.threshold,
            root_check: root_check(&root, hierarchy),
        };
        let split = split_key(&root, count, plan.threshold, &*self.entropy);
        let split =
            split.map_err(|error| Fault::new(format!("splitting a root key: {error:?}")))?;
        let shares: Vec<Share> = split
            .into_iter()
            .map(|key| Share::new(hierarchy, number, key))
            .collect();
        let rows = shares.iter().zip(&plan.custodians);
        let rows = rows.map(|(share, custodian)| ShareRow {
            kept: Kept {
                place: share.place(),
                custodian: custodian.clone(),
                proved_at: None,
            },
            check: share.check(hierarchy),
        });
        Ok(Split {
            root,
            set,
            rows: rows.collect(),
            shares,
        })
    }

    /// Takes over the root key whose shares were given out, once enough of them are here: the barrier keyring is wrapped by it
    /// alone from then on, and the root key before opens nothing. Nodes that are open stay open.
    ///
    /// # Errors
    /// As [`Embedded::give_shares`]; [`SHARES_NOT_GIVEN`].
    pub async fn hold_shares(&self, authority: &Authority<'_>, given: &[Share]) -> Result<()> {
        settled(|| self.try_hold_shares(authority, given)).await?;
        // Under a development seal the file has done its work. It opens nothing, whether it can be removed or not.
        match authority {
            Authority::RootFile => self.root.remove(),
            Authority::Shares(_) => Ok(()),
        }
    }

    async fn try_hold_shares(
        &self,
        authority: &Authority<'_>,
        given: &[Share],
    ) -> Result<Option<()>> {
        let view = self.view().await?;
        let Some(before) = self.root_of(authority, &view).await? else {
            return Ok(None);
        };
        let set = view.given.as_ref().ok_or(SHARES_NOT_GIVEN)?;
        let root = self.join(&view.row, set, given).await?;
        let keyring = open_hierarchy(&view.row, &view.barriers, &before)?;
        let version = view.row.root_version.saturating_add(1);
        let under = Wrapping {
            key: &root,
            version,
        };
        let now = self.clock.now();

        let mut batch = Batch::new();
        store::guard_store(&mut batch, view.row.version);
        for barrier in keyring.rewrap(&under, &*self.entropy) {
            store::root_barrier(&mut batch, barrier)?;
        }
        let new = (version, set.root_check);
        store::set_root(&mut batch, Seal::Quorum, new, now)?;
        let retired = view.held.as_ref().map(|held| held.number);
        store::hold_share_set(&mut batch, set.number, retired)?;
        for share in given {
            store::prove_share(&mut batch, set.number, share.place(), now)?;
        }
        self.commit(batch).await
    }

    /// Enters a share at this node. The last that is needed opens the store here; a node apart waits for its own.
    ///
    /// # Errors
    /// [`UNINITIALISED`], [`QUORUM_NONE`], [`UNSEALED`], [`SHARE_OTHER`], [`SHARE_TWICE`].
    pub async fn enter_share(&self, share: Share) -> Result<Entered> {
        let view = self.view().await?;
        let held = view.held.as_ref().ok_or(QUORUM_NONE)?;
        if !view.row.is_sealed && self.held_keyring().is_some() {
            return Err(UNSEALED.into());
        }
        let known = self.shares_of(held).await?;
        is_known(&view.row, held, &known, &share)?;
        let enough = self.note_entered(held, share)?;
        let Some(shares) = enough else {
            return Ok(Entered::Waiting(self.progress(held, known.len())));
        };
        let root = self.join(&view.row, held, &shares).await?;
        let (row, barriers, keyring) = settled(|| self.opened_with(&root)).await?;
        let places: Vec<NonZeroU8> = shares.iter().map(Share::place).collect();
        settled(|| self.try_open(&row, held.number, &places)).await?;
        self.take_root(&row, &barriers, &keyring, &root).await?;
        self.hold_keyring(Some(Arc::clone(&keyring)));
        self.testify(&keyring).await;
        Ok(Entered::Unsealed)
    }

    /// Keeps the share with those that came before it; all of them once they are enough, and then they are not kept.
    fn note_entered(&self, held: &ShareSet, share: Share) -> Result<Option<Vec<Share>>> {
        let mut entered = self.entered();
        // Shares of a root key that is held no more are worth nothing.
        entered.retain(|one| one.set == held.number);
        if entered.iter().any(|one| one.place() == share.place()) {
            return Err(SHARE_TWICE.into());
        }
        entered.push(share);
        let is_enough = entered.len() >= usize::from(held.threshold.get());
        Ok(is_enough.then(|| std::mem::take(&mut *entered)))
    }

    /// The hierarchy as it stands now, opened with its root key and weighed.
    async fn opened_with(
        &self,
        root: &DataKey,
    ) -> Result<Option<(StoreRow, Vec<BarrierRow>, Arc<Keyring>)>> {
        let (row, barriers) = self.read_hierarchy().await?;
        if !equal(&root_check(root, row.hierarchy), &row.root_check) {
            return Err(SHARE_OTHER.into());
        }
        let keyring = Arc::new(open_hierarchy(&row, &barriers, root)?);
        let weighed = self.weigh(&keyring).await?;
        Ok(weighed.map(|()| (row, barriers, keyring)))
    }

    /// Opens the store for every node, and notes whose shares did.
    async fn try_open(
        &self,
        seen: &StoreRow,
        set: u32,
        places: &[NonZeroU8],
    ) -> Result<Option<()>> {
        let row = self.find_store().await?.ok_or(UNINITIALISED)?;
        if !equal(&row.root_check, &seen.root_check) {
            return Err(SHARE_OTHER.into());
        }
        let (mut batch, now) = (Batch::new(), self.clock.now());
        for place in places {
            store::prove_share(&mut batch, set, *place, now)?;
        }
        if row.is_sealed {
            store::update_seal(&mut batch, row.version, SealMark::Unsealed, now)?;
            store::note_opened(&mut batch, now)?;
        }
        self.commit(batch).await
    }

    /// Forgets what was entered at this node.
    pub fn forget_shares(&self) {
        self.entered().clear();
    }

    /// Has a custodian show that they hold their share. Nothing is opened with it, sealed or not.
    ///
    /// # Errors
    /// [`UNINITIALISED`], [`QUORUM_NONE`], [`SHARE_OTHER`].
    pub async fn prove_share(&self, share: &Share) -> Result<Kept> {
        let now = self.clock.now();
        settled(|| async {
            let view = self.view().await?;
            let held = view.held.as_ref().ok_or(QUORUM_NONE)?;
            let known = self.shares_of(held).await?;
            let kept = is_known(&view.row, held, &known, share)?.kept.clone();
            let mut batch = Batch::new();
            store::prove_share(&mut batch, held.number, share.place(), now)?;
            let proved = Kept {
                proved_at: Some(now),
                ..kept
            };
            Ok(self.commit(batch).await?.map(|()| proved))
        })
        .await
    }

    /// Who keeps the root key.
    ///
    /// # Errors
    /// [`UNINITIALISED`], [`QUORUM_NONE`].
    pub async fn custodians(&self) -> Result<Vec<Kept>> {
        let view = self.view().await?;
        let held = view.held.as_ref().ok_or(QUORUM_NONE)?;
        let shares = self.shares_of(held).await?;
        Ok(shares.into_iter().map(|share| share.kept).collect())
    }

    /// How the root key is held in shares, if it is.
    pub(super) async fn quorum(&self, snapshot: &mut Snapshot) -> Result<Option<Quorum>> {
        let sets = store::share_sets(snapshot).await?;
        let Some(held) = sets.into_iter().find(|set| set.is_held) else {
            return Ok(None);
        };
        let shares = store::shares(snapshot, held.number).await?;
        Ok(Some(self.progress(&held, shares.len())))
    }

    pub(super) fn progress(&self, held: &ShareSet, shares: usize) -> Quorum {
        let entered = self.entered();
        Quorum {
            shares,
            threshold: held.threshold,
            entered: entered.iter().filter(|one| one.set == held.number).count(),
        }
    }

    fn entered(&self) -> MutexGuard<'_, Vec<Share>> {
        self.entered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) async fn view(&self) -> Result<View> {
        let mut snapshot = self.database.snapshot().await?;
        let row = store::find_store(&mut snapshot)
            .await?
            .ok_or(UNINITIALISED)?;
        let barriers = store::barriers(&mut snapshot).await?;
        let (held, given) = store::share_sets(&mut snapshot)
            .await?
            .into_iter()
            .partition::<Vec<_>, _>(|set| set.is_held);
        Ok(View {
            row,
            barriers,
            held: held.into_iter().next(),
            given: given.into_iter().next(),
        })
    }

    pub(super) async fn shares_of(&self, set: &ShareSet) -> Result<Vec<ShareRow>> {
        let mut snapshot = self.database.snapshot().await?;
        store::shares(&mut snapshot, set.number).await
    }

    /// The root key as it is held now, which whoever changes its keepers has to show; `None` when the store is to be read again.
    pub(super) async fn root_of(
        &self,
        authority: &Authority<'_>,
        view: &View,
    ) -> Result<Option<DataKey>> {
        match (authority, &view.held) {
            (Authority::RootFile, _) => self.root_of_file(&view.row).await,
            (Authority::Shares(shares), Some(held)) => {
                self.join(&view.row, held, shares).await.map(Some)
            }
            (Authority::Shares(_), None) => Err(QUORUM_NONE.into()),
        }
    }

    /// The root key of a set, of enough of its shares.
    ///
    /// # Errors
    /// [`SHARES_FEW`], [`SHARE_OTHER`], [`SHARE_TWICE`].
    pub(super) async fn join(
        &self,
        row: &StoreRow,
        set: &ShareSet,
        shares: &[Share],
    ) -> Result<DataKey> {
        let known = self.shares_of(set).await?;
        for share in shares {
            is_known(row, set, &known, share)?;
        }
        if shares.len() < usize::from(set.threshold.get()) {
            return Err(SHARES_FEW.into());
        }
        let keys = shares.iter().map(|share| {
            let key = &share.key;
            KeyShare::new(key.place(), key.expose())
        });
        let root = join_key(&keys.collect::<Vec<_>>()).map_err(|_| SHARE_TWICE)?;
        match equal(&root_check(&root, row.hierarchy), &set.root_check) {
            true => Ok(root),
            // Every share is known and they are enough: what the store holds of them was changed.
            false => Err(Fault::new("the shares do not give the root key of this store").into()),
        }
    }
}

/// What the store knows of a share.
///
/// # Errors
/// [`SHARE_OTHER`].
pub(super) fn is_known<'a>(
    row: &StoreRow,
    set: &ShareSet,
    known: &'a [ShareRow],
    share: &Share,
) -> Result<&'a ShareRow> {
    let check = share.check(row.hierarchy);
    let is_ours = share.is_of(row.hierarchy) && share.set == set.number;
    let found = known
        .iter()
        .find(|one| is_ours && one.kept.place == share.place() && equal(&one.check, &check));
    found.ok_or_else(|| SHARE_OTHER.into())
}
