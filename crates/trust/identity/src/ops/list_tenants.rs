//! The tenants of the cell, for the operator: counts, no names.

use act::{Act, Action, Operation};
use base::{Result, TenantId};

use crate::{directory, refusals::LIMIT_INVALID, rules, store, wire};

pub static OP: Operation = Operation::read("identity.tenant.list", Action::Administer)
    .summary("The tenants of this installation with the numbers of their accounts.")
    .operator()
    .across_tenants()
    .refusing(&[LIMIT_INVALID]);

pub async fn run(act: &mut Act, input: wire::List) -> Result<wire::Page<wire::CountedTenant>> {
    act.enter(TenantId::NIL)?;
    let limit = rules::page_limit(input.limit)?;
    let after = match &input.cursor {
        None => TenantId::NIL,
        Some(cursor) => directory::read_position(act, cursor).await?,
    };
    let cell = act.cell().await?;
    act.permit(&cell).await?;
    let mut tenants = store::list_tenants(act, after, limit + 1).await?;
    let next_cursor =
        directory::next_cursor(act, &mut tenants, limit, |tenant| tenant.id.to_bytes()).await?;
    let view = |tenant: store::Counted| wire::CountedTenant {
        id: tenant.id,
        kind: tenant.kind.into(),
        state: tenant.state.into(),
        created_at: tenant.created_at,
        accounts: tenant.accounts,
        accounts_active: tenant.accounts_active,
    };
    let items = tenants.into_iter().map(view).collect();
    Ok(wire::Page { items, next_cursor })
}
