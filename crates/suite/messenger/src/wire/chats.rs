//! Chats and who is in them.

use act::{Card, Number};
use base::{AccountId, AvatarId, ChatId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Message;
pub use crate::content::Appointment;
pub use crate::settings::{Circle, History, Joining, Visibility};
use crate::{model, settings::Settings};

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
    /// This and what follows is for everyone.
    #[schemars(length(min = 1))]
    pub name: Option<String>,
    /// An empty one takes it away.
    #[schemars(length(max = 500))]
    pub description: Option<String>,
    /// What everybody should know, in Markdown; an empty one takes it away.
    #[schemars(length(max = 2_000))]
    pub announcement: Option<String>,
    pub visibility: Option<Visibility>,
    pub join: Option<Joining>,
    pub posting: Option<Circle>,
    pub mention_all: Option<Circle>,
    /// What those read who come from now on.
    pub history: Option<History>,
    /// For how many days what is said here is kept, within the bounds of the organisation; 0 leaves it to the organisation.
    #[schemars(range(max = 36_500))]
    pub retention_days: Option<u32>,
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

/// `PUT /chats/{chat}/members/{account}/role`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetRole {
    pub chat: ChatId,
    pub account: AccountId,
    pub role: Appointment,
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
    Manager,
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
    /// Empty when there is none.
    pub description: String,
    pub announcement: Option<Announcement>,
    pub visibility: Visibility,
    pub join: Joining,
    /// Who may speak.
    pub posting: Circle,
    /// Who may mention everyone.
    pub mention_all: Circle,
    /// What those read who come later.
    pub history: History,
    /// How many ask to be let in; 0 for those who do not decide about it.
    pub requests: i64,
    /// For how many days what is said here is kept; null is for ever.
    pub retention_days: Option<u32>,
    /// What the chat itself asks for; null leaves it to the organisation.
    pub own_retention_days: Option<u32>,
}

/// What managers want everybody in a chat to know.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Announcement {
    pub text: String,
    pub by: AccountId,
    pub at: Timestamp,
}

/// A member of a chat.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Membership {
    pub account: Person,
    pub role: Role,
    pub joined_at: Timestamp,
    pub read_number: i64,
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
            model::MemberRole::Manager => Self::Manager,
            model::MemberRole::Member => Self::Member,
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
            description: String::new(),
            announcement: None,
            visibility: Visibility::default(),
            join: Joining::default(),
            posting: Circle::default(),
            mention_all: Circle::default(),
            history: History::default(),
            requests: 0,
            retention_days: None,
            own_retention_days: None,
        }
    }

    /// The chat with other settings.
    #[must_use]
    pub(crate) fn set_to(self, settings: Settings) -> Self {
        Self {
            visibility: settings.visibility,
            join: settings.joining,
            posting: settings.posting,
            mention_all: settings.mention_all,
            history: settings.history,
            ..self
        }
    }

    /// The chat as it is kept.
    #[must_use]
    pub(crate) fn kept(self, keeping: model::Keeping) -> Self {
        Self {
            retention_days: keeping.days(),
            own_retention_days: keeping.own,
            ..self
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
