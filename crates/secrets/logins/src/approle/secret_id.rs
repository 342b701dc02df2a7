//! What a secret id is, as far as it is kept.

use std::{collections::BTreeMap, time::Duration};

use base::Timestamp;
use logical::{Failure, Fields, Mount};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::role::Role;
use crate::{cidr, token::seconds};

/// Bytes of a secret id.
pub const SECRET_ID_BYTES_MAX: usize = 4_096;
/// Bytes of the names and values of a secret id's metadata, which every token has that is given for it.
pub const METADATA_BYTES_MAX: usize = 16 * 1024;

/// How a time is shown that there is not.
const NEVER: &str = "0001-01-01T00:00:00Z";

/// What is kept of a secret id; never itself. Times are in microseconds since 1970, spans in seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SecretId {
    pub(super) accessor: String,
    /// Uses left; nothing for no bound.
    pub(super) uses: Option<u64>,
    /// 0 for one that does not end.
    pub(super) ttl: u64,
    pub(super) created_at: i64,
    pub(super) updated_at: i64,
    /// Nothing for one that does not end.
    pub(super) expires_at: Option<i64>,
    pub(super) metadata: BTreeMap<String, String>,
    /// From where it is good, as it was written.
    pub(super) cidr_list: Vec<String>,
    /// From where its tokens are good; the role's when empty.
    pub(super) token_bound_cidrs: Vec<String>,
}

impl SecretId {
    /// A new one of a role, as it is asked for.
    ///
    /// # Errors
    /// [`Failure::Invalid`] when it would be good for longer, more often or from more places than the role lets it.
    pub(super) fn read(
        fields: Fields<'_>,
        accessor: String,
        role: &Role,
        mount: &Mount,
        now: Timestamp,
    ) -> Result<Self, Failure> {
        let uses =
            bounded(fields.count("num_uses")?, role.secret_id_num_uses).ok_or_else(|| {
                Failure::invalid("num_uses cannot be higher than the role's secret_id_num_uses")
            })?;
        let ttl = bounded(seconds(fields, Some("ttl"))?, role.secret_id_ttl).ok_or_else(|| {
            Failure::invalid("ttl cannot be longer than the role's secret_id_ttl")
        })?;
        let ttl = ttl.min(mount.max_lease.as_secs());
        let cidr_list = cidr::read(fields, "cidr_list")?.unwrap_or_default();
        let token_bound = cidr::read(fields, "token_bound_cidrs")?.unwrap_or_default();
        for (name, own, of_role) in [
            ("cidr_list", &cidr_list, &role.secret_id_bound_cidrs),
            ("token_bound_cidrs", &token_bound, &role.token.bound_cidrs),
        ] {
            if !cidr::is_within(own, of_role) {
                return Err(Failure::Invalid(format!(
                    "CIDR blocks in {name} should be a subset of the CIDR blocks on the role"
                )));
            }
        }
        let metadata = fields.map("metadata")?.unwrap_or_default();
        let bytes: usize = metadata
            .iter()
            .map(|(name, value)| name.len() + value.len())
            .sum();
        if bytes > METADATA_BYTES_MAX {
            return Err(Failure::Invalid(format!(
                "metadata has more than {METADATA_BYTES_MAX} bytes"
            )));
        }
        Ok(Self {
            accessor,
            uses: (uses > 0).then_some(uses),
            ttl,
            created_at: now.micros(),
            updated_at: now.micros(),
            expires_at: (ttl > 0).then(|| now.after(Duration::from_secs(ttl)).micros()),
            metadata,
            cidr_list,
            token_bound_cidrs: cidr::in_token_form(&token_bound),
        })
    }

    pub(super) fn is_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|at| at <= now.micros())
    }

    pub(super) fn show(&self) -> Map<String, Value> {
        let time = |micros| Timestamp::from_micros(micros).to_string();
        let data = [
            ("secret_id_accessor", json!(self.accessor)),
            ("secret_id_num_uses", json!(self.uses.unwrap_or(0))),
            ("secret_id_ttl", json!(self.ttl)),
            ("creation_time", json!(time(self.created_at))),
            ("last_updated_time", json!(time(self.updated_at))),
            (
                "expiration_time",
                json!(self.expires_at.map_or(NEVER.to_owned(), time)),
            ),
            ("metadata", json!(self.metadata)),
            ("cidr_list", json!(self.cidr_list)),
            ("token_bound_cidrs", json!(self.token_bound_cidrs)),
        ];
        data.map(|(name, value)| (name.to_owned(), value))
            .into_iter()
            .collect()
    }
}

/// What is wanted where 0 stands for no bound, or the role's own; nothing where it is more than the role's.
fn bounded(wanted: Option<u64>, of_role: u64) -> Option<u64> {
    match (wanted, of_role) {
        (None, own) => Some(own),
        (Some(wanted), 0) => Some(wanted),
        (Some(wanted), own) => (1..=own).contains(&wanted).then_some(wanted),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_bounded_more_widely_than_the_role_says() {
        for (wanted, of_role, found) in [
            (None, 0, Some(0)),
            (None, 5, Some(5)),
            (Some(0), 0, Some(0)),
            (Some(9), 0, Some(9)),
            (Some(5), 5, Some(5)),
            (Some(1), 5, Some(1)),
            (Some(6), 5, None),
            (Some(0), 5, None),
        ] {
            assert_eq!(bounded(wanted, of_role), found, "{wanted:?} {of_role}");
        }
    }
}
