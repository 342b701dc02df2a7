#![doc = include_str!("../README.md")]

mod cache;
mod embedded;
mod place;
mod port;
mod process;
mod root;
mod store;
#[cfg(test)]
mod tests;

pub use cache::{CacheOptions, KeyCache, KeyUses};
pub use embedded::Embedded;
pub use port::{
    BAD_LABEL, Behalf, Changes, Destroyed, Gone, IndexKey, KEY_ABSENT, KeyCounts, Kms,
    LABEL_BYTES_MAX, NewKey, Node, NodeId, Purpose, RESERVE_MAX, SEALED, Seal, SealState, Status,
    TENANT_ABSENT, TENANT_DESTROYED, TOO_MANY_KEYS, UNINITIALISED, UNWRAP_MAX, UnusedKey,
};
pub use process::{Hardened, harden_process};
pub use root::RootKeyFile;
pub use store::{MIGRATIONS, STATEMENTS};
