//! `sys/mounts`, `sys/auth`, `sys/remount`.

use base::Fault;
use logical::{Failure, Fields, Operation, is_path};
use policies::{Acl, Capability};
use serde_json::{Map, Value, json};

use super::{only_writes, writes};
use crate::{
    doing::{Doing, Said, Told},
    mounts::{self, MOUNTS_MAX, Stored, Table},
};

/// Bytes of a description.
const DESCRIPTION_BYTES_MAX: usize = 4_096;

/// Secrets engines, or login methods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Engines,
    Methods,
}

impl Class {
    const fn prefix(self) -> &'static str {
        match self {
            Self::Engines => "",
            Self::Methods => "auth/",
        }
    }

    /// The path of a mount of this class as people give it.
    fn path(self, given: &str) -> Result<String, Failure> {
        Ok(format!("{}{}", self.prefix(), mounts::normal(given)?))
    }

    /// The mounts of this class, under the paths that people see.
    fn of(self, table: &Table) -> impl Iterator<Item = (&str, &Stored)> {
        table.iter().filter_map(move |(path, stored)| {
            let is_method = path.starts_with("auth/");
            let path = path.strip_prefix(self.prefix())?;
            (is_method == (self == Self::Methods)).then_some((path, stored))
        })
    }
}

pub(super) async fn list(doing: &mut Doing<'_>, class: Class) -> Told {
    if doing.request.operation != Operation::Read {
        return Err(Failure::Unsupported);
    }
    let table = mounts::table(doing.changes).await?;
    let views = class
        .of(&table)
        .map(|(path, stored)| (path.to_owned(), stored.view()));
    Said::at_top(Value::Object(views.collect()))
}

pub(super) async fn one(doing: &mut Doing<'_>, class: Class, given: &str) -> Told {
    let path = class.path(given)?;
    match doing.request.operation {
        Operation::Read => {
            let table = mounts::table(doing.changes).await?;
            let stored = table.get(&path).ok_or_else(|| none(given))?;
            Said::at_top(stored.view())
        }
        Operation::Create | Operation::Update => enable(doing, class, &path).await,
        Operation::Delete => disable(doing, &path).await,
        Operation::List | Operation::Patch => Err(Failure::Unsupported),
    }
}

async fn enable(doing: &mut Doing<'_>, class: Class, path: &str) -> Told {
    let fields = doing.fields();
    let kind = match fields.text("type")? {
        Some(kind) if kind == "plugin" => fields.text("plugin_name")?.unwrap_or_default(),
        Some(kind) => kind,
        None => String::new(),
    };
    if kind.is_empty() {
        return Err(Failure::invalid(
            "backend type must be specified as a string",
        ));
    }
    let has = match class {
        Class::Engines => doing.core.has_engine(&kind),
        Class::Methods => doing.core.has_method(&kind),
    };
    if !has {
        return Err(Failure::invalid(format!(
            "plugin not found in the catalog: {kind}"
        )));
    }
    let mut table = mounts::table(doing.changes).await?;
    if table.len() >= MOUNTS_MAX {
        return Err(Failure::invalid("there are too many mounts"));
    }
    if mounts::is_fixed(path) || (class == Class::Engines && path.starts_with("auth/")) {
        return Err(Failure::invalid(format!("cannot mount \"{path}\"")));
    }
    if let Some(other) = mounts::in_the_way(&table, path) {
        return Err(Failure::invalid(format!(
            "path is already in use at {other}"
        )));
    }
    let mut stored = Stored::new(doing.changes, &kind);
    describe(&mut stored, fields)?;
    stored.options = fields.map("options")?.unwrap_or_default();
    if kind == "kv-v2" {
        "kv".clone_into(&mut stored.kind);
        stored.options.insert("version".to_owned(), "2".to_owned());
    }
    has_known_version(&stored)?;
    stored.local = fields.truth("local")?.unwrap_or(false);
    stored.seal_wrap = fields.truth("seal_wrap")?.unwrap_or(false);
    if let Some(config) = fields.object("config")? {
        adjust(&mut stored, Fields(config))?;
    }
    table.insert(path.to_owned(), stored);
    mounts::keep(doing.changes, &table).await?;
    doing.effects.mounts = true;
    Ok(Said::nothing())
}

async fn disable(doing: &mut Doing<'_>, path: &str) -> Told {
    if mounts::is_fixed(path) {
        return Err(Failure::invalid(format!("cannot unmount \"{path}\"")));
    }
    let mut table = mounts::table(doing.changes).await?;
    let Some(stored) = table.remove(path) else {
        return Ok(Said::nothing());
    };
    mounts::keep(doing.changes, &table).await?;
    doing.effects.mounts = true;
    // What is left, tokens and entries, is remembered until it is gone, whatever ends this.
    let name = format!("leaving/{}", stored.uuid);
    let text = zeroize::Zeroizing::new(path.as_bytes().to_vec());
    doing.changes.below("core/").put(&name, text).await?;
    doing.effects.left = true;
    Ok(Said::nothing())
}

pub(super) async fn tune(doing: &mut Doing<'_>, class: Class, given: &str) -> Told {
    let path = class.path(given)?;
    let mut table = mounts::table(doing.changes).await?;
    let stored = table.get_mut(&path).ok_or_else(|| none(given))?;
    if doing.request.operation == Operation::Read {
        return Said::at_top(stored.tuning(&path));
    }
    if !writes(doing.request.operation) {
        return Err(Failure::Unsupported);
    }
    let fields = doing.fields();
    describe(stored, fields)?;
    adjust(stored, fields)?;
    if let Some(options) = fields.map("options")? {
        if options.get("version").is_some_and(|version| {
            stored
                .options
                .get("version")
                .is_some_and(|now| now > version)
        }) {
            return Err(Failure::invalid("cannot downgrade mount"));
        }
        stored.options.extend(options);
        has_known_version(stored)?;
    }
    mounts::keep(doing.changes, &table).await?;
    doing.effects.mounts = true;
    Ok(Said::nothing())
}

/// Whether a key/value mount has a version that there is.
fn has_known_version(stored: &Stored) -> Result<(), Failure> {
    let version = stored.options.get("version").map_or("1", String::as_str);
    match stored.kind.as_str() {
        "kv" if !matches!(version, "" | "1" | "2") => Err(Failure::invalid(
            "the version of a key/value engine is 1 or 2",
        )),
        _ => Ok(()),
    }
}

fn describe(stored: &mut Stored, fields: Fields<'_>) -> Result<(), Failure> {
    if let Some(description) = fields.text("description")? {
        if description.len() > DESCRIPTION_BYTES_MAX {
            return Err(Failure::invalid("the description is too long"));
        }
        stored.description = description;
    }
    Ok(())
}

fn adjust(stored: &mut Stored, fields: Fields<'_>) -> Result<(), Failure> {
    let seconds = |name: &str| -> Result<Option<u64>, Failure> {
        // The word for the usual of the service.
        if fields.get(name).and_then(Value::as_str) == Some("system") {
            return Ok(Some(0));
        }
        Ok(fields.duration(name)?.map(|span| span.as_secs()))
    };
    let default = seconds("default_lease_ttl")?.unwrap_or(stored.default_lease);
    let max = seconds("max_lease_ttl")?.unwrap_or(stored.max_lease);
    if max > 0 && default > max {
        return Err(Failure::invalid(
            "given default lease TTL greater than max lease TTL",
        ));
    }
    stored.default_lease = default;
    stored.max_lease = max;
    if let Some(visibility) = fields.text("listing_visibility")? {
        if !matches!(visibility.as_str(), "" | "hidden" | "unauth") {
            return Err(Failure::invalid("invalid listing_visibility"));
        }
        stored.listing_visibility = visibility;
    }
    if let Some(kind) = fields.text("token_type")? {
        if !matches!(
            kind.as_str(),
            "default-service" | "default-batch" | "service" | "batch"
        ) {
            return Err(Failure::invalid("invalid token_type"));
        }
        stored.token_type = kind;
    }
    Ok(())
}

/// Moves a mount. Its entries stay where they are.
pub(super) async fn remount(doing: &mut Doing<'_>) -> Told {
    only_writes(doing)?;
    let fields = doing.fields();
    let from = mounts::normal(&fields.required("from")?)?;
    let to = mounts::normal(&fields.required("to")?)?;
    if mounts::is_fixed(&from) || mounts::is_fixed(&to) {
        return Err(Failure::invalid(format!(
            "cannot remount \"{from}\" to \"{to}\""
        )));
    }
    if from.starts_with("auth/") != to.starts_with("auth/") {
        return Err(Failure::invalid(
            "cannot remount between engines and login methods",
        ));
    }
    let mut table = mounts::table(doing.changes).await?;
    let stored = table.remove(&from).ok_or_else(|| none(&from))?;
    if let Some(other) = mounts::in_the_way(&table, &to) {
        return Err(Failure::invalid(format!("path in use at \"{other}\"")));
    }
    table.insert(to.clone(), stored);
    mounts::keep(doing.changes, &table).await?;
    doing.effects.mounts = true;
    if from.starts_with("auth/") {
        doing.effects.revoke_below.insert(from);
    }
    let id = doing.changes.below("").uuid();
    Said::at_top(json!({ "migration_id": id }))
}

/// A move is done when it is answered.
pub(super) fn remounted(id: &str) -> Told {
    Said::object(json!({ "migration_id": id, "migration_info": { "status": "success" } }))
}

/// Where engines are, as far as somebody may see: what clients ask before they know the version of a key/value engine.
pub(super) async fn shown(doing: &mut Doing<'_>, path: Option<String>) -> Told {
    let table = mounts::table(doing.changes).await?;
    let may = |path: &str| {
        let acl = doing.acl;
        acl.is_some_and(|acl| sees(acl, path))
    };
    let Some(path) = path else {
        let views = |class: Class| -> Map<String, Value> {
            let seen = class.of(&table).filter(|(path, stored)| {
                stored.listing_visibility == "unauth" || may(&format!("{}{path}", class.prefix()))
            });
            seen.map(|(path, stored)| (path.to_owned(), stored.view()))
                .collect()
        };
        let (secret, auth) = (views(Class::Engines), views(Class::Methods));
        return Said::object(json!({ "secret": secret, "auth": auth }));
    };
    if !is_path(path.trim_matches('/')) {
        return Err(Failure::invalid("the path is not acceptable"));
    }
    let mounts = doing.open.mounts();
    let (mount, _) = mounts.find(&path).ok_or(Failure::Denied)?;
    if !may(&mount.path) {
        return Err(Failure::Denied);
    }
    let stored = table
        .get(&mount.path)
        .ok_or_else(|| Failure::from(Fault::new("a mount that was found is gone")))?;
    let mut view = stored.view();
    if let Some(view) = view.as_object_mut() {
        view.insert("path".to_owned(), json!(mount.path));
    }
    Said::object(view)
}

/// Whether a policy says anything but no about the path of a mount or what is below it.
fn sees(acl: &Acl, mount: &str) -> bool {
    acl.is_root()
        || acl.paths().any(|(pattern, capabilities)| {
            let text = pattern.as_str();
            let fixed = text.split(['*', '+']).next().unwrap_or_default();
            let meets =
                text.starts_with(mount) || (fixed.len() < text.len() && mount.starts_with(fixed));
            meets && !capabilities.contains(&Capability::Deny)
        })
}

fn none(path: &str) -> Failure {
    Failure::invalid(format!("no matching mount at \"{path}\""))
}
