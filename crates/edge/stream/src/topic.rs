//! One topic on this node: how far it was delivered, and to whom.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base::AccountId;
use gate::TextFrame;

use crate::registry::{Socket, TopicKey};

/// An event ready to be sent, under its change number.
pub(crate) struct Numbered {
    pub(crate) change: i64,
    pub(crate) frame: TextFrame,
}

/// A socket as a topic knows it.
struct Listener {
    socket: Arc<Socket>,
    /// The last change it was given.
    seen: i64,
    /// Whether it takes what comes; until then it is catching up from the log.
    is_live: bool,
}

impl Listener {
    /// Takes the events that it has not seen. `false` when its socket has ended.
    fn take(&mut self, events: &[Numbered]) -> bool {
        let fresh = events.partition_point(|event| event.change <= self.seen);
        for event in events.iter().skip(fresh) {
            if !self.socket.send(&event.frame) {
                return false;
            }
            self.seen = event.change;
        }
        true
    }
}

#[derive(Default)]
struct State {
    /// The last change delivered here; absent until the topic's state was read once.
    last: Option<i64>,
    /// The last change that was announced.
    wanted: i64,
    /// The version of the members as of which the listeners were admitted.
    version: i64,
    is_pulling: bool,
    listeners: Vec<Listener>,
}

pub(crate) struct Topic {
    pub(crate) key: TopicKey,
    state: Mutex<State>,
}

impl Topic {
    pub(crate) fn new(key: TopicKey) -> Self {
        Self {
            key,
            state: Mutex::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in where the log stands. What was announced meanwhile remains wanted.
    pub(crate) fn learn(&self, change: i64, version: i64) {
        let mut state = self.lock();
        if state.last.is_none() {
            state.last = Some(change);
            state.version = version;
        }
        state.wanted = state.wanted.max(change);
    }

    /// Notes that there is a change. `true` when the caller is to pull it.
    pub(crate) fn want(&self, change: i64) -> bool {
        let mut state = self.lock();
        state.wanted = state.wanted.max(change);
        Self::claim(&mut state)
    }

    fn claim(state: &mut State) -> bool {
        let is_behind = state.last.is_some_and(|last| last < state.wanted);
        let claims = is_behind && !state.is_pulling && !state.listeners.is_empty();
        state.is_pulling |= claims;
        claims
    }

    /// What to pull next: changes after this number; `None` when there is nothing more, and the pull has ended.
    pub(crate) fn next_pull(&self) -> Option<i64> {
        let mut state = self.lock();
        let next = state
            .last
            .filter(|last| *last < state.wanted && !state.listeners.is_empty());
        if next.is_none() {
            state.is_pulling = false;
        }
        next
    }

    /// A pull that went wrong: the next announcement or comparison tries again.
    pub(crate) fn give_up_pull(&self) {
        self.lock().is_pulling = false;
    }

    pub(crate) fn version(&self) -> i64 {
        self.lock().version
    }

    /// Keeps only listeners that are members as of `version`, and answers which members have none here.
    pub(crate) fn admit(&self, version: i64, sorted_members: &[AccountId]) -> Vec<AccountId> {
        let mut state = self.lock();
        state.version = version;
        state.listeners.retain(|listener| {
            sorted_members
                .binary_search(&listener.socket.member.account)
                .is_ok()
        });
        let mut present: Vec<AccountId> = state
            .listeners
            .iter()
            .map(|listener| listener.socket.member.account)
            .collect();
        present.sort_unstable();
        sorted_members
            .iter()
            .filter(|account| present.binary_search(account).is_err())
            .copied()
            .collect()
    }

    /// Hands events, ascending, to everyone who is live. The log was read up to `reached`.
    pub(crate) fn deliver(&self, events: &[Numbered], reached: i64) {
        let mut state = self.lock();
        state.last = state.last.max(Some(reached));
        if events.is_empty() {
            // What was announced beyond this is not in the log, or will be announced again.
            state.wanted = state.wanted.min(reached);
        }
        state
            .listeners
            .retain_mut(|listener| !listener.is_live || listener.take(events));
    }

    /// Admits a socket that has seen everything up to `seen`.
    pub(crate) fn attach(&self, socket: &Arc<Socket>, seen: i64) {
        let mut state = self.lock();
        let is_known = state
            .listeners
            .iter()
            .any(|listener| Arc::ptr_eq(&listener.socket, socket));
        if !is_known {
            let is_live = state.last.is_none_or(|last| last <= seen);
            state.listeners.push(Listener {
                socket: Arc::clone(socket),
                seen,
                is_live,
            });
        }
    }

    /// What a socket still has to catch up from; `None` once it is live or gone.
    pub(crate) fn behind(&self, socket: &Arc<Socket>) -> Option<i64> {
        let mut state = self.lock();
        let last = state.last.unwrap_or(0);
        let listener = state
            .listeners
            .iter_mut()
            .find(|listener| Arc::ptr_eq(&listener.socket, socket))?;
        listener.is_live |= listener.seen >= last;
        (!listener.is_live).then_some(listener.seen)
    }

    /// Notes how far a socket was caught up.
    pub(crate) fn caught_up_to(&self, socket: &Arc<Socket>, seen: i64) {
        let mut state = self.lock();
        if let Some(listener) = state
            .listeners
            .iter_mut()
            .find(|listener| Arc::ptr_eq(&listener.socket, socket))
        {
            listener.seen = listener.seen.max(seen);
        }
    }

    /// Lets a socket go. `true` when nobody listens any more.
    pub(crate) fn detach(&self, socket: &Arc<Socket>) -> bool {
        let mut state = self.lock();
        state
            .listeners
            .retain(|listener| !Arc::ptr_eq(&listener.socket, socket));
        state.listeners.is_empty()
    }
}
