//! Values with versions (KV version 2).

mod about;
mod data;
mod lifetime;
mod meta;
mod settings;

pub use about::{CUSTOM_KEY_BYTES_MAX, CUSTOM_KEYS_MAX, CUSTOM_VALUE_BYTES_MAX};
pub use settings::VERSIONS_MAX;

use logical::{Failure, Operation, Outcome, Request, Txn};

/// What a path is of, and the name of the secret.
fn cut(path: &str) -> (&str, &str) {
    path.split_once('/').unwrap_or((path, ""))
}

pub(crate) async fn exists(txn: &mut Txn<'_>, request: &Request) -> Result<Option<bool>, Failure> {
    match cut(&request.path) {
        ("data" | "metadata", name) if !name.is_empty() => {
            Ok(Some(meta::find(txn, name).await?.is_some()))
        }
        _ => Ok(None),
    }
}

pub(crate) async fn handle(txn: &mut Txn<'_>, request: &Request) -> Outcome {
    use Operation::{Create, Delete, List, Patch, Read, Update};
    let (what, name) = cut(&request.path);
    match (what, request.operation) {
        ("config", Read) if name.is_empty() => settings::read(txn).await,
        ("config", Create | Update) if name.is_empty() => settings::write(txn, request).await,
        ("config", _) if name.is_empty() => Err(Failure::Unsupported),
        ("metadata", List) => about::list(txn, name).await,
        ("data" | "subkeys" | "delete" | "undelete" | "destroy" | "metadata", _)
            if name.is_empty() =>
        {
            Err(Failure::AbsentBecause(format!(
                "the name of a secret is missing after {what}/"
            )))
        }
        ("data", Read) => data::read(txn, request, name).await,
        ("data", Create | Update) => data::write(txn, request, name).await,
        ("data", Patch) => data::patch(txn, request, name).await,
        ("data", Delete) => data::delete_latest(txn, request, name).await,
        ("subkeys", Read) => data::subkeys(txn, request, name).await,
        ("delete", Create | Update) => data::change(txn, request, name, data::Change::Delete).await,
        ("undelete", Create | Update) => {
            data::change(txn, request, name, data::Change::Undelete).await
        }
        ("destroy", Create | Update) => {
            data::change(txn, request, name, data::Change::Destroy).await
        }
        ("metadata", Read) => about::read(txn, name).await,
        ("metadata", Create | Update) => about::write(txn, request, name).await,
        ("metadata", Patch) => about::patch(txn, request, name).await,
        ("metadata", Delete) => about::delete(txn, name).await,
        ("data" | "subkeys" | "delete" | "undelete" | "destroy", _) => Err(Failure::Unsupported),
        _ => Err(Failure::AbsentBecause(
            "secrets with versions are below data/ and metadata/".to_owned(),
        )),
    }
}
