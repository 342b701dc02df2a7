//! Change one's own password. The other sessions end.

use std::sync::Arc;

use act::{Act, Action, Method, Operation};
use base::{Result, Secret};

use crate::{
    model::{Claim, Person},
    password, proof,
    refusals::{CREDENTIALS_WRONG, PASSWORD_LENGTH, PASSWORD_WEAK, PASSWORD_WRONG},
    store, views, wire,
};

pub static OP: Operation = Operation::write("identity.password.change", Action::Change)
    .http(Method::Post, "/me/password")
    .not_idempotent("it takes the password that the first call replaced")
    .summary("Change one's own password; the other sessions end.")
    .refusing(&[PASSWORD_WRONG, PASSWORD_LENGTH, PASSWORD_WEAK]);

pub async fn run(act: &mut Act, input: wire::ChangePassword) -> Result<wire::Done> {
    let session = act.member()?.session;
    let (person, cell) = again(act, input.current).await?;
    let permit = act.permit(&person).await?;
    let mail = views::person_mail(act, &permit, &person)?;
    let new = Arc::new(input.password);
    proof::judge(act, &new, password::own_words(&[&mail])).await?;
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
    store::delete_tokens(act, &permit, person.id)?;
    // Whoever signs in at the same time with the old password tries again, and fails.
    act.raise(&permit);
    store::end_sessions(act, &permit, person.id, sessions, Some(session))?;
    Ok(wire::Done {})
}

/// The caller's own person, who has given their password once more.
///
/// # Errors
/// [`PASSWORD_WRONG`]; [`act::TOO_MANY`].
pub(super) async fn again(
    act: &mut Act,
    password: Secret<String>,
) -> Result<(Person, act::Permit<act::Cell>)> {
    let person = store::own_person(act).await?;
    let who = person.id.to_string();
    proof::count_guess(act, &who)?;
    let cell = act.cell().await?;
    let cell = act.permit_for(&cell, Action::Authenticate).await?;
    let proved = proof::by_password(act, &cell, Some(Claim(person)), Arc::new(password)).await;
    let person = proved.map_err(|error| match error.is(&CREDENTIALS_WRONG) {
        true => PASSWORD_WRONG.into(),
        false => error,
    })?;
    proof::forgive_guesses(act, &who);
    Ok((person, cell))
}
