//! The last findings, for the operator.

use act::{Act, Action, Operation, Place};
use base::{Context, Result, TenantId};

use crate::{FINDING_INVALID, LINKS, store, wire};

/// Findings of a page.
const PAGE: u32 = 100;

pub static OP: Operation = Operation::read("controls.finding.list", Action::Administer)
    .operator()
    .summary("The last findings of a control, the newest first.")
    .refusing(&[FINDING_INVALID]);

pub async fn run(act: &mut Act, input: wire::OfControl) -> Result<wire::Findings> {
    super::name(&input.control, "control")?;
    act.enter(TenantId::NIL)?;
    let cell = act.cell().await?;
    let permit = act.permit(&cell).await?;
    let mut items = Vec::new();
    for found in store::list_findings(act, &input.control, PAGE).await? {
        let links = act.open(&permit, Place::new(found.id, LINKS), &found.links)?;
        items.push(wire::Finding {
            control: input.control.clone(),
            state: found.state,
            found_at: found.at,
            links: serde_json::from_slice(&links).context("reading the links of a probe")?,
        });
    }
    Ok(wire::Findings { items })
}
