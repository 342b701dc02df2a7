//! What comes from another messenger.

use base::{AccountId, ChatId, FileId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use crate::model::ImportId;
use crate::{model, settings::Visibility};

/// The other messenger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    Slack,
}

/// `POST /imports`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BeginImport {
    pub source: Source,
    /// What the workspace is called there, for machines. The same workspace is the same import.
    #[schemars(length(min = 1, max = 200))]
    pub workspace: String,
    /// For people.
    #[schemars(length(min = 1, max = 200))]
    pub label: String,
}

/// `GET /imports`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListImports {}

/// Names an import, and nothing more.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OfImport {
    pub import: ImportId,
}

/// `POST /imports/{import}/chats`: brings a chat, or says how far it is. What it was brought with stays; members add up.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BringChat {
    pub import: ImportId,
    /// What it is called there, for machines. The same id is the same chat.
    #[schemars(length(min = 1, max = 200))]
    pub external_id: String,
    /// Needed for a direct chat too: it is a group while two people have another one.
    #[schemars(length(min = 1))]
    pub name: String,
    #[serde(default)]
    #[schemars(length(max = 500))]
    pub description: String,
    #[serde(default)]
    pub visibility: Visibility,
    pub created_at: Timestamp,
    /// Whether it is the chat of its two members alone.
    #[serde(default)]
    pub direct: bool,
    /// Who will be in it. Of a group, the owner is named once.
    #[serde(default)]
    pub owner: Option<AccountId>,
    #[serde(default)]
    #[schemars(length(max = 500))]
    pub members: Vec<AccountId>,
}

/// `POST /imports/{import}/chats/{chat}/files`: begins a file, or says how far it is.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BringFile {
    pub import: ImportId,
    pub chat: ChatId,
    /// What it is called there, for machines; within a chat, the same id is the same file.
    #[schemars(length(min = 1, max = 200))]
    pub external_id: String,
    /// Any script, one line, without slashes.
    #[schemars(length(min = 1, max = 255))]
    pub name: String,
    #[schemars(range(min = 0, max = 2_147_483_648_u64))]
    pub size_bytes: u64,
}

/// `PUT /imports/{import}/chats/{chat}/files/{upload}/parts/{index}`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BringPart {
    pub import: ImportId,
    pub chat: ChatId,
    pub upload: FileId,
    /// From 0 on.
    #[schemars(range(min = 0, max = 511))]
    pub index: u32,
}

/// Names a file that is brought to a chat.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OfBrought {
    pub import: ImportId,
    pub chat: ChatId,
    pub upload: FileId,
}

/// `POST /imports/{import}/messages`: what was said next in a chat, those that have come already are left as they are.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BringMessages {
    pub import: ImportId,
    pub chat: ChatId,
    /// In the order of their time.
    #[schemars(length(min = 1, max = 200))]
    pub messages: Vec<BroughtMessage>,
}

/// A message as it was said elsewhere.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BroughtMessage {
    /// What it is called there; within a chat, the same id is the same message.
    #[schemars(length(min = 1, max = 200))]
    pub external_id: String,
    /// Whose it is; nobody's if its author has no account here.
    #[serde(default)]
    pub author: Option<AccountId>,
    /// What an author without an account was called.
    #[serde(default)]
    #[schemars(length(max = 200))]
    pub author_name: Option<String>,
    pub sent_at: Timestamp,
    /// Empty only where there are files.
    #[schemars(length(max = 20_000))]
    pub text: String,
    /// Files that came for it, whole by now, each in this message alone.
    #[serde(default)]
    #[schemars(length(max = 20))]
    pub files: Vec<FileId>,
    /// The external id of the message below which it was said.
    #[serde(default)]
    pub thread: Option<String>,
    /// When it was last edited. Earlier wordings do not come.
    #[serde(default)]
    pub edited_at: Option<Timestamp>,
    #[serde(default)]
    pub reactions: Vec<BroughtReaction>,
    #[serde(default)]
    pub pinned: Option<BroughtPin>,
}

/// Those who reacted with one emoji.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BroughtReaction {
    /// Of Unicode, or the name of a custom one between colons.
    pub emoji: String,
    pub accounts: Vec<AccountId>,
}

/// Who pinned a message, and when.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BroughtPin {
    /// The importing administrator where there is nobody else.
    #[serde(default)]
    pub by: Option<AccountId>,
    pub at: Timestamp,
}

/// `POST /imports/{import}/open`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenChat {
    pub import: ImportId,
    pub chat: ChatId,
}

/// An import and how far it is.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Import {
    pub id: ImportId,
    pub source: String,
    pub label: String,
    pub started_by: AccountId,
    pub started_at: Timestamp,
    /// Nothing more comes after this.
    pub finished_at: Option<Timestamp>,
    pub chats: i64,
    /// Chats that are their members' already.
    pub opened: i64,
    pub messages: i64,
    /// Messages that were said in threads.
    pub replies: i64,
    pub reactions: i64,
}

/// A chat of an import and how far it is.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Arrival {
    pub chat: ChatId,
    pub messages: i64,
    pub replies: i64,
    pub reactions: i64,
    /// When its last message was sent: what comes next was sent then or later.
    pub reached_at: Option<Timestamp>,
    /// Since when it is its members', and takes nothing more.
    pub opened_at: Option<Timestamp>,
}

impl Source {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Slack => "slack",
        }
    }
}

impl Import {
    pub(crate) fn of(import: model::Import, label: String) -> Self {
        let progress = import.progress;
        Self {
            id: import.id,
            source: import.source,
            label,
            started_by: import.started_by,
            started_at: import.started_at,
            finished_at: import.finished_at,
            chats: progress.chats,
            opened: progress.opened,
            messages: progress.messages,
            replies: progress.replies,
            reactions: progress.reactions,
        }
    }
}

impl Arrival {
    /// A chat in which nothing is yet.
    pub(crate) const fn new(chat: ChatId) -> Self {
        Self {
            chat,
            messages: 0,
            replies: 0,
            reactions: 0,
            reached_at: None,
            opened_at: None,
        }
    }

    pub(crate) const fn of(arrival: &model::Arrival) -> Self {
        Self {
            chat: arrival.chat,
            messages: arrival.messages,
            replies: arrival.replies,
            reactions: arrival.reactions,
            reached_at: arrival.reached_at,
            opened_at: arrival.opened_at,
        }
    }
}
