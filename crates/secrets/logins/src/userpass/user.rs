//! What a user is.

use logical::Failure;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::password::Verifier;
use crate::{
    NAME_BYTES_MAX,
    token::{OldNames, TokenRules},
};

pub(super) const OLD_NAMES: OldNames = &[
    ("token_policies", "policies"),
    ("token_ttl", "ttl"),
    ("token_max_ttl", "max_ttl"),
    ("token_bound_cidrs", "bound_cidrs"),
];

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct User {
    pub(super) verifier: Verifier,
    pub(super) token: TokenRules,
}

impl User {
    /// The fields as they are shown; nothing of the password is.
    pub(super) fn show(&self) -> Map<String, Value> {
        let mut data = Map::new();
        self.token.show(OLD_NAMES, &mut data);
        data
    }
}

/// The name of a user, in lower case.
///
/// # Errors
/// [`Failure::Invalid`] for what no user can be called.
pub(super) fn read_name(text: &str) -> Result<String, Failure> {
    let is_in = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let is_name = (1..=NAME_BYTES_MAX).contains(&text.len())
        && text.bytes().all(is_in)
        && !text.starts_with(['-', '.'])
        && !text.ends_with('.');
    match is_name {
        true => Ok(text.to_ascii_lowercase()),
        false => Err(Failure::invalid(
            "invalid username: letters, digits, hyphens, underscores and periods are accepted, \
             no hyphen at the beginning and no period at either end",
        )),
    }
}
