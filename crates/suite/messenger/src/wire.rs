//! What travels: inputs, views, and the frames of the stream.

use act::{Card, Number, StoredEvent};
use base::{AccountId, AvatarId, ChatId, MessageId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use crate::content::{Mention, SystemBody, SystemEvent, TextBody};
use crate::{
    content::{Body, Content},
    model,
};

/// `GET /chats`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListChats {
    #[schemars(range(min = 1, max = 100))]
    pub limit: Option<u32>,
    pub cursor: Option<String>,
}

/// `POST /chats`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateChat {
    #[schemars(length(min = 1))]
    pub name: String,
    /// Who is in it beside oneself.
    #[schemars(length(max = 200))]
    pub members: Vec<AccountId>,
}

/// `POST /chats/direct`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DirectChat {
    pub account: AccountId,
}

/// Names a chat, and nothing more.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OfChat {
    pub chat: ChatId,
}

/// `PATCH /chats/{chat}`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeChat {
    pub chat: ChatId,
    /// For everyone.
    pub name: Option<String>,
    /// For oneself.
    pub muted: Option<bool>,
}

/// `GET /chats/{chat}/members`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListMembers {
    pub chat: ChatId,
    #[schemars(range(min = 1, max = 200))]
    pub limit: Option<u32>,
    pub cursor: Option<String>,
}

/// `POST /chats/{chat}/members`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddMembers {
    pub chat: ChatId,
    #[schemars(length(min = 1, max = 200))]
    pub accounts: Vec<AccountId>,
}

/// One account in one chat.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OfMember {
    pub chat: ChatId,
    pub account: AccountId,
}

/// `GET /chats/{chat}/messages`: the latest, or those next to a number.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListMessages {
    pub chat: ChatId,
    pub before: Option<u64>,
    pub after: Option<u64>,
    #[schemars(range(min = 1, max = 100))]
    pub limit: Option<u32>,
}

/// One message of one chat.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OfMessage {
    pub chat: ChatId,
    pub message: MessageId,
}

/// `POST /chats/{chat}/messages`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SendMessage {
    pub chat: ChatId,
    /// What the client calls the message; sending again under the same name gives the same message.
    #[schemars(length(min = 1, max = 64))]
    pub client_id: String,
    pub body: NewText,
}

/// What a person writes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewText {
    #[schemars(length(min = 1, max = 20_000))]
    pub text: String,
}

/// `PUT /chats/{chat}/position`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MarkPosition {
    pub chat: ChatId,
    pub number: u64,
}

/// `PUT /chats/{chat}/draft`: an empty text removes it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SaveDraft {
    pub chat: ChatId,
    #[schemars(length(max = 20_000))]
    pub text: String,
}

/// For the stream: what happened after a change.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangesChat {
    pub chat: ChatId,
    pub after: u64,
    #[schemars(range(min = 1, max = 500))]
    pub limit: u32,
}

/// For the stream: its caller's chats, all of them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResumeStream {}

/// For the stream: the chats that it compares with the log.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OfChats {
    #[schemars(length(max = 500))]
    pub chats: Vec<ChatId>,
}

/// Nothing to say but that it is done.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct Done {}

/// One page of a list.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Gives the next page; null on the last.
    pub next_cursor: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChatKind {
    Direct,
    Group,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Owner,
    Member,
}

/// What is shown of an account beside what it does.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Person {
    pub id: AccountId,
    pub name: String,
    pub avatar: Option<AvatarId>,
}

/// A chat as one of its members sees it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Chat {
    pub id: ChatId,
    pub kind: ChatKind,
    /// Of a direct chat: the other person's name.
    pub name: String,
    pub other: Option<Person>,
    pub role: Role,
    pub members: i64,
    pub last_number: Number,
    pub last_change: Number,
    /// Read up to this number; one's own messages count as read.
    pub read_number: Number,
    pub unread: i64,
    /// Unread messages that name oneself or everyone.
    pub mentions: i64,
    pub last_message: Option<Message>,
    pub created_at: Timestamp,
    pub muted: bool,
}

/// A member of a chat.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Membership {
    pub account: Person,
    pub role: Role,
    pub joined_at: Timestamp,
    pub read_number: i64,
}

/// A message.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Message {
    pub id: MessageId,
    pub chat: ChatId,
    /// Its place in the chat: 1 and on, without gaps.
    pub number: Number,
    /// The number of the last change that concerns it.
    pub change: Number,
    pub author: AccountId,
    #[serde(flatten)]
    pub body: MessageBody,
    pub sent_at: Timestamp,
    /// What its author's client called it.
    pub client_id: Option<String>,
}

/// The kind of a message and its body.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(tag = "kind", content = "body", rename_all = "snake_case")]
pub enum MessageBody {
    Text(TextBody),
    System(SystemBody),
    /// Of a kind that this server does not know yet: a newer one beside it wrote it.
    Unknown(Done),
}

/// A part of a chat's history, ascending by number.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Messages {
    pub items: Vec<Message>,
    pub has_before: bool,
    pub has_after: bool,
}

/// How far one has read.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Position {
    pub read_number: i64,
    pub unread: i64,
}

/// What one has begun to write.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Draft {
    pub text: String,
    pub saved_at: Option<Timestamp>,
}

/// For the stream: who may hear of a chat, as of this version of it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Audience {
    pub version: i64,
    /// The number of the chat's last change.
    pub change: i64,
    pub accounts: Vec<AccountId>,
}

/// For the stream: what happened in a chat, opened.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Changes {
    pub version: i64,
    pub change_last: i64,
    pub frames: Vec<Frame>,
}

/// One change, as it is sent to every socket that follows the chat.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Frame {
    #[serde(rename = "type")]
    pub sort: FrameSort,
    pub topic: ChatId,
    pub change: i64,
    /// `message.sent`, `members.added`, `member.removed`, `chat.renamed` or `owner.changed`; others may come.
    pub event: String,
    /// The message that was sent, or that tells what happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<Message>,
    /// Whom a change of members concerns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accounts: Option<Vec<AccountId>>,
    /// The chat's name from then on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    pub at: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FrameSort {
    Event,
}

/// For the stream: where chats stand.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Topics {
    pub topics: Vec<Topic>,
}

/// For the stream: the chats that its caller follows.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Followed {
    pub topics: Vec<Topic>,
    /// Whether the caller is in more chats than that.
    pub has_more: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Topic {
    pub chat: ChatId,
    pub change: i64,
    pub version: i64,
}

impl Followed {
    /// The first `max` of the chats that were read.
    pub(crate) fn of(mut chats: Vec<(ChatId, i64, i64)>, max: u32) -> Self {
        let max = usize::try_from(max).unwrap_or(usize::MAX);
        let has_more = chats.len() > max;
        chats.truncate(max);
        Self {
            topics: Topics::of(chats).topics,
            has_more,
        }
    }
}

impl Topics {
    pub(crate) fn of(topics: Vec<(ChatId, i64, i64)>) -> Self {
        let topic = |(chat, change, version)| Topic {
            chat,
            change,
            version,
        };
        Self {
            topics: topics.into_iter().map(topic).collect(),
        }
    }
}

impl Person {
    pub(crate) fn of(card: Card) -> Self {
        Self {
            id: card.account,
            name: card.name,
            avatar: card.avatar,
        }
    }

    /// Somebody whom the directory does not know any more.
    pub(crate) fn gone(id: AccountId) -> Self {
        Self {
            id,
            name: String::new(),
            avatar: None,
        }
    }
}

impl Role {
    pub(crate) const fn of(role: model::MemberRole) -> Self {
        match role {
            model::MemberRole::Owner => Self::Owner,
            model::MemberRole::Member => Self::Member,
        }
    }
}

impl Message {
    pub(crate) fn of(message: &model::Message, content: Content) -> Self {
        Self {
            id: message.id,
            chat: message.chat,
            number: message.number,
            change: message.change,
            author: message.author,
            body: MessageBody::of(content.body),
            sent_at: message.sent_at,
            client_id: content.client_id,
        }
    }
}

impl MessageBody {
    fn of(body: Body) -> Self {
        match body {
            Body::Text(text) => Self::Text(text),
            Body::System(system) => Self::System(system),
            Body::Unknown => Self::Unknown(Done {}),
        }
    }
}

impl Chat {
    /// A chat in which nothing was said yet, as a member sees it.
    pub(crate) fn new(id: ChatId, kind: ChatKind, name: String, created_at: Timestamp) -> Self {
        Self {
            id,
            kind,
            name,
            other: None,
            role: Role::Member,
            members: 0,
            last_number: Number::Known(0),
            last_change: Number::Known(0),
            read_number: Number::Known(0),
            unread: 0,
            mentions: 0,
            last_message: None,
            created_at,
            muted: false,
        }
    }

    /// The chat after the caller said or did something in it: that counts as having read it.
    #[must_use]
    pub(crate) fn after(self, message: Message) -> Self {
        Self {
            last_number: message.number,
            last_change: message.change,
            read_number: message.number,
            unread: 0,
            mentions: 0,
            last_message: Some(message),
            ..self
        }
    }
}

impl Frame {
    pub(crate) fn of(chat: ChatId, event: StoredEvent, message: Option<Message>) -> Self {
        let name = match message.as_ref().map(|message| &message.body) {
            Some(MessageBody::System(system)) => system.name.clone(),
            _ => None,
        };
        Self {
            sort: FrameSort::Event,
            topic: chat,
            change: event.change,
            event: event.name,
            message,
            accounts: (!event.accounts.is_empty()).then_some(event.accounts),
            name,
            at: event.at,
        }
    }
}
