//! Exports: what is shown of them, and the lines of their archives.

use base::{ChatId, FileId, MessageId, TenantId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use crate::model::ExportId;
use crate::{
    card::Card,
    content::{Imported, Mention},
    model,
    wire::ChatKind,
};

/// `POST /me/exports`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BeginExport {}

/// `GET /me/exports`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListExports {}

/// Names an export of the caller.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OfExport {
    pub export: ExportId,
}

/// Names an export of an organisation, for who makes it.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExportWithin {
    pub tenant: TenantId,
    pub export: ExportId,
}

/// Exports of which a step is due.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct ExportsDue {
    pub exports: Vec<ExportWithin>,
}

/// How many archives expiry removed.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ExportsExpired {
    pub exports: u32,
}

/// Where an export is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExportState {
    /// It waits for its first step.
    Queued,
    Running,
    /// The archive can be had.
    Ready,
    Failed,
    /// The archive has gone.
    Expired,
}

/// Why an export came to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExportFailure {
    /// The archive would be larger than one can be.
    TooLarge,
    /// The account was suspended.
    Suspended,
    /// It could not be made, again and again.
    Trouble,
}

/// An archive of what somebody said and sent, ready or being made.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Export {
    pub id: ExportId,
    pub state: ExportState,
    /// Of one that failed.
    pub failure: Option<ExportFailure>,
    /// The chats that one was in when it was begun.
    pub chats: i64,
    /// Those of them that are done.
    pub chats_done: i64,
    /// What is in the archive so far.
    pub messages: i64,
    pub files: i64,
    pub size_bytes: u64,
    /// The bytes of the files that were to be expected at the beginning.
    pub files_bytes: u64,
    pub created_at: Timestamp,
    pub finished_at: Option<Timestamp>,
    /// When the archive goes; null where there is none.
    pub expires_at: Option<Timestamp>,
}

impl ExportState {
    const fn of(state: model::ExportState) -> Self {
        match state {
            model::ExportState::Queued => Self::Queued,
            model::ExportState::Running => Self::Running,
            model::ExportState::Ready => Self::Ready,
            model::ExportState::Failed => Self::Failed,
            model::ExportState::Expired => Self::Expired,
        }
    }
}

impl ExportFailure {
    const fn of(failure: model::Failure) -> Self {
        match failure {
            model::Failure::TooLarge => Self::TooLarge,
            model::Failure::Suspended => Self::Suspended,
            model::Failure::Trouble => Self::Trouble,
        }
    }
}

impl Export {
    pub(crate) fn of(export: &model::Export) -> Self {
        let is_ready = export.state == model::ExportState::Ready;
        Self {
            id: export.id,
            state: ExportState::of(export.state),
            failure: export.reason.map(ExportFailure::of),
            chats: export.chats,
            chats_done: export.progress.chats,
            messages: export.progress.messages,
            files: export.progress.files,
            size_bytes: export.progress.size_bytes,
            files_bytes: export.files_bytes,
            created_at: export.created_at,
            finished_at: export.finished_at,
            expires_at: export.expires_at.filter(|_| is_ready),
        }
    }
}

/// A chat in `chats.json`.
#[derive(Debug, Serialize)]
pub(crate) struct ExportedChat<'a> {
    pub(crate) id: ChatId,
    pub(crate) kind: ChatKind,
    /// Of a direct chat: the other's.
    pub(crate) name: &'a str,
}

/// A line of `messages/….jsonl`: what its author said. What does not apply is left out.
#[derive(Debug, Serialize)]
pub(crate) struct ExportedMessage {
    pub(crate) number: i64,
    pub(crate) id: MessageId,
    pub(crate) sent_at: Timestamp,
    pub(crate) kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) text: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) mentions: Vec<Mention>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) files: Vec<ExportedFile>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) forwarded: Vec<ExportedForward>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) card: Option<Card>,
    /// The root of the thread that it was said in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) thread: Option<MessageId>,
    /// What it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) quote: Option<MessageId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) edited_at: Option<Timestamp>,
    /// What it said before, the first wording first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) wordings: Vec<ExportedWording>,
    pub(crate) reactions: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) imported: Option<Imported>,
}

/// A message that was forwarded.
#[derive(Debug, Serialize)]
pub(crate) struct ExportedForward {
    pub(crate) author_name: String,
    pub(crate) sent_at: Timestamp,
    pub(crate) text: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) files: Vec<ExportedFile>,
}

/// A file of a message, and where in the archive its bytes are, if they are given out.
#[derive(Debug, Serialize)]
pub(crate) struct ExportedFile {
    pub(crate) id: FileId,
    pub(crate) name: String,
    pub(crate) media_type: String,
    pub(crate) size_bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) path: Option<String>,
}

/// What a message said before.
#[derive(Debug, Serialize)]
pub(crate) struct ExportedWording {
    pub(crate) text: String,
    pub(crate) written_at: Timestamp,
}
