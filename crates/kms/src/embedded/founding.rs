//! A store whose root key is in shares from the beginning, and shares that get their custodians later.

use base::Result;
use db::Batch;

use super::{
    Embedded, settled,
    shares::{Given, Split, given_to, is_known},
};
use crate::{
    Environment,
    quorum::{CUSTODIAN_TWICE, Custodian, INITIALISED, Kept, QUORUM_NONE, SharePlan},
    share::Share,
    store::{self, NewStore},
};

/// The version of a root key that was in shares from the beginning, and of the set of them.
const FIRST: u32 = 1;

impl Embedded {
    /// Gives an empty store a hierarchy whose root key is in shares alone; it stays sealed until enough of them are entered. A
    /// store that was never opened may be given a new one: whoever was to be told the shares may not have been.
    ///
    /// # Errors
    /// What [`SharePlan`] refuses; [`INITIALISED`].
    pub async fn initialise_shared(&self, plan: &SharePlan) -> Result<Vec<Given>> {
        settled(|| self.try_initialise_shared(plan)).await
    }

    async fn try_initialise_shared(&self, plan: &SharePlan) -> Result<Option<Vec<Given>>> {
        let count = plan.check()?;
        let mut batch = Batch::new();
        match self.find_store().await? {
            Some(row) if row.was_opened || !row.is_sealed => return Err(INITIALISED.into()),
            Some(row) => store::forget_store(&mut batch, row.version)?,
            None => {
                store::found_head(&mut batch);
                store::found_tenant_keys(&mut batch, base::TenantId::NIL);
            }
        }
        let mut hierarchy = [0u8; 16];
        self.entropy.fill(&mut hierarchy);
        let now = self.clock.now();
        let Split {
            root,
            set,
            rows,
            shares,
        } = self.split(plan, count, hierarchy, FIRST)?;
        let new = NewStore {
            hierarchy,
            root_check: set.root_check,
            environment: self.environment.as_ref().map(Environment::name),
        };
        store::insert_shared_store(&mut batch, &new, now)?;
        self.found_hierarchy(&mut batch, hierarchy, &root, FIRST)?;
        store::insert_share_set(&mut batch, (&set, None), rows, now)?;
        store::hold_share_set(&mut batch, set.number, None)?;
        let committed = self.commit(batch).await?;
        self.forget_shares();
        Ok(committed.map(|()| given_to(plan, shares)))
    }

    /// Whether a share is one of the root key as it is held.
    ///
    /// # Errors
    /// [`crate::UNINITIALISED`], [`QUORUM_NONE`], [`crate::SHARE_OTHER`].
    pub async fn check_share(&self, share: &Share) -> Result<()> {
        let view = self.view().await?;
        let held = view.held.as_ref().ok_or(QUORUM_NONE)?;
        let known = self.shares_of(held).await?;
        is_known(&view.row, held, &known, share).map(drop)
    }

    /// Whether the shares give the root key as it is held. Nothing is opened with it.
    ///
    /// # Errors
    /// As [`Embedded::check_share`]; [`crate::SHARES_FEW`], [`crate::SHARE_TWICE`].
    pub async fn prove_quorum(&self, shares: &[Share]) -> Result<()> {
        let view = self.view().await?;
        let held = view.held.as_ref().ok_or(QUORUM_NONE)?;
        self.join(&view.row, held, shares).await.map(drop)
    }

    /// Makes shares void that were given out and did not take over.
    ///
    /// # Errors
    /// [`crate::UNINITIALISED`].
    pub async fn withdraw_shares(&self) -> Result<()> {
        settled(|| async {
            let view = self.view().await?;
            let Some(given) = &view.given else {
                return Ok(Some(()));
            };
            let mut batch = Batch::new();
            store::guard_store(&mut batch, view.row.version);
            store::forget_share_set(&mut batch, given.number)?;
            self.commit(batch).await
        })
        .await
    }

    /// Whether every share of the root key has a custodian of its own, who is told from the others.
    ///
    /// # Errors
    /// [`crate::UNINITIALISED`], [`QUORUM_NONE`].
    pub async fn has_custodian_for_each_share(&self) -> Result<bool> {
        let kept = self.custodians().await?;
        let is_apart = |(at, one): (usize, &Kept)| {
            let before = kept.iter().take(at).map(|other| &other.custodian);
            one.custodian.check_beside(before).is_ok()
        };
        Ok(kept.iter().enumerate().all(is_apart))
    }

    /// Names the custodian of a share that has none yet; whoever names them shows the share.
    ///
    /// # Errors
    /// As [`Embedded::check_share`]; [`crate::CUSTODIAN_INVALID`]; [`CUSTODIAN_TWICE`] for a name or role that another share has,
    /// or a share that has a custodian.
    pub async fn assign_share(&self, share: &Share, custodian: &Custodian) -> Result<()> {
        settled(|| async {
            let view = self.view().await?;
            let held = view.held.as_ref().ok_or(QUORUM_NONE)?;
            let known = self.shares_of(held).await?;
            let own = is_known(&view.row, held, &known, share)?;
            if own.kept.custodian.is_somebody() {
                return Err(CUSTODIAN_TWICE.into());
            }
            let others = known.iter().map(|one| &one.kept.custodian);
            custodian.check_beside(others.filter(|other| other.is_somebody()))?;
            let mut batch = Batch::new();
            store::guard_store(&mut batch, view.row.version);
            store::assign_share(&mut batch, held.number, share.place(), custodian)?;
            self.commit(batch).await
        })
        .await
    }
}
