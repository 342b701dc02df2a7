#![doc = include_str!("../README.md")]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a testkit fails loudly"
)]

mod house;
mod ports;

pub use house::{Actor, House, HouseBuilder};
pub use ports::{
    Heard, MemoryBlobs, MemoryDirectory, MemoryVault, Notes, SeededEntropy, StillClock,
};
