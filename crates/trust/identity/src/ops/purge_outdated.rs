//! Remove what can no longer be used: sessions that ended, tokens, codes and letters that nobody could deliver.

use act::{Act, Action, Audit, Operation};
use base::{Result, TenantId};

use crate::{store, wire};

pub static OP: Operation = Operation::write("identity.outdated.purge", Action::Serve)
    .system()
    .across_tenants()
    .audited(Audit::Covered(
        "the entries of the acts that ended what is removed",
    ));

pub async fn run(act: &mut Act, _: wire::Nothing) -> Result<wire::Done> {
    act.enter(TenantId::NIL)?;
    let cell = act.cell().await?;
    let permit = act.permit(&cell).await?;

    store::purge_sessions(act, &permit)?;
    store::purge_tokens(act, &permit)?;
    store::purge_letters(act, &permit)?;
    Ok(wire::Done {})
}
