//! The rules that neither the compiler nor a lint can hold.

mod arrows;
mod changes;
mod front_pages;
mod lengths;
mod links;
mod refusals;
mod schema;
mod sql;
mod wording;

use std::fmt;

use crate::{Outcome, process, sources};

/// One thing that is not as it should be.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    /// A file, a file and line, or a crate.
    place: String,
    what: String,
}

impl Finding {
    fn new(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            what: what.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

/// Applies every rule to the checkout.
pub(crate) fn run() -> Outcome {
    let sources = sources::read(&process::root())?;
    let metadata = process::output(process::cargo().args([
        "metadata",
        "--no-deps",
        "--format-version",
        "1",
        "--locked",
    ]))?;
    let mut findings = arrows::check(&arrows::read(&metadata)?);
    findings.extend(lengths::check(&sources));
    findings.extend(front_pages::check(&sources));
    findings.extend(schema::check(&sources));
    findings.extend(wording::check(&sources));
    findings.extend(links::check(&sources, &|path| {
        process::root().join(path).exists()
    }));
    findings.extend(refusals::check(&sources));
    findings.extend(changes::check(&sources));
    for finding in &findings {
        eprintln!("{finding}");
    }
    match findings.len() {
        0 => Ok(()),
        count => Err(format!("{count} findings")),
    }
}

/// The line on which byte `offset` of `text` stands, from 1.
fn line_of(text: &str, offset: usize) -> usize {
    text.bytes()
        .take(offset)
        .filter(|byte| *byte == b'\n')
        .count()
        .saturating_add(1)
}
