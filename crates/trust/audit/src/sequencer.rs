//! Numbers entries and chains them: one node of the cell at a time, behind the writers and never in their way.

use std::{sync::Arc, time::Duration};

use base::{Id, Result, TenantId, Timestamp};
use db::{Batch, CommitError, Database, Lease, LeaseKeeper, Plain, params};

use crate::{
    chain::{Last, Leaf},
    store,
};

/// The lease of the cell's sequencer.
const LEASE: [u8; 16] = *b"audit.sequencer.";
/// How long a silent leader keeps the lease.
pub(crate) const SPAN: Duration = Duration::from_secs(10);
/// How often a node that does not lead asks whether it may.
const ASK_EVERY: Duration = Duration::from_secs(1);
/// How many entries one batch numbers.
pub(crate) const ENTRIES_MAX: u32 = 256;

/// What a step did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// Another node leads.
    Follows,
    /// Nothing waits.
    Idle,
    /// Entries were numbered; more may wait.
    Numbered,
}

/// One node's part in numbering.
pub(crate) struct Sequencer {
    database: Arc<Database>,
    keeper: LeaseKeeper,
    lease: Option<Lease>,
    /// What the chain ends with, known only while leading without interruption.
    last: Option<Last>,
    asks_at: Timestamp,
}

impl Sequencer {
    pub(crate) fn new<K>(database: Arc<Database>, node: Id<K>) -> Self {
        Self {
            database,
            keeper: LeaseKeeper::new(LEASE, node, SPAN),
            lease: None,
            last: None,
            asks_at: Timestamp::from_micros(0),
        }
    }

    /// Numbers what waits, up to a batch of it.
    ///
    /// # Errors
    /// When the database fails; the next step begins anew from what is stored.
    pub(crate) async fn step(&mut self, now: Timestamp) -> Result<Step> {
        let step = self.try_step(now).await;
        if !matches!(step, Ok(Step::Idle | Step::Numbered)) {
            // Whether the batch stands is not known, or another has gone on: the chain is read again.
            self.last = None;
        }
        step
    }

    async fn try_step(&mut self, now: Timestamp) -> Result<Step> {
        let Some(lease) = self.lead(now).await? else {
            return Ok(Step::Follows);
        };
        let last = match self.last {
            Some(last) => last,
            None => last_link(&self.database).await?,
        };
        let waiting = pending(&self.database).await?;
        if waiting.is_empty() {
            self.last = Some(last);
            return Ok(Step::Idle);
        }
        let (batch, last) = link(&lease, last, &waiting)?;
        match self.database.commit(batch).await {
            Ok(_) => {
                self.last = Some(last);
                Ok(Step::Numbered)
            }
            Err(CommitError::Conflict) => {
                self.lease = None;
                Ok(Step::Follows)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The lease, renewed in its second half.
    async fn lead(&mut self, now: Timestamp) -> Result<Option<Lease>> {
        if let Some(lease) = self.lease
            && lease.is_held_at(now.after(SPAN / 2))
        {
            return Ok(Some(lease));
        }
        if self.lease.is_none() && now < self.asks_at {
            return Ok(None);
        }
        self.asks_at = now.after(ASK_EVERY);
        let before = self.lease.take();
        self.lease = self.keeper.hold(&self.database, now).await?;
        if self.lease.map(|lease| lease.token()) != before.map(|lease| lease.token()) {
            self.last = None;
        }
        Ok(self.lease)
    }

    /// Lets another node lead at once.
    ///
    /// # Errors
    /// When the database fails: then the lease runs out by itself.
    pub(crate) async fn release(&mut self) -> Result<()> {
        self.last = None;
        match self.lease.take() {
            Some(lease) => self.keeper.release(&self.database, lease).await,
            None => Ok(()),
        }
    }
}

/// What the chain ends with.
///
/// # Errors
/// When the database fails.
async fn last_link(database: &Database) -> Result<Last> {
    let mut snapshot = database.snapshot().await?;
    let row = snapshot
        .row(TenantId::NIL, &store::LAST_LINK, params! {})
        .await?;
    row.map_or(Ok(Last::NONE), |mut row| {
        Ok(Last {
            number: row.take("number")?,
            head: row.take("head")?,
        })
    })
}

async fn pending(database: &Database) -> Result<Vec<Leaf>> {
    let mut snapshot = database.snapshot().await?;
    let limit = params! { limit: ENTRIES_MAX };
    let rows = snapshot
        .rows(TenantId::NIL, &store::LIST_PENDING, limit)
        .await?;
    rows.into_iter()
        .map(|mut row| {
            Ok(Leaf {
                tenant: row.take("of_tenant")?,
                entry: row.take("id")?,
                at: row.take("at")?,
                commitment: row.take("commitment")?,
            })
        })
        .collect()
}

/// Links for the leaves, in a batch that only the leader can commit.
fn link(lease: &Lease, before: Last, leaves: &[Leaf]) -> Result<(Batch, Last)> {
    let mut last = before;
    let mut batch = Batch::new();
    lease.fence(&mut batch);
    for leaf in leaves {
        last = last.next(leaf);
        let link = params! {
            number: last.number, of_tenant: leaf.tenant, entry: leaf.entry, head: Plain::bytes(last.head),
        };
        batch.execute(TenantId::NIL, &store::INSERT_LINK, link)?;
    }
    let linked = params! { after: before.number, last: last.number };
    batch.execute(TenantId::NIL, &store::DELETE_LINKED, linked)?;
    Ok((batch, last))
}
