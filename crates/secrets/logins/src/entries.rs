//! Records as entries: JSON, wiped when dropped.

use base::{Context, Fault};
use logical::{Failure, Txn};
use serde::{Serialize, de::DeserializeOwned};
use zeroize::Zeroizing;

/// The record at a path.
pub(crate) async fn load<T: DeserializeOwned>(
    txn: &mut Txn<'_>,
    path: &str,
) -> Result<Option<T>, Failure> {
    let Some(entry) = txn.get(path).await? else {
        return Ok(None);
    };
    let record = serde_json::from_slice(&entry.value);
    Ok(Some(record.context("reading a record of a login method")?))
}

/// Keeps a record.
pub(crate) async fn save<T: Serialize>(
    txn: &mut Txn<'_>,
    path: &str,
    record: &T,
) -> Result<(), Failure> {
    let text = serde_json::to_vec(record).map_err(Fault::from_source)?;
    txn.put(path, Zeroizing::new(text)).await
}

/// A text that is a value by itself.
pub(crate) async fn load_text(txn: &mut Txn<'_>, path: &str) -> Result<Option<String>, Failure> {
    let Some(entry) = txn.get(path).await? else {
        return Ok(None);
    };
    let text = String::from_utf8(entry.value.to_vec());
    Ok(Some(text.context("reading a name of a login method")?))
}

pub(crate) async fn save_text(txn: &mut Txn<'_>, path: &str, text: &str) -> Result<(), Failure> {
    txn.put(path, Zeroizing::new(text.as_bytes().to_vec()))
        .await
}
