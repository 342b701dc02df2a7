//! Finish setting up a second factor by its first code; the recovery codes are shown once.

use act::{Act, Action, Method, Operation, Place};
use base::{Context, Result};

use crate::{
    model::{Totp, TotpState, fields},
    proof,
    refusals::{CODE_WRONG, TOTP_ABSENT, TOTP_ACTIVE},
    rules, store, wire,
};

pub static OP: Operation = Operation::write("identity.totp.confirm", Action::Change)
    .http(Method::Post, "/me/totp/confirm")
    .not_idempotent("each answer shows a secret that is kept nowhere")
    .summary("Finish setting up the second factor by its first code.")
    .across_tenants()
    .refusing(&[CODE_WRONG, TOTP_ABSENT, TOTP_ACTIVE]);

pub async fn run(act: &mut Act, input: wire::Code) -> Result<wire::RecoveryCodes> {
    let person = store::own_person(act).await?;
    match person.totp.state {
        TotpState::Pending => {}
        TotpState::Active => return Err(TOTP_ACTIVE.into()),
        TotpState::Absent => return Err(TOTP_ABSENT.into()),
    }
    act.throttle(&rules::CODES, &person.id.to_bytes())?;
    let permit = act.permit(&person).await?;
    let step = proof::totp_step(act, &permit, &person, &input.code)?;
    let step_last = step.ok_or_else(|| CODE_WRONG.at("code"))?;
    act.forgive(&rules::CODES, &person.id.to_bytes());
    let (recovery_codes, hashes) = proof::recovery_codes(act, person.id).await?;

    let place = |revision| Place::new(person.id, fields::TOTP_SECRET).at(revision);
    let sealed = person
        .totp
        .secret
        .as_ref()
        .context("a pending second factor has its secret")?;
    let secret = base::Secret::new(act.open(&permit, place(person.totp.revision), sealed)?);
    let revision = person.totp.revision + 1;
    let next = Totp {
        state: TotpState::Active,
        secret: Some(act.seal(&permit, place(revision), secret.expose())),
        revision,
        step_last,
    };
    store::update_totp(act, &permit, &person, next)?;
    store::replace_recovery_codes(act, &permit, &person, hashes)?;
    Ok(wire::RecoveryCodes { recovery_codes })
}
