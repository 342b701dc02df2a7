//! What is sealed of a file beside its bytes.

use act::Field;
use base::{Context, Result};
use serde::{Deserialize, Serialize};

use super::{json_of, to_stored};

pub(crate) const FILE_KEY: Field = Field {
    label: 131,
    name: "messenger.file.key",
};
pub(crate) const FILE_META: Field = Field {
    label: 132,
    name: "messenger.file.meta",
};

/// What a file is called and what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FileMeta {
    pub(crate) name: String,
    /// As its bytes have it; nothing before they have come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) media_type: Option<String>,
    /// Of a picture, in pixels, as it is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) width: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) height: Option<u32>,
}

impl FileMeta {
    /// A file of which nothing is known yet.
    pub(crate) const fn named(name: String) -> Self {
        Self {
            name,
            media_type: None,
            width: None,
            height: None,
        }
    }

    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>> {
        to_stored(self, "writing what a file is")
    }

    /// Reads what any release wrote: of a schema that is newer than this program nothing is known.
    ///
    /// # Errors
    /// A fault when a schema that is known does not read.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self> {
        match json_of(bytes, "what a file is, without its schema")? {
            Some(json) => serde_json::from_slice(json).context("reading what a file is"),
            None => Ok(Self::named("file".to_owned())),
        }
    }
}
