//! Read how far an import is.

use act::{Act, Action, Audit, Method, Operation, Permit, Place};
use base::Result;

use crate::{
    content::IMPORT_LABEL,
    model::{Import, Tenant},
    rules::IMPORT_ABSENT,
    store, wire,
};

pub static OP: Operation = Operation::read("messenger.import.read", Action::Administer)
    .http(Method::Get, "/imports/{import}")
    .audited(Audit::Always)
    .summary("Tells how far an import is.")
    .refusing(&[IMPORT_ABSENT]);

pub async fn run(act: &mut Act, input: wire::OfImport) -> Result<wire::Import> {
    let tenant = store::tenant(act).await?;
    let permit = act.permit(&tenant).await?;
    let import = store::import(act, input.import).await?;
    open(act, &permit, import)
}

/// Opens an import for the wire.
pub(super) fn open(act: &Act, permit: &Permit<Tenant>, import: Import) -> Result<wire::Import> {
    let place = Place::new(import.id, IMPORT_LABEL);
    let label = act.open_text(permit, place, &import.label)?;
    Ok(wire::Import::of(import, label))
}
