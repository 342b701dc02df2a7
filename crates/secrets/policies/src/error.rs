//! What is wrong with a policy's text, and where.

use std::{borrow::Cow, error::Error, fmt};

/// Why a text is no policy. It is made to be read by the person who wrote the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// A sentence without its place and without a full stop.
    pub reason: String,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            line,
            column,
            reason,
        } = self;
        write!(f, "line {line}, column {column}: {reason}")
    }
}

impl Error for ParseError {}

/// A mistake at a byte of the text; lines are counted only once there is one.
#[derive(Debug)]
pub(crate) struct Mistake {
    at: usize,
    reason: Cow<'static, str>,
}

impl Mistake {
    pub(crate) fn new(at: usize, reason: impl Into<Cow<'static, str>>) -> Self {
        Self {
            at,
            reason: reason.into(),
        }
    }

    pub(crate) fn in_text(self, text: &str) -> ParseError {
        let before = text.get(..self.at).unwrap_or(text);
        let line = before.rsplit('\n').next().unwrap_or_default();
        ParseError {
            line: before.matches('\n').count() + 1,
            column: line.trim_start_matches('\u{feff}').chars().count() + 1,
            reason: self.reason.into_owned(),
        }
    }
}

/// Something of the text, in quotes, short enough for a sentence.
pub(crate) fn quoted(text: &str) -> String {
    const CHARS_MAX: usize = 60;
    let mut shown: String = text.chars().take(CHARS_MAX).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    format!("{shown:?}")
}
