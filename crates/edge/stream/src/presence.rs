//! Who is there: accounts with a socket, on this node or on another. Nothing of it is kept: a node says again and again who
//! is on it, and what is not said again is forgotten.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use base::{AccountId, TenantId, Timestamp};
use gate::TextFrame;

use crate::{
    registry::{Socket, SocketId},
    wire::{State as Word, ToClient},
};

/// An account of a tenant.
pub(crate) type Key = (TenantId, AccountId);
/// Tells nodes from one another.
type Node = [u8; 16];

/// How many accounts one socket watches.
pub(crate) const WATCHED_MAX: usize = 200;
/// Rounds after its last socket has gone until an account is away: whoever reloads a page does not go and come.
const GRACE: u64 = 5;
/// Every so many rounds a node says who is on it.
const BEAT: u64 = 8;
/// Rounds after which what another node said and did not say again is forgotten: two beats may be lost.
const FORGOTTEN: u64 = 25;
/// Accounts on other nodes that are remembered at most. Those beyond look as if they were away.
const ELSEWHERE_MAX: usize = 200_000;

/// An account with a socket on this node.
struct Here {
    since: Timestamp,
    sockets: HashSet<SocketId>,
    /// The round in which the last socket went.
    left: Option<u64>,
}

/// An account with a socket on another node.
struct Elsewhere {
    since: Timestamp,
    until: u64,
}

#[derive(Default)]
struct State {
    round: u64,
    is_repeating: bool,
    here: HashMap<Key, Here>,
    elsewhere: HashMap<Key, HashMap<Node, Elsewhere>>,
    /// Who wants to hear of an account.
    watchers: HashMap<Key, HashMap<SocketId, Arc<Socket>>>,
    watched: HashMap<SocketId, Vec<Key>>,
}

/// What is to be said to the other nodes.
#[derive(Default)]
pub(crate) struct Said {
    pub(crate) here: Vec<(Key, Timestamp)>,
    pub(crate) gone: Vec<Key>,
}

/// The presence table of one node.
#[derive(Default)]
pub(crate) struct Presence {
    state: Mutex<State>,
}

impl Presence {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of the present round.
    pub(crate) fn now(&self) -> u64 {
        self.lock().round
    }

    /// A socket of this node has come.
    pub(crate) fn arrive(&self, socket: &Arc<Socket>, now: Timestamp) -> Said {
        let key = key_of(socket);
        let mut state = self.lock();
        let before = state.since(&key);
        let here = state.here.entry(key).or_insert_with(|| Here {
            since: now,
            sockets: HashSet::new(),
            left: None,
        });
        let is_new = here.sockets.is_empty() && here.left.is_none();
        here.sockets.insert(socket.id());
        here.left = None;
        let since = here.since;
        if before.is_none() {
            state.tell(&key);
        }
        Said {
            here: is_new.then_some((key, since)).into_iter().collect(),
            gone: Vec::new(),
        }
    }

    /// A socket of this node has gone, and hears of nobody any more. Its account may come back within [`GRACE`].
    pub(crate) fn leave(&self, socket: &Arc<Socket>) {
        let mut state = self.lock();
        state.unwatch(socket.id());
        let round = state.round;
        if let Some(here) = state.here.get_mut(&key_of(socket))
            && here.sockets.remove(&socket.id())
            && here.sockets.is_empty()
        {
            here.left = Some(round);
        }
    }

    /// Has a socket hear of these accounts, in the place of those before, and tells it how they stand.
    pub(crate) fn watch(&self, socket: &Arc<Socket>, accounts: &[AccountId]) {
        let tenant = socket.member.tenant;
        let mut state = self.lock();
        state.unwatch(socket.id());
        let mut keys: Vec<Key> = accounts.iter().map(|account| (tenant, *account)).collect();
        keys.sort_unstable();
        keys.dedup();
        for key in &keys {
            let watchers = state.watchers.entry(*key).or_default();
            watchers.insert(socket.id(), Arc::clone(socket));
            socket.send(&frame(key, state.since(key)));
        }
        state.watched.insert(socket.id(), keys);
    }

    /// Another node says who is on it.
    pub(crate) fn hear_here(
        &self,
        node: Node,
        tenant: TenantId,
        accounts: &[(AccountId, Timestamp)],
    ) {
        let mut state = self.lock();
        let until = state.round + FORGOTTEN;
        for (account, since) in accounts {
            let key = (tenant, *account);
            if state.elsewhere.len() >= ELSEWHERE_MAX && !state.elsewhere.contains_key(&key) {
                continue;
            }
            let before = state.since(&key);
            let said = Elsewhere {
                since: *since,
                until,
            };
            state.elsewhere.entry(key).or_default().insert(node, said);
            if before.is_none() {
                state.tell(&key);
            }
        }
    }

    /// Another node says that an account has gone from it.
    pub(crate) fn hear_gone(&self, node: Node, key: Key) {
        let mut state = self.lock();
        let Some(nodes) = state.elsewhere.get_mut(&key) else {
            return;
        };
        nodes.remove(&node);
        if nodes.is_empty() {
            state.elsewhere.remove(&key);
            state.tell_if_gone(&key);
        }
    }

    /// Somebody asks who is here: it is said in the next round.
    pub(crate) fn repeat_soon(&self) {
        self.lock().is_repeating = true;
    }

    /// Ends a round.
    pub(crate) fn round(&self) -> Said {
        let mut state = self.lock();
        state.round += 1;
        let round = state.round;
        let is_over = |here: &Here| here.left.is_some_and(|left| left + GRACE <= round);
        let gone: Vec<Key> = state
            .here
            .extract_if(|_, here| is_over(here))
            .map(|(key, _)| key)
            .collect();
        let mut forgotten = Vec::new();
        state.elsewhere.retain(|key, nodes| {
            nodes.retain(|_, said| said.until > round);
            if nodes.is_empty() {
                forgotten.push(*key);
            }
            !nodes.is_empty()
        });
        for key in gone.iter().chain(&forgotten) {
            state.tell_if_gone(key);
        }
        let is_time = std::mem::take(&mut state.is_repeating) || round.is_multiple_of(BEAT);
        let here = match is_time {
            true => state
                .here
                .iter()
                .map(|(key, here)| (*key, here.since))
                .collect(),
            false => Vec::new(),
        };
        Said { here, gone }
    }

    /// In how many rounds an account on other nodes is forgotten; 0 when none is known.
    #[cfg(test)]
    pub(crate) fn forgets_in(&self, account: AccountId) -> u64 {
        let state = self.lock();
        let said = state.elsewhere.iter().filter(|(key, _)| key.1 == account);
        let until = said.flat_map(|(_, nodes)| nodes.values().map(|said| said.until));
        until.max().unwrap_or(0).saturating_sub(state.round)
    }

    #[cfg(test)]
    pub(crate) fn is_empty(&self) -> bool {
        let state = self.lock();
        state.watchers.is_empty() && state.watched.is_empty()
    }
}

impl State {
    /// Since when an account is there; nothing when it is not.
    fn since(&self, key: &Key) -> Option<Timestamp> {
        let here = self.here.get(key).map(|here| here.since);
        let nodes = self
            .elsewhere
            .get(key)
            .into_iter()
            .flat_map(HashMap::values);
        nodes.map(|said| said.since).chain(here).min()
    }

    fn tell(&self, key: &Key) {
        if let Some(watchers) = self.watchers.get(key) {
            let frame = frame(key, self.since(key));
            for socket in watchers.values() {
                socket.send(&frame);
            }
        }
    }

    fn tell_if_gone(&self, key: &Key) {
        if self.since(key).is_none() {
            self.tell(key);
        }
    }

    fn unwatch(&mut self, socket: SocketId) {
        for key in self.watched.remove(&socket).unwrap_or_default() {
            if let Some(watchers) = self.watchers.get_mut(&key) {
                watchers.remove(&socket);
                if watchers.is_empty() {
                    self.watchers.remove(&key);
                }
            }
        }
    }
}

fn key_of(socket: &Socket) -> Key {
    (socket.member.tenant, socket.member.account)
}

fn frame((_, account): &Key, since: Option<Timestamp>) -> TextFrame {
    let state = match since {
        Some(_) => Word::Online,
        None => Word::Offline,
    };
    let presence = ToClient::Presence {
        account: *account,
        state,
        since,
    };
    TextFrame::new(presence.text())
}
