//! For the courier: which organisations have browsers to tell.

use act::{Act, Action, Audit, Operation};
use base::{Result, TenantId};

use super::save_push;
use crate::{store, wire};

pub static OP: Operation = Operation::read("messenger.push.tenants", Action::Serve)
    .system()
    .across_tenants()
    .audited(Audit::Covered(save_push::OP.name))
    .summary("Names the organisations of which browsers are told of messages.");

pub async fn run(act: &mut Act, _: wire::Round) -> Result<wire::PushTenants> {
    act.enter(TenantId::NIL)?;
    let cell = act.cell().await?;
    act.permit(&cell).await?;
    let tenants = store::list_push_tenants(act).await?;
    Ok(wire::PushTenants { tenants })
}
