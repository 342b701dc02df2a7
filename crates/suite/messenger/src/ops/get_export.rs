//! See how far an export is.

use act::{Act, Action, Method, Operation};
use base::Result;

use crate::{rules::EXPORT_ABSENT, store, wire};

pub static OP: Operation = Operation::read("messenger.export.get", Action::Read)
    .http(Method::Get, "/me/exports/{export}")
    .summary("Shows an export of the caller: how far it is, and until when it is kept.")
    .refusing(&[EXPORT_ABSENT]);

pub async fn run(act: &mut Act, input: wire::OfExport) -> Result<wire::Export> {
    let export = store::export(act, input.export).await?;
    act.permit(&export).await?;
    Ok(wire::Export::of(&export))
}
