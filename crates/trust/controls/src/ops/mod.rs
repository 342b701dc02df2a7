//! One verb per file.

pub mod keep_place;
pub mod list_findings;
pub mod read_place;
pub mod record_finding;

use base::Result;

use crate::{FINDING_INVALID, NAME_CHARS_MAX};

/// Whether it can be the number of a control or the name of a link.
fn name(text: &str, field: &'static str) -> Result<()> {
    let fits = (1..=NAME_CHARS_MAX).contains(&text.len());
    let is_plain = text
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b".-_ ".contains(&byte));
    match fits && is_plain {
        true => Ok(()),
        false => Err(FINDING_INVALID.at(field)),
    }
}
