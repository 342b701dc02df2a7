//! Files: the content that is stored once, and the rows by which chats show it.

use act::Sealed;
use base::{AccountId, BlobId, ChatId, ContentId, FileId, Timestamp};

/// A file as a chat has it, with what there is of its content.
#[derive(Debug, Clone)]
pub(crate) struct File {
    pub(crate) id: FileId,
    pub(crate) chat: ChatId,
    pub(crate) author: AccountId,
    /// The message in which it was sent; nothing before that.
    pub(crate) number: Option<i64>,
    pub(crate) kind: FileKind,
    pub(crate) key: Sealed,
    pub(crate) meta: Sealed,
    pub(crate) created_at: Timestamp,
    /// Nothing once it is sent.
    pub(crate) expires_at: Option<Timestamp>,
    /// Its message was recalled.
    pub(crate) withdrawn_at: Option<Timestamp>,
    pub(crate) content: Content,
}

/// The bytes of a file, wherever it is shown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Content {
    pub(crate) id: ContentId,
    pub(crate) state: ContentState,
    pub(crate) size_bytes: u64,
    pub(crate) thumbnail: Option<BlobId>,
}

/// Where a content is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ContentState {
    /// Parts of it are still to come.
    Open,
    /// Whole, and being looked through for what does harm.
    Scanning,
    Ready,
    /// It does harm: nobody gets it.
    Blocked,
}

/// What lists tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileKind {
    Image,
    Other,
}

/// A part that has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) number: u32,
    pub(crate) blob: BlobId,
    pub(crate) size_bytes: u64,
}

/// How much an organisation keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Storage {
    pub(crate) used_bytes: u64,
    /// What its administrators set, if they did.
    pub(crate) allowed_bytes: Option<u64>,
}

impl ContentState {
    const ALL: [Self; 4] = [Self::Open, Self::Scanning, Self::Ready, Self::Blocked];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Scanning => "scanning",
            Self::Ready => "ready",
            Self::Blocked => "blocked",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

impl FileKind {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Other => "file",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::Image, Self::Other]
            .into_iter()
            .find(|kind| kind.name() == name)
    }
}
