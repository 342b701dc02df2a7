//! New recovery codes in place of the old ones.

use act::{Act, Action, Method, Operation};
use base::Result;

use crate::{
    model::TotpState,
    proof::{self, Given},
    refusals::{CODE_WRONG, TOTP_ABSENT},
    store, wire,
};

pub static OP: Operation = Operation::write("identity.recovery_code.renew", Action::Change)
    .http(Method::Post, "/me/recovery-codes")
    .not_idempotent("each answer shows a secret that is kept nowhere")
    .summary("New recovery codes in place of the old ones.")
    .across_tenants()
    .refusing(&[CODE_WRONG, TOTP_ABSENT]);

pub async fn run(act: &mut Act, input: wire::Code) -> Result<wire::RecoveryCodes> {
    let person = store::own_person(act).await?;
    if person.totp.state != TotpState::Active {
        return Err(TOTP_ABSENT.into());
    }
    let permit = act.permit(&person).await?;
    let proved = proof::second_factor(act, &permit, &person, &Given::Code(input.code)).await?;
    let (recovery_codes, hashes) = proof::recovery_codes(act, person.id).await?;

    proof::use_up(act, &permit, &person, proved)?;
    store::replace_recovery_codes(act, &permit, &person, hashes)?;
    Ok(wire::RecoveryCodes { recovery_codes })
}
