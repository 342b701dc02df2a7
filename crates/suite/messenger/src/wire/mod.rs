//! What travels: inputs, views, and the frames of the stream.

mod afterwards;
mod cards;
mod chats;
mod doors;
mod exports;
mod files;
mod imports;
mod messages;
mod push;
mod retention;
mod stream;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

pub use afterwards::*;
pub use cards::*;
pub use chats::*;
pub use doors::*;
pub use exports::*;
pub use files::*;
pub use imports::*;
pub use messages::*;
pub use push::*;
pub use retention::*;
pub use stream::*;

/// What a whole is saved with has to be named, be it as null: serde takes a missing `Option` for one, and so the whole would lose
/// what was left out.
fn named<'de, D, T>(value: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(value)
}

/// Nothing to say but that it is done.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct Done {}

/// One page of a list.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Gives the next page; null on the last.
    pub next_cursor: Option<String>,
}
