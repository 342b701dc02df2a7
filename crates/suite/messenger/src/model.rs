//! The nouns: chats, how an account stands to them, and what is said there.

mod exports;
mod files;
mod imports;
mod push;

use std::time::Duration;

use act::{Kind, Number, Relation, Resource, ResourceRef, Role, Sealed};
use base::{AccountId, ChatId, Id, IdKind, MessageId, Refusal, Timestamp};

use crate::{
    rules::CHAT_ABSENT,
    settings::{Settings, Visibility},
};

pub(crate) use exports::{ArchivePart, Export, ExportState, Exported, Failure, SHELF, Shelf};
pub(crate) use files::*;
pub(crate) use push::*;

pub use exports::ExportId;
pub use imports::ImportId;
pub(crate) use imports::{Arrival, Import, Progress};

/// The kind of resource that a chat is.
pub(crate) const CHAT: Kind = Kind("messenger.chat");
/// The directory of the tenant, under which chats are founded and listed.
pub(crate) const DIRECTORY: Kind = Kind("identity.directory");
/// Names an emoji of a chat.
pub(crate) type EmojiId = Id<EmojiKind>;

/// Marks an [`EmojiId`].
#[derive(Debug)]
pub(crate) enum EmojiKind {}

impl IdKind for EmojiKind {
    const PREFIX: &'static str = "em_";
}

/// Names a hold.
pub(crate) type HoldId = Id<HoldKind>;

/// Marks a [`HoldId`].
#[derive(Debug)]
pub enum HoldKind {}

impl IdKind for HoldKind {
    const PREFIX: &'static str = "h_";
}

/// Names an answer to a card.
pub(crate) type AnswerId = Id<AnswerKind>;

/// Marks an [`AnswerId`].
#[derive(Debug)]
pub(crate) enum AnswerKind {}

impl IdKind for AnswerKind {
    const PREFIX: &'static str = "ca_";
}

/// Stands for everyone of a chat where an account is expected.
pub(crate) const EVERYONE: AccountId = AccountId::NIL;

/// A chat as one of its members sees it.
#[derive(Debug, Clone)]
pub(crate) struct Chat {
    pub(crate) id: ChatId,
    pub(crate) shape: Shape,
    pub(crate) settings: Settings,
    pub(crate) members_count: i64,
    pub(crate) created_at: Timestamp,
    /// The number of its last message; 0 before the first.
    pub(crate) items_last: i64,
    /// The number of its last change.
    pub(crate) changes_last: i64,
    /// What was said up to this number is not kept any more.
    pub(crate) purged_number: i64,
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
    /// Messages before this number are not shown to the member; 0 is from the beginning.
    pub(crate) history_from: i64,
    /// Changes before this number are not replayed to the member; 0 is from the beginning.
    pub(crate) changes_from: i64,
}

/// The role of a member in a chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MemberRole {
    Owner,
    Manager,
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
    /// Messages of threads after what the caller has read: they are unread there and not in the chat.
    pub(crate) in_threads: i64,
    pub(crate) last: Option<Message>,
    pub(crate) about: About,
    /// Who asks to be let in, as far as it is counted; 0 for those whom it does not concern.
    pub(crate) requests: i64,
    pub(crate) keeping: Keeping,
}

/// For how many days a chat asks to be kept, and what the organisation says to that.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Keeping {
    pub(crate) own: Option<u32>,
    pub(crate) bounds: Retention,
}

impl Keeping {
    /// For how many days it is kept; nothing is for ever.
    pub(crate) fn days(self) -> Option<u32> {
        self.bounds.of_chat(self.own)
    }
}

/// What a group says of itself.
#[derive(Debug, Clone)]
pub(crate) struct About {
    pub(crate) description: Option<Sealed>,
    /// The description is sealed under it.
    pub(crate) description_version: i64,
    pub(crate) announcement: Option<Announcement>,
}

/// What managers want everybody to know. The sealed text is bound to the time of its making.
#[derive(Debug, Clone)]
pub(crate) struct Announcement {
    pub(crate) text: Sealed,
    pub(crate) by: AccountId,
    pub(crate) at: Timestamp,
}

/// A group as somebody sees it from outside, or before they come in: what it is, and nothing that was said there.
#[derive(Debug, Clone)]
pub(crate) struct Door {
    pub(crate) id: ChatId,
    pub(crate) name: Name,
    pub(crate) about: About,
    pub(crate) settings: Settings,
    pub(crate) members_count: i64,
    pub(crate) created_at: Timestamp,
    pub(crate) items_last: i64,
    /// What the caller is inside, if they are.
    pub(crate) role: Option<MemberRole>,
    /// Whether the caller asks to be let in.
    pub(crate) is_requested: bool,
    /// Whether the caller was removed, and nobody has brought them back since.
    pub(crate) is_removed: bool,
    /// The link that the caller has shown.
    pub(crate) link: Option<Link>,
    pub(crate) reference: ResourceRef,
}

/// The link of a chat. The token is known to those only to whom it was given.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Link {
    pub(crate) made_by: AccountId,
    pub(crate) made_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) uses: i64,
    pub(crate) uses_max: Option<i64>,
    /// What its maker is in the chat now.
    pub(crate) maker_role: Option<MemberRole>,
}

/// Somebody who asks to be let in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request {
    pub(crate) account: AccountId,
    pub(crate) asked_at: Timestamp,
}

/// A chat that an account follows, as the stream needs to know it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Followed {
    pub(crate) chat: ChatId,
    pub(crate) change: i64,
    pub(crate) version: i64,
    pub(crate) history_from: i64,
    pub(crate) changes_from: i64,
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
    /// The root of the thread that it was said in.
    pub(crate) thread: Option<MessageId>,
    /// What it answers.
    pub(crate) quote: Option<MessageId>,
    pub(crate) state: State,
}

/// What happened to a message after it was sent.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct State {
    /// How often it was edited; also the version that its body is sealed under.
    pub(crate) edits: i64,
    pub(crate) edited_at: Option<Timestamp>,
    pub(crate) recalled: Option<Mark>,
    pub(crate) pinned: Option<Mark>,
    /// Reactions, of all emoji and accounts.
    pub(crate) reactions: i64,
    pub(crate) replies: Option<Replies>,
}

/// Who did something to a message, and when.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark {
    pub(crate) by: AccountId,
    pub(crate) at: Timestamp,
}

/// The thread below a message.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Replies {
    pub(crate) count: i64,
    pub(crate) last_at: Timestamp,
    pub(crate) last_number: i64,
}

/// How the caller stands to a thread.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Following {
    pub(crate) since: Option<Timestamp>,
    pub(crate) read_number: i64,
}

/// A thread as the list of followed ones shows it.
#[derive(Debug, Clone)]
pub(crate) struct Thread {
    pub(crate) root: Message,
    pub(crate) following: Following,
    pub(crate) unread: i64,
}

/// An emoji that a message was reacted to with, and one of those who did.
#[derive(Debug, Clone)]
pub(crate) struct Reaction {
    pub(crate) number: i64,
    pub(crate) emoji: Emoji,
    pub(crate) account: AccountId,
    /// How many reacted with it.
    pub(crate) count: i64,
    pub(crate) reacted_at: Timestamp,
}

/// An emoji as a chat keeps it, once for all reactions.
#[derive(Debug, Clone)]
pub(crate) struct Emoji {
    pub(crate) id: EmojiId,
    pub(crate) sealed: Sealed,
}

/// What a message said before it was edited.
#[derive(Debug, Clone)]
pub(crate) struct Wording {
    pub(crate) edit: i64,
    pub(crate) body: Sealed,
    pub(crate) written_at: Timestamp,
}

/// What somebody answered to a card.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    /// New with each answer; what it says is sealed under it.
    pub(crate) id: AnswerId,
    pub(crate) message: MessageId,
    pub(crate) account: AccountId,
    pub(crate) sealed: Sealed,
    pub(crate) answered_at: Timestamp,
}

/// What the organisation allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Policy {
    /// For how long an author can edit a message.
    pub(crate) edit_window: Duration,
    /// For how long an author can recall a message.
    pub(crate) recall_window: Duration,
    pub(crate) retention: Retention,
}

/// For how many days the organisation keeps what is said; nothing is for ever, or for no time at least.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Retention {
    pub(crate) least: Option<u32>,
    /// In chats that say nothing themselves.
    pub(crate) usual: Option<u32>,
    pub(crate) greatest: Option<u32>,
}

/// A hold: nothing of a chat, or of the whole organisation, is purged while it stands.
#[derive(Debug, Clone)]
pub(crate) struct Hold {
    pub(crate) id: HoldId,
    pub(crate) chat: Option<ChatId>,
    pub(crate) reason: Sealed,
    pub(crate) placed_by: AccountId,
    pub(crate) placed_at: Timestamp,
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

impl Message {
    /// Its number, which a message that was read has.
    pub(crate) const fn known(&self) -> i64 {
        match self.number {
            Number::Known(number) => number,
            Number::Late(_) => 0,
        }
    }
}

impl MemberRole {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Manager => "manager",
            Self::Member => "member",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::Owner, Self::Manager, Self::Member]
            .into_iter()
            .find(|role| role.name() == name)
    }

    /// Whether what is reserved for managers is open to this role.
    pub(crate) const fn manages(self) -> bool {
        match self {
            Self::Owner | Self::Manager => true,
            Self::Member => false,
        }
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
        (self.chat.items_last - self.read_number() - self.in_threads).max(0)
    }
}

impl Resource for Chat {
    fn reference(&self) -> &ResourceRef {
        &self.reference
    }

    fn relation(&self) -> Relation {
        self.standing.role.relation()
    }

    fn absent() -> Refusal {
        CHAT_ABSENT
    }
}

impl MemberRole {
    const fn relation(self) -> Relation {
        match self {
            Self::Owner => Relation::Owner,
            Self::Manager => Relation::Manager,
            Self::Member => Relation::Member,
        }
    }
}

impl Resource for Door {
    fn reference(&self) -> &ResourceRef {
        &self.reference
    }

    /// Whoever is not inside knows of it when it is public, by its link, or because they have asked already.
    fn relation(&self) -> Relation {
        let is_known = self.settings.visibility == Visibility::Public
            || self.link.is_some()
            || self.is_requested;
        match (self.role, is_known) {
            (Some(role), _) => role.relation(),
            (None, true) => Relation::Colleague,
            (None, false) => Relation::None,
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
