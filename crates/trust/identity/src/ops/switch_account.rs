//! Let the session act as another account of its person.

use act::{Act, Action, Method, Operation};
use base::Result;

use crate::{
    refusals::ACCOUNT_ABSENT,
    standing::{self, Acting},
    store, views, wire,
};

pub static OP: Operation = Operation::write("identity.session.switch", Action::Authenticate)
    .http(Method::Post, "/me/switch")
    .harmless_again("it names the account from then on")
    .summary("Let the session act as another account of its person.")
    .across_tenants()
    .refusing(&[ACCOUNT_ABSENT]);

pub async fn run(act: &mut Act, input: wire::Switch) -> Result<wire::Me> {
    let session = act.member()?.session;
    let person = store::own_person(act).await?;
    let permit = act.permit(&person).await?;
    let standing = standing::load(act, person, permit, Acting::This(input.account)).await?;
    let me = views::me(act, &standing, session)?;

    let home = &standing.home;
    store::switch_session(
        act,
        &standing.permit,
        session,
        home.tenant.id,
        home.account.id,
    )?;
    Ok(me)
}
