//! What is sealed of a file beside its bytes.

use act::Field;
use base::{Context, Result};
use serde::{Deserialize, Serialize};

pub(crate) const FILE_KEY: Field = Field {
    label: 131,
    name: "messenger.file.key",
};
pub(crate) const FILE_META: Field = Field {
    label: 132,
    name: "messenger.file.meta",
};

/// The schema of what this program writes.
const SCHEMA: u8 = 1;

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
        let mut bytes = vec![SCHEMA];
        serde_json::to_writer(&mut bytes, self).context("writing what a file is")?;
        Ok(bytes)
    }

    /// Reads what any release wrote: of a schema that is newer than this program nothing is known.
    ///
    /// # Errors
    /// A fault when a schema that is known does not read.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self> {
        match bytes.split_first() {
            Some((&SCHEMA, json)) => serde_json::from_slice(json).context("reading what a file is"),
            Some(_) => Ok(Self::named("file".to_owned())),
            None => None.context("what a file is, without its schema"),
        }
    }
}
