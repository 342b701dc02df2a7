//! Each token's own store: nobody else reads it, root included, and it goes with the token.

use base::Fault;
use futures_util::future::BoxFuture;
use logical::{Backend, Failure, Outcome, Request, Txn};
use serde_json::{Map, Value};

use crate::own;

/// Values that [`clear`] removes at once. Every one changes the counts of the folders above it too, and a commit has to hold that.
pub const CLEARED_MAX: usize = 100;

/// The engine of the tokens' own stores.
#[derive(Debug, Default, Clone, Copy)]
pub struct Cubbyhole;

/// Keeps fields in the store of the token that `storage_name` names.
///
/// # Errors
/// As [`Txn::put`].
pub async fn keep(
    txn: &mut Txn<'_>,
    storage_name: &str,
    path: &str,
    fields: &Map<String, Value>,
) -> Result<(), Failure> {
    own::keep_fields(txn, &place(storage_name, path)?, fields).await
}

/// The fields in the store of a token.
///
/// # Errors
/// A fault when the store fails.
pub async fn find(
    txn: &mut Txn<'_>,
    storage_name: &str,
    path: &str,
) -> Result<Option<Map<String, Value>>, Failure> {
    own::find(txn, &place(storage_name, path)?).await
}

/// Removes what a token has in its store, at most [`CLEARED_MAX`] values at once; whether nothing is left. What is left is
/// removed in further transactions.
///
/// # Errors
/// As [`Txn::delete`].
pub async fn clear(txn: &mut Txn<'_>, storage_name: &str) -> Result<bool, Failure> {
    let mut folders = vec![place(storage_name, "")?];
    let mut cleared = 0;
    while let Some(folder) = folders.pop() {
        for name in txn.list(&folder).await? {
            let path = format!("{folder}{name}");
            if path.ends_with('/') {
                folders.push(path);
                continue;
            }
            if cleared == CLEARED_MAX {
                return Ok(false);
            }
            cleared += usize::from(txn.delete(&path).await?);
        }
    }
    Ok(true)
}

/// Where a path of a token's store lies. A name that is not one segment would lead into the store of another.
fn place(storage_name: &str, path: &str) -> Result<String, Fault> {
    match logical::is_path(storage_name) && !storage_name.contains('/') {
        true => Ok(format!("{storage_name}/{path}")),
        false => Err(Fault::new("the store of a token has no acceptable name")),
    }
}

fn place_of(request: &Request) -> Result<String, Failure> {
    let caller = request.caller.as_ref().ok_or(Failure::Denied)?;
    Ok(place(&caller.storage_name, &request.path)?)
}

impl Backend for Cubbyhole {
    fn exists<'a>(
        &'a self,
        txn: &'a mut Txn<'_>,
        request: &'a Request,
    ) -> BoxFuture<'a, Result<Option<bool>, Failure>> {
        Box::pin(async move {
            let place = place_of(request)?;
            Ok(Some(txn.get(&place).await?.is_some()))
        })
    }

    fn handle<'a>(&'a self, txn: &'a mut Txn<'_>, request: &'a Request) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let place = place_of(request)?;
            own::handle(txn, request.operation, &place, &request.data).await
        })
    }
}
