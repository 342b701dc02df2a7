//! The words that say what may be done at a path.

use std::fmt;

/// One word of a policy's `capabilities`, or of what is answered about a path. In the order of the alphabet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Capability {
    Create,
    Delete,
    /// Nothing may be done, whatever else is granted.
    Deny,
    List,
    Patch,
    Read,
    /// Known, so that policies written elsewhere can be kept; no operation asks for it.
    Recover,
    /// Only in answers: everything may be done. No policy can write it.
    Root,
    /// What only administrators may do, besides the capability for doing it.
    Sudo,
    /// Known, so that policies written elsewhere can be kept; no operation asks for it.
    Subscribe,
    Update,
}

impl Capability {
    /// Those that a policy may write.
    const WRITTEN: [Self; 10] = [
        Self::Create,
        Self::Delete,
        Self::Deny,
        Self::List,
        Self::Patch,
        Self::Read,
        Self::Recover,
        Self::Sudo,
        Self::Subscribe,
        Self::Update,
    ];

    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Delete => "delete",
            Self::Deny => "deny",
            Self::List => "list",
            Self::Patch => "patch",
            Self::Read => "read",
            Self::Recover => "recover",
            Self::Root => "root",
            Self::Sudo => "sudo",
            Self::Subscribe => "subscribe",
            Self::Update => "update",
        }
    }

    /// The capability that a policy means by the word.
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        let mut written = Self::WRITTEN.into_iter();
        written.find(|capability| capability.as_str() == word)
    }

    const fn bit(self) -> u16 {
        match self {
            Self::Create => 1 << 0,
            Self::Delete => 1 << 1,
            Self::Deny => 1 << 2,
            Self::List => 1 << 3,
            Self::Patch => 1 << 4,
            Self::Read => 1 << 5,
            Self::Recover => 1 << 6,
            Self::Root => 1 << 7,
            Self::Sudo => 1 << 8,
            Self::Subscribe => 1 << 9,
            Self::Update => 1 << 10,
        }
    }
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A set of capabilities.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Capabilities(u16);

impl Capabilities {
    pub(crate) fn of(capabilities: &[Capability]) -> Self {
        Self(capabilities.iter().fold(0, |bits, one| bits | one.bit()))
    }

    pub(crate) fn has(self, capability: Capability) -> bool {
        self.0 & capability.bit() != 0
    }

    pub(crate) fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// As it is answered: in the order of the alphabet, and `deny` alone where nothing may be done.
    pub(crate) fn answer(self) -> Vec<Capability> {
        if self.0 == 0 || self.has(Capability::Deny) {
            return vec![Capability::Deny];
        }
        let written = Capability::WRITTEN.into_iter();
        written.filter(|one| self.has(*one)).collect()
    }
}
