//! For who makes exports: a step did not succeed.

use act::{Act, Action, Audit, Operation};
use base::Result;

use super::{begin_export, continue_export};
use crate::{
    model::Failure,
    rules::{self, EXPORT_ABSENT},
    store, wire,
};

pub static OP: Operation = Operation::write("messenger.export.stumble", Action::Serve)
    .system()
    .across_tenants()
    .audited(Audit::Covered(begin_export::OP.name))
    .summary("Has an export wait after a step that failed, and gives it up after eight in a row.")
    .refusing(&[EXPORT_ABSENT]);

pub async fn run(act: &mut Act, input: wire::ExportWithin) -> Result<wire::Export> {
    act.enter(input.tenant)?;
    let export = store::export(act, input.export).await?;
    let permit = act.permit(&export).await?;
    if !export.state.is_underway() {
        return Ok(wire::Export::of(&export));
    }
    let failures = export.failures.saturating_add(1);
    let Some(wait) = rules::step_again_after(failures) else {
        return continue_export::fail(act, &permit, export, Failure::Trouble);
    };

    let due_at = act.now().after(wait);
    store::postpone_step(act, &permit, &export, failures, due_at)?;
    Ok(wire::Export::of(&export))
}
