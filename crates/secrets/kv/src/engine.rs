//! The engine of a mount: with or without versions, as the mount says.

use futures_util::future::BoxFuture;
use logical::{Backend, Failure, Mount, Outcome, Request, Txn};

use crate::{versioned, versionless};

/// Both key/value engines. A mount whose kind is `kv-v2`, or whose option `version` is `2`, has versions.
#[derive(Debug, Default, Clone, Copy)]
pub struct Engine;

fn has_versions(mount: &Mount) -> Result<bool, Failure> {
    let version = mount.options.get("version").map(String::as_str);
    match (mount.kind.as_str(), version) {
        ("kv-v2", _) | (_, Some("2")) => Ok(true),
        (_, None | Some("" | "1")) => Ok(false),
        _ => Err(Failure::invalid(
            "the mount's version is neither 1 nor 2: there is no engine for it",
        )),
    }
}

impl Backend for Engine {
    fn exists<'a>(
        &'a self,
        txn: &'a mut Txn<'_>,
        request: &'a Request,
    ) -> BoxFuture<'a, Result<Option<bool>, Failure>> {
        Box::pin(async move {
            match has_versions(&request.mount)? {
                true => versioned::exists(txn, request).await,
                false => versionless::exists(txn, request).await,
            }
        })
    }

    fn handle<'a>(&'a self, txn: &'a mut Txn<'_>, request: &'a Request) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            match has_versions(&request.mount)? {
                true => versioned::handle(txn, request).await,
                false => versionless::handle(txn, request).await,
            }
        })
    }
}
