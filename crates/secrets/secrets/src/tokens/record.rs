//! A token as it is kept.

use std::{collections::BTreeMap, time::Duration};

use base::Timestamp;
use serde::{Deserialize, Serialize};

/// What is kept of a token; never the token itself. Times are in microseconds since 1970, spans in seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Token {
    pub(crate) accessor: String,
    /// The hash of the token that made it; nothing for an orphan.
    pub(crate) parent: Option<String>,
    pub(crate) policies: Vec<String>,
    /// Where it was made: `auth/token/create`.
    pub(crate) path: String,
    pub(crate) metadata: BTreeMap<String, String>,
    pub(crate) display_name: String,
    /// Uses left; nothing for no bound.
    pub(crate) uses: Option<u64>,
    pub(crate) created_at: i64,
    /// The span that it was made with.
    pub(crate) ttl: u64,
    /// The longest span that renewals may add up to.
    pub(crate) max_ttl: u64,
    pub(crate) explicit_max_ttl: u64,
    pub(crate) period: u64,
    pub(crate) renewable: bool,
    /// Nothing for a token that does not end.
    pub(crate) expires_at: Option<i64>,
    pub(crate) renewed_at: Option<i64>,
    pub(crate) role: Option<String>,
    pub(crate) bound_cidrs: Vec<String>,
    pub(crate) is_batch: bool,
    /// The mount and what the login method wants to know when it is renewed.
    pub(crate) login: Option<FromLogin>,
}

/// Where a token was given for a login.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FromLogin {
    pub(crate) mount: String,
    pub(crate) internal: BTreeMap<String, String>,
}

impl Token {
    pub(crate) fn is_root(&self) -> bool {
        self.has_policy(policies::ROOT)
    }

    pub(crate) fn has_policy(&self, name: &str) -> bool {
        self.policies.iter().any(|policy| policy == name)
    }

    pub(crate) fn is_expired(&self, now: Timestamp) -> bool {
        self.uses == Some(0) || self.expires_at.is_some_and(|at| at <= now.micros())
    }

    /// How long it is good yet, in whole seconds; 0 for one that does not end.
    pub(crate) fn remaining(&self, now: Timestamp) -> u64 {
        let end = self.expires_at.map(Timestamp::from_micros);
        end.map_or(0, |end| {
            let span = end.since(now);
            // What is left of a second counts: a token that was made just now has all of its time.
            span.as_secs() + u64::from(span.subsec_nanos() > 0)
        })
    }

    /// The time after which no renewal goes; nothing where there is no bound.
    pub(crate) fn last_end(&self) -> Option<i64> {
        let bound = match (self.period, self.explicit_max_ttl, self.max_ttl) {
            (_, explicit, _) if explicit > 0 => explicit,
            (period, _, _) if period > 0 => return None,
            (_, _, max) if max > 0 => max,
            _ => return None,
        };
        let made = Timestamp::from_micros(self.created_at);
        Some(made.after(Duration::from_secs(bound)).micros())
    }

    /// Below which it is renewed, listed and revoked.
    pub(crate) fn lease_id(&self, hash: &str) -> String {
        format!("{}/{hash}", self.path)
    }

    /// The folder of tokens that end in the same hour.
    pub(crate) fn bucket(&self) -> Option<String> {
        self.expires_at.map(bucket)
    }
}

/// The name of the hour in which a time lies; names sort as times do.
pub(crate) fn bucket(micros: i64) -> String {
    const HOUR: i64 = 3_600_000_000;
    format!("{:012}", micros.max(0) / HOUR)
}
