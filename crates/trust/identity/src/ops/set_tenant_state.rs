//! Suspend a tenant, or take it back. Its sessions rest as long: whoever comes back finds them as they were.

use act::{Act, Action, Operation, Relation};
use base::{Result, TenantId};

use crate::{refusals::TENANT_ABSENT, store, wire};

pub static OP: Operation = Operation::write("identity.tenant.set_state", Action::Administer)
    .summary("Suspend a tenant, or take it back.")
    .operator()
    .across_tenants()
    .refusing(&[TENANT_ABSENT]);

pub async fn run(act: &mut Act, input: wire::SetTenantState) -> Result<wire::Done> {
    act.enter(TenantId::NIL)?;
    let tenant = store::find_tenant(act, input.tenant)
        .await?
        .ok_or(TENANT_ABSENT)?;
    let permit = act.permit(&tenant.directory(Relation::None)).await?;

    act.raise(&permit);
    store::update_tenant_state(act, &permit, tenant.id, input.state.into())?;
    Ok(wire::Done {})
}
