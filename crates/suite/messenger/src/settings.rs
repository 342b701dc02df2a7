//! What a chat is set to. These words are the same in a row, on the wire, and in a rule, so they are one type each.

use act::Row;
use base::{Context, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A setting that is one of some words.
pub(crate) trait Word: Copy + 'static {
    const ALL: &'static [Self];

    /// As it stands in a row.
    fn word(self) -> &'static str;

    /// Reads a column that holds one of the words.
    fn take(row: &mut Row, column: &'static str) -> Result<Self> {
        let word: String = row.take(column)?;
        let known = Self::ALL.iter().find(|known| known.word() == word);
        known
            .copied()
            .context("a setting that this program does not know")
    }
}

/// Who knows of a chat.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Its members, and whoever has its link.
    #[default]
    Private,
    /// Everyone of the organisation.
    Public,
}

/// How somebody comes in by themselves: from the list of public chats, or by the link.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Joining {
    /// At once.
    #[default]
    Open,
    /// When a manager agrees.
    Approval,
    /// Not at all: members are brought in by members.
    Closed,
}

/// Whom something is left to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Circle {
    #[default]
    Everyone,
    /// The managers and the owner.
    Managers,
}

/// What those read who come later.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum History {
    /// Everything from the beginning.
    #[default]
    All,
    /// What was said since they came.
    SinceJoined,
}

/// What a chat is set to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Settings {
    pub(crate) visibility: Visibility,
    pub(crate) joining: Joining,
    /// Who may speak.
    pub(crate) posting: Circle,
    /// Who may mention everyone.
    pub(crate) mention_all: Circle,
    pub(crate) history: History,
}

impl Word for Visibility {
    const ALL: &'static [Self] = &[Self::Private, Self::Public];

    fn word(self) -> &'static str {
        match self {
            Self::Private => "private",
            Self::Public => "public",
        }
    }
}

impl Word for Joining {
    const ALL: &'static [Self] = &[Self::Open, Self::Approval, Self::Closed];

    fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Approval => "approval",
            Self::Closed => "closed",
        }
    }
}

impl Word for Circle {
    const ALL: &'static [Self] = &[Self::Everyone, Self::Managers];

    fn word(self) -> &'static str {
        match self {
            Self::Everyone => "everyone",
            Self::Managers => "managers",
        }
    }
}

impl Word for History {
    const ALL: &'static [Self] = &[Self::All, Self::SinceJoined];

    fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::SinceJoined => "since_joined",
        }
    }
}

impl Settings {
    /// Reads the columns of a chat that hold them.
    pub(crate) fn take(row: &mut Row) -> Result<Self> {
        Ok(Self {
            visibility: Word::take(row, "visibility")?,
            joining: Word::take(row, "joining")?,
            posting: Word::take(row, "posting")?,
            mention_all: Word::take(row, "mention_all")?,
            history: Word::take(row, "history")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What stands in a row is what travels.
    #[test]
    fn a_word_is_the_same_everywhere() {
        fn same<T: Word + Serialize>() {
            for one in T::ALL {
                assert_eq!(serde_json::json!(one), one.word());
            }
        }
        same::<Visibility>();
        same::<Joining>();
        same::<Circle>();
        same::<History>();
    }
}
