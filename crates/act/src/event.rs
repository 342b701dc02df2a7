//! What happened: the log that clients resume from, and the word to those who listen.

use base::{AccountId, Id, Result, SessionId, TenantId, Timestamp};

use crate::{Number, Row};

/// An event's name in the past: `message.sent`. Part of the contract with clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EventName(pub &'static str);

/// One change of a topic, to be logged under the topic's next change number. Ids only: content stays in its own row.
#[derive(Debug, Clone)]
pub struct Event {
    pub name: EventName,
    /// The number of the item concerned, if it has one.
    pub item: Option<Number>,
    /// What changed inside the topic.
    pub subject: Option<[u8; 16]>,
    /// The accounts that a change of members concerns.
    pub accounts: Vec<AccountId>,
}

impl Event {
    pub const fn new(name: EventName) -> Self {
        Self {
            name,
            item: None,
            subject: None,
            accounts: Vec::new(),
        }
    }

    #[must_use]
    pub fn item<K>(mut self, id: Id<K>, number: Number) -> Self {
        self.subject = Some(id.to_bytes());
        self.item = Some(number);
        self
    }

    #[must_use]
    pub fn accounts(mut self, accounts: &[AccountId]) -> Self {
        self.accounts = accounts.to_vec();
        self
    }
}

/// An event as it stands in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    pub change: i64,
    pub name: String,
    pub item: Option<i64>,
    pub subject: Option<[u8; 16]>,
    pub accounts: Vec<AccountId>,
    pub at: Timestamp,
}

impl StoredEvent {
    pub(crate) fn take(mut row: Row) -> Result<Self> {
        let accounts: Option<Vec<u8>> = row.take("accounts")?;
        let accounts = accounts.unwrap_or_default();
        Ok(Self {
            change: row.take("change")?,
            name: row.take("name")?,
            item: row.take("item")?,
            subject: row.take("subject")?,
            accounts: accounts
                .as_chunks::<16>()
                .0
                .iter()
                .map(|id| AccountId::from_bytes(*id))
                .collect(),
            at: row.take("at")?,
        })
    }
}

/// What is told to the sockets' side after a commit. Lost words are made good by the log: these only wake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Announcement {
    /// The topic has a change with this number.
    Changed {
        tenant: TenantId,
        topic: [u8; 16],
        change: i64,
    },
    /// Something concerns one account only, on all its devices. The name is one that a module declares.
    Notice {
        tenant: TenantId,
        account: AccountId,
        notice: &'static str,
        topic: Option<[u8; 16]>,
        number: Option<i64>,
    },
    /// A session has ended, acts as another account or in another role: what is remembered of it goes, and its sockets are
    /// cut unless it stands as before.
    SessionEnded { session: SessionId },
}
