#![doc = include_str!("../README.md")]

mod blobs;
mod keys;
mod reconcile;
mod seal;
#[cfg(test)]
mod tests;
mod turning;

pub use blobs::BlobVault;
pub use keys::KmsVault;
pub use reconcile::{Reconciled, STATEMENTS, reconcile_keys};
pub use seal::{SEAL, UNSEAL, module};
pub use turning::{OfTenant, RENEW, ROTATE};
