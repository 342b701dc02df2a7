//! `sys/audit` and `sys/audit-hash`.

use cipher::DataKey;
use data_encoding::HEXLOWER;
use logical::{Failure, Operation};
use serde_json::{Value, json};

use super::only_writes;
use crate::{
    audit::{self, DEVICES_MAX, Stored},
    doing::{Doing, Said, Told},
    mounts,
};

pub(super) async fn list(doing: &mut Doing<'_>) -> Told {
    if doing.request.operation != Operation::Read {
        return Err(Failure::Unsupported);
    }
    let table = audit::table(doing.changes).await?;
    let views = table.iter().map(|(path, stored)| {
        let view = json!({
            "type": stored.kind, "description": stored.description, "options": stored.options, "path": path, "local": false,
        });
        (path.clone(), view)
    });
    Said::at_top(Value::Object(views.collect()))
}

pub(super) async fn one(doing: &mut Doing<'_>, given: &str) -> Told {
    let path = mounts::normal(given)?;
    match doing.request.operation {
        Operation::Create | Operation::Update => enable(doing, path).await,
        Operation::Delete => {
            let mut table = audit::table(doing.changes).await?;
            if table.remove(&path).is_some() {
                audit::keep(doing.changes, &table).await?;
                doing.effects.audit = true;
            }
            Ok(Said::nothing())
        }
        _ => Err(Failure::Unsupported),
    }
}

async fn enable(doing: &mut Doing<'_>, path: String) -> Told {
    let fields = doing.fields();
    let kind = fields.required("type")?;
    if kind != "file" {
        return Err(Failure::invalid(format!(
            "unknown backend type: \"{kind}\""
        )));
    }
    let mut table = audit::table(doing.changes).await?;
    if table.contains_key(&path) {
        return Err(Failure::invalid("path already in use"));
    }
    if table.len() >= DEVICES_MAX {
        return Err(Failure::invalid("there are too many audit devices"));
    }
    let salt = DataKey::generate(&*doing.core.entropy);
    let stored = Stored {
        kind,
        description: fields.text("description")?.unwrap_or_default(),
        options: fields.map("options")?.unwrap_or_default(),
        salt: HEXLOWER.encode(salt.expose()),
        accessor: doing.changes.below("").uuid(),
    };
    audit::try_device(&stored)?;
    table.insert(path, stored);
    audit::keep(doing.changes, &table).await?;
    doing.effects.audit = true;
    Ok(Said::nothing())
}

/// A value as the entries of a device have it.
pub(super) fn hash(doing: &Doing<'_>, given: &str) -> Told {
    only_writes(doing)?;
    let device = doing.open.audit.device(&mounts::normal(given)?);
    let device = device.ok_or_else(|| Failure::invalid("unknown audit backend"))?;
    let input = doing.fields().required("input")?;
    Said::at_top(json!({ "hash": device.hash(&input) }))
}
