#![doc = include_str!("../README.md")]

mod blobs;
mod keys;
mod ownkey;
mod reconcile;
mod seal;
#[cfg(test)]
mod tests;
mod turning;

use std::sync::Arc;

use act::{Module, With};
use base::Refusal;
use db::{MigrationSet, Statement};

pub use blobs::BlobVault;
pub use keys::KmsVault;
pub use ownkey::{Held, Keys, KeysAbove, OwnKey, READ, ReadKeys, RootKey, Settings};
pub use reconcile::{Reconciled, STATEMENTS, reconcile_keys};
pub use seal::{
    ENTER_SHARE, FORGET_SHARES, GIVE_SHARES, OPEN, PROVE_SHARE, RENEW_BARRIER, ROTATE_BARRIER,
    SEAL, TAKE_OVER, UNSEAL,
};
pub use turning::{OfTenant, RENEW, ROTATE};

/// The statements of the operations; the tables are the spine's.
static OWN_STATEMENTS: &[&Statement] = &[&ownkey::DIRECTORY];

/// What somebody hears who brings a share: the key store's own words.
const SHARE_REFUSALS: &[Refusal] = &[
    kms::SHARE_UNREADABLE,
    kms::SHARE_OTHER,
    kms::SHARE_TWICE,
    kms::QUORUM_NONE,
    kms::UNSEALED,
    kms::UNINITIALISED,
];

/// The operations of the seal, its shares, and tenant keys; they have no tables.
pub fn module(settings: Settings) -> Module {
    let migrations = MigrationSet {
        domain: "vault",
        migrations: &[],
    };
    let mut module = Module::new("vault", migrations)
        .with(&seal::SEAL, seal::note)
        .with(&seal::UNSEAL, seal::note)
        .with(&seal::OPEN, seal::note)
        .with(&seal::GIVE_SHARES, seal::note)
        .with(&seal::TAKE_OVER, seal::note)
        .with(&seal::PROVE_SHARE, seal::note)
        .with(&seal::ENTER_SHARE, seal::note)
        .with(&seal::FORGET_SHARES, seal::note)
        .with(&seal::ROTATE_BARRIER, seal::note)
        .with(&seal::RENEW_BARRIER, seal::note)
        .with(&turning::ROTATE, turning::note)
        .with(&turning::RENEW, turning::note)
        .with(
            &ownkey::READ,
            With {
                run: ownkey::read,
                settings: Arc::new(settings),
            },
        );
    module.statements = OWN_STATEMENTS.to_vec();
    module.refusals = SHARE_REFUSALS.to_vec();
    module
}
