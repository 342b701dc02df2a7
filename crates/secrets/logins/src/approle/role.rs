//! What a role is, and what it may be.

use logical::{Failure, Fields};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::{
    NAME_BYTES_MAX, cidr,
    token::{OldNames, TokenRules, seconds},
};

/// Bytes of a role id.
pub const ROLE_ID_BYTES_MAX: usize = 4_096;

pub(super) const OLD_NAMES: OldNames =
    &[("token_policies", "policies"), ("token_period", "period")];

/// A role. Spans are in seconds, 0 for none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Role {
    /// Secret ids are kept below it: those of a role that was removed open no other of the same name.
    pub(super) uuid: String,
    pub(super) role_id: String,
    /// Whether a secret id has to be shown.
    pub(super) bind_secret_id: bool,
    /// Kept and shown; there is one place for secret ids.
    pub(super) local_secret_ids: bool,
    /// From where logins may come, as it was written.
    pub(super) secret_id_bound_cidrs: Vec<String>,
    /// 0 for as often as wanted.
    pub(super) secret_id_num_uses: u64,
    pub(super) secret_id_ttl: u64,
    pub(super) token: TokenRules,
}

impl Role {
    pub(super) fn new(uuid: String, role_id: String) -> Self {
        Self {
            uuid,
            role_id,
            bind_secret_id: true,
            local_secret_ids: false,
            secret_id_bound_cidrs: Vec::new(),
            secret_id_num_uses: 0,
            secret_id_ttl: 0,
            token: TokenRules::default(),
        }
    }

    /// Takes over the fields that are given, save the role id.
    pub(super) fn apply(&mut self, fields: Fields<'_>) -> Result<(), Failure> {
        self.token.apply(fields, OLD_NAMES)?;
        if let Some(bind) = fields.truth("bind_secret_id")? {
            self.bind_secret_id = bind;
        }
        if let Some(blocks) = cidr::read(fields, "secret_id_bound_cidrs")? {
            self.secret_id_bound_cidrs = blocks;
        }
        if let Some(uses) = fields.count("secret_id_num_uses")? {
            self.secret_id_num_uses = uses;
        }
        if let Some(ttl) = seconds(fields, Some("secret_id_ttl"))? {
            self.secret_id_ttl = ttl;
        }
        self.check()
    }

    /// A role that everybody has who knows its role id would be none.
    fn check(&self) -> Result<(), Failure> {
        let is_bound = self.bind_secret_id
            || !self.secret_id_bound_cidrs.is_empty()
            || !self.token.bound_cidrs.is_empty();
        match is_bound {
            true => Ok(()),
            false => Err(Failure::invalid(
                "at least one constraint should be enabled on the role",
            )),
        }
    }

    /// The fields as they are shown.
    pub(super) fn show(&self) -> Map<String, Value> {
        let mut data = Map::new();
        for (name, value) in [
            ("bind_secret_id", json!(self.bind_secret_id)),
            ("local_secret_ids", json!(self.local_secret_ids)),
            ("secret_id_bound_cidrs", json!(self.secret_id_bound_cidrs)),
            ("secret_id_num_uses", json!(self.secret_id_num_uses)),
            ("secret_id_ttl", json!(self.secret_id_ttl)),
        ] {
            data.insert(name.to_owned(), value);
        }
        self.token.show(OLD_NAMES, &mut data);
        data
    }
}

/// The name of a role, in lower case.
///
/// # Errors
/// [`Failure::Invalid`] for what no role can be called.
pub(super) fn read_name(text: &str) -> Result<String, Failure> {
    let is_in = |byte: u8| byte.is_ascii_alphanumeric() || b" -_.".contains(&byte);
    let is_name = (1..=NAME_BYTES_MAX).contains(&text.len())
        && text.bytes().all(is_in)
        && text.trim() == text
        && text != "."
        && text != "..";
    match is_name {
        true => Ok(text.to_ascii_lowercase()),
        false => Err(Failure::invalid(
            "invalid role name: letters, digits, spaces, hyphens, underscores and periods are accepted",
        )),
    }
}
