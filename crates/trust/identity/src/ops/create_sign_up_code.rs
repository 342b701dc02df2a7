//! Make a code with which one organisation may sign up.

use act::{Act, Action, Operation};
use base::{Result, TenantId};

use crate::{rules, store, token, wire};

pub static OP: Operation = Operation::write("identity.sign_up_code.create", Action::Administer)
    .summary("Make a code with which one organisation may sign up.")
    .operator()
    .across_tenants();

pub async fn run(act: &mut Act, _: wire::Nothing) -> Result<wire::SignUpCode> {
    act.enter(TenantId::NIL)?;
    let cell = act.cell().await?;
    let permit = act.permit(&cell).await?;

    let code = token::fresh(act);
    let expires_at = act.now().after(rules::SIGN_UP_CODE_LIFE);
    store::insert_sign_up_code(act, &permit, code.hash, expires_at)?;
    Ok(wire::SignUpCode {
        code: code.text,
        expires_at,
    })
}
