//! `metadata/…`: secrets without their values.

use std::collections::BTreeMap;

use logical::{Failure, Fields, Outcome, Reply, Request, Txn};
use serde_json::{Map, Value, json};

use super::{
    meta::{self, Meta},
    settings,
};

/// Keys that people add.
pub const CUSTOM_KEYS_MAX: usize = 64;
/// Bytes of one of them.
pub const CUSTOM_KEY_BYTES_MAX: usize = 128;
/// Bytes of its value.
pub const CUSTOM_VALUE_BYTES_MAX: usize = 512;

type Custom = BTreeMap<String, String>;

pub(super) async fn list(txn: &mut Txn<'_>, folder: &str) -> Outcome {
    Reply::keys(txn.list(&meta::place(folder)).await?)
}

pub(super) async fn read(txn: &mut Txn<'_>, name: &str) -> Outcome {
    let meta = meta::find(txn, name).await?.ok_or(Failure::Absent)?;
    let versions = meta.versions.iter();
    let versions = versions.map(|(number, version)| (number.to_string(), version.told()));
    let versions: Map<String, Value> = versions.collect();
    Reply::object(json!({
        "versions": versions, "current_version": meta.current, "oldest_version": meta.oldest,
        "created_time": meta.created_at, "updated_time": meta.updated_at,
        "max_versions": meta.settings.max_versions, "cas_required": meta.settings.cas_required,
        "delete_version_after": meta.settings.delete_version_after.to_string(),
        "custom_metadata": meta.custom,
    }))
}

/// Changes what is named, and makes a secret without versions when there is none.
pub(super) async fn write(txn: &mut Txn<'_>, request: &Request, name: &str) -> Outcome {
    let fields = Fields(&request.data);
    let meta = meta::find(txn, name).await?;
    let mut meta = meta.unwrap_or_else(|| Meta::new(txn.uuid(), request.now));
    let mut says = meta.settings.take(fields)?;
    if let Some(custom) = fields.object("custom_metadata")? {
        meta.custom = merged(Custom::new(), custom)?;
        says = true;
    }
    match says {
        true => settle(txn, request, name, meta).await,
        false => Ok(Reply::nothing()),
    }
}

/// Changes what is named; `null` takes it back (RFC 7396).
pub(super) async fn patch(txn: &mut Txn<'_>, request: &Request, name: &str) -> Outcome {
    let fields = Fields(&request.data);
    let mut meta = meta::find(txn, name).await?.ok_or(Failure::Absent)?;
    meta.settings.take_back(&request.data);
    meta.settings.take(fields)?;
    if request
        .data
        .get("custom_metadata")
        .is_some_and(Value::is_null)
    {
        meta.custom = None;
    }
    if let Some(custom) = fields.object("custom_metadata")? {
        meta.custom = merged(meta.custom.unwrap_or_default(), custom)?;
    }
    settle(txn, request, name, meta).await
}

async fn settle(txn: &mut Txn<'_>, request: &Request, name: &str, mut meta: Meta) -> Outcome {
    meta.updated_at = request.now;
    meta::keep(txn, name, &meta).await?;
    let asks_none = Fields(&request.data).truth("cas_required")? == Some(false);
    if asks_none && settings::find(txn).await?.cas_required {
        let warning = "cas_required is false for the secret, and stays true: the mount says so";
        return Ok(Reply::nothing().warning(warning));
    }
    Ok(Reply::nothing())
}

/// What people added, with a change to it.
fn merged(mut custom: Custom, change: &Map<String, Value>) -> Result<Option<Custom>, Failure> {
    for (key, value) in change {
        match value {
            Value::Null => drop(custom.remove(key)),
            Value::String(text) => drop(custom.insert(key.clone(), text.clone())),
            _ => {
                return Err(invalid(format!("the value of {key:?} has to be a string")));
            }
        }
    }
    if custom.len() > CUSTOM_KEYS_MAX {
        let count = custom.len();
        return Err(invalid(format!(
            "there are {count} keys, and {CUSTOM_KEYS_MAX} at most"
        )));
    }
    for (key, value) in &custom {
        check("key", key, CUSTOM_KEY_BYTES_MAX)?;
        check("value", value, CUSTOM_VALUE_BYTES_MAX)?;
        if key.is_empty() {
            return Err(invalid("a key is empty"));
        }
    }
    Ok(Some(custom).filter(|custom| !custom.is_empty()))
}

fn check(what: &str, text: &str, bytes_max: usize) -> Result<(), Failure> {
    if text.len() > bytes_max {
        let bytes = text.len();
        return Err(invalid(format!(
            "a {what} has {bytes} bytes, and {bytes_max} at most"
        )));
    }
    match text.contains(char::is_control) {
        true => Err(invalid(format!("a {what} has unprintable characters"))),
        false => Ok(()),
    }
}

fn invalid(what: impl AsRef<str>) -> Failure {
    Failure::invalid(format!(
        "custom_metadata validation failed: {}",
        what.as_ref()
    ))
}

/// Removes the secret with all of its versions.
pub(super) async fn delete(txn: &mut Txn<'_>, name: &str) -> Outcome {
    let Some(meta) = meta::find(txn, name).await? else {
        return Ok(Reply::nothing());
    };
    for number in meta.versions.keys() {
        txn.delete(&meta.place(*number)).await?;
    }
    txn.delete(&meta::place(name)).await?;
    Ok(Reply::nothing())
}
