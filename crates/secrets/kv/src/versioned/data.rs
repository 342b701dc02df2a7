//! `data/…`, `subkeys/…`, and what changes versions.

use base::Timestamp;
use logical::{Failure, Fields, Outcome, Reply, Request, Txn};
use serde_json::{Map, Value, json};

use super::{
    meta::{self, Meta, Version},
    settings,
};
use crate::own;

pub(super) async fn read(txn: &mut Txn<'_>, request: &Request, name: &str) -> Outcome {
    tell(txn, request, name, "data", Value::Object).await
}

/// The shape of a secret: its keys, without what they hold.
pub(super) async fn subkeys(txn: &mut Txn<'_>, request: &Request, name: &str) -> Outcome {
    let depth = Fields(&request.data).count("depth")?;
    let depth = depth.filter(|depth| *depth > 0).unwrap_or(u64::MAX);
    tell(txn, request, name, "subkeys", |value| shape(&value, depth)).await
}

/// Tells what is asked of the version that is asked for. One that was deleted or destroyed is known and has no value: 404, with
/// what there is to tell.
async fn tell(
    txn: &mut Txn<'_>,
    request: &Request,
    name: &str,
    what: &str,
    view: impl FnOnce(Map<String, Value>) -> Value,
) -> Outcome {
    let meta = meta::find(txn, name).await?.ok_or(Failure::Absent)?;
    let asked = Fields(&request.data).integer("version")?;
    let asked = asked.and_then(|asked| u64::try_from(asked).ok());
    let number = asked.filter(|asked| *asked > 0).unwrap_or(meta.current);
    let version = *meta.versions.get(&number).ok_or(Failure::Absent)?;
    let told = meta.told(number, version);
    if !version.is_readable(request.now) {
        let nothing = json!({ what: Value::Null, "metadata": told });
        return Ok(Reply::object(nothing)?.with_status(404));
    }
    let value = meta.value(txn, number).await?;
    Reply::object(json!({ what: view(value), "metadata": told }))
}

fn shape(map: &Map<String, Value>, depth: u64) -> Value {
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
    let value = sent(request)?;
    let meta = meta::find(txn, name).await?;
    let meta = meta.unwrap_or_else(|| Meta::new(txn.uuid(), request.now));
    let mounts = settings::find(txn).await?;
    check_relied(request, &meta, mounts)?;
    add(txn, request, name, meta, mounts, value).await
}

/// Changes what the present version holds (RFC 7396).
pub(super) async fn patch(txn: &mut Txn<'_>, request: &Request, name: &str) -> Outcome {
    let patch = sent(request)?;
    let meta = meta::find(txn, name).await?.ok_or(Failure::Absent)?;
    let mounts = settings::find(txn).await?;
    check_relied(request, &meta, mounts)?;
    let current = meta.current;
    let version = *meta.versions.get(&current).ok_or(Failure::Absent)?;
    if !version.is_readable(request.now) {
        let told = json!({ "data": Value::Null, "metadata": meta.told(current, version) });
        return Ok(Reply::object(told)?.with_status(404));
    }
    let mut value = meta.value(txn, current).await?;
    merge(&mut value, patch);
    add(txn, request, name, meta, mounts, &value).await
}

/// The fields that are to be kept.
fn sent(request: &Request) -> Result<&Map<String, Value>, Failure> {
    let value = Fields(&request.data).object("data")?;
    value.ok_or_else(|| Failure::invalid("no data provided"))
}

/// Check and set: a write that names a version is done only while that is the newest, and 0 is for none yet.
fn check_relied(request: &Request, meta: &Meta, mounts: settings::Settings) -> Result<(), Failure> {
    let options = Fields(&request.data).object("options")?;
    let relied = options.map_or(Ok(None), |options| Fields(options).integer("cas"));
    let relied = relied.map_err(|_| Failure::invalid("error parsing check-and-set parameter"))?;
    match relied {
        Some(relied) if u64::try_from(relied) != Ok(meta.current) => Err(Failure::invalid(
            "check-and-set parameter did not match the current version",
        )),
        None if meta.settings.cas_required || mounts.cas_required => Err(Failure::invalid(
            "check-and-set parameter required for this call",
        )),
        _ => Ok(()),
    }
}

/// A merge patch. It ends where the patch ends, and how deep that goes was bounded when it was read.
fn merge(value: &mut Map<String, Value>, patch: &Map<String, Value>) {
    for (key, change) in patch {
        match change {
            Value::Null => drop(value.remove(key)),
            Value::Object(change) => {
                let mut inner = match value.remove(key) {
                    Some(Value::Object(inner)) => inner,
                    _ => Map::new(),
                };
                merge(&mut inner, change);
                value.insert(key.clone(), Value::Object(inner));
            }
            other => drop(value.insert(key.clone(), other.clone())),
        }
    }
}

async fn add(
    txn: &mut Txn<'_>,
    request: &Request,
    name: &str,
    mut meta: Meta,
    mounts: settings::Settings,
    value: &Map<String, Value>,
) -> Outcome {
    let (number, gone) = meta.add(mounts, request.now);
    for number in gone {
        txn.delete(&meta.place(number)).await?;
    }
    own::keep_fields(txn, &meta.place(number), value).await?;
    meta::keep(txn, name, &meta).await?;
    let version = meta.versions.get(&number).copied();
    let told = version.map(|version| meta.told(number, version));
    Ok(Reply::data(told.unwrap_or_default()))
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

impl Change {
    /// What becomes of a version; nothing when it stays as it is.
    fn of(self, version: Version, now: Timestamp) -> Option<Version> {
        let changed = match self {
            _ if version.is_destroyed => version,
            Self::Delete if version.is_readable(now) => Version {
                deleted_at: Some(now),
                ..version
            },
            Self::Delete => version,
            Self::Undelete => Version {
                deleted_at: None,
                ..version
            },
            Self::Destroy => Version {
                is_destroyed: true,
                ..version
            },
        };
        (changed != version).then_some(changed)
    }
}

/// Deletes the newest version; it can be brought back.
pub(super) async fn delete_latest(txn: &mut Txn<'_>, request: &Request, name: &str) -> Outcome {
    let Some(meta) = meta::find(txn, name).await? else {
        return Ok(Reply::nothing());
    };
    let newest = [meta.current];
    change_some(txn, request, name, meta, &newest, Change::Delete).await
}

/// Changes the versions that are named, as far as there are such.
pub(super) async fn change(
    txn: &mut Txn<'_>,
    request: &Request,
    name: &str,
    change: Change,
) -> Outcome {
    let numbers = numbers(Fields(&request.data))?;
    let Some(meta) = meta::find(txn, name).await? else {
        return Ok(Reply::nothing());
    };
    change_some(txn, request, name, meta, &numbers, change).await
}

async fn change_some(
    txn: &mut Txn<'_>,
    request: &Request,
    name: &str,
    mut meta: Meta,
    numbers: &[u64],
    change: Change,
) -> Outcome {
    let mut is_changed = false;
    for number in numbers {
        let place = meta.place(*number);
        let Some(version) = meta.versions.get_mut(number) else {
            continue;
        };
        let Some(changed) = change.of(*version, request.now) else {
            continue;
        };
        *version = changed;
        is_changed = true;
        if changed.is_destroyed {
            txn.delete(&place).await?;
        }
    }
    if is_changed {
        meta.updated_at = request.now;
        meta::keep(txn, name, &meta).await?;
    }
    Ok(Reply::nothing())
}

fn numbers(fields: Fields<'_>) -> Result<Vec<u64>, Failure> {
    let named = match fields.get("versions") {
        Some(Value::Number(number)) => vec![number.to_string()],
        _ => fields.list("versions")?.unwrap_or_default(),
    };
    if named.is_empty() {
        return Err(Failure::invalid("No version number provided"));
    }
    let numbers = named.iter().map(|number| number.parse().ok());
    numbers
        .collect::<Option<_>>()
        .ok_or_else(|| Failure::invalid("versions have to be whole numbers"))
}
