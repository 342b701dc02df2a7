#![doc = include_str!("../README.md")]

mod inbox;
mod memory;
mod nats;
mod subject;
#[cfg(test)]
mod tests;

use base::Result;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use tokio::sync::watch;

pub use inbox::{Limits, Received, Subscription};
pub use memory::InProcess;
pub use nats::{Nats, NatsOptions};
pub use subject::{Pattern, Subject};

/// The largest payload, in bytes. What is larger does not travel: an event carries the id and the listener reads the rest.
pub const PAYLOAD_BYTES_MAX: usize = 512 * 1024;

/// The most subscriptions that one node holds at a time.
pub const SUBSCRIPTIONS_MAX: usize = 16_384;

/// Carries messages between nodes; see the crate's page for what it promises.
pub trait Bus: Send + Sync {
    /// Hands `payload` to everyone who listens to `subject`, on this node too. Returns at once; what it returns is for
    /// counters and tests, since a message that is lost here is announced to its listeners as a gap.
    fn publish(&self, subject: &Subject, payload: Bytes) -> Published;

    /// Listens to `pattern`. When the subscription could be put in force (within two seconds), every message published
    /// after the return is heard; otherwise it comes in force later and says so by [`Received::Lagged`].
    ///
    /// # Errors
    /// A fault when [`SUBSCRIPTIONS_MAX`] is reached.
    fn subscribe(&self, pattern: Pattern) -> BoxFuture<'_, Result<Subscription>>;

    /// The state of the connection, now and as it changes.
    fn health(&self) -> watch::Receiver<Health>;

    /// What happened since the start.
    fn counters(&self) -> Counters;
}

/// What became of a message at the moment it was published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Published {
    /// On its way. Not a receipt: the connection may still break.
    Sent,
    /// Not sent: there is no connection.
    Disconnected,
    /// Not sent: the sending queue is full.
    Full,
    /// Not sent: above [`PAYLOAD_BYTES_MAX`]. The only case that is the caller's mistake.
    TooLarge,
}

/// Whether messages travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    Connected,
    Disconnected,
}

/// Totals since the start of the node.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    /// Messages taken by [`Bus::publish`].
    pub published: u64,
    /// Messages that [`Bus::publish`] did not take.
    pub dropped: u64,
    /// Gaps that were put into inboxes, counted once per inbox and cause.
    pub gaps: u64,
}
