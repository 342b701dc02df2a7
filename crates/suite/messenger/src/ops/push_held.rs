//! For the courier: which browsers are told, to compare with the sessions that still stand.

use act::{Act, Action, Audit, Operation};
use base::{Result, TenantId};

use super::save_push;
use crate::{store, wire};

pub static OP: Operation = Operation::read("messenger.push.held", Action::Serve)
    .system()
    .across_tenants()
    .audited(Audit::Covered(save_push::OP.name))
    .summary("Names the sessions whose browsers are told of messages.");

pub async fn run(act: &mut Act, input: wire::ListHeld) -> Result<wire::HeldPushes> {
    act.enter(TenantId::NIL)?;
    let cell = act.cell().await?;
    act.permit(&cell).await?;
    let after = match input.after {
        Some(place) => (place.tenant, (place.account, place.session)),
        None => (TenantId::NIL, store::FIRST),
    };
    let held = store::list_held(act, after).await?;
    let places = held
        .into_iter()
        .map(|(tenant, (account, session))| wire::HeldPush {
            tenant,
            account,
            session,
        })
        .collect();
    Ok(wire::HeldPushes { places })
}
