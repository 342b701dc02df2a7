//! Files: how they come, what is shown of them, and how much there may be.

use base::{ChatId, ContentId, FileId, TenantId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{content::FileMeta, media, model};

/// `POST /chats/{chat}/uploads`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BeginUpload {
    pub chat: ChatId,
    /// What the client calls the upload; beginning again under the same name goes on with it.
    #[schemars(length(min = 1, max = 64))]
    pub client_id: String,
    /// Any script, one line, without slashes.
    #[schemars(length(min = 1, max = 255))]
    pub name: String,
    #[schemars(range(min = 0, max = 2_147_483_648_u64))]
    pub size_bytes: u64,
}

/// `PUT /chats/{chat}/uploads/{upload}/parts/{index}`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PutPart {
    pub chat: ChatId,
    pub upload: FileId,
    /// From 0 on.
    #[schemars(range(min = 0, max = 511))]
    pub index: u32,
}

/// Names a file that is on its way.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OfUpload {
    pub chat: ChatId,
    pub upload: FileId,
}

/// Names a file of a chat.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OfFile {
    pub chat: ChatId,
    pub file: FileId,
}

/// `GET /chats/{chat}/files/{file}/content`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadFile {
    pub chat: ChatId,
    pub file: FileId,
    /// Whether to show it in its place: heeded for pictures, sounds and films that run nothing.
    pub inline: Option<bool>,
}

/// `GET /chats/{chat}/files`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListFiles {
    pub chat: ChatId,
    pub kind: Option<FileKind>,
    #[schemars(range(min = 1, max = 100))]
    pub limit: Option<u32>,
    pub cursor: Option<String>,
}

/// `GET /files/quota`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GetQuota {}

/// `PUT /files/quota`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("required" = ["allowed_bytes"]))]
pub struct SetQuota {
    /// At most what the operator gives; null for all of it.
    #[serde(deserialize_with = "super::named")]
    #[schemars(range(min = 0, max = 9_223_372_036_854_775_807_u64))]
    pub allowed_bytes: Option<u64>,
}

/// For reconcilers: nothing to say.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Round {}

/// Names a content of an organisation, for who looks through it.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OfContent {
    pub tenant: TenantId,
    pub content: ContentId,
}

/// What was found in a content.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SettleScan {
    pub tenant: TenantId,
    pub content: ContentId,
    pub is_harmful: bool,
}

/// Contents that wait to be looked through.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct ScansDue {
    pub contents: Vec<OfContent>,
}

/// How many files expiry removed.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Expired {
    pub files: u32,
}

/// What lists tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    Image,
    File,
}

impl FileKind {
    pub(crate) const fn model(self) -> model::FileKind {
        match self {
            Self::Image => model::FileKind::Image,
            Self::File => model::FileKind::Other,
        }
    }
}

/// A file that is on its way.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Upload {
    /// The file's own, from the beginning.
    pub id: FileId,
    pub name: String,
    pub size_bytes: u64,
    /// How long every part is but the last.
    pub part_bytes: u32,
    /// How many parts there are.
    pub parts: u32,
    /// The parts that have come, ascending.
    pub received: Vec<u32>,
    /// When it goes unless it is sent.
    pub expires_at: Option<Timestamp>,
    /// The file, once it is whole.
    pub file: Option<File>,
}

/// A part that has come.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Part {
    pub index: u32,
    pub size_bytes: u64,
}

/// Whether a file can be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FileState {
    /// Parts of it are still to come.
    Uploading,
    /// It is being looked through for what does harm.
    Scanning,
    Ready,
    /// It does harm and is not given out.
    Blocked,
}

/// A file of a message.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct File {
    pub id: FileId,
    pub name: String,
    /// What its bytes say it is.
    pub media_type: String,
    pub size_bytes: u64,
    /// Of a picture, in pixels.
    pub width: Option<u32>,
    pub height: Option<u32>,
    /// Whether there is a small picture of it.
    pub has_thumbnail: bool,
    pub state: FileState,
}

/// A file of a chat, with the message that it came with.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ChatFile {
    pub file: File,
    /// The message's number.
    pub number: i64,
    pub author: super::Person,
    pub created_at: Timestamp,
}

/// How much the organisation keeps, and may.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Quota {
    pub used_bytes: u64,
    /// What holds: null for no limit.
    pub allowed_bytes: Option<u64>,
    /// What the operator gives: null for no limit.
    pub given_bytes: Option<u64>,
}

impl File {
    pub(crate) fn of(file: &model::File, meta: FileMeta) -> Self {
        Self {
            id: file.id,
            name: meta.name,
            media_type: meta.media_type.unwrap_or_else(|| media::UNKNOWN.to_owned()),
            size_bytes: file.content.size_bytes,
            width: meta.width,
            height: meta.height,
            has_thumbnail: file.content.thumbnail.is_some(),
            state: match file.content.state {
                model::ContentState::Open => FileState::Uploading,
                model::ContentState::Scanning => FileState::Scanning,
                model::ContentState::Ready => FileState::Ready,
                model::ContentState::Blocked => FileState::Blocked,
            },
        }
    }
}
