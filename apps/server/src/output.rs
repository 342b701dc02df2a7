//! What commands print: JSON when asked for, lines for people otherwise.

use std::io::{self, Write};

use base::{Context, Error, Result};
use serde_json::{Value, json};

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

/// A member of an answer that is text; nothing where it is none.
pub(crate) fn text(value: &Value, name: &str) -> String {
    let text = value.get(name).and_then(Value::as_str);
    text.unwrap_or_default().to_owned()
}

/// The code of an error that is ours; a refusal has one of its own.
const FAULT: &str = "fault";
/// The code of a command line that is not understood.
const USAGE: &str = "usage";

impl Form {
    /// Says on standard error why a command failed.
    pub(crate) fn complain(self, error: &Error) {
        let (code, message) = match error {
            Error::Refusal(answer) => (answer.refusal.code, answer.refusal.title.to_owned()),
            Error::Fault(fault) => (FAULT, fault.to_string()),
        };
        match self {
            Self::Json => say(&json!({ "code": code, "message": message }).to_string()),
            Self::People => say(&format!("bastide: {error}")),
        }
    }

    /// Says that the command line is not understood.
    pub(crate) fn complain_of_usage(self, message: &str) {
        match self {
            Self::Json => {
                say(&json!({ "code": USAGE, "message": message.trim_end() }).to_string());
            }
            Self::People => say(message.trim_end()),
        }
    }
}

/// Says on standard error how far a long command is.
pub(crate) fn tell(text: &str) {
    say(text);
}

/// Asks at the terminal; what is answered is typed behind it.
#[expect(
    clippy::print_stderr,
    reason = "standard output is for what comes of it"
)]
pub(crate) fn ask(question: &str) {
    eprint!("{question}");
}

#[expect(
    clippy::print_stderr,
    reason = "a command says why it failed where its caller looks"
)]
fn say(text: &str) {
    eprintln!("{text}");
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
