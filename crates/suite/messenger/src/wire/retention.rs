//! How long what is said is kept.

use base::{ChatId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Person;
use crate::model::HoldId;

/// `POST /holds`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceHold {
    /// The chat that is held; the whole organisation where none is named.
    #[serde(default)]
    pub chat: Option<ChatId>,
    #[schemars(length(min = 1, max = 500))]
    pub reason: String,
}

/// `GET /holds`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListHolds {
    #[schemars(range(min = 1, max = 100))]
    pub limit: Option<u32>,
    pub cursor: Option<String>,
}

/// `DELETE /holds/{hold}`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OfHold {
    pub hold: HoldId,
}

/// A hold that stands: nothing is purged of what it holds.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Hold {
    pub id: HoldId,
    /// The whole organisation where none is named.
    pub chat: Option<ChatId>,
    pub reason: String,
    pub placed_by: Person,
    pub placed_at: Timestamp,
}

/// For the reconciler: what one round has purged.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Purged {
    pub messages: u32,
}
