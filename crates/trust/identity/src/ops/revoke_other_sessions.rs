//! End all sessions of one's own but the one that asks.

use act::{Act, Action, Method, Operation};
use base::Result;

use crate::{standing, store, wire};

pub static OP: Operation = Operation::write("identity.session.revoke_others", Action::Change)
    .http(Method::Post, "/me/sessions/revoke-others")
    .harmless_again("the other sessions have ended")
    .summary("End all sessions of one's own but the one that asks.");

pub async fn run(act: &mut Act, _: wire::Nothing) -> Result<wire::Done> {
    let current = act.member()?.session;
    let person = store::own_person(act).await?;
    let permit = act.permit(&person).await?;
    let own = store::sessions_of_person(act, person.id).await?;

    standing::end_sessions(act, &permit, own, Some(current))?;
    Ok(wire::Done {})
}
