//! Ask whether an archive that is being fetched may still be.

use act::{Act, Action, Audit, Operation};
use base::Result;

use super::read_export;
use crate::{
    rules::{self, EXPORT_ABSENT, EXPORT_GONE, EXPORT_UNFINISHED},
    store, wire,
};

pub static OP: Operation = Operation::read("messenger.export.live", Action::Read)
    .audited(Audit::Covered(read_export::OP.name))
    .summary("Says whether an archive that leaves may still go: it is its reader's own, and it is there.")
    .refusing(&[EXPORT_ABSENT, EXPORT_GONE, EXPORT_UNFINISHED]);

pub async fn run(act: &mut Act, input: wire::OfExport) -> Result<wire::Done> {
    let export = store::export(act, input.export).await?;
    act.permit(&export).await?;
    rules::may_take(&export)?;
    Ok(wire::Done {})
}
