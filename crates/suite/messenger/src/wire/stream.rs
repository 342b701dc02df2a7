//! What the stream asks and hears.

use act::StoredEvent;
use base::{AccountId, ChatId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Message, MessageBody};
use crate::model;

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

/// For the stream: who may hear of a chat, as of this version of it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Audience {
    pub version: i64,
    /// The number of the chat's last change.
    pub change: i64,
    pub accounts: Vec<AccountId>,
    /// Those of them who do not read from the beginning.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub newcomers: Vec<Newcomer>,
}

/// A member who reads from a number on.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Newcomer {
    pub account: AccountId,
    pub history_from: i64,
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
    /// `message.sent`, `members.added`, `member.removed`, `member.changed`, `chat.renamed`,
    /// `chat.changed` (the chat is to be read anew) `message.settled` (a file of the message was looked
    /// through) or `owner.changed`; others may come.
    pub event: String,
    /// The message that was sent, or that tells what happened. Whoever may not read it is handed `message.hidden` in the
    /// place of the event, under the same number.
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
    pub topics: Vec<FollowedTopic>,
    /// Whether the caller is in more chats than that.
    pub has_more: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Topic {
    pub chat: ChatId,
    pub change: i64,
    pub version: i64,
}

/// A chat as one of its members follows it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FollowedTopic {
    pub chat: ChatId,
    pub change: i64,
    pub version: i64,
    /// Messages before this number are not shown to the member.
    #[serde(skip_serializing_if = "is_beginning")]
    pub history_from: i64,
    /// Changes before this number are not replayed to the member.
    #[serde(skip_serializing_if = "is_beginning")]
    pub changes_from: i64,
}

/// Where nothing is held back. (Serde hands the number over by reference.)
const fn is_beginning(from: &i64) -> bool {
    *from == 0
}

impl From<model::Followed> for FollowedTopic {
    fn from(followed: model::Followed) -> Self {
        Self {
            chat: followed.chat,
            change: followed.change,
            version: followed.version,
            history_from: followed.history_from,
            changes_from: followed.changes_from,
        }
    }
}

impl Audience {
    pub(crate) fn of(version: i64, change: i64, members: Vec<(AccountId, i64)>) -> Self {
        let is_newcomer = |member: &&(AccountId, i64)| member.1 > 0;
        let newcomers = members.iter().filter(is_newcomer);
        Self {
            version,
            change,
            newcomers: newcomers
                .map(|(account, history_from)| Newcomer {
                    account: *account,
                    history_from: *history_from,
                })
                .collect(),
            accounts: members.into_iter().map(|(account, _)| account).collect(),
        }
    }
}

impl Followed {
    /// The first `max` of the chats that were read.
    pub(crate) fn of(mut chats: Vec<model::Followed>, max: u32) -> Self {
        let max = usize::try_from(max).unwrap_or(usize::MAX);
        let has_more = chats.len() > max;
        chats.truncate(max);
        Self {
            topics: chats.into_iter().map(FollowedTopic::from).collect(),
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
