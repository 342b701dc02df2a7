//! The nouns: chats, how an account stands to them, and what is said there.

use act::{Kind, Number, Relation, Resource, ResourceRef, Role, Sealed};
use base::{AccountId, ChatId, MessageId, Refusal, Timestamp};

use crate::rules::CHAT_ABSENT;

/// The kind of resource that a chat is.
pub(crate) const CHAT: Kind = Kind("messenger.chat");
/// The directory of the tenant, under which chats are founded and listed.
pub(crate) const DIRECTORY: Kind = Kind("identity.directory");
/// Stands for everyone of a chat where an account is expected.
pub(crate) const EVERYONE: AccountId = AccountId::NIL;

/// A chat as one of its members sees it.
#[derive(Debug, Clone)]
pub(crate) struct Chat {
    pub(crate) id: ChatId,
    pub(crate) shape: Shape,
    pub(crate) members_count: i64,
    pub(crate) created_at: Timestamp,
    /// The number of its last message; 0 before the first.
    pub(crate) items_last: i64,
    /// The number of its last change.
    pub(crate) changes_last: i64,
    pub(crate) standing: Standing,
    pub(crate) reference: ResourceRef,
}

/// What distinguishes the two sorts of chats.
#[derive(Debug, Clone)]
pub(crate) enum Shape {
    Group(Name),
    Direct(Pair),
}

/// The name of a group, and the version that it is sealed under.
#[derive(Debug, Clone)]
pub(crate) struct Name {
    pub(crate) sealed: Sealed,
    pub(crate) version: i64,
}

/// The two accounts of a direct chat, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) low: AccountId,
    pub(crate) high: AccountId,
}

/// How the caller stands to a chat.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Standing {
    pub(crate) account: AccountId,
    pub(crate) role: MemberRole,
    /// Marked as read up to this number; one's own later messages count as read too.
    pub(crate) read_number: i64,
    pub(crate) muted_at: Option<Timestamp>,
}

/// The role of a member in a chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MemberRole {
    Owner,
    Member,
}

/// A chat with what a list of chats shows of it.
#[derive(Debug, Clone)]
pub(crate) struct Overview {
    pub(crate) chat: Chat,
    /// The number of the caller's own last message; 0 if there is none.
    pub(crate) sent_number: i64,
    /// Unread messages that name the caller or everyone.
    pub(crate) mentions: i64,
    pub(crate) last: Option<Message>,
}

/// A member as the list of members shows it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Membership {
    pub(crate) account: AccountId,
    pub(crate) role: MemberRole,
    pub(crate) joined_at: Timestamp,
    /// Read up to this number, own messages included.
    pub(crate) read_number: i64,
}

/// A message as it is stored.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) id: MessageId,
    pub(crate) chat: ChatId,
    pub(crate) number: Number,
    /// The number of the last change that concerns it.
    pub(crate) change: Number,
    pub(crate) author: AccountId,
    pub(crate) body: Sealed,
    pub(crate) sent_at: Timestamp,
}

/// What somebody has begun to write. The sealed text is bound to the moment it was saved.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub(crate) text: Sealed,
    pub(crate) saved_at: Timestamp,
}

/// A chat as the stream sees it: no member's view.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Topic {
    pub(crate) chat: ChatId,
    pub(crate) changes_last: i64,
    pub(crate) reference: ResourceRef,
}

/// The directory of the caller's tenant, as the parent of its chats.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tenant {
    /// Of the calling member; the system has none.
    pub(crate) role: Option<Role>,
    pub(crate) reference: ResourceRef,
}

impl Pair {
    pub(crate) fn of(one: AccountId, other: AccountId) -> Self {
        Self {
            low: one.min(other),
            high: one.max(other),
        }
    }
}

impl Chat {
    /// The other account of a direct chat.
    pub(crate) fn other(&self) -> Option<AccountId> {
        match self.shape {
            Shape::Group(_) => None,
            Shape::Direct(pair) if pair.low == self.standing.account => Some(pair.high),
            Shape::Direct(pair) => Some(pair.low),
        }
    }
}

impl MemberRole {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Member => "member",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::Owner, Self::Member]
            .into_iter()
            .find(|role| role.name() == name)
    }
}

impl Overview {
    /// How far the caller has read.
    pub(crate) fn read_number(&self) -> i64 {
        self.chat.standing.read_number.max(self.sent_number)
    }

    /// When something was last said, or the chat was made: what lists are sorted by.
    pub(crate) fn active_at(&self) -> Timestamp {
        self.last
            .as_ref()
            .map_or(self.chat.created_at, |last| last.sent_at)
    }

    pub(crate) fn unread(&self) -> i64 {
        (self.chat.items_last - self.read_number()).max(0)
    }
}

impl Resource for Chat {
    fn reference(&self) -> &ResourceRef {
        &self.reference
    }

    fn relation(&self) -> Relation {
        match self.standing.role {
            MemberRole::Owner => Relation::Owner,
            MemberRole::Member => Relation::Member,
        }
    }

    fn absent() -> Refusal {
        CHAT_ABSENT
    }
}

impl Resource for Topic {
    fn reference(&self) -> &ResourceRef {
        &self.reference
    }

    fn relation(&self) -> Relation {
        Relation::None
    }

    fn absent() -> Refusal {
        CHAT_ABSENT
    }
}

impl Resource for Tenant {
    fn reference(&self) -> &ResourceRef {
        &self.reference
    }

    fn relation(&self) -> Relation {
        match self.role {
            None => Relation::None,
            Some(Role::Owner) => Relation::Owner,
            Some(Role::Administrator) => Relation::Administrator,
            Some(Role::Member) => Relation::Member,
        }
    }
}
