//! For a probe: keep what it needs to be somebody.

use act::{Act, Action, Operation, Place};
use base::{Result, TenantId};

use crate::{FINDING_INVALID, PLACE, TEXT_CHARS_MAX, store, wire};

pub static OP: Operation = Operation::write("controls.place.keep", Action::Serve)
    .system()
    .summary("Keeps the accounts that a probe acts as.")
    .refusing(&[FINDING_INVALID]);

pub async fn run(act: &mut Act, input: wire::KeepPlace) -> Result<wire::Done> {
    super::name(&input.control, "control")?;
    if input.place.len() > TEXT_CHARS_MAX {
        return Err(FINDING_INVALID.at("place"));
    }
    act.enter(TenantId::NIL)?;
    let cell = act.cell().await?;
    let permit = act.permit(&cell).await?;

    let id: store::PlaceId = act.new_id();
    let sealed = act.seal(&permit, Place::new(id, PLACE), input.place.as_bytes());
    store::save_place(act, &permit, &input.control, (id, sealed))?;
    Ok(wire::Done {})
}
