//! That a tenant's key is about to be replaced by a newer one, for the log. The key store, which does it, knows no act.

use act::{Act, Action, Operation};
use base::{Result, TenantId};
use schemars::JsonSchema;
use serde::Deserialize;

/// That the operator has a tenant's key replaced.
pub static ROTATE: Operation = Operation::write("vault.tenant_key.rotate", Action::Administer)
    .summary("Say that the key of a tenant is about to be replaced by a newer one.")
    .operator()
    .across_tenants();

/// That a tenant's key is as old as it may be.
pub static RENEW: Operation = Operation::write("vault.tenant_key.renew", Action::Serve)
    .summary("Say that the key of a tenant is replaced by a newer one, as old as it is.")
    .system()
    .across_tenants();

/// Whose key it is; the nil tenant is the cell.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OfTenant {
    pub tenant: TenantId,
}

/// Stands in the log of the tenant whose key it is.
pub(crate) async fn note(act: &mut Act, input: OfTenant) -> Result<()> {
    act.enter(input.tenant)?;
    let cell = act.cell().await?;
    act.permit(&cell).await.map(drop)
}
