//! Values without versions (KV version 1).

use logical::{Failure, Outcome, Request, Txn};

use crate::own;

pub(crate) async fn exists(txn: &mut Txn<'_>, request: &Request) -> Result<Option<bool>, Failure> {
    Ok(Some(txn.get(&request.path).await?.is_some()))
}

pub(crate) async fn handle(txn: &mut Txn<'_>, request: &Request) -> Outcome {
    own::handle(txn, request.operation, &request.path, &request.data).await
}
