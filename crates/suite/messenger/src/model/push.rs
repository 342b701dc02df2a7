//! Browsers that are told of messages.

use act::Sealed;
use base::{AccountId, Id, IdKind, SessionId, Timestamp};

/// Names a browser that is told.
pub(crate) type PushId = Id<PushKind>;

/// Marks a [`PushId`].
#[derive(Debug)]
pub(crate) enum PushKind {}

impl IdKind for PushKind {
    const PREFIX: &'static str = "pu_";
}

/// How much of a message a browser is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PushDetail {
    /// That there is one.
    Nothing,
    /// Who said it, and where.
    Names,
    /// What was said, too.
    Text,
}

/// A member's browser that is told.
#[derive(Debug, Clone)]
pub(crate) struct Subscriber {
    pub(crate) session: SessionId,
    pub(crate) id: PushId,
    /// What the browser gave, sealed for its row.
    pub(crate) keys: Sealed,
    pub(crate) detail: PushDetail,
    pub(crate) listener: Listener,
}

/// Who is told, as they stand to a chat.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Listener {
    pub(crate) account: AccountId,
    /// When the browser was last opened: what was said before is no news.
    pub(crate) since: Timestamp,
    /// Read up to this number, own messages included.
    pub(crate) read_number: i64,
    pub(crate) history_from: i64,
    pub(crate) is_muted: bool,
    pub(crate) is_quiet: bool,
}

impl PushDetail {
    const ALL: [Self; 3] = [Self::Nothing, Self::Names, Self::Text];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Names => "names",
            Self::Text => "text",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|detail| detail.name() == name)
    }
}
