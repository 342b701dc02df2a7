//! Count a wrong guess at a second factor. The act that found it wrong ends in a refusal and writes nothing itself.

use act::{Act, Action, Audit, Operation};
use base::{Result, TenantId};

use super::second_factor;
use crate::{store, wire};

pub static OP: Operation = Operation::write("identity.code_failure.count", Action::Serve)
    .system()
    .across_tenants()
    .audited(Audit::Covered(second_factor::OP.name));

pub async fn run(act: &mut Act, input: wire::CodeFailure) -> Result<wire::Done> {
    act.enter(TenantId::NIL)?;
    let cell = act.cell().await?;
    let permit = act.permit(&cell).await?;

    store::count_code_failure(act, &permit, input.subject)?;
    Ok(wire::Done {})
}
