//! Remove what can no longer be used: sessions that ended, tokens, codes and letters that nobody could deliver.

use act::{Act, Action, Operation};
use base::{Result, TenantId};

use crate::{store, wire};

pub static OP: Operation = Operation::write("identity.outdated.purge", Action::Serve)
    .system()
    .across_tenants();

pub async fn run(act: &mut Act, _: wire::Nothing) -> Result<wire::Done> {
    act.enter(TenantId::NIL)?;
    let cell = act.cell().await?;
    let permit = act.permit(&cell).await?;

    store::purge_sessions(act, &permit)?;
    store::purge_tokens(act, &permit)?;
    store::purge_letters(act, &permit)?;
    store::purge_code_failures(act, &permit)?;
    Ok(wire::Done {})
}
