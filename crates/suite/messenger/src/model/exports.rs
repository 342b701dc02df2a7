//! Exports: what an account takes with it, and the shelf on which its archives lie.

use act::{Kind, Relation, Resource, ResourceRef, Sealed};
use base::{AccountId, BlobId, Id, IdKind, Refusal, Timestamp};

use crate::rules::EXPORT_ABSENT;

/// The kind of resource that an account's shelf is.
pub(crate) const SHELF: Kind = Kind("messenger.shelf");

/// Names an export.
pub type ExportId = Id<ExportKind>;

/// Marks an [`ExportId`].
#[derive(Debug)]
pub enum ExportKind {}

impl IdKind for ExportKind {
    const PREFIX: &'static str = "ex_";
}

/// What an account keeps for itself. It has the account's own id, and the key that all of its exports are sealed under.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shelf {
    pub(crate) reference: ResourceRef,
}

/// An archive of what an account said and sent, ready or being made.
#[derive(Debug, Clone)]
pub(crate) struct Export {
    pub(crate) id: ExportId,
    pub(crate) account: AccountId,
    pub(crate) state: ExportState,
    /// Why it came to nothing.
    pub(crate) reason: Option<Failure>,
    /// How many steps are done.
    pub(crate) step: i64,
    pub(crate) key: Sealed,
    /// What is still to be done; nothing once it is over.
    pub(crate) work: Option<Sealed>,
    pub(crate) progress: Exported,
    /// Chats that its account was in when it was begun, and the bytes of the files sent there.
    pub(crate) chats: i64,
    pub(crate) files_bytes: u64,
    /// Steps that failed one after the other.
    pub(crate) failures: i64,
    pub(crate) created_at: Timestamp,
    pub(crate) finished_at: Option<Timestamp>,
    /// When its archive goes, or its row where there is none.
    pub(crate) expires_at: Option<Timestamp>,
    /// How the caller stands to it.
    pub(crate) relation: Relation,
    pub(crate) shelf: ResourceRef,
}

/// How much of an export is there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Exported {
    pub(crate) chats: i64,
    pub(crate) messages: i64,
    pub(crate) files: i64,
    pub(crate) size_bytes: u64,
}

/// Where an export is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExportState {
    /// Nothing of it is done yet.
    Queued,
    Running,
    Ready,
    Failed,
    /// Its archive has gone.
    Expired,
}

/// Why an export came to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    TooLarge,
    /// Its account was suspended.
    Suspended,
    /// It could not be made, again and again.
    Trouble,
}

/// A part of an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ArchivePart {
    pub(crate) number: u32,
    pub(crate) blob: BlobId,
    pub(crate) size_bytes: u64,
}

impl ExportState {
    const ALL: [Self; 5] = [
        Self::Queued,
        Self::Running,
        Self::Ready,
        Self::Failed,
        Self::Expired,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Ready => "ready",
            Self::Failed => "failed",
            Self::Expired => "expired",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    pub(crate) const fn is_underway(self) -> bool {
        matches!(self, Self::Queued | Self::Running)
    }
}

impl Failure {
    const ALL: [Self; 3] = [Self::TooLarge, Self::Suspended, Self::Trouble];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::TooLarge => "too_large",
            Self::Suspended => "suspended",
            Self::Trouble => "trouble",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }
}

impl Resource for Shelf {
    fn reference(&self) -> &ResourceRef {
        &self.reference
    }

    fn relation(&self) -> Relation {
        Relation::Own
    }

    fn absent() -> Refusal {
        EXPORT_ABSENT
    }
}

impl Resource for Export {
    fn reference(&self) -> &ResourceRef {
        &self.shelf
    }

    fn relation(&self) -> Relation {
        self.relation
    }

    fn absent() -> Refusal {
        EXPORT_ABSENT
    }
}
