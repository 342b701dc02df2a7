//! What is said, and one's own standing to it.

use act::Number;
use base::{AccountId, ChatId, MessageId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Done;
pub use crate::content::{Mention, SystemBody, SystemEvent, TextBody};
use crate::{
    content::{Body, Content},
    model,
};

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
