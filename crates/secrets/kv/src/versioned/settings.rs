//! What a mount says about its secrets.

use base::Fault;
use logical::{Failure, Fields, Operation, Outcome, Reply, Request, Txn};
use serde::{Deserialize, Serialize};
use serde_json::json;
use zeroize::Zeroizing;

use super::meta::{VERSIONS_MAX, spell};

const PLACE: &str = "config";

/// Settings of a mount. Spans are in seconds; 0 is for nothing said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Settings {
    pub(super) max_versions: u64,
    pub(super) cas_required: bool,
    pub(super) delete_version_after: u64,
}

pub(super) async fn find(txn: &mut Txn<'_>) -> Result<Settings, Failure> {
    let entry = txn.get(PLACE).await?;
    let settings = entry.map(|entry| serde_json::from_slice(&entry.value));
    let settings = settings.transpose().map_err(Fault::from_source)?;
    Ok(settings.unwrap_or_default())
}

pub(super) async fn handle(txn: &mut Txn<'_>, request: &Request) -> Outcome {
    let mut settings = find(txn).await?;
    match request.operation {
        Operation::Read => Reply::object(json!({
            "max_versions": settings.max_versions, "cas_required": settings.cas_required,
            "delete_version_after": spell(settings.delete_version_after),
        })),
        Operation::Create | Operation::Update => {
            let fields = Fields(&request.data);
            settings.max_versions = versions(fields)?.unwrap_or(settings.max_versions);
            settings.cas_required = fields
                .truth("cas_required")?
                .unwrap_or(settings.cas_required);
            settings.delete_version_after = span(fields)?.unwrap_or(settings.delete_version_after);
            let text = serde_json::to_vec(&settings).map_err(Fault::from_source)?;
            txn.put(PLACE, Zeroizing::new(text)).await?;
            Ok(Reply::nothing())
        }
        _ => Err(Failure::Unsupported),
    }
}

/// How many versions are to be kept.
pub(super) fn versions(fields: Fields<'_>) -> Result<Option<u64>, Failure> {
    let versions = fields.count("max_versions")?;
    match versions {
        Some(versions) if versions > VERSIONS_MAX => Err(Failure::invalid(format!(
            "max_versions is {VERSIONS_MAX} at most"
        ))),
        versions => Ok(versions),
    }
}

/// After how many seconds versions are deleted; what is negative switches it off.
pub(super) fn span(fields: Fields<'_>) -> Result<Option<u64>, Failure> {
    let name = "delete_version_after";
    let given = fields.text(name)?;
    if given.is_some_and(|given| given.trim_start().starts_with('-')) {
        return Ok(Some(0));
    }
    Ok(fields.duration(name)?.map(|span| span.as_secs()))
}
