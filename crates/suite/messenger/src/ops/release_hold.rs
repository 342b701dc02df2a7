//! Let go what was held.

use act::{Act, Action, Audit, Method, Operation};
use base::Result;

use crate::{rules::HOLD_ABSENT, store, wire};

pub static OP: Operation = Operation::write("messenger.hold.release", Action::Administer)
    .http(Method::Delete, "/holds/{hold}")
    .audited(Audit::Always)
    .summary("Releases a hold: what is outdated is purged from then on, if no other holds it.")
    .refusing(&[HOLD_ABSENT]);

pub async fn run(act: &mut Act, input: wire::OfHold) -> Result<wire::Done> {
    let tenant = store::tenant(act).await?;
    let permit = act.permit(&tenant).await?;
    let hold = store::find_hold(act, input.hold).await?;
    let hold = hold.ok_or(HOLD_ABSENT)?;

    store::release_hold(act, &permit, &hold)?;
    Ok(wire::Done {})
}
