//! The engine of a mount: with or without versions, as the mount's options say.

use futures_util::future::BoxFuture;
use logical::{Backend, Failure, Mount, Outcome, Request, Txn};

use crate::{versioned, versionless};

/// Both key/value engines. The option `version` of the mount is `2` for the one with versions.
#[derive(Debug, Default, Clone, Copy)]
pub struct Engine;

fn has_versions(mount: &Mount) -> bool {
    mount
        .options
        .get("version")
        .is_some_and(|version| version == "2")
}

impl Backend for Engine {
    fn exists<'a>(
        &'a self,
        txn: &'a mut Txn<'_>,
        request: &'a Request,
    ) -> BoxFuture<'a, Result<Option<bool>, Failure>> {
        match has_versions(&request.mount) {
            true => Box::pin(versioned::exists(txn, request)),
            false => Box::pin(versionless::exists(txn, request)),
        }
    }

    fn handle<'a>(&'a self, txn: &'a mut Txn<'_>, request: &'a Request) -> BoxFuture<'a, Outcome> {
        match has_versions(&request.mount) {
            true => Box::pin(versioned::handle(txn, request)),
            false => Box::pin(versionless::handle(txn, request)),
        }
    }
}
