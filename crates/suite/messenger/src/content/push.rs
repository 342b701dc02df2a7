//! What a browser gave to be told, sealed.

use act::{Field, PushKeys};
use base::{Context, Result};
use serde::{Deserialize, Serialize};

use super::{json_of, to_stored};

pub(crate) const PUSH_KEYS: Field = Field {
    label: 141,
    name: "messenger.push.keys",
};

#[derive(Serialize, Deserialize)]
struct Stored {
    endpoint: String,
    p256dh: String,
    auth: String,
}

pub(crate) fn push_keys_to_bytes(keys: &PushKeys) -> Result<Vec<u8>> {
    let PushKeys {
        endpoint,
        p256dh,
        auth,
    } = keys.clone();
    let stored = Stored {
        endpoint,
        p256dh,
        auth,
    };
    to_stored(&stored, "writing where a browser is told")
}

/// Reads what any release wrote; nothing where a newer one wrote it: its browser says it anew when it is opened.
///
/// # Errors
/// A fault when a schema that is known does not read.
pub(crate) fn push_keys_from_bytes(bytes: &[u8]) -> Result<Option<PushKeys>> {
    let Some(json) = json_of(bytes, "where a browser is told, without its schema")? else {
        return Ok(None);
    };
    let stored: Stored = serde_json::from_slice(json).context("reading where a browser is told")?;
    Ok(Some(PushKeys {
        endpoint: stored.endpoint,
        p256dh: stored.p256dh,
        auth: stored.auth,
    }))
}
