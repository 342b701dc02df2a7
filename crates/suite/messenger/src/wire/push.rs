//! Browsers that are told of messages.

use base::{AccountId, ChatId, MessageId, SessionId, TenantId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GetPush {}

/// How much of a message a browser is told while nobody looks: that there is one, who said it and where, or what was said, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PushDetail {
    Nothing,
    Names,
    Text,
}

/// Where the caller's browser wants to be told: what its push manager gave (Push API, RFC 8291 §3.1).
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SavePush {
    #[schemars(length(max = 1024))]
    pub endpoint: String,
    /// The browser's public key, in base64url.
    #[schemars(length(max = 128))]
    pub p256dh: String,
    /// What the browser shares with who writes to it, in base64url.
    #[schemars(length(max = 64))]
    pub auth: String,
    pub detail: PushDetail,
}

/// Whether the caller's browser is told of messages.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PushState {
    /// The key of this server for a browser's push manager, in base64url (RFC 8292 §3.2); null where the server tells none.
    pub key: Option<String>,
    /// How much this browser is told; null while it is not.
    pub detail: Option<PushDetail>,
}

/// For the courier: which organisations have browsers to tell.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct PushTenants {
    pub tenants: Vec<TenantId>,
}

/// For the courier: chats of which browsers were not told everything.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct PushBehind {
    pub chats: Vec<OfTenant>,
}

/// A chat of an organisation.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
pub struct OfTenant {
    pub tenant: TenantId,
    pub chat: ChatId,
}

/// A browser: whose, and of which session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PushPlace {
    pub account: AccountId,
    pub session: SessionId,
}

/// For the courier: browsers after one of them, to compare with the sessions.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListHeld {
    pub after: Option<HeldPush>,
}

/// A browser of an organisation.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
pub struct HeldPush {
    pub tenant: TenantId,
    pub account: AccountId,
    pub session: SessionId,
}

/// For the courier: one page of browsers.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct HeldPushes {
    pub places: Vec<HeldPush>,
}

/// For the courier: what is to be told of a chat, to the browsers after one of them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DuePush {
    pub chat: ChatId,
    pub after: Option<PushPlace>,
}

/// For the courier: what is to be told.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct PushDue {
    /// Up to this number everybody is told then; null when there is nothing new.
    pub through: Option<i64>,
    pub letters: Vec<PushLetter>,
    /// Gives the next page; null on the last.
    pub next: Option<PushPlace>,
}

/// What one browser is told.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct PushLetter {
    pub place: PushPlace,
    pub endpoint: String,
    pub p256dh: String,
    pub auth: String,
    /// Whether somebody is named, or the chat is of two.
    pub is_urgent: bool,
    pub content: PushContent,
}

/// What a browser's worker is handed. It writes the words in its own language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PushContent {
    /// The version of this form.
    pub v: u8,
    pub chat: ChatId,
    /// The newest of the messages.
    pub message: MessageId,
    /// How many there are.
    pub count: u32,
    /// Whether one of them names the reader.
    pub mention: bool,
    /// Who said the newest one; null unless the person chose to be told.
    pub sender: Option<String>,
    /// The chat's name; null in a chat of two, or unless the person chose to be told.
    pub chat_name: Option<String>,
    /// What was said, in short; null unless the person chose to be told.
    pub text: Option<String>,
}

/// For the courier: browsers were told up to a number, and some are told nothing any more.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SettlePush {
    pub chat: Option<ChatId>,
    pub through: Option<i64>,
    #[schemars(length(max = 1000))]
    pub gone: Vec<PushPlace>,
}

impl PushDetail {
    pub(crate) const fn of(detail: model::PushDetail) -> Self {
        match detail {
            model::PushDetail::Nothing => Self::Nothing,
            model::PushDetail::Names => Self::Names,
            model::PushDetail::Text => Self::Text,
        }
    }

    pub(crate) const fn meant(self) -> model::PushDetail {
        match self {
            Self::Nothing => model::PushDetail::Nothing,
            Self::Names => model::PushDetail::Names,
            Self::Text => model::PushDetail::Text,
        }
    }
}
