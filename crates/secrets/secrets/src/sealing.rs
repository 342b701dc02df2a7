//! Who keeps the root key: what the service needs of the key store below it.

use base::{Result, Timestamp};
use futures_util::future::BoxFuture;
use zeroize::Zeroizing;

/// A share of the root key, as clients are given it.
pub type Piece = Zeroizing<Vec<u8>>;

/// How the root key stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct State {
    pub is_initialised: bool,
    pub is_sealed: bool,
    /// 0 where the root key is not in shares.
    pub shares: usize,
    pub threshold: usize,
    /// How many were entered at this node since it is sealed.
    pub entered: usize,
}

/// The newest barrier key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Barrier {
    pub version: u32,
    pub made_at: Timestamp,
    /// About how often it was used.
    pub uses: u64,
}

/// Keeps the root key and the barrier. Refusals are those of the key store.
pub trait Keeper: Send + Sync {
    /// Whether the root key may be shared out like this.
    ///
    /// # Errors
    /// The refusals of a plan: no shares, too many, or half of them or fewer to open the store.
    fn plan(&self, shares: usize, threshold: usize) -> Result<()>;

    /// A share as custodians have it on paper; `None` for any other text.
    fn read(&self, text: &str) -> Option<Piece>;

    fn state(&self) -> BoxFuture<'_, Result<State>>;

    /// Makes a hierarchy whose root key is in shares; it stays sealed. The shares are nowhere else.
    fn initialise(&self, shares: usize, threshold: usize) -> BoxFuture<'_, Result<Vec<Piece>>>;

    /// Enters a share; whether the store is open now.
    fn enter<'a>(&'a self, piece: &'a [u8]) -> BoxFuture<'a, Result<bool>>;

    /// Forgets the shares that were entered.
    fn forget(&self);

    fn seal(&self) -> BoxFuture<'_, Result<()>>;

    /// Whether a share is one of the root key.
    fn check<'a>(&'a self, piece: &'a [u8]) -> BoxFuture<'a, Result<()>>;

    /// Whether the shares give the root key.
    fn prove<'a>(&'a self, pieces: &'a [Piece]) -> BoxFuture<'a, Result<()>>;

    /// Gives out shares of a new root key; the present one holds until enough of them come back.
    fn give<'a>(
        &'a self,
        present: &'a [Piece],
        shares: usize,
        threshold: usize,
    ) -> BoxFuture<'a, Result<Vec<Piece>>>;

    /// Has the new root key hold.
    fn take_over<'a>(
        &'a self,
        present: &'a [Piece],
        given: &'a [Piece],
    ) -> BoxFuture<'a, Result<()>>;

    /// Has what older barrier keys wrap follow the newest, a little at a time, and older ones go when they may.
    fn follow(&self) -> BoxFuture<'_, Result<()>>;

    fn barrier(&self) -> BoxFuture<'_, Result<Barrier>>;

    /// Makes a newer barrier key; what the older ones wrap follows by itself.
    fn rotate(&self) -> BoxFuture<'_, Result<()>>;
}
