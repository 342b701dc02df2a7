//! What happens to a message after it was sent.

use base::{AccountId, ChatId, MessageId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Mention, Message, Person, Reaction};
use crate::model;

/// `PATCH /chats/{chat}/messages/{message}`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EditMessage {
    pub chat: ChatId,
    pub message: MessageId,
    #[schemars(length(min = 1, max = 20_000))]
    pub text: String,
}

/// `PUT /chats/{chat}/messages/{message}/reaction`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReactMessage {
    pub chat: ChatId,
    pub message: MessageId,
    /// One emoji, as Unicode has it.
    #[schemars(length(min = 1, max = 64))]
    pub emoji: String,
    /// Whether one's own reaction is there from now on.
    pub present: bool,
}

/// `GET /chats/{chat}/messages/{message}/readers`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListReaders {
    pub chat: ChatId,
    pub message: MessageId,
    /// Those who have not read it, where this is said to be false; those who have otherwise.
    pub read: Option<bool>,
    #[schemars(range(min = 1, max = 200))]
    pub limit: Option<u32>,
    pub cursor: Option<String>,
}

/// `GET /chats/{chat}/messages/{message}/thread`: the latest answers, or those next to a number.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListReplies {
    pub chat: ChatId,
    /// The thread's root.
    pub message: MessageId,
    pub before: Option<u64>,
    pub after: Option<u64>,
    #[schemars(range(min = 1, max = 100))]
    pub limit: Option<u32>,
}

/// `PUT /chats/{chat}/messages/{message}/thread`: what is not said stays as it is.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MarkThread {
    pub chat: ChatId,
    /// The thread's root.
    pub message: MessageId,
    /// How far one has read there; it never goes back.
    pub read_number: Option<u64>,
    /// Whether one hears of its answers.
    pub following: Option<bool>,
}

/// `GET /threads`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListThreads {
    #[schemars(range(min = 1, max = 100))]
    pub limit: Option<u32>,
    pub cursor: Option<String>,
}

/// What a message said before and says now, oldest first.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Wordings {
    pub items: Vec<Wording>,
}

/// One wording of a message.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Wording {
    /// 0 for the first; one more for each edit.
    pub edit: i64,
    pub text: String,
    pub mentions: Vec<Mention>,
    pub written_at: Timestamp,
}

/// Who reacted to a message, in the order of time, 1,000 at most.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Reactions {
    pub items: Vec<PersonReaction>,
}

/// One person's reaction.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PersonReaction {
    pub account: Person,
    pub emoji: String,
    pub reacted_at: Timestamp,
}

/// Members who have read a message, or have not; its author and those who came later apart.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Readers {
    pub items: Vec<Person>,
    /// How many have read it.
    pub read: i64,
    /// How many have not.
    pub unread: i64,
    /// Gives the next page; null on the last.
    pub next_cursor: Option<String>,
}

/// Pinned messages, the newest pin first.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Pins {
    pub items: Vec<Message>,
}

/// A part of a thread, ascending by number, and how one stands to it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Thread {
    pub root: Message,
    pub items: Vec<Message>,
    pub has_before: bool,
    pub has_after: bool,
    #[serde(flatten)]
    pub standing: ThreadStanding,
}

/// How one stands to a thread.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct ThreadStanding {
    pub following: bool,
    pub read_number: i64,
    /// Answers of others after that, up to 1,000.
    pub unread: i64,
}

/// A thread that one follows.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FollowedThread {
    pub root: Message,
    pub author: Person,
    #[serde(flatten)]
    pub standing: ThreadStanding,
}

/// `GET` and `PUT /messenger/policy`: for how long an author can edit and recall a message, in seconds, 0 being not at all;
/// and for how many days what is said is kept. All of it is named when it is saved: what is left out would not stay as it was.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("required" = [
    "edit_window_s", "recall_window_s", "retention_min_days", "retention_days", "retention_max_days",
]))]
pub struct Policy {
    #[schemars(range(max = 31_536_000))]
    pub edit_window_s: u64,
    #[schemars(range(max = 31_536_000))]
    pub recall_window_s: u64,
    /// The least that a chat can ask for; null is no bound.
    #[serde(deserialize_with = "super::named")]
    #[schemars(range(min = 1, max = 36_500))]
    pub retention_min_days: Option<u32>,
    /// What holds in chats that ask for nothing; null is for ever.
    #[serde(deserialize_with = "super::named")]
    #[schemars(range(min = 1, max = 36_500))]
    pub retention_days: Option<u32>,
    /// The most that a chat can ask for; null is no bound.
    #[serde(deserialize_with = "super::named")]
    #[schemars(range(min = 1, max = 36_500))]
    pub retention_max_days: Option<u32>,
}

/// Asks for what the caller's organisation allows.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadPolicy {}

impl ThreadStanding {
    pub(crate) const fn of(following: model::Following, unread: i64) -> Self {
        Self {
            following: following.since.is_some(),
            read_number: following.read_number,
            unread,
        }
    }
}

impl Policy {
    pub(crate) const fn of(policy: model::Policy) -> Self {
        Self {
            edit_window_s: policy.edit_window.as_secs(),
            recall_window_s: policy.recall_window.as_secs(),
            retention_min_days: policy.retention.least,
            retention_days: policy.retention.usual,
            retention_max_days: policy.retention.greatest,
        }
    }
}

impl Message {
    /// The message after the caller reacted to it, or took that back.
    #[must_use]
    pub(crate) fn with_reaction(mut self, emoji: String, by: AccountId, present: bool) -> Self {
        let at = self.reactions.iter().position(|known| known.emoji == emoji);
        let at = at.unwrap_or_else(|| {
            self.reactions.push(Reaction {
                emoji,
                count: 0,
                accounts: Vec::new(),
                mine: false,
            });
            self.reactions.len() - 1
        });
        if let Some(reaction) = self.reactions.get_mut(at) {
            reaction.count += if present { 1 } else { -1 };
            reaction.mine = present;
            reaction.accounts.retain(|account| *account != by);
            if present {
                reaction.accounts.push(by);
            }
        }
        self.reactions.retain(|reaction| reaction.count > 0);
        self
    }
}
