//! Count a wrong guess at a second factor. The act that found it wrong ends in a refusal and writes nothing itself.

use act::{Act, Action, Operation};
use base::{Result, TenantId};

use crate::{store, wire};

pub static OP: Operation = Operation::write("identity.code_failure.count", Action::Serve)
    .system()
    .across_tenants();

pub async fn run(act: &mut Act, input: wire::CodeFailure) -> Result<wire::Done> {
    act.enter(TenantId::NIL)?;
    let cell = act.cell().await?;
    let permit = act.permit(&cell).await?;

    store::count_code_failure(act, &permit, input.subject)?;
    Ok(wire::Done {})
}
