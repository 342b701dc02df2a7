//! The caller, as they see themselves.

use act::{Act, Action, Method, Operation};
use base::Result;

use crate::{
    standing::{self, Acting},
    store, views, wire,
};

pub static OP: Operation = Operation::read("identity.me.read", Action::Read)
    .http(Method::Get, "/me")
    .summary("Who is signed in, and as which account.")
    .across_tenants();

pub async fn run(act: &mut Act, _: wire::Nothing) -> Result<wire::Me> {
    let member = act.member()?;
    let person = store::own_person(act).await?;
    let permit = act.permit(&person).await?;
    let standing = standing::load(act, person, permit, Acting::This(member.account)).await?;
    views::me(act, &standing, member.session)
}
