//! What a store is for, so that a node of one environment does not open the store of another.

use base::{Refusal, Result};

/// Characters of an environment's name.
pub const ENVIRONMENT_CHARS_MAX: usize = 64;

/// The name is empty, too long, or has other characters than `a-z 0-9 . _ -`.
pub const ENVIRONMENT_INVALID: Refusal = Refusal::invalid(
    "kms.environment_invalid",
    "The name of an environment has at most 64 of the characters a-z, 0-9, dot, dash and underscore.",
);

/// The store was made for another environment.
pub const ENVIRONMENT_OTHER: Refusal = Refusal::conflict(
    "kms.environment_other",
    "This key store belongs to another environment.",
);

/// An environment: `production`, `test`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment(String);

impl Environment {
    /// # Errors
    /// [`ENVIRONMENT_INVALID`].
    pub fn new(name: &str) -> Result<Self> {
        let is_good = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-');
        let is_short = !name.is_empty() && name.len() <= ENVIRONMENT_CHARS_MAX;
        match is_short && name.bytes().all(is_good) {
            true => Ok(Self(name.to_owned())),
            false => Err(ENVIRONMENT_INVALID.into()),
        }
    }

    pub const fn name(&self) -> &str {
        self.0.as_str()
    }
}
