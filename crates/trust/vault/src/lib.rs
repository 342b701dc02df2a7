#![doc = include_str!("../README.md")]

mod blobs;
mod keys;

pub use blobs::BlobVault;
pub use keys::KmsVault;
