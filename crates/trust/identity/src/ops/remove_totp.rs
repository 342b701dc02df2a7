//! Remove the second factor: with the password and one last code.

use act::{Act, Action, Method, Operation};
use base::Result;

use super::change_password::again;
use crate::{
    model::{Totp, TotpState},
    proof::{self, Given},
    refusals::{CODE_WRONG, PASSWORD_WRONG, TOTP_ABSENT},
    store, wire,
};

pub static OP: Operation = Operation::write("identity.totp.remove", Action::Change)
    .http(Method::Post, "/me/totp/remove")
    .not_idempotent("it takes a code that the first call used up")
    .summary("Remove the second factor and its recovery codes.")
    .across_tenants()
    .refusing(&[PASSWORD_WRONG, CODE_WRONG, TOTP_ABSENT]);

pub async fn run(act: &mut Act, input: wire::RemoveTotp) -> Result<wire::Done> {
    let (person, _) = again(act, input.password).await?;
    if person.totp.state != TotpState::Active {
        return Err(TOTP_ABSENT.into());
    }
    let permit = act.permit(&person).await?;
    proof::second_factor(act, &permit, &person, &Given::Code(input.code)).await?;

    let next = Totp {
        state: TotpState::Absent,
        secret: None,
        revision: person.totp.revision + 1,
        step_last: 0,
    };
    store::update_totp(act, &permit, &person, next)?;
    store::delete_recovery_codes(act, &permit, &person)?;
    store::forgive_code_failures(act, &permit, person.id)?;
    Ok(wire::Done {})
}
