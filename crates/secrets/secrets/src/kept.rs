//! What the core keeps for itself: few entries, each a value as JSON.

use base::{Fault, Result};
use logical::{Changes, Failure};
use serde::{Serialize, de::DeserializeOwned};
use zeroize::Zeroizing;

const ROOT: &str = "core/";

/// The value that is kept under a name.
pub(crate) async fn find<T: DeserializeOwned>(
    changes: &mut Changes,
    name: &str,
) -> Result<Option<T>> {
    let entry = changes.below(ROOT).get(name).await?;
    let value = entry.map(|entry| serde_json::from_slice(&entry.value));
    value
        .transpose()
        .map_err(|error| Fault::new(format!("the kept «{name}» cannot be read: {error}")).into())
}

/// Keeps a value under a name.
pub(crate) async fn keep<T: Serialize>(
    changes: &mut Changes,
    name: &str,
    value: &T,
) -> Result<(), Failure> {
    let text = serde_json::to_vec(value).map_err(Fault::from_source)?;
    changes.below(ROOT).put(name, Zeroizing::new(text)).await
}
