//! The key store in the process as the keeper of the root key.

use std::sync::Arc;

use base::{Context, Result};
use futures_util::future::BoxFuture;
use kms::{Authority, Embedded, Entered, Given, Kms, SealState, Share, SharePlan};

use crate::sealing::{Barrier, Keeper, Piece, State};

/// Tenant keys that one commit wraps anew when the barrier turns.
const REWRAP_AT_ONCE: u32 = 256;

/// The embedded key store.
pub struct Keeping(Arc<Embedded>);

impl Keeping {
    pub const fn new(kms: Arc<Embedded>) -> Self {
        Self(kms)
    }
}

fn pieces(given: &[Given]) -> Vec<Piece> {
    given.iter().map(|given| given.share.to_bytes()).collect()
}

fn shares(pieces: &[Piece]) -> Result<Vec<Share>> {
    pieces
        .iter()
        .map(|piece| Share::from_bytes(piece))
        .collect()
}

impl Keeper for Keeping {
    fn plan(&self, shares: usize, threshold: usize) -> Result<()> {
        SharePlan::unassigned(shares, threshold).map(drop)
    }

    fn read(&self, text: &str) -> Option<Piece> {
        Share::read(text).ok().map(|share| share.to_bytes())
    }

    fn state(&self) -> BoxFuture<'_, Result<State>> {
        Box::pin(async {
            let reading = self.0.read_seal().await?;
            let held = reading.held;
            Ok(State {
                is_initialised: reading.state != SealState::Uninitialised,
                is_sealed: !matches!(reading.state, SealState::Unsealed { .. }),
                shares: held.map_or(0, |held| held.shares),
                threshold: held.map_or(0, |held| usize::from(held.threshold.get())),
                entered: held.map_or(0, |held| held.entered),
            })
        })
    }

    fn initialise(&self, shares: usize, threshold: usize) -> BoxFuture<'_, Result<Vec<Piece>>> {
        Box::pin(async move {
            let plan = SharePlan::unassigned(shares, threshold)?;
            Ok(pieces(&self.0.initialise_shared(&plan).await?))
        })
    }

    fn enter<'a>(&'a self, piece: &'a [u8]) -> BoxFuture<'a, Result<bool>> {
        Box::pin(async move {
            let entered = self.0.enter_share(Share::from_bytes(piece)?).await?;
            Ok(entered == Entered::Unsealed)
        })
    }

    fn forget(&self) {
        self.0.forget_shares();
    }

    fn seal(&self) -> BoxFuture<'_, Result<()>> {
        self.0.seal()
    }

    fn check<'a>(&'a self, piece: &'a [u8]) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move { self.0.check_share(&Share::from_bytes(piece)?).await })
    }

    fn prove<'a>(&'a self, pieces: &'a [Piece]) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move { self.0.prove_quorum(&shares(pieces)?).await })
    }

    fn give<'a>(
        &'a self,
        present: &'a [Piece],
        count: usize,
        threshold: usize,
    ) -> BoxFuture<'a, Result<Vec<Piece>>> {
        Box::pin(async move {
            let present = shares(present)?;
            let plan = SharePlan::unassigned(count, threshold)?;
            let authority = Authority::Shares(&present);
            Ok(pieces(&self.0.give_shares(&authority, &plan).await?))
        })
    }

    fn take_over<'a>(
        &'a self,
        present: &'a [Piece],
        given: &'a [Piece],
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let (present, given) = (shares(present)?, shares(given)?);
            let authority = Authority::Shares(&present);
            self.0.hold_shares(&authority, &given).await
        })
    }

    fn barrier(&self) -> BoxFuture<'_, Result<Barrier>> {
        Box::pin(async {
            let keys = self.0.list_barriers().await?;
            let newest = keys.last().context("the barrier keyring is empty")?;
            Ok(Barrier {
                version: newest.version,
                made_at: newest.made_at,
                uses: newest.uses.unsigned_abs(),
            })
        })
    }

    fn rotate(&self) -> BoxFuture<'_, Result<()>> {
        Box::pin(async {
            self.0.rotate_barrier().await?;
            self.follow().await
        })
    }

    fn follow(&self) -> BoxFuture<'_, Result<()>> {
        Box::pin(async {
            while self.0.rewrap_tenants(REWRAP_AT_ONCE).await? > 0 {}
            Ok(())
        })
    }
}
