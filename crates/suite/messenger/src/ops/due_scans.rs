//! For who looks through files: which ones wait.

use act::{Act, Action, Audit, Operation};
use base::{Result, TenantId};

use super::read_scan;
use crate::{rules, store, wire};

pub static OP: Operation = Operation::read("messenger.scan.due", Action::Serve)
    .system()
    .across_tenants()
    .audited(Audit::Covered(read_scan::OP.name))
    .summary("Names the contents that wait to be looked through.");

pub async fn run(act: &mut Act, _: wire::Round) -> Result<wire::ScansDue> {
    act.enter(TenantId::NIL)?;
    let cell = act.cell().await?;
    act.permit(&cell).await?;
    let waiting = store::list_scanning(act, rules::SCANNED_AT_ONCE).await?;
    let contents = waiting
        .into_iter()
        .map(|(tenant, content)| wire::OfContent { tenant, content })
        .collect();
    Ok(wire::ScansDue { contents })
}
