//! Who is connected to this node: sockets by account and by session, topics by id.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use act::Member;
use base::{AccountId, SessionId, TenantId};
use gate::{Outbound, TextFrame};

use crate::topic::Topic;

/// A topic of a tenant.
pub(crate) type TopicKey = (TenantId, [u8; 16]);

/// One connected client.
pub(crate) struct Socket {
    pub(crate) member: Member,
    pub(crate) outbound: Outbound,
    /// Whether the client has said from where it goes on.
    pub(crate) has_resumed: AtomicBool,
}

impl Socket {
    pub(crate) fn send(&self, frame: &TextFrame) -> bool {
        self.outbound.send(frame)
    }

    pub(crate) fn wants_events(&self) -> bool {
        self.has_resumed.load(Ordering::Acquire)
    }
}

#[derive(Default)]
struct Tables {
    accounts: HashMap<(TenantId, AccountId), Vec<Arc<Socket>>>,
    sessions: HashMap<SessionId, Vec<Arc<Socket>>>,
    topics: HashMap<TopicKey, Arc<Topic>>,
}

/// The tables of one node.
#[derive(Default)]
pub(crate) struct Registry {
    tables: Mutex<Tables>,
}

impl Registry {
    fn lock(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn add(&self, socket: &Arc<Socket>) {
        let mut tables = self.lock();
        let account = (socket.member.tenant, socket.member.account);
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
    }

    /// Forgets a socket everywhere; topics that nobody listens to any more go with it.
    pub(crate) fn remove(&self, socket: &Arc<Socket>) {
        let mut tables = self.lock();
        let account = (socket.member.tenant, socket.member.account);
        take_out(&mut tables.accounts, &account, socket);
        take_out(&mut tables.sessions, &socket.member.session, socket);
        tables.topics.retain(|_, topic| !topic.detach(socket));
    }

    /// The topic, made if it is not there yet.
    pub(crate) fn topic(&self, key: TopicKey) -> Arc<Topic> {
        Arc::clone(
            self.lock()
                .topics
                .entry(key)
                .or_insert_with(|| Arc::new(Topic::new(key))),
        )
    }

    pub(crate) fn find_topic(&self, key: &TopicKey) -> Option<Arc<Topic>> {
        self.lock().topics.get(key).cloned()
    }

    pub(crate) fn topics(&self) -> Vec<Arc<Topic>> {
        self.lock().topics.values().cloned().collect()
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
