//! Why something is not done, in the words that clients of the wire know.

use std::{borrow::Cow, fmt};

use base::Fault;

/// Why the engine does not do what it is asked.
#[derive(Debug)]
pub enum Problem {
    /// What was asked is not possible: 400, with what is wrong.
    Invalid(Cow<'static, str>),
    /// The same, for what clients expect 500.
    Server(Cow<'static, str>),
    /// Ours. The caller is not told what.
    Fault(Fault),
}

impl Problem {
    pub(crate) fn invalid(what: impl Into<Cow<'static, str>>) -> Self {
        Self::Invalid(what.into())
    }

    pub(crate) fn server(what: impl Into<Cow<'static, str>>) -> Self {
        Self::Server(what.into())
    }

    pub(crate) fn fault(what: &'static str) -> Self {
        Self::Fault(Fault::new(what))
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(what) | Self::Server(what) => f.write_str(what),
            Self::Fault(_) => f.write_str("internal error"),
        }
    }
}

impl std::error::Error for Problem {}
