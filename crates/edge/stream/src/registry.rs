//! Who is connected to this node: sockets by account and by session, topics by id, and what each socket follows.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use act::{Call, Member};
use base::{AccountId, SessionId, TenantId};
use gate::{Outbound, TextFrame};

use crate::{membership::Membership, topic::Topic};

/// A topic of a tenant.
pub(crate) type TopicKey = (TenantId, [u8; 16]);

/// Tells the sockets that are registered at one time from one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct SocketId(usize);

/// How many sockets of one session and of one account a node holds at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SocketShares {
    pub session_max: usize,
    pub account_max: usize,
}

impl SocketShares {
    /// So many for an account, and a fifth of them for each of its sessions.
    pub fn of_account(account_max: usize) -> Self {
        Self {
            session_max: (account_max / 5).max(1),
            account_max: account_max.max(1),
        }
    }
}

impl Default for SocketShares {
    fn default() -> Self {
        Self::of_account(100)
    }
}

/// One connected client.
pub(crate) struct Socket {
    pub(crate) member: Member,
    /// The request that opened it: what is done in its name is recorded as that client's.
    pub(crate) call: Call,
    pub(crate) outbound: Outbound,
    /// Whether the client has said from where it goes on.
    pub(crate) has_resumed: AtomicBool,
}

impl Socket {
    /// Its place in memory, which is its own as long as somebody holds it.
    pub(crate) fn id(self: &Arc<Self>) -> SocketId {
        SocketId(Arc::as_ptr(self).addr())
    }

    pub(crate) fn send(&self, frame: &TextFrame) -> bool {
        self.outbound.send(frame)
    }

    pub(crate) fn wants_events(&self) -> bool {
        self.has_resumed.load(Ordering::Acquire)
    }
}

/// What a registered socket follows.
#[derive(Default)]
struct Following {
    topics: HashSet<TopicKey>,
    /// Topics that it is about to join, and whether it was asked to again since.
    joining: HashMap<TopicKey, bool>,
    /// Topics to join once it has resumed: before, they would begin with the present and hide what the cursor asks for.
    postponed: HashSet<TopicKey>,
    /// Whether it is going on from a cursor just now: one resume of a socket runs at a time.
    is_resuming: bool,
}

/// What became of a socket that was to listen to a topic.
pub(crate) enum Attached {
    Here(Arc<Topic>),
    /// The membership was read before members that the topic knows of already.
    Outdated(TopicKey),
    /// The socket has ended.
    Gone,
}

#[derive(Default)]
struct Tables {
    accounts: HashMap<(TenantId, AccountId), Vec<Arc<Socket>>>,
    sessions: HashMap<SessionId, Vec<Arc<Socket>>>,
    topics: HashMap<TopicKey, Arc<Topic>>,
    following: HashMap<SocketId, Following>,
}

/// The tables of one node. A topic's own lock may be taken while theirs is held, never the other way round.
#[derive(Default)]
pub(crate) struct Registry {
    tables: Mutex<Tables>,
}

impl Registry {
    fn lock(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a socket in, with a greeting that comes before anything else. `false` when its session or its account has as
    /// many as it may have.
    pub(crate) fn add(
        &self,
        socket: &Arc<Socket>,
        shares: SocketShares,
        greeting: &TextFrame,
    ) -> bool {
        let mut tables = self.lock();
        let account = (socket.member.tenant, socket.member.account);
        let of_session = tables
            .sessions
            .get(&socket.member.session)
            .map_or(0, Vec::len);
        let of_account = tables.accounts.get(&account).map_or(0, Vec::len);
        if of_session >= shares.session_max || of_account >= shares.account_max {
            return false;
        }
        socket.send(greeting);
        tables
            .accounts
            .entry(account)
            .or_default()
            .push(Arc::clone(socket));
        tables
            .sessions
            .entry(socket.member.session)
            .or_default()
            .push(Arc::clone(socket));
        tables.following.insert(socket.id(), Following::default());
        true
    }

    /// Forgets a socket everywhere; topics that nobody listens to any more go with it.
    pub(crate) fn remove(&self, socket: &Arc<Socket>) {
        let mut tables = self.lock();
        let account = (socket.member.tenant, socket.member.account);
        take_out(&mut tables.accounts, &account, socket);
        take_out(&mut tables.sessions, &socket.member.session, socket);
        let following = tables.following.remove(&socket.id()).unwrap_or_default();
        for key in following.topics {
            if tables
                .topics
                .get(&key)
                .is_some_and(|topic| topic.detach(socket))
            {
                tables.topics.remove(&key);
            }
        }
    }

    /// Has a socket listen to the topic of its membership, as long as it is registered: whatever is attached here is
    /// detached when the socket is removed.
    pub(crate) fn attach(
        &self,
        socket: &Arc<Socket>,
        membership: &Membership,
        cursor: Option<i64>,
    ) -> Attached {
        let key = (socket.member.tenant, membership.chat().to_bytes());
        let mut tables = self.lock();
        let Tables {
            topics, following, ..
        } = &mut *tables;
        let Some(following) = following.get_mut(&socket.id()) else {
            return Attached::Gone;
        };
        let topic = topics
            .entry(key)
            .or_insert_with(|| Arc::new(Topic::new(key)));
        if !topic.attach(socket, membership, cursor) {
            return Attached::Outdated(key);
        }
        following.topics.insert(key);
        Attached::Here(Arc::clone(topic))
    }

    pub(crate) fn begin_resume(&self, socket: &Arc<Socket>) {
        if let Some(following) = self.lock().following.get_mut(&socket.id()) {
            following.is_resuming = true;
        }
    }

    /// Gives the topics that the socket is to join now.
    pub(crate) fn end_resume(&self, socket: &Arc<Socket>) -> HashSet<TopicKey> {
        let mut tables = self.lock();
        let Some(following) = tables.following.get_mut(&socket.id()) else {
            return HashSet::new();
        };
        following.is_resuming = false;
        std::mem::take(&mut following.postponed)
    }

    /// Whether the caller is to have the socket join a topic: it does not listen, and nobody else is about to.
    pub(crate) fn begin_join(&self, socket: &Arc<Socket>, key: TopicKey) -> bool {
        let mut tables = self.lock();
        let Tables {
            topics, following, ..
        } = &mut *tables;
        let Some(following) = following.get_mut(&socket.id()) else {
            return false;
        };
        if topics.get(&key).is_some_and(|topic| topic.has(socket)) {
            return false;
        }
        if following.is_resuming {
            following.postponed.insert(key);
            return false;
        }
        match following.joining.get_mut(&key) {
            Some(again) => {
                *again = true;
                false
            }
            None => {
                following.joining.insert(key, false);
                true
            }
        }
    }

    /// Ends a join. `true` when it was asked for again meanwhile and did not succeed: then it is to be repeated.
    pub(crate) fn end_join(&self, socket: &Arc<Socket>, key: TopicKey) -> bool {
        let mut tables = self.lock();
        let is_there = tables
            .topics
            .get(&key)
            .is_some_and(|topic| topic.has(socket));
        let Some(following) = tables.following.get_mut(&socket.id()) else {
            return false;
        };
        match following.joining.get_mut(&key) {
            Some(again) if *again && !is_there => {
                *again = false;
                true
            }
            _ => {
                following.joining.remove(&key);
                false
            }
        }
    }

    pub(crate) fn find_topic(&self, key: &TopicKey) -> Option<Arc<Topic>> {
        self.lock().topics.get(key).cloned()
    }

    /// The topics that somebody listens to; those that have lost their last listener are forgotten.
    pub(crate) fn topics(&self) -> Vec<Arc<Topic>> {
        let mut tables = self.lock();
        tables.topics.retain(|_, topic| !topic.is_empty());
        tables.topics.values().cloned().collect()
    }

    pub(crate) fn of_account(&self, tenant: TenantId, account: AccountId) -> Vec<Arc<Socket>> {
        self.lock()
            .accounts
            .get(&(tenant, account))
            .cloned()
            .unwrap_or_default()
    }

    pub(crate) fn of_session(&self, session: SessionId) -> Vec<Arc<Socket>> {
        self.lock()
            .sessions
            .get(&session)
            .cloned()
            .unwrap_or_default()
    }

    pub(crate) fn sessions(&self) -> Vec<SessionId> {
        self.lock().sessions.keys().copied().collect()
    }

    pub(crate) fn sockets(&self) -> Vec<Arc<Socket>> {
        self.lock().sessions.values().flatten().cloned().collect()
    }
}

fn take_out<K: std::hash::Hash + Eq>(
    table: &mut HashMap<K, Vec<Arc<Socket>>>,
    key: &K,
    socket: &Arc<Socket>,
) {
    if let Some(sockets) = table.get_mut(key) {
        sockets.retain(|other| !Arc::ptr_eq(other, socket));
        if sockets.is_empty() {
            table.remove(key);
        }
    }
}
