//! Say who may sign up.

use act::{Act, Action, Operation};
use base::{Result, TenantId};

use crate::{store, wire};

pub static OP: Operation = Operation::write("identity.sign_up.set", Action::Administer)
    .summary("Say who may sign up: everybody, those with a code, or nobody.")
    .operator()
    .across_tenants();

pub async fn run(act: &mut Act, input: wire::SetSignUp) -> Result<wire::Done> {
    act.enter(TenantId::NIL)?;
    let cell = act.cell().await?;
    let permit = act.permit(&cell).await?;

    store::set_sign_up(act, &permit, input.sign_up.into())?;
    Ok(wire::Done {})
}
