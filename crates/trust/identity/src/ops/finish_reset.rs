//! Set a new password by a link. All sessions end; signing in asks for the second factor as before.

use std::sync::Arc;

use act::{Act, Action, Method, Operation};
use base::{Result, TenantId};

use crate::{
    model::Purpose,
    password,
    proof::{self, Given},
    refusals::{CODE_MISSING, CODE_WRONG, PASSWORD_LENGTH, PASSWORD_WEAK, RESET_INVALID},
    store, token, views, wire,
};

pub static OP: Operation = Operation::write("identity.password_reset.finish", Action::Authenticate)
    .http(Method::Post, "/password-reset/finish")
    .not_idempotent("keys are kept by account, and nobody is signed in yet")
    .summary("Set a new password by a link; all sessions end.")
    .public()
    .across_tenants()
    .refusing(&[
        RESET_INVALID,
        CODE_MISSING,
        CODE_WRONG,
        PASSWORD_LENGTH,
        PASSWORD_WEAK,
    ]);

pub async fn run(act: &mut Act, input: wire::FinishReset) -> Result<wire::Done> {
    act.enter(TenantId::NIL)?;
    let token = store::find_token(act, token::hash(&input.token)).await?;
    let token = token.ok_or(RESET_INVALID)?;
    let given = match token.purpose {
        Purpose::ResetByMail => None,
        Purpose::ResetByLink => Some(Given::of(input.code, input.recovery_code)?),
        Purpose::SecondFactor => return Err(RESET_INVALID.into()),
    };
    let person = proof::by_token(act, &token).await?.ok_or(RESET_INVALID)?;
    let cell = act.cell().await?;
    let cell = act.permit(&cell).await?;
    let permit = act.permit(&person).await?;
    let mail = views::person_mail(act, &permit, &person)?;
    let new = Arc::new(input.password);
    proof::judge(act, &new, password::own_words(&[&mail])).await?;
    let proved = match &given {
        None => None,
        Some(given) => Some(proof::second_factor(act, &permit, &person, given).await?),
    };
    let verifier = proof::verifier(act, &new).await?;
    let sessions = store::sessions_of_person(act, person.id).await?;

    let sealed = proof::seal_verifier(
        act,
        &cell,
        person.id,
        person.password_revision + 1,
        &verifier,
    );
    store::update_password(act, &permit, &person, sealed)?;
    if let Some(proved) = proved {
        proof::use_up(act, &permit, &person, proved)?;
    }
    store::delete_tokens(act, &permit, person.id)?;
    // Whoever signs in at the same time with the old password tries again, and fails.
    act.raise(&permit);
    store::end_sessions(act, &permit, person.id, sessions, None)?;
    Ok(wire::Done {})
}
