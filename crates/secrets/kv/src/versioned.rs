//! Values with versions (KV version 2).

mod about;
mod data;
mod meta;
mod settings;

pub use about::{CUSTOM_KEY_BYTES_MAX, CUSTOM_KEYS_MAX, CUSTOM_VALUE_BYTES_MAX};
pub use meta::VERSIONS_MAX;

use logical::{Failure, Operation, Outcome, Reply, Request, Txn};

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
    let (what, name) = cut(&request.path);
    let writes = matches!(request.operation, Operation::Create | Operation::Update);
    match (what, request.operation) {
        ("config", _) if name.is_empty() => settings::handle(txn, request).await,
        ("metadata", Operation::List) => {
            let folder = match name {
                "" => "meta".to_owned(),
                name => format!("meta/{name}"),
            };
            Reply::keys(txn.list(&folder).await?)
        }
        ("data" | "metadata" | "subkeys" | "delete" | "undelete" | "destroy", _)
            if name.is_empty() =>
        {
            Err(Failure::Unsupported)
        }
        ("data", Operation::Read) => data::read(txn, request, name).await,
        ("data", Operation::Create | Operation::Update) => data::write(txn, request, name).await,
        ("data", Operation::Patch) => data::patch(txn, request, name).await,
        ("data", Operation::Delete) => data::delete_latest(txn, request, name).await,
        ("subkeys", Operation::Read) => data::subkeys(txn, request, name).await,
        ("delete", _) if writes => data::change(txn, request, name, data::Change::Delete).await,
        ("undelete", _) if writes => data::change(txn, request, name, data::Change::Undelete).await,
        ("destroy", _) if writes => data::change(txn, request, name, data::Change::Destroy).await,
        ("metadata", Operation::Read) => about::read(txn, request, name).await,
        ("metadata", Operation::Create | Operation::Update) => {
            about::write(txn, request, name).await
        }
        ("metadata", Operation::Patch) => about::patch(txn, request, name).await,
        ("metadata", Operation::Delete) => about::delete(txn, name).await,
        ("config" | "data" | "subkeys" | "delete" | "undelete" | "destroy", _) => {
            Err(Failure::Unsupported)
        }
        _ => Err(Failure::AbsentBecause("unsupported path".to_owned())),
    }
}
