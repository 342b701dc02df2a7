#![doc = include_str!("../README.md")]

mod batch;
#[cfg(any(test, feature = "conformance"))]
pub mod conformance;
mod database;
mod lease;
mod migrate;
mod plan;
mod postgres;
mod queue;
mod sqlite;
mod statement;
mod value;

pub use batch::{Batch, NewResource, ResourceKey, Series, Write};
pub use database::{CommitError, Committed, DISK_FULL, Database, Options, Snapshot, UNAVAILABLE};
pub use lease::{Lease, LeaseKeeper};
pub use migrate::{Migration, MigrationSet, OWN_MIGRATIONS};
pub use statement::{Expect, Statement};
pub use value::{FromValue, IntoValue, Late, Params, Plain, Row, Value, plain};
