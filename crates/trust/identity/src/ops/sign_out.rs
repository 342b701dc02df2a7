//! Sign out: the session ends, on every device that shares it.

use act::{Act, Action, Method, Operation};
use base::Result;

use crate::{store, wire};

pub static OP: Operation = Operation::write("identity.session.sign_out", Action::Authenticate)
    .http(Method::Post, "/sign-out")
    .harmless_again("the session has ended")
    .summary("End the session that asks.");

pub async fn run(act: &mut Act, _: wire::Nothing) -> Result<wire::Done> {
    let session = act.member()?.session;
    let person = store::own_person(act).await?;
    let permit = act.permit(&person).await?;

    store::end_session(act, &permit, session)?;
    act.give_session(String::new());
    Ok(wire::Done {})
}
