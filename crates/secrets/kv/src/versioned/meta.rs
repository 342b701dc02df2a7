//! What is kept of a secret beside its values: its versions and its own settings.

use std::{collections::BTreeMap, time::Duration};

use base::{Fault, Timestamp};
use logical::{Failure, Txn};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use super::settings::Settings;

/// Versions of one secret.
pub const VERSIONS_MAX: u64 = 1_000;
/// Versions that are kept where nobody says how many.
const VERSIONS_USUAL: u64 = 10;

/// A secret. Times are in microseconds since 1970, spans in seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Meta {
    pub(super) versions: BTreeMap<u64, Version>,
    /// 0 before the first one.
    pub(super) current: u64,
    pub(super) created_at: i64,
    pub(super) updated_at: i64,
    /// 0 for what the mount says.
    pub(super) max_versions: u64,
    pub(super) cas_required: bool,
    pub(super) delete_version_after: u64,
    pub(super) custom: Option<BTreeMap<String, String>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Version {
    pub(super) created_at: i64,
    /// When it was or will be deleted.
    pub(super) deleted_at: Option<i64>,
    pub(super) is_destroyed: bool,
}

impl Version {
    pub(super) fn is_readable(self, now: Timestamp) -> bool {
        !self.is_destroyed && self.deleted_at.is_none_or(|at| at > now.micros())
    }
}

impl Meta {
    pub(super) fn new(now: Timestamp) -> Self {
        Self {
            versions: BTreeMap::new(),
            current: 0,
            created_at: now.micros(),
            updated_at: now.micros(),
            max_versions: 0,
            cas_required: false,
            delete_version_after: 0,
            custom: None,
        }
    }

    /// The oldest version that there is; 0 for none.
    pub(super) fn oldest(&self) -> u64 {
        self.versions.keys().next().copied().unwrap_or(0)
    }

    /// Makes room and adds a version; its number and those that have to go.
    pub(super) fn add(&mut self, settings: &Settings, now: Timestamp) -> (u64, Vec<u64>) {
        let number = self.current + 1;
        let after = match (self.delete_version_after, settings.delete_version_after) {
            (0, after) | (after, 0) => after,
            (own, mounts) => own.min(mounts),
        };
        let version = Version {
            created_at: now.micros(),
            deleted_at: (after > 0).then(|| now.after(Duration::from_secs(after)).micros()),
            is_destroyed: false,
        };
        self.versions.insert(number, version);
        self.current = number;
        self.updated_at = now.micros();
        let kept = match (self.max_versions, settings.max_versions) {
            (0, 0) => VERSIONS_USUAL,
            (0, kept) | (kept, _) => kept,
        };
        let kept = usize::try_from(kept.min(VERSIONS_MAX)).unwrap_or(usize::MAX);
        let mut gone = Vec::new();
        while self.versions.len() > kept {
            gone.extend(self.versions.pop_first().map(|(number, _)| number));
        }
        (number, gone)
    }

    /// What is told of a version.
    pub(super) fn told(&self, number: u64, version: Version) -> Value {
        json!({
            "created_time": time(version.created_at), "custom_metadata": self.custom,
            "deletion_time": version.deleted_at.map_or_else(String::new, time), "destroyed": version.is_destroyed,
            "version": number,
        })
    }
}

pub(super) fn time(micros: i64) -> String {
    Timestamp::from_micros(micros).to_string()
}

/// A span as `1h30m0s`.
pub(super) fn spell(seconds: u64) -> String {
    let (hours, rest) = (seconds / 3_600, seconds % 3_600);
    let (minutes, seconds) = (rest / 60, rest % 60);
    match (hours, minutes) {
        (0, 0) => format!("{seconds}s"),
        (0, _) => format!("{minutes}m{seconds}s"),
        _ => format!("{hours}h{minutes}m{seconds}s"),
    }
}

pub(super) async fn find(txn: &mut Txn<'_>, name: &str) -> Result<Option<Meta>, Failure> {
    let entry = txn.get(&format!("meta/{name}")).await?;
    let meta = entry.map(|entry| serde_json::from_slice(&entry.value));
    meta.transpose()
        .map_err(|_| Fault::new("the stored versions of a secret cannot be read").into())
}

pub(super) async fn keep(txn: &mut Txn<'_>, name: &str, meta: &Meta) -> Result<(), Failure> {
    let text = serde_json::to_vec(meta).map_err(Fault::from_source)?;
    txn.put(&format!("meta/{name}"), Zeroizing::new(text)).await
}

/// Where the value of a version lies.
pub(super) fn place(name: &str, number: u64) -> String {
    format!("version/{name}/{number}")
}

/// The value of a version.
pub(super) async fn value(
    txn: &mut Txn<'_>,
    name: &str,
    number: u64,
) -> Result<Map<String, Value>, Failure> {
    let value = crate::own::find(txn, &place(name, number)).await?;
    value.ok_or_else(|| Fault::new("the value of a version is gone").into())
}
