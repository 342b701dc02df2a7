//! `data/…` and what changes versions.

use logical::{Failure, Fields, Outcome, Reply, Request, Txn};
use serde_json::{Map, Value, json};

use super::{
    meta::{self, Meta, Version},
    settings,
};
use crate::own;

/// Versions that are named at once.
const NAMED_MAX: usize = 256;
/// Levels below which a patch does not go.
const DEPTH_MAX: usize = 64;

/// The version that is asked for, and the secret.
async fn asked(
    txn: &mut Txn<'_>,
    request: &Request,
    name: &str,
) -> Result<(Meta, u64, Version), Failure> {
    let meta = meta::find(txn, name).await?.ok_or(Failure::Absent)?;
    let number = match Fields(&request.data).count("version")? {
        None | Some(0) => meta.current,
        Some(number) => number,
    };
    let version = *meta.versions.get(&number).ok_or(Failure::Absent)?;
    Ok((meta, number, version))
}

pub(super) async fn read(txn: &mut Txn<'_>, request: &Request, name: &str) -> Outcome {
    let (meta, number, version) = asked(txn, request, name).await?;
    let told = meta.told(number, version);
    if !version.is_readable(request.now) {
        let nothing = json!({ "data": Value::Null, "metadata": told });
        return Ok(Reply::object(nothing)?.with_status(404));
    }
    let value = meta::value(txn, name, number).await?;
    Reply::object(json!({ "data": value, "metadata": told }))
}

/// The shape of a secret: its keys, without what they hold.
pub(super) async fn subkeys(txn: &mut Txn<'_>, request: &Request, name: &str) -> Outcome {
    let (meta, number, version) = asked(txn, request, name).await?;
    let told = meta.told(number, version);
    if !version.is_readable(request.now) {
        let nothing = json!({ "subkeys": Value::Null, "metadata": told });
        return Ok(Reply::object(nothing)?.with_status(404));
    }
    let depth = match Fields(&request.data).count("depth")? {
        None | Some(0) => DEPTH_MAX,
        Some(depth) => usize::try_from(depth).unwrap_or(DEPTH_MAX).min(DEPTH_MAX),
    };
    let value = meta::value(txn, name, number).await?;
    Reply::object(json!({ "subkeys": shape(&value, depth), "metadata": told }))
}

fn shape(map: &Map<String, Value>, depth: usize) -> Value {
    let shapes = map.iter().map(|(key, value)| {
        let inner = match value {
            Value::Object(inner) if depth > 1 && !inner.is_empty() => shape(inner, depth - 1),
            _ => Value::Null,
        };
        (key.clone(), inner)
    });
    Value::Object(shapes.collect())
}

pub(super) async fn write(txn: &mut Txn<'_>, request: &Request, name: &str) -> Outcome {
    let fields = Fields(&request.data);
    let value = match request.data.get("data") {
        Some(Value::Object(value)) => value,
        Some(Value::Null) | None => return Err(Failure::invalid("no data provided")),
        Some(_) => return Err(Failure::invalid("data has to be an object")),
    };
    let meta = meta::find(txn, name).await?;
    let meta = meta.unwrap_or_else(|| Meta::new(request.now));
    add(txn, request, name, meta, fields, value).await
}

/// Changes what the present version holds (RFC 7396).
pub(super) async fn patch(txn: &mut Txn<'_>, request: &Request, name: &str) -> Outcome {
    let fields = Fields(&request.data);
    let patch = match request.data.get("data") {
        Some(Value::Object(patch)) => patch,
        Some(Value::Null) | None => return Err(Failure::invalid("no data provided")),
        Some(_) => return Err(Failure::invalid("data has to be an object")),
    };
    let meta = meta::find(txn, name).await?.ok_or(Failure::Absent)?;
    let version = meta.versions.get(&meta.current).ok_or(Failure::Absent)?;
    if !version.is_readable(request.now) {
        let told = json!({ "data": Value::Null, "metadata": meta.told(meta.current, *version) });
        return Ok(Reply::object(told)?.with_status(404));
    }
    let mut value = meta::value(txn, name, meta.current).await?;
    merge(&mut value, patch, DEPTH_MAX)?;
    add(txn, request, name, meta, fields, &value).await
}

fn merge(
    value: &mut Map<String, Value>,
    patch: &Map<String, Value>,
    depth: usize,
) -> Result<(), Failure> {
    let deeper = depth
        .checked_sub(1)
        .ok_or_else(|| Failure::invalid("the patch is too deep"))?;
    for (key, change) in patch {
        match change {
            Value::Null => {
                value.remove(key);
            }
            Value::Object(change) => {
                let mut inner = match value.remove(key) {
                    Some(Value::Object(inner)) => inner,
                    _ => Map::new(),
                };
                merge(&mut inner, change, deeper)?;
                value.insert(key.clone(), Value::Object(inner));
            }
            other => {
                value.insert(key.clone(), other.clone());
            }
        }
    }
    Ok(())
}

/// Adds a version, if the one that is relied on is still the newest.
async fn add(
    txn: &mut Txn<'_>,
    request: &Request,
    name: &str,
    mut meta: Meta,
    fields: Fields<'_>,
    value: &Map<String, Value>,
) -> Outcome {
    let settings = settings::find(txn).await?;
    let options = fields.object("options")?;
    let cas = match options {
        Some(options) => Fields(options).count("cas")?,
        None => None,
    };
    match cas {
        None if meta.cas_required || settings.cas_required => {
            return Err(Failure::invalid(
                "check-and-set parameter required for this call",
            ));
        }
        Some(cas) if cas != meta.current => {
            return Err(Failure::invalid(
                "check-and-set parameter did not match the current version",
            ));
        }
        _ => {}
    }
    let (number, gone) = meta.add(&settings, request.now);
    for number in gone {
        txn.delete(&meta::place(name, number)).await?;
    }
    own::keep(txn, &meta::place(name, number), value).await?;
    meta::keep(txn, name, &meta).await?;
    let version = meta.versions.get(&number).copied();
    let told = version.map(|version| meta.told(number, version));
    Reply::object(told.unwrap_or_default())
}

/// Deletes the newest version; it can be brought back.
pub(super) async fn delete_latest(txn: &mut Txn<'_>, request: &Request, name: &str) -> Outcome {
    let Some(mut meta) = meta::find(txn, name).await? else {
        return Ok(Reply::nothing());
    };
    let current = meta.current;
    if let Some(version) = meta.versions.get_mut(&current)
        && version.is_readable(request.now)
    {
        version.deleted_at = Some(request.now.micros());
        meta.updated_at = request.now.micros();
        meta::keep(txn, name, &meta).await?;
    }
    Ok(Reply::nothing())
}

/// What is done to versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// They can be brought back.
    Delete,
    Undelete,
    /// Their values are gone for ever.
    Destroy,
}

pub(super) async fn change(
    txn: &mut Txn<'_>,
    request: &Request,
    name: &str,
    change: Change,
) -> Outcome {
    let numbers = numbers(Fields(&request.data))?;
    let Some(mut meta) = meta::find(txn, name).await? else {
        return Err(Failure::Absent);
    };
    let now = request.now;
    for number in numbers {
        let Some(version) = meta.versions.get_mut(&number) else {
            continue;
        };
        match change {
            Change::Delete if version.is_readable(now) => {
                version.deleted_at = Some(now.micros());
            }
            Change::Undelete if !version.is_destroyed => version.deleted_at = None,
            Change::Destroy => {
                version.is_destroyed = true;
                txn.delete(&meta::place(name, number)).await?;
            }
            Change::Delete | Change::Undelete => {}
        }
    }
    meta.updated_at = now.micros();
    meta::keep(txn, name, &meta).await?;
    Ok(Reply::nothing())
}

fn numbers(fields: Fields<'_>) -> Result<Vec<u64>, Failure> {
    let named = match fields.get("versions") {
        Some(Value::Number(number)) => Some(vec![number.to_string()]),
        _ => fields.list("versions")?,
    };
    let named = named.unwrap_or_default();
    if named.is_empty() {
        return Err(Failure::invalid("no version number provided"));
    }
    if named.len() > NAMED_MAX {
        return Err(Failure::invalid("too many versions at once"));
    }
    let numbers = named.iter().map(|number| number.parse().ok());
    numbers
        .collect::<Option<_>>()
        .ok_or_else(|| Failure::invalid("versions have to be whole numbers"))
}
