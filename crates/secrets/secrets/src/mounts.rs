//! Where engines and login methods stand.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use base::Result;
use logical::{Changes, Failure, Mount};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::kept;

/// Mounts of one store.
pub(crate) const MOUNTS_MAX: usize = 1_000;
/// The usual and the longest time of leases and tokens where nobody says otherwise: 32 days.
pub(crate) const LEASE: Duration = Duration::from_secs(768 * 3_600);
const TABLE: &str = "mounts";

/// A mount as it is kept, under its path with a slash at the end; login methods are below `auth/`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stored {
    pub(crate) kind: String,
    pub(crate) uuid: String,
    pub(crate) accessor: String,
    pub(crate) description: String,
    pub(crate) options: BTreeMap<String, String>,
    /// Seconds; 0 for the usual.
    pub(crate) default_lease: u64,
    pub(crate) max_lease: u64,
    pub(crate) listing_visibility: String,
    pub(crate) local: bool,
    pub(crate) seal_wrap: bool,
    /// `service` or `batch` for a login method that was tuned so.
    pub(crate) token_type: String,
}

/// The mounts by their paths.
pub(crate) type Table = BTreeMap<String, Stored>;

/// The mounts in memory.
#[derive(Default)]
pub(crate) struct Mounts {
    by_path: BTreeMap<String, Arc<Mount>>,
}

/// The mounts as they are kept; none in a store that was never open.
pub(crate) async fn table(changes: &mut Changes) -> Result<Table> {
    let table = kept::find(changes, TABLE).await?;
    Ok(table.unwrap_or_default())
}

/// Keeps the mounts.
pub(crate) async fn keep(changes: &mut Changes, table: &Table) -> Result<(), Failure> {
    kept::keep(changes, TABLE, table).await
}

/// The mounts that there always are.
pub(crate) fn first(changes: &mut Changes) -> Table {
    let mut table = Table::new();
    let always = [
        (
            "cubbyhole/",
            "cubbyhole",
            "per-token private secret storage",
        ),
        (
            "sys/",
            "system",
            "system endpoints used for control, policy and debugging",
        ),
        ("auth/token/", "token", "token based credentials"),
    ];
    for (path, kind, description) in always {
        let mut stored = Stored::new(changes, kind);
        description.clone_into(&mut stored.description);
        stored.local = kind == "cubbyhole";
        table.insert(path.to_owned(), stored);
    }
    table
}

/// Whether a mount is there always, and is neither moved nor removed.
pub(crate) fn is_fixed(path: &str) -> bool {
    matches!(
        path,
        "cubbyhole/" | "sys/" | "auth/token/" | "identity/" | "auth/"
    )
}

/// The path of a mount: without a slash before it, with one after it.
///
/// # Errors
/// [`Failure::Invalid`].
pub(crate) fn normal(path: &str) -> Result<String, Failure> {
    let path = path.trim_matches('/');
    match logical::is_path(path) {
        true => Ok(format!("{path}/")),
        false => Err(Failure::invalid("the path of the mount is not acceptable")),
    }
}

/// Whether a new mount at the path would stand in the way of another.
pub(crate) fn in_the_way<'t>(table: &'t Table, path: &str) -> Option<&'t String> {
    table
        .keys()
        .find(|other| other.starts_with(path) || path.starts_with(other.as_str()))
}

impl Stored {
    pub(crate) fn new(changes: &mut Changes, kind: &str) -> Self {
        let uuid = changes.below("").uuid();
        let short = uuid.get(..8).unwrap_or_default();
        Self {
            accessor: format!("{kind}_{short}"),
            uuid,
            kind: kind.to_owned(),
            description: String::new(),
            options: BTreeMap::new(),
            default_lease: 0,
            max_lease: 0,
            listing_visibility: String::new(),
            local: false,
            seal_wrap: false,
            token_type: String::new(),
        }
    }

    fn mount(&self, path: &str) -> Mount {
        let or_usual = |seconds: u64| match seconds {
            0 => LEASE,
            seconds => Duration::from_secs(seconds),
        };
        let max_lease = or_usual(self.max_lease);
        Mount {
            path: path.to_owned(),
            uuid: self.uuid.clone(),
            accessor: self.accessor.clone(),
            kind: self.kind.clone(),
            options: self.options.clone(),
            default_lease: or_usual(self.default_lease).min(max_lease),
            max_lease,
        }
    }

    /// As people see it.
    pub(crate) fn view(&self) -> Value {
        let options = match self.options.is_empty() {
            true => Value::Null,
            false => json!(self.options),
        };
        let mut config = json!({
            "default_lease_ttl": self.default_lease, "max_lease_ttl": self.max_lease, "force_no_cache": false,
        });
        if !self.listing_visibility.is_empty()
            && let Some(config) = config.as_object_mut()
        {
            config.insert(
                "listing_visibility".to_owned(),
                json!(self.listing_visibility),
            );
        }
        json!({
            "accessor": self.accessor, "config": config, "description": self.description, "external_entropy_access": false,
            "local": self.local, "options": options, "seal_wrap": self.seal_wrap, "type": self.kind, "uuid": self.uuid,
        })
    }

    /// How it is tuned. Login methods show spans of their own only.
    pub(crate) fn tuning(&self, path: &str) -> Value {
        let mount = self.mount(path);
        let mut tuning = json!({
            "default_lease_ttl": mount.default_lease.as_secs(), "max_lease_ttl": mount.max_lease.as_secs(),
            "force_no_cache": false, "description": self.description,
        });
        if let Some(tuning) = tuning.as_object_mut() {
            if !self.options.is_empty() {
                tuning.insert("options".to_owned(), json!(self.options));
            }
            if !self.listing_visibility.is_empty() {
                tuning.insert(
                    "listing_visibility".to_owned(),
                    json!(self.listing_visibility),
                );
            }
            if path.starts_with("auth/") {
                let kind = match self.token_type.as_str() {
                    "" => "default-service",
                    kind => kind,
                };
                tuning.insert("token_type".to_owned(), json!(kind));
            }
        }
        tuning
    }
}

impl Mounts {
    pub(crate) fn new(table: &Table) -> Self {
        let mounts = table.iter();
        Self {
            by_path: mounts
                .map(|(path, stored)| (path.clone(), Arc::new(stored.mount(path))))
                .collect(),
        }
    }

    pub(crate) fn all(&self) -> Vec<Arc<Mount>> {
        self.by_path.values().cloned().collect()
    }

    pub(crate) fn at(&self, path: &str) -> Option<&Arc<Mount>> {
        self.by_path.get(path)
    }

    /// The mount below which the path lies, and the rest of it. The path of a mount without its slash lies below it too.
    pub(crate) fn find<'p>(&self, path: &'p str) -> Option<(&Arc<Mount>, &'p str)> {
        let slashes = path.rmatch_indices('/').map(|(at, _)| at + 1);
        let below = slashes.filter_map(|at| {
            let (mount, rest) = path.split_at_checked(at)?;
            Some((self.by_path.get(mount)?, rest))
        });
        let whole = || {
            let mount = self.by_path.get(&format!("{path}/"))?;
            Some((mount, ""))
        };
        whole().or_else(|| below.into_iter().next())
    }
}
