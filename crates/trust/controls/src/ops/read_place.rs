//! For a probe: what it needs to be somebody.

use act::{Act, Action, Audit, Operation, Place};
use base::{Result, TenantId};

use crate::{FINDING_INVALID, PLACE, store, wire};

pub static OP: Operation = Operation::read("controls.place.read", Action::Serve)
    .system()
    .audited(Audit::Always)
    .summary("Gives a probe the accounts that it acts as.")
    .refusing(&[FINDING_INVALID]);

pub async fn run(act: &mut Act, input: wire::OfControl) -> Result<wire::PlaceOf> {
    super::name(&input.control, "control")?;
    act.enter(TenantId::NIL)?;
    let cell = act.cell().await?;
    let permit = act.permit(&cell).await?;
    let place = match store::find_place(act, &input.control).await? {
        Some((id, sealed)) => Some(act.open_text(&permit, Place::new(id, PLACE), &sealed)?),
        None => None,
    };
    Ok(wire::PlaceOf { place })
}
