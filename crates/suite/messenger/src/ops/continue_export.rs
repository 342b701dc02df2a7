//! For who makes exports: the next step of one of them.

use act::{Act, Action, Audit, Operation, Permit};
use base::Result;

use super::begin_export;
use crate::{
    exporting,
    model::{Export, Failure},
    rules::{self, EXPORT_ABSENT, EXPORT_KEPT, EXPORT_REMEMBERED, EXPORT_TOO_LARGE, Passing},
    steps,
    store::{self, After},
    wire,
};

/// The notice that an export was begun, is over, or is gone. How far one is, is asked for.
pub(super) const EXPORT: &str = "export";

pub static OP: Operation = Operation::write("messenger.export.continue", Action::Serve)
    .system()
    .across_tenants()
    .audited(Audit::Covered(begin_export::OP.name))
    .summary(
        "Does the next step of an export: a bounded piece of its account's messages and files.",
    )
    .refusing(&[EXPORT_ABSENT]);

pub async fn run(act: &mut Act, input: wire::ExportWithin) -> Result<wire::Export> {
    act.enter(input.tenant)?;
    let export = store::export(act, input.export).await?;
    let permit = act.permit(&export).await?;
    if !export.state.is_underway() {
        return Ok(wire::Export::of(&export));
    }
    // Raised with the directory when accounts change: this act runs again then.
    let people = act.people(&[export.account]).await?;
    if !people.iter().any(|card| card.is_active) {
        return fail(act, &permit, export, Failure::Suspended);
    }
    match exporting::step(act, &permit, &export).await {
        Ok(step) => save(act, &permit, export, step),
        Err(error) if error.is(&EXPORT_TOO_LARGE) => fail(act, &permit, export, Failure::TooLarge),
        Err(error) => Err(error),
    }
}

fn save(
    act: &mut Act,
    permit: &Permit<Export>,
    export: Export,
    step: exporting::Step,
) -> Result<wire::Export> {
    let (passing, expires_at) = match step.is_over() {
        true => (Passing::Done, Some(act.now().after(EXPORT_KEPT))),
        false => (Passing::Step, None),
    };
    let after = After {
        state: rules::passes(export.state, passing).unwrap_or(export.state),
        progress: step.progress,
        work: match step.is_over() {
            true => None,
            false => {
                let place = (export.id, export.step.saturating_add(1));
                Some(steps::seal_work(act, permit, place, &step.work)?)
            }
        },
        expires_at,
    };
    let entries = (export.id, export.step);
    let entries = steps::seal_entries(act, permit, entries, &step.entries)?;

    for gone in &step.gone {
        store::delete_export_parts(act, permit, export.id, (gone.start, gone.end))?;
    }
    for part in &step.parts {
        store::insert_export_part(act, permit, export.id, part)?;
    }
    if !step.entries.is_empty() {
        store::insert_entries(act, permit, &export, &entries)?;
    }
    store::save_step(act, permit, &export, &after)?;
    if step.is_over() {
        act.notify(export.account, EXPORT, None, None);
    }
    Ok(wire::Export::of(&Export {
        state: after.state,
        progress: after.progress,
        expires_at: after.expires_at,
        ..export
    }))
}

/// Gives an export up. Its archive goes at once.
pub(super) fn fail(
    act: &mut Act,
    permit: &Permit<Export>,
    export: Export,
    reason: Failure,
) -> Result<wire::Export> {
    let state = rules::passes(export.state, Passing::Failed(reason)).unwrap_or(export.state);
    let forgotten_at = act.now().after(EXPORT_REMEMBERED);
    store::end_export(act, permit, &export, (state, Some(reason)), forgotten_at)?;
    act.notify(export.account, EXPORT, None, None);
    Ok(wire::Export::of(&Export {
        state,
        reason: Some(reason),
        ..export
    }))
}
