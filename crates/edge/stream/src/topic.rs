//! One topic on this node: how far it was delivered, and to whom.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use base::{AccountId, ChatId, Timestamp};
use gate::TextFrame;

use crate::{
    fleeting,
    membership::Membership,
    registry::{Socket, SocketId, TopicKey},
    wire::{Audience, FrameNumber, ToClient},
};

/// An event ready to be sent, under its change number.
pub(crate) struct Numbered {
    pub(crate) change: i64,
    frame: TextFrame,
    /// The message that it is about, and the earliest that it shows: one may quote another.
    about: i64,
    shows: i64,
    topic: ChatId,
    at: Option<Timestamp>,
}

impl Numbered {
    pub(crate) fn new(topic: ChatId, number: &FrameNumber, frame: TextFrame) -> Self {
        let message = number.message.as_ref();
        let about = message.map_or(i64::MAX, |message| message.number);
        let quoted = message.and_then(|message| message.quote.as_ref());
        let change = number.change;
        Self {
            change,
            frame,
            about,
            shows: quoted.map_or(about, |quoted| about.min(quoted.number)),
            topic,
            at: number.at,
        }
    }

    /// What is handed to somebody who reads from a number on. Of what was said before they hear that it changed, and no
    /// more; where something is shown beside what they may read, they read the topic anew.
    fn frame(&self, history_from: i64) -> TextFrame {
        if self.shows >= history_from {
            return self.frame.clone();
        }
        let (topic, change) = (self.topic, self.change);
        let instead = match self.about < history_from {
            true => ToClient::Hidden {
                topic,
                change,
                event: "message.hidden",
                at: self.at,
            },
            false => ToClient::Reset { topic },
        };
        TextFrame::new(instead.text())
    }
}

/// How often it is told in one chat and round that somebody types, and among how many sockets of a node at most: where
/// so many listen, somebody always does.
const TYPING_PER_ROUND: u32 = 20;
const TYPING_LISTENERS_MAX: usize = 500;

/// A socket as a topic knows it.
struct Listener {
    socket: Arc<Socket>,
    /// The last change it was given.
    seen: i64,
    /// Its account is known to be a member as of this version: never below that of the topic.
    version: i64,
    /// Its account reads what was said from this number on.
    history_from: i64,
    /// Whether it takes what comes; until then it is catching up from the log.
    is_live: bool,
}

impl Listener {
    /// Takes the events that it has not seen. `false` when its socket has ended.
    fn take(&mut self, events: &[Numbered]) -> bool {
        if !self.is_live {
            return !self.socket.outbound.is_closed();
        }
        let fresh = events.partition_point(|event| event.change <= self.seen);
        for event in events.iter().skip(fresh) {
            if !self.socket.send(&event.frame(self.history_from)) {
                return false;
            }
            self.seen = event.change;
        }
        true
    }
}

/// What became of an event that a socket had missed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Replayed {
    /// It was handed over, or the socket has it already.
    Yes,
    /// The socket has gone back to an earlier change meanwhile: the log is to be read from there.
    Rewound,
    /// The socket may not hear it, or has ended.
    No,
}

#[derive(Default)]
struct State {
    /// The last change delivered here; absent until the topic's state was read once.
    last: Option<i64>,
    /// The last change that was announced.
    wanted: i64,
    /// The version of the members as of which all listeners are admitted.
    version: i64,
    is_pulling: bool,
    /// The present round, and how often somebody was said to type in it.
    typing: (u64, u32),
    listeners: HashMap<SocketId, Listener>,
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

    /// Keeps only listeners that are members as of the audience's version, its accounts sorted, and answers which members have none here. What was read
    /// before a reading that is already taken in says nothing.
    pub(crate) fn admit(&self, audience: &Audience) -> Vec<AccountId> {
        let (version, sorted_members) = (audience.version, audience.accounts.as_slice());
        let newcomers: HashMap<AccountId, i64> = audience
            .newcomers
            .iter()
            .map(|newcomer| (newcomer.account, newcomer.history_from))
            .collect();
        let mut state = self.lock();
        if version < state.version {
            return Vec::new();
        }
        state.version = version;
        state.listeners.retain(|_, listener| {
            let account = &listener.socket.member.account;
            let is_member = sorted_members.binary_search(account).is_ok();
            // Who was confirmed by a later reading than this one stays.
            let stays = is_member || listener.version > version;
            if listener.version <= version {
                // Somebody may have gone and come back between two readings.
                listener.history_from = newcomers.get(account).copied().unwrap_or(0);
            }
            listener.version = listener.version.max(version);
            stays
        });
        let mut present: Vec<AccountId> = state
            .listeners
            .values()
            .map(|listener| listener.socket.member.account)
            .collect();
        present.sort_unstable();
        sorted_members
            .iter()
            .filter(|account| present.binary_search(account).is_err())
            .copied()
            .collect()
    }

    /// Hands events, ascending, to everyone who is live. The log was read up to `reached`, as of `version`: whoever is not
    /// known to be a member as of it hears nothing and is let go; the next reading of the members takes them in again.
    pub(crate) fn deliver(&self, events: &[Numbered], reached: i64, version: i64) {
        let mut state = self.lock();
        state.last = state.last.max(Some(reached));
        if events.is_empty() {
            // What was announced beyond this is not in the log, or will be announced again.
            state.wanted = state.wanted.min(reached);
        }
        state
            .listeners
            .retain(|_, listener| listener.version >= version && listener.take(events));
    }

    /// How many changes were announced and not yet delivered.
    pub(crate) fn waiting(&self) -> i64 {
        let state = self.lock();
        let last = state.last.unwrap_or(state.wanted);
        state.wanted.saturating_sub(last).max(0)
    }

    /// Admits a socket that has seen everything up to its cursor, or goes on from the present when it has none. `false`
    /// when the topic has been told of members later than `membership` was read: then it proves nothing.
    ///
    /// A socket that listens already goes back to an earlier cursor, and only then hears something twice.
    pub(crate) fn attach(
        &self,
        socket: &Arc<Socket>,
        membership: &Membership,
        cursor: Option<i64>,
    ) -> bool {
        let mut state = self.lock();
        let (change, version) = (membership.change(), membership.version());
        if version < state.version {
            return false;
        }
        if state.listeners.is_empty() {
            state.last = state.last.max(Some(change));
            state.version = version;
        }
        state.wanted = state.wanted.max(change);
        let last = state.last;
        let seen = cursor.unwrap_or(change);
        let listener = state
            .listeners
            .entry(socket.id())
            .or_insert_with(|| Listener {
                socket: Arc::clone(socket),
                seen,
                version,
                history_from: membership.history_from(),
                is_live: last.is_none_or(|last| last <= seen),
            });
        if listener.version <= version {
            listener.history_from = membership.history_from();
        }
        listener.version = listener.version.max(version);
        if cursor.is_some_and(|cursor| cursor < listener.seen) {
            listener.seen = seen;
            listener.is_live = false;
        }
        true
    }

    /// What a socket still has to catch up from; `None` once it is live or gone.
    pub(crate) fn behind(&self, socket: &Arc<Socket>) -> Option<i64> {
        let mut state = self.lock();
        let last = state.last.unwrap_or(0);
        let listener = state.listeners.get_mut(&socket.id())?;
        listener.is_live |= listener.seen >= last;
        (!listener.is_live).then_some(listener.seen)
    }

    /// Hands a socket an event that it missed, the next after `after` in a log that was read as of `version`.
    pub(crate) fn replay(
        &self,
        socket: &Arc<Socket>,
        after: i64,
        event: &Numbered,
        version: i64,
    ) -> Replayed {
        let mut state = self.lock();
        let Some(listener) = state.listeners.get_mut(&socket.id()) else {
            return Replayed::No;
        };
        if listener.version < version {
            return Replayed::No;
        }
        if listener.seen < after {
            return Replayed::Rewound;
        }
        if event.change <= listener.seen {
            return Replayed::Yes;
        }
        listener.seen = event.change;
        match listener.socket.send(&event.frame(listener.history_from)) {
            true => Replayed::Yes,
            false => Replayed::No,
        }
    }

    /// Notes how far a socket was caught up, in a log that was read after the change `after`. Nothing when it has gone
    /// back behind that meanwhile.
    pub(crate) fn caught_up_to(&self, socket: &Arc<Socket>, after: i64, seen: i64) {
        if let Some(listener) = self.lock().listeners.get_mut(&socket.id())
            && listener.seen >= after
        {
            listener.seen = listener.seen.max(seen);
        }
    }

    /// Tells those who listen, but for the account itself, that somebody types. `false` when there are too many of them, or
    /// it was said too often in this round.
    pub(crate) fn relay_typing(&self, account: AccountId, round: u64) -> bool {
        let mut state = self.lock();
        if state.typing.0 != round {
            state.typing = (round, 0);
        }
        if state.typing.1 >= TYPING_PER_ROUND || state.listeners.len() > TYPING_LISTENERS_MAX {
            return false;
        }
        state.typing.1 += 1;
        let frame = fleeting::typing(ChatId::from_bytes(self.key.1), account);
        for listener in state.listeners.values() {
            if listener.is_live && listener.socket.member.account != account {
                listener.socket.outbound.offer(&frame);
            }
        }
        true
    }

    pub(crate) fn has(&self, socket: &Arc<Socket>) -> bool {
        self.lock().listeners.contains_key(&socket.id())
    }

    /// Whether nobody listens.
    pub(crate) fn is_empty(&self) -> bool {
        self.lock().listeners.is_empty()
    }

    /// Lets a socket go. `true` when nobody listens any more.
    pub(crate) fn detach(&self, socket: &Arc<Socket>) -> bool {
        let mut state = self.lock();
        state.listeners.remove(&socket.id());
        state.listeners.is_empty()
    }
}
