//! Cards and their answers.

use base::{ChatId, MessageId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{File, Person};
pub use crate::card::{Card, CardAnswer, Element, LabelledText, LabelledValue, Tone};

/// A card as it is seen.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ShownCard {
    pub card: Card,
    /// The pictures among its elements; one that is gone is left out.
    pub files: Vec<File>,
}

/// `POST /chats/{chat}/cards`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SendCard {
    pub chat: ChatId,
    /// What the client calls the message, as with sending a text.
    #[schemars(length(min = 1, max = 64))]
    pub client_id: String,
    pub card: Card,
}

/// `PUT /chats/{chat}/messages/{message}/card`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeCard {
    pub chat: ChatId,
    pub message: MessageId,
    pub card: Card,
}

/// `PUT /chats/{chat}/messages/{message}/answer`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerCard {
    pub chat: ChatId,
    pub message: MessageId,
    pub answer: CardAnswer,
}

/// `GET /chats/{chat}/messages/{message}/answers`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListAnswers {
    pub chat: ChatId,
    pub message: MessageId,
    #[schemars(range(min = 1, max = 200))]
    pub limit: Option<u32>,
    pub cursor: Option<String>,
}

/// What the caller answered to a card.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct OwnAnswer {
    pub answer: CardAnswer,
    pub answered_at: Timestamp,
}

/// What a person answered to a card.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PersonAnswer {
    pub account: Person,
    pub answer: CardAnswer,
    pub answered_at: Timestamp,
}
