//! Values as they are kept: JSON.

use base::Fault;
use logical::{Failure, Operation, Outcome, Reply, Txn};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

/// Levels of objects and lists in a value.
pub const NESTING_MAX: usize = 100;

/// What lies at a path.
pub(crate) async fn find<T: DeserializeOwned>(
    txn: &mut Txn<'_>,
    path: &str,
) -> Result<Option<T>, Failure> {
    let entry = txn.get(path).await?;
    let read = entry.map(|entry| serde_json::from_slice(&entry.value));
    // The error may quote the value.
    let read = read.transpose();
    read.map_err(|_| Fault::new("a stored value cannot be read").into())
}

pub(crate) async fn keep<T: Serialize + ?Sized>(
    txn: &mut Txn<'_>,
    path: &str,
    what: &T,
) -> Result<(), Failure> {
    let text = serde_json::to_vec(what).map_err(Fault::from_source)?;
    txn.put(path, Zeroizing::new(text)).await
}

/// Keeps fields that somebody sent.
pub(crate) async fn keep_fields(
    txn: &mut Txn<'_>,
    path: &str,
    fields: &Map<String, Value>,
) -> Result<(), Failure> {
    if fields
        .values()
        .any(|value| is_deeper(value, NESTING_MAX - 1))
    {
        return Err(Failure::invalid("the value is nested too deeply"));
    }
    keep(txn, path, fields).await
}

/// Whether there are more than so many levels.
fn is_deeper(value: &Value, levels: usize) -> bool {
    let mut inner: Box<dyn Iterator<Item = &Value>> = match value {
        Value::Array(list) => Box::new(list.iter()),
        Value::Object(map) => Box::new(map.values()),
        _ => return false,
    };
    match levels.checked_sub(1) {
        Some(levels) => inner.any(|value| is_deeper(value, levels)),
        None => true,
    }
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
            if fields.is_empty() {
                return Err(Failure::invalid("missing data fields"));
            }
            keep_fields(txn, path, fields).await?;
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
