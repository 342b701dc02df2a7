//! What is done about the seal, for the log.
//!
//! The seal itself is the key store's, which knows no act; these operations leave the entries. While the store is sealed none
//! can be written: what is done to an open store has its entry before it, and what is done to a sealed one after it is open.

use act::{Act, Action, Operation};
use base::{Result, TenantId};

/// That the operator seals the key store.
pub static SEAL: Operation = Operation::write("vault.store.seal", Action::Administer)
    .summary("Say that the key store is about to be sealed.")
    .operator();

/// That the operator has unsealed the key store with its root key file.
pub static UNSEAL: Operation = Operation::write("vault.store.unseal", Action::Administer)
    .summary("Say that the key store was unsealed.")
    .operator();

/// That enough custodians have opened the key store at this node.
pub static OPEN: Operation = Operation::write("vault.store.open", Action::Serve)
    .summary("Say that the shares of custodians have opened the key store at a node.")
    .system();

/// That the operator gives the root key out in shares.
pub static GIVE_SHARES: Operation = Operation::write("vault.shares.give", Action::Administer)
    .summary("Say that a new root key is about to be given out in shares.")
    .operator();

/// That the root key that was given out takes over.
pub static TAKE_OVER: Operation = Operation::write("vault.shares.take_over", Action::Administer)
    .summary("Say that the root key that was given out in shares is about to take over.")
    .operator();

/// That a custodian has shown their share.
pub static PROVE_SHARE: Operation = Operation::write("vault.share.prove", Action::Administer)
    .summary("Say that a custodian has shown that they hold their share.")
    .operator();

/// That a share was entered at a sealed node.
pub static ENTER_SHARE: Operation = Operation::write("vault.share.enter", Action::Serve)
    .summary("Say that a share was entered at a sealed node.")
    .system();

/// That what was entered at a sealed node was forgotten on demand.
pub static FORGET_SHARES: Operation = Operation::write("vault.shares.forget", Action::Serve)
    .summary("Say that the shares that were entered at a sealed node were forgotten.")
    .system();

/// That the operator has the barrier replaced.
pub static ROTATE_BARRIER: Operation = Operation::write("vault.barrier.rotate", Action::Administer)
    .summary(
        "Say that the key that wraps the tenants' keys is about to be replaced by a newer one.",
    )
    .operator();

/// That the barrier is as old, or used as often, as it may be.
pub static RENEW_BARRIER: Operation = Operation::write("vault.barrier.renew", Action::Serve)
    .summary("Say that the key that wraps the tenants' keys is replaced by a newer one, since it is due.")
    .system();

/// Stands in the cell's log.
pub(crate) async fn note(act: &mut Act, (): ()) -> Result<()> {
    act.enter(TenantId::NIL)?;
    let cell = act.cell().await?;
    act.permit(&cell).await.map(drop)
}
