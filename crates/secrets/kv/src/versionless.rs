//! Values without versions (KV version 1).

use std::time::Duration;

use logical::{Failure, Mount, Operation, Outcome, Reply, Request, Txn, parse_duration};
use serde_json::{Map, Value};

use crate::own;

/// When a value that was read ought to be read again: what its field `ttl` says, or else `lease`; without one that is a time, the
/// usual lease of the mount. Never more than the mount's longest. It is advice: no value goes with time.
pub fn lease(fields: &Map<String, Value>, mount: &Mount) -> Duration {
    let said = fields.get("ttl").or_else(|| fields.get("lease"));
    let said = said.and_then(parse_duration);
    said.unwrap_or(mount.default_lease).min(mount.max_lease)
}

/// Values with versions lie elsewhere, also when the version of a mount is changed.
fn place(request: &Request) -> String {
    format!("v1/{}", request.path)
}

pub(crate) async fn exists(txn: &mut Txn<'_>, request: &Request) -> Result<Option<bool>, Failure> {
    Ok(Some(txn.get(&place(request)).await?.is_some()))
}

pub(crate) async fn handle(txn: &mut Txn<'_>, request: &Request) -> Outcome {
    let reply = own::handle(txn, request.operation, &place(request), &request.data).await?;
    let lease = match (request.operation, &reply.data) {
        (Operation::Read, Some(fields)) => Some(lease(fields, &request.mount)),
        _ => None,
    };
    Ok(Reply { lease, ..reply })
}
