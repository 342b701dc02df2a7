#![doc = include_str!("../README.md")]

mod cubbyhole;
mod engine;
mod own;
#[cfg(test)]
mod tests;
mod versioned;
mod versionless;

pub use cubbyhole::{Cubbyhole, clear, find, keep};
pub use engine::Engine;
pub use versioned::{CUSTOM_KEY_BYTES_MAX, CUSTOM_KEYS_MAX, CUSTOM_VALUE_BYTES_MAX, VERSIONS_MAX};
