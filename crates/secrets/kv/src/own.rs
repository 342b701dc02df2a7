//! Values as they are kept: the fields of a request as JSON.

use base::Fault;
use logical::{Failure, Operation, Outcome, Reply, Txn};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

/// The fields at a path.
pub(crate) async fn find(
    txn: &mut Txn<'_>,
    path: &str,
) -> Result<Option<Map<String, Value>>, Failure> {
    let entry = txn.get(path).await?;
    let fields = entry.map(|entry| serde_json::from_slice(&entry.value));
    let fields = fields.transpose();
    fields.map_err(|_| Fault::new("a stored value cannot be read").into())
}

/// Keeps the fields at a path.
pub(crate) async fn keep(
    txn: &mut Txn<'_>,
    path: &str,
    fields: &Map<String, Value>,
) -> Result<(), Failure> {
    let text = Zeroizing::new(serde_json::to_vec(fields).map_err(Fault::from_source)?);
    txn.put(path, text).await
}

/// Reads, writes, removes and lists plain values.
pub(crate) async fn handle(
    txn: &mut Txn<'_>,
    operation: Operation,
    path: &str,
    fields: &Map<String, Value>,
) -> Outcome {
    match operation {
        Operation::Read => {
            let fields = find(txn, path).await?;
            fields.map(Reply::data).ok_or(Failure::Absent)
        }
        Operation::Create | Operation::Update => {
            if path.is_empty() {
                return Err(Failure::invalid("missing path"));
            }
            if fields.is_empty() {
                return Err(Failure::invalid("missing data fields"));
            }
            keep(txn, path, fields).await?;
            Ok(Reply::nothing())
        }
        Operation::Delete => {
            txn.delete(path).await?;
            Ok(Reply::nothing())
        }
        Operation::List => Reply::keys(txn.list(path).await?),
        Operation::Patch => Err(Failure::Unsupported),
    }
}
