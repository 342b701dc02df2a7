//! What is sealed of an export while it is made: what is still to be done, and what the archive's members are called.

use act::Field;
use base::{ChatId, Context, FileId, Result, Timestamp};
use serde::{Deserialize, Serialize};

pub(crate) const EXPORT_KEY: Field = Field {
    label: 151,
    name: "messenger.export.key",
};
pub(crate) const EXPORT_WORK: Field = Field {
    label: 152,
    name: "messenger.export.work",
};
pub(crate) const EXPORT_ENTRIES: Field = Field {
    label: 153,
    name: "messenger.export.entries",
};

/// What is still to be done, and where the archive stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Work {
    pub(crate) stage: Stage,
    pub(crate) written: Written,
}

/// How far an export is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub(crate) enum Stage {
    /// Nothing is done yet.
    #[default]
    Beginning,
    /// The list of chats goes on after this one.
    Names { after: ChatId },
    /// The first chat after this one is next.
    Next { after: ChatId },
    /// What was said in a chat after this number.
    Messages { chat: ChatId, after: i64 },
    /// The files that were sent to a chat after this one.
    Files { chat: ChatId, after: FilePlace },
    /// A file of which so many bytes are in the archive; the next one comes after it.
    Copying {
        chat: ChatId,
        place: FilePlace,
        copied: u64,
    },
    /// The archive's directory, after the members that this step completed.
    Directory { after: i64, begin: u64 },
    /// All is written.
    Over,
}

/// A file by its place in a chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FilePlace {
    pub(crate) number: i64,
    pub(crate) file: FileId,
}

impl FilePlace {
    /// Before all that can be.
    pub(crate) const FIRST: Self = Self {
        number: 0,
        file: FileId::NIL,
    };
}

/// Where an archive stands between two steps.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Written {
    /// Its bytes so far, the header of the open member apart.
    pub(crate) size: u64,
    /// The number of the next part.
    pub(crate) part: u32,
    /// Members that are complete.
    pub(crate) members: u64,
    pub(crate) open: Option<OpenMember>,
}

/// A member that goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OpenMember {
    pub(crate) name: String,
    pub(crate) at: Timestamp,
    pub(crate) crc: u32,
    pub(crate) size: u64,
    /// Where its header begins.
    pub(crate) offset: u64,
    /// The part that its header will be, once that is not in memory any more.
    pub(crate) header: Option<u32>,
}

/// A member that is complete, as the directory has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) at: Timestamp,
    pub(crate) crc: u32,
    pub(crate) size: u64,
    /// Where its header begins.
    pub(crate) offset: u64,
}

impl Work {
    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>> {
        serde_json::to_vec(self).context("writing what is to be exported")
    }

    /// # Errors
    /// A fault when it does not read: an export that another release began is given up.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self> {
        serde_json::from_slice(bytes).context("reading what is to be exported")
    }
}

impl Entry {
    pub(crate) fn all_to_bytes(entries: &[Self]) -> Result<Vec<u8>> {
        serde_json::to_vec(entries).context("writing what a step completed")
    }

    /// # Errors
    /// As [`Work::from_bytes`].
    pub(crate) fn all_from_bytes(bytes: &[u8]) -> Result<Vec<Self>> {
        serde_json::from_slice(bytes).context("reading what a step completed")
    }
}
