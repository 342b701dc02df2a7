//! What an act is, in both shapes: who writes where, what it relied on, and what came of it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::measure::{CHATS, Id, MEMBERS, Random, account_id, chat_id};

pub const GROUP: usize = 128;
/// An identifier that is taken already: inserting it again violates the primary key.
pub const TAKEN: Id = [9; 16];

/// The buffered writes of one act. `version` is its guard: the chat's membership version it read.
#[derive(Clone)]
pub struct Batch {
    pub chat: Id,
    pub account: Id,
    pub member_change: bool,
    pub version: i64,
    pub message: Id,
    pub entry: Id,
    pub body: Vec<u8>,
    pub event_body: Vec<u8>,
    pub entry_body: Vec<u8>,
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Outcome {
    Done,
    /// A guard failed: the act runs again.
    Stale,
    /// A constraint was violated.
    Refused,
}

#[derive(Default)]
pub struct Counters {
    pub groups: AtomicU64,
    pub reruns: AtomicU64,
    pub refused: AtomicU64,
    pub done: AtomicU64,
    pub retried: AtomicU64,
}

impl Counters {
    pub fn add(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }
    pub fn get(counter: &AtomicU64) -> f64 {
        counter.load(Ordering::Relaxed) as f64
    }
}

pub fn senders() -> usize {
    std::env::var("SPIKE_SENDERS").map_or(32, |n| n.parse().expect("a number"))
}

#[derive(Clone, Copy)]
pub struct Load {
    pub work: Duration,
    /// Acts in a thousand that change a membership.
    pub changes: u64,
    /// Acts in a thousand that violate a constraint.
    pub failing: u64,
}

impl Load {
    pub fn batch(&self, n: u64) -> Batch {
        let mut random = Random::new(n);
        let failing = random.next() % 1000 < self.failing;
        let member_change = !failing && random.next() % 1000 < self.changes;
        Batch {
            chat: chat_id(random.next() % CHATS),
            account: account_id(random.next() % MEMBERS),
            member_change,
            version: 0,
            message: if failing { TAKEN } else { random.id() },
            entry: random.id(),
            body: random.bytes(300),
            event_body: random.bytes(120),
            entry_body: random.bytes(200),
        }
    }
}
