//! End another session of one's own.

use act::{Act, Action, Method, Operation};
use base::Result;

use crate::{
    refusals::{SESSION_ABSENT, SESSION_CURRENT},
    store, wire,
};

pub static OP: Operation = Operation::write("identity.session.revoke", Action::Change)
    .http(Method::Delete, "/me/sessions/{session}")
    .summary("End another session of one's own; its sockets are cut.")
    .refusing(&[SESSION_ABSENT, SESSION_CURRENT]);

pub async fn run(act: &mut Act, input: wire::RevokeSession) -> Result<wire::Done> {
    if input.session == act.member()?.session {
        return Err(SESSION_CURRENT.into());
    }
    let person = store::own_person(act).await?;
    let permit = act.permit(&person).await?;
    let own = store::sessions_of_person(act, person.id).await?;
    if !own.contains(&input.session) {
        return Err(SESSION_ABSENT.into());
    }

    store::end_session(act, &permit, input.session)?;
    Ok(wire::Done {})
}
