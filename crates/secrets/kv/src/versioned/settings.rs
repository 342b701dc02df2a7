//! What a mount says about all of its secrets, and a secret about itself.

use logical::{Failure, Fields, Outcome, Reply, Request, Txn};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::lifetime::Lifetime;
use crate::own;

const PLACE: &str = "v2/config";

/// Versions of one secret: all of them, with what is kept of the secret, fit into one transaction.
pub const VERSIONS_MAX: u64 = 900;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Settings {
    /// 0 for nothing said.
    pub(super) max_versions: u64,
    pub(super) cas_required: bool,
    pub(super) delete_version_after: Lifetime,
}

impl Settings {
    /// Takes over what the fields say; whether they say anything.
    pub(super) fn take(&mut self, fields: Fields<'_>) -> Result<bool, Failure> {
        let versions = fields.count("max_versions")?;
        if versions.is_some_and(|versions| versions > VERSIONS_MAX) {
            return Err(Failure::invalid(format!(
                "max_versions is {VERSIONS_MAX} at most"
            )));
        }
        let cas_required = fields.truth("cas_required")?;
        let lifetime = Lifetime::of(fields)?;
        self.max_versions = versions.unwrap_or(self.max_versions);
        self.cas_required = cas_required.unwrap_or(self.cas_required);
        self.delete_version_after = lifetime.unwrap_or(self.delete_version_after);
        Ok(versions.is_some() || cas_required.is_some() || lifetime.is_some())
    }

    /// Takes back what a patch has as `null`.
    pub(super) fn take_back(&mut self, patch: &Map<String, Value>) {
        let is_null = |field: &str| patch.get(field).is_some_and(Value::is_null);
        let unsaid = Self::default();
        if is_null("max_versions") {
            self.max_versions = unsaid.max_versions;
        }
        if is_null("cas_required") {
            self.cas_required = unsaid.cas_required;
        }
        if is_null("delete_version_after") {
            self.delete_version_after = unsaid.delete_version_after;
        }
    }
}

/// The settings of the mount.
pub(super) async fn find(txn: &mut Txn<'_>) -> Result<Settings, Failure> {
    Ok(own::find(txn, PLACE).await?.unwrap_or_default())
}

pub(super) async fn read(txn: &mut Txn<'_>) -> Outcome {
    let settings = find(txn).await?;
    Reply::object(json!({
        "max_versions": settings.max_versions, "cas_required": settings.cas_required,
        "delete_version_after": settings.delete_version_after.to_string(),
    }))
}

pub(super) async fn write(txn: &mut Txn<'_>, request: &Request) -> Outcome {
    let mut settings = find(txn).await?;
    if settings.take(Fields(&request.data))? {
        own::keep(txn, PLACE, &settings).await?;
    }
    Ok(Reply::nothing())
}
