//! `sys/…`: the service itself.

mod audits;
mod capabilities;
mod leases;
mod mounts;
mod policy;
mod seal;

pub(crate) use seal::{Attempts, turn_if_due};

use logical::{Access, Failure, Operation};
use serde_json::json;

use crate::{
    call::{Answer, Call, Method},
    core::Core,
    doing::{Doing, Said, Told},
    shape, wrapping,
};

/// Paths that nobody needs a token for: they have to work while the service is sealed.
pub(crate) async fn without_token(core: &Core, call: &Call) -> Option<Answer> {
    let path = call.path.strip_prefix("sys/")?;
    seal::handle(core, path, call).await
}

/// Whether custodians make new shares or a new root token, or give that up.
pub(crate) fn is_ceremony(call: &Call) -> bool {
    let path = call.path.trim_end_matches('/');
    let is_theirs = path.starts_with("sys/rekey/") || path.starts_with("sys/generate-root/");
    let is_kept = path.ends_with("backup");
    is_theirs && !is_kept && matches!(call.method, Method::Put | Method::Delete)
}

/// Who may come to what.
pub(crate) fn access(path: &str) -> Access {
    let segments: Vec<&str> = path.trim_end_matches('/').split('/').collect();
    match segments.as_slice() {
        ["wrapping", "unwrap" | "lookup"] => Access::Public,
        ["internal", "ui", "mounts", ..] => Access::Public,
        ["auth", ..] if segments.len() > 1 => Access::Sudo,
        ["audit", ..] | ["rotate", ..] | ["seal"] | ["step-down"] | ["remount", ..] => Access::Sudo,
        ["leases", "revoke-prefix" | "revoke-force" | "tidy", ..] | ["leases", "lookup", _, ..] => {
            Access::Sudo
        }
        ["revoke-prefix" | "revoke-force", ..] | ["config", ..] => Access::Sudo,
        _ => Access::Policy,
    }
}

pub(crate) async fn handle(mut doing: Doing<'_>) -> Told {
    let segments = doing.segments.clone();
    let rest = |from: usize| segments.get(from..).unwrap_or_default().join("/");
    match segments.as_slice() {
        ["mounts"] => mounts::list(&mut doing, mounts::Class::Engines).await,
        ["auth"] => mounts::list(&mut doing, mounts::Class::Methods).await,
        ["mounts", .., "tune"] => {
            let path = segments
                .get(1..segments.len() - 1)
                .unwrap_or_default()
                .join("/");
            mounts::tune(&mut doing, mounts::Class::Engines, &path).await
        }
        ["auth", .., "tune"] => {
            let path = segments
                .get(1..segments.len() - 1)
                .unwrap_or_default()
                .join("/");
            mounts::tune(&mut doing, mounts::Class::Methods, &path).await
        }
        ["mounts", ..] => mounts::one(&mut doing, mounts::Class::Engines, &rest(1)).await,
        ["auth", ..] => mounts::one(&mut doing, mounts::Class::Methods, &rest(1)).await,
        ["remount"] => mounts::remount(&mut doing).await,
        ["remount", "status", id] => mounts::remounted(id),
        ["internal", "ui", "mounts"] => mounts::shown(&mut doing, None).await,
        ["internal", "ui", "mounts", ..] => mounts::shown(&mut doing, Some(rest(3))).await,
        ["policy"] | ["policies", "acl"] => policy::list(&mut doing).await,
        ["policy", name] => policy::one(&mut doing, name, policy::Words::Former).await,
        ["policies", "acl", name] => policy::one(&mut doing, name, policy::Words::Present).await,
        ["capabilities" | "capabilities-self" | "capabilities-accessor"] => {
            capabilities::handle(&mut doing, &rest(0)).await
        }
        ["internal", "ui", "resultant-acl"] => capabilities::resultant(&doing),
        ["audit"] => audits::list(&mut doing).await,
        ["audit", ..] => audits::one(&mut doing, &rest(1)).await,
        ["audit-hash", ..] => audits::hash(&doing, &rest(1)),
        ["leases", what, ..] => leases::handle(&mut doing, what, &rest(2)).await,
        ["renew" | "revoke" | "revoke-prefix" | "revoke-force", ..] => {
            let what = segments.first().copied().unwrap_or_default();
            leases::handle(&mut doing, what, &rest(1)).await
        }
        ["wrapping", what] => wrapping::handle(doing, what).await,
        ["key-status"] => seal::key_status(&doing).await,
        ["rotate"] => seal::rotate(&doing).await,
        ["rotate", "config"] => seal::rotation(&mut doing).await,
        ["seal"] => seal::seal(&doing).await,
        ["step-down"] => seal::step_down(&doing).await,
        // Shares are never kept here in whatever form.
        ["rekey", "backup" | "recovery-key-backup"] => {
            Err(Failure::invalid("no backed-up keys found"))
        }
        ["ha-status"] => Said::at_top(json!({ "nodes": [] })),
        _ => Err(shape::no_path()),
    }
}

/// Whether something is written.
pub(crate) fn writes(operation: Operation) -> bool {
    matches!(operation, Operation::Create | Operation::Update)
}

/// # Errors
/// [`Failure::Unsupported`] for anything but a write.
pub(crate) fn only_writes(doing: &Doing<'_>) -> Result<(), Failure> {
    match writes(doing.request.operation) {
        true => Ok(()),
        false => Err(Failure::Unsupported),
    }
}
