//! The operator's word about the seal, for the log.
//!
//! Sealing itself happens in the key store, which knows no act; these operations leave its entry. While the store is
//! sealed no entry can be: the one of sealing is written before it, the one of unsealing after it.

use act::{Act, Action, Module, Operation};
use base::{Result, TenantId};
use db::MigrationSet;

use crate::turning;

/// That the operator seals the key store.
pub static SEAL: Operation = Operation::write("vault.store.seal", Action::Administer)
    .summary("Say that the key store is about to be sealed.")
    .operator();

/// That the operator has unsealed the key store.
pub static UNSEAL: Operation = Operation::write("vault.store.unseal", Action::Administer)
    .summary("Say that the key store was unsealed.")
    .operator();

/// The operations of the seal and of tenant keys; they have no tables.
pub fn module() -> Module {
    let migrations = MigrationSet {
        domain: "vault",
        migrations: &[],
    };
    Module::new("vault", migrations)
        .with(&SEAL, note)
        .with(&UNSEAL, note)
        .with(&turning::ROTATE, turning::note)
        .with(&turning::RENEW, turning::note)
}

async fn note(act: &mut Act, (): ()) -> Result<()> {
    act.enter(TenantId::NIL)?;
    let cell = act.cell().await?;
    act.permit(&cell).await.map(drop)
}
