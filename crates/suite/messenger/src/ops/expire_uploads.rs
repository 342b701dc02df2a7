//! Remove files that were not sent in time, and their bytes with them.

use std::collections::BTreeMap;

use act::{Act, Action, Operation};
use base::{Result, TenantId};

use crate::{rules, store, wire};

pub static OP: Operation = Operation::write("messenger.upload.expire", Action::Serve)
    .system()
    .across_tenants()
    .summary("Removes files that were not sent within a day.");

pub async fn run(act: &mut Act, _: wire::Round) -> Result<wire::Expired> {
    act.enter(TenantId::NIL)?;
    let cell = act.cell().await?;
    act.permit(&cell).await?;
    let expired = store::list_expired(act, rules::EXPIRED_AT_ONCE).await?;
    let files = u32::try_from(expired.len()).unwrap_or(u32::MAX);
    let mut by_tenant: BTreeMap<TenantId, Vec<store::Gone>> = BTreeMap::new();
    for (tenant, gone) in expired {
        by_tenant.entry(tenant).or_default().push(gone);
    }
    let mut permits = Vec::new();
    for (tenant, gone) in by_tenant {
        act.enter(tenant)?;
        let directory = store::tenant(act).await?;
        permits.push((act.permit(&directory).await?, gone));
    }

    for (permit, gone) in permits {
        for file in gone {
            store::delete_file(act, &permit, &file)?;
        }
    }
    Ok(wire::Expired { files })
}
