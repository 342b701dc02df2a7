#![doc = include_str!("../README.md")]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a testkit fails loudly"
)]

mod house;
mod ports;

/// What a recorder of one's own writes into.
pub use db::Batch;
pub use house::{Actor, House, HouseBuilder};
pub use ports::{
    Heard, MemoryBlobs, MemoryDirectory, MemoryPush, MemoryVault, Notes, SeededEntropy, StillClock,
};
