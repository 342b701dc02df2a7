//! Note that a session is in use.

use act::{Act, Action, Audit, Operation};
use base::{Result, TenantId};

use super::sign_in;
use crate::{store, wire};

pub static OP: Operation = Operation::write("identity.session.touch", Action::Serve)
    .system()
    .across_tenants()
    .audited(Audit::Covered(sign_in::OP.name));

pub async fn run(act: &mut Act, input: wire::TouchSession) -> Result<wire::Done> {
    act.enter(TenantId::NIL)?;
    let cell = act.cell().await?;
    let permit = act.permit(&cell).await?;

    store::touch_session(act, &permit, input.session)?;
    Ok(wire::Done {})
}
