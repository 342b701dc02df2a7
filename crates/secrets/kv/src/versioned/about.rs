//! `metadata/…`: a secret without its values.

use std::collections::BTreeMap;

use logical::{Failure, Fields, Outcome, Reply, Request, Txn};
use serde_json::{Map, Value, json};

use super::{
    meta::{self, Meta, spell, time},
    settings,
};

/// Keys that people add.
pub const CUSTOM_KEYS_MAX: usize = 64;
/// Bytes of one of them.
pub const CUSTOM_KEY_BYTES_MAX: usize = 128;
/// Bytes of its value.
pub const CUSTOM_VALUE_BYTES_MAX: usize = 512;

pub(super) async fn read(txn: &mut Txn<'_>, _request: &Request, name: &str) -> Outcome {
    let meta = meta::find(txn, name).await?.ok_or(Failure::Absent)?;
    let versions = meta.versions.iter().map(|(number, version)| {
        let told = json!({
            "created_time": time(version.created_at),
            "deletion_time": version.deleted_at.map_or_else(String::new, time), "destroyed": version.is_destroyed,
        });
        (number.to_string(), told)
    });
    let versions: Map<String, Value> = versions.collect();
    Reply::object(json!({
        "versions": versions, "current_version": meta.current, "oldest_version": meta.oldest(),
        "created_time": time(meta.created_at), "updated_time": time(meta.updated_at), "max_versions": meta.max_versions,
        "cas_required": meta.cas_required, "delete_version_after": spell(meta.delete_version_after),
        "custom_metadata": meta.custom,
    }))
}

pub(super) async fn write(txn: &mut Txn<'_>, request: &Request, name: &str) -> Outcome {
    let meta = meta::find(txn, name).await?;
    let mut meta = meta.unwrap_or_else(|| Meta::new(request.now));
    let fields = Fields(&request.data);
    settle(&mut meta, fields)?;
    if let Some(custom) = fields.get("custom_metadata") {
        meta.custom = Some(custom_of(custom)?);
    }
    meta.updated_at = request.now.micros();
    meta::keep(txn, name, &meta).await?;
    Ok(Reply::nothing())
}

/// Changes what is named; `null` takes it back to what it was at first (RFC 7396).
pub(super) async fn patch(txn: &mut Txn<'_>, request: &Request, name: &str) -> Outcome {
    let mut meta = meta::find(txn, name).await?.ok_or(Failure::Absent)?;
    let is_null = |field: &str| request.data.get(field).is_some_and(Value::is_null);
    if is_null("max_versions") {
        meta.max_versions = 0;
    }
    if is_null("cas_required") {
        meta.cas_required = false;
    }
    if is_null("delete_version_after") {
        meta.delete_version_after = 0;
    }
    settle(&mut meta, Fields(&request.data))?;
    match request.data.get("custom_metadata") {
        Some(Value::Null) => meta.custom = None,
        Some(Value::Object(patch)) => {
            let mut custom = meta.custom.take().unwrap_or_default();
            for (key, value) in patch {
                match value {
                    Value::Null => drop(custom.remove(key)),
                    Value::String(text) => drop(custom.insert(key.clone(), text.clone())),
                    _ => {
                        return Err(Failure::invalid(
                            "custom_metadata has to be a map of strings",
                        ));
                    }
                }
            }
            meta.custom = Some(bounded(custom)?);
        }
        Some(_) => {
            return Err(Failure::invalid(
                "custom_metadata has to be a map of strings",
            ));
        }
        None => {}
    }
    meta.updated_at = request.now.micros();
    meta::keep(txn, name, &meta).await?;
    Ok(Reply::nothing())
}

fn settle(meta: &mut Meta, fields: Fields<'_>) -> Result<(), Failure> {
    meta.max_versions = settings::versions(fields)?.unwrap_or(meta.max_versions);
    meta.cas_required = fields.truth("cas_required")?.unwrap_or(meta.cas_required);
    meta.delete_version_after = settings::span(fields)?.unwrap_or(meta.delete_version_after);
    Ok(())
}

fn custom_of(value: &Value) -> Result<BTreeMap<String, String>, Failure> {
    let wrong = || Failure::invalid("custom_metadata has to be a map of strings");
    let pairs = value.as_object().ok_or_else(wrong)?.iter();
    let pairs = pairs.map(|(key, value)| {
        let text = value.as_str().ok_or_else(wrong)?;
        Ok((key.clone(), text.to_owned()))
    });
    bounded(pairs.collect::<Result<_, Failure>>()?)
}

fn bounded(custom: BTreeMap<String, String>) -> Result<BTreeMap<String, String>, Failure> {
    if custom.len() > CUSTOM_KEYS_MAX {
        return Err(Failure::invalid(format!(
            "custom_metadata has {CUSTOM_KEYS_MAX} keys at most"
        )));
    }
    let fits = |(key, value): (&String, &String)| {
        !key.is_empty()
            && key.len() <= CUSTOM_KEY_BYTES_MAX
            && value.len() <= CUSTOM_VALUE_BYTES_MAX
            && !key.contains(char::is_control)
            && !value.contains(char::is_control)
    };
    match custom.iter().all(fits) {
        true => Ok(custom),
        false => Err(Failure::invalid(format!(
            "keys of custom_metadata have {CUSTOM_KEY_BYTES_MAX} bytes at most, values {CUSTOM_VALUE_BYTES_MAX}, on one line"
        ))),
    }
}

/// Removes the secret with all of its versions.
pub(super) async fn delete(txn: &mut Txn<'_>, name: &str) -> Outcome {
    let Some(meta) = meta::find(txn, name).await? else {
        return Ok(Reply::nothing());
    };
    for number in meta.versions.keys() {
        txn.delete(&meta::place(name, *number)).await?;
    }
    txn.delete(&format!("meta/{name}")).await?;
    Ok(Reply::nothing())
}
