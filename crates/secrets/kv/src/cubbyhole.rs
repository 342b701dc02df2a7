//! Each token's own store: nobody else reads it, root included, and it goes with the token.

use futures_util::future::BoxFuture;
use logical::{Backend, Failure, Outcome, Request, Txn};
use serde_json::{Map, Value};

use crate::own;

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
    own::keep(txn, &format!("{storage_name}/{path}"), fields).await
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
    own::find(txn, &format!("{storage_name}/{path}")).await
}

/// Removes what a token has in its store; whether all of it is gone.
///
/// # Errors
/// As [`Txn::clear`].
pub async fn clear(txn: &mut Txn<'_>, storage_name: &str) -> Result<bool, Failure> {
    txn.clear(storage_name).await
}

fn place(request: &Request) -> Result<String, Failure> {
    let caller = request.caller.as_ref().ok_or(Failure::Denied)?;
    Ok(match request.path.as_str() {
        "" => caller.storage_name.clone(),
        path => format!("{}/{path}", caller.storage_name),
    })
}

impl Backend for Cubbyhole {
    fn exists<'a>(
        &'a self,
        txn: &'a mut Txn<'_>,
        request: &'a Request,
    ) -> BoxFuture<'a, Result<Option<bool>, Failure>> {
        Box::pin(async move {
            match place(request) {
                Ok(place) => Ok(Some(txn.get(&place).await?.is_some())),
                Err(_) => Ok(None),
            }
        })
    }

    fn handle<'a>(&'a self, txn: &'a mut Txn<'_>, request: &'a Request) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let place = place(request)?;
            own::handle(txn, request.operation, &place, &request.data).await
        })
    }
}
