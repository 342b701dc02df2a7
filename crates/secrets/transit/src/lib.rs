#![doc = include_str!("../README.md")]

mod backup;
mod curve;
mod engine;
mod hash;
mod keyring;
mod kind;
mod material;
mod opened;
mod problem;
mod readout;
mod rsa_forms;
mod seal;
mod sign;
#[cfg(test)]
mod tests;
mod uses;
mod wire;

pub use backup::BACKUP_CHARS_MAX;
pub use curve::Marshaling;
pub use engine::{BATCH_MAX, Engine, RANDOM_BYTES_MAX};
pub use hash::Hash;
pub use keyring::{
    AUTO_ROTATE_MAX, AUTO_ROTATE_MIN, Keyring, NAME_BYTES_MAX, NewKey, RSA_VERSIONS_MAX, Tuning,
    VERSION_MAX, VERSIONS_MAX, check_name,
};
pub use kind::{HMAC_KEY_BYTES_MAX, HMAC_KEY_BYTES_MIN, KeyType};
pub use opened::{CONTEXT_BYTES_MAX, Opened};
pub use problem::Problem;
pub use readout::{ExportKind, ExportVersions};
pub use rsa_forms::{Padding, SaltLength};
pub use seal::{ASSOCIATED_BYTES_MAX, Plain, Sealed};
pub use sign::{Signature, SignatureForm};
pub use uses::{RESTORED_SURCHARGE, ROTATE_AT, USES_MAX, USES_STEP, Uses};
pub use wire::{INPUT_CHARS_MAX, base64_field};
