//! The nouns of an import: a workspace of another messenger, and the chats that come from it.

use act::{Relation, Resource, ResourceRef, Role, Sealed};
use base::{AccountId, ChatId, Id, IdKind, Refusal, Timestamp};

use super::Pair;
use crate::{rules::IMPORT_CHAT_ABSENT, settings::Visibility};

/// Names an import.
pub type ImportId = Id<ImportKind>;

/// Marks an [`ImportId`].
#[derive(Debug)]
pub enum ImportKind {}

impl IdKind for ImportKind {
    const PREFIX: &'static str = "im_";
}

/// The bringing of one workspace.
#[derive(Debug, Clone)]
pub(crate) struct Import {
    pub(crate) id: ImportId,
    /// The other messenger: a word that the wire knows.
    pub(crate) source: String,
    /// What the administrator calls it.
    pub(crate) label: Sealed,
    pub(crate) started_by: AccountId,
    pub(crate) started_at: Timestamp,
    /// Nothing more comes after this.
    pub(crate) finished_at: Option<Timestamp>,
    pub(crate) progress: Progress,
}

/// How much of an import is here.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Progress {
    pub(crate) chats: i64,
    /// Chats that are their members' already.
    pub(crate) opened: i64,
    pub(crate) messages: i64,
    /// Messages that were said in threads.
    pub(crate) replies: i64,
    pub(crate) reactions: i64,
}

/// A chat that an import brings, as an administrator stands to it: they add to it while nobody is in it, and never read it.
#[derive(Debug, Clone)]
pub(crate) struct Arrival {
    pub(crate) chat: ChatId,
    /// The two of a direct chat, unless they have one by the time it is opened.
    pub(crate) pair: Option<Pair>,
    /// What the chat will be once it is opened.
    pub(crate) visibility: Visibility,
    pub(crate) messages: i64,
    pub(crate) replies: i64,
    pub(crate) reactions: i64,
    pub(crate) pins: i64,
    /// When its last message was sent.
    pub(crate) reached_at: Option<Timestamp>,
    pub(crate) opened_at: Option<Timestamp>,
    /// The caller's role in the organisation.
    pub(crate) role: Option<Role>,
    pub(crate) reference: ResourceRef,
}

impl Resource for Arrival {
    fn reference(&self) -> &ResourceRef {
        &self.reference
    }

    /// Owners of the organisation are no owners of the chat.
    fn relation(&self) -> Relation {
        match self.role {
            Some(Role::Owner | Role::Administrator) => Relation::Administrator,
            Some(Role::Member) | None => Relation::None,
        }
    }

    fn absent() -> Refusal {
        IMPORT_CHAT_ABSENT
    }
}
