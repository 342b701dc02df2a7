#![doc = include_str!("../README.md")]

mod blobs;
mod keys;
mod reconcile;

pub use blobs::BlobVault;
pub use keys::KmsVault;
pub use reconcile::{Reconciled, STATEMENTS, reconcile_keys};
