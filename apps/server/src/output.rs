//! What commands print: JSON when asked for, lines for people otherwise.

use std::io::{self, Write};

use base::{Context, Result};
use serde_json::Value;

/// How a command's result is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    People,
    Json,
}

impl Form {
    pub(crate) const fn of(json: bool) -> Self {
        if json { Self::Json } else { Self::People }
    }

    /// Prints the value as JSON, or the text.
    ///
    /// # Errors
    /// A fault when standard output is closed.
    pub(crate) fn print(self, value: &Value, text: &str) -> Result<()> {
        let text = match self {
            Self::Json => serde_json::to_string_pretty(value).context("writing JSON")?,
            Self::People => text.to_owned(),
        };
        print(&text)
    }
}

/// Prints lines to standard output.
///
/// # Errors
/// A fault when it is closed.
pub(crate) fn print(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{}", text.trim_end())
        .and_then(|()| out.flush())
        .context("writing to standard output")
}
