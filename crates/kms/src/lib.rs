#![doc = include_str!("../README.md")]

mod cache;
mod embedded;
mod environment;
mod file;
mod place;
mod port;
mod process;
mod quorum;
mod root;
mod share;
mod store;
#[cfg(test)]
mod tests;
mod witness;

pub use cache::{CacheOptions, KeyCache, KeyUses};
pub use embedded::{
    Authority, BARRIER_USES_DUE, BarrierKey, Embedded, Entered, Given, Opening, Rewrapped,
    SealReading, TenantKey,
};
pub use environment::{ENVIRONMENT_CHARS_MAX, ENVIRONMENT_INVALID, ENVIRONMENT_OTHER, Environment};
pub use port::{
    BAD_LABEL, Behalf, Changes, Destroyed, Gone, IndexKey, KEY_ABSENT, KeyCounts, Kms,
    LABEL_BYTES_MAX, NewKey, Node, NodeId, Purpose, RESERVE_MAX, SEALED, Seal, SealState, Status,
    TENANT_ABSENT, TENANT_DESTROYED, TOO_MANY_KEYS, UNINITIALISED, UNWRAP_MAX, UnusedKey,
};
pub use process::{Hardened, harden_process};
pub use quorum::{
    CUSTODIAN_CHARS_MAX, CUSTODIAN_INVALID, CUSTODIAN_TWICE, Custodian, INITIALISED, Kept,
    QUORUM_HELD, QUORUM_NONE, Quorum, ROOT_TURNING, SHARE_OTHER, SHARE_TWICE, SHARE_UNREADABLE,
    SHARES_COUNT, SHARES_FEW, SHARES_MAX, SHARES_NOT_GIVEN, SharePlan, THRESHOLD_INVALID, UNSEALED,
};
pub use root::RootKeyFile;
pub use share::Share;
pub use store::{MIGRATIONS, STATEMENTS};
pub use witness::{FileWitness, Head, ROLLED_BACK, Witness};
