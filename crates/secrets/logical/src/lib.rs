#![doc = include_str!("../README.md")]

mod backend;
mod cache;
mod fields;
mod path;
mod reply;
mod request;
mod store;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;
mod txn;

pub use backend::{Access, Backend};
pub use fields::{Fields, parse_duration, spell_duration};
pub use path::{PATH_BYTES_MAX, PATH_SEGMENTS_MAX, SEGMENT_BYTES_MAX, is_path};
pub use reply::{Failure, Login, Outcome, Reply, TokenKind};
pub use request::{Caller, Mount, Operation, Request};
pub use store::{ENTRY_BYTES_MAX, MIGRATIONS, STATEMENTS, Store};
pub use txn::{Changes, Cursor, Entry, LIST_MAX, Page, STATEMENTS_MAX, Txn, WRITES_MAX, uuid};
