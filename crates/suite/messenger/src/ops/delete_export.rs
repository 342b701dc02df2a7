//! Give up an export, or remove it.

use act::{Act, Action, Method, Operation};
use base::Result;

use super::continue_export::EXPORT;
use crate::{rules::EXPORT_ABSENT, store, wire};

pub static OP: Operation = Operation::write("messenger.export.delete", Action::Change)
    .http(Method::Delete, "/me/exports/{export}")
    .summary(
        "Gives up an export of the caller that is being made, or removes one with its archive.",
    )
    .refusing(&[EXPORT_ABSENT]);

pub async fn run(act: &mut Act, input: wire::OfExport) -> Result<wire::Done> {
    let export = store::export(act, input.export).await?;
    let permit = act.permit(&export).await?;

    // A step that is under way runs again, and finds nothing more to do.
    act.raise(&permit);
    store::delete_export(act, &permit, export.id)?;
    act.notify(export.account, EXPORT, None, None);
    Ok(wire::Done {})
}
