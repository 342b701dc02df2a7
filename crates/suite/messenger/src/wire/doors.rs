//! How people come in by themselves, and when they are not to be disturbed.

use base::{AccountId, ChatId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Chat, Joining, Person};
use crate::model;

/// `GET /chats/public`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListPublic {
    #[schemars(range(min = 1, max = 100))]
    pub limit: Option<u32>,
    pub cursor: Option<String>,
}

/// A group as it is seen from outside.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Door {
    pub id: ChatId,
    pub name: String,
    /// Empty when there is none.
    pub description: String,
    pub members: i64,
    /// How one comes in.
    pub join: Joining,
    pub is_joined: bool,
    /// Whether one asks to be let in already.
    pub is_requested: bool,
}

/// What has come of joining.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Joined {
    /// Whether a manager has to agree first.
    pub requested: bool,
    /// The chat, once one is in it.
    pub chat: Option<Chat>,
}

/// `POST /chats/{chat}/link`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MakeLink {
    pub chat: ChatId,
    /// 168 when it is not said.
    #[schemars(range(min = 1, max = 720))]
    pub expires_in_h: Option<u32>,
    /// As often as one likes when it is not said.
    #[schemars(range(min = 1, max = 10_000))]
    pub uses_max: Option<u32>,
}

/// A link that was just made.
#[derive(Debug, Serialize, JsonSchema)]
pub struct NewLink {
    /// Below the address of this application. The token stands behind the `#`, and is shown here only.
    pub path: String,
    #[serde(flatten)]
    pub link: Link,
}

/// How a link stands.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Link {
    pub made_by: AccountId,
    pub made_at: Timestamp,
    pub expires_at: Timestamp,
    pub uses: i64,
    pub uses_max: Option<i64>,
    /// Whether it can be used: not ended, not used up, and made by somebody who still manages the chat.
    pub is_good: bool,
}

/// The link of a chat, if it has one.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LinkOf {
    pub link: Option<Link>,
}

/// What stands behind the `#` of a link.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkToken {
    #[schemars(length(min = 1, max = 128))]
    pub token: String,
}

/// Where a link leads to.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LinkedDoor {
    #[serde(flatten)]
    pub door: Door,
    pub expires_at: Timestamp,
}

/// `GET /chats/{chat}/requests`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListRequests {
    pub chat: ChatId,
    #[schemars(range(min = 1, max = 100))]
    pub limit: Option<u32>,
    pub cursor: Option<String>,
}

/// Somebody who asks to be let in.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Request {
    pub account: Person,
    pub asked_at: Timestamp,
}

/// `POST /chats/{chat}/requests/{account}`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerRequest {
    pub chat: ChatId,
    pub account: AccountId,
    pub accept: bool,
}

/// `GET /me/quiet`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GetQuiet {}

/// Until when one is not to be disturbed; null is not at all.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Quiet {
    pub until: Option<Timestamp>,
}

impl Link {
    pub(crate) fn of(link: &model::Link, is_good: bool) -> Self {
        Self {
            made_by: link.made_by,
            made_at: link.made_at,
            expires_at: link.expires_at,
            uses: link.uses,
            uses_max: link.uses_max,
            is_good,
        }
    }
}
