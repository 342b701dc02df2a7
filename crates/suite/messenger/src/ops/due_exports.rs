//! For who makes exports: which ones have a step to be done.

use act::{Act, Action, Audit, Operation};
use base::{Result, TenantId};

use super::begin_export;
use crate::{rules, store, wire};

pub static OP: Operation = Operation::read("messenger.export.due", Action::Serve)
    .system()
    .across_tenants()
    .audited(Audit::Covered(begin_export::OP.name))
    .summary("Names the exports of which a step is due.");

pub async fn run(act: &mut Act, _: wire::Round) -> Result<wire::ExportsDue> {
    act.enter(TenantId::NIL)?;
    let cell = act.cell().await?;
    act.permit(&cell).await?;
    let due = store::list_due(act, rules::EXPORTS_AT_ONCE).await?;
    let exports = due
        .into_iter()
        .map(|(tenant, export)| wire::ExportWithin { tenant, export })
        .collect();
    Ok(wire::ExportsDue { exports })
}
