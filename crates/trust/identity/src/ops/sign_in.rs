//! Sign in with a password. Who does not exist is answered as late and with the same words as who gave a wrong password.

use std::sync::Arc;

use act::{Act, Action, Method, Operation};
use base::{Result, TenantId};

use crate::{
    model::{Person, Purpose, TotpState},
    proof,
    refusals::{ACCOUNT_SUSPENDED, CREDENTIALS_WRONG},
    rules,
    standing::{self, Acting},
    store, token, wire,
};

pub static OP: Operation = Operation::write("identity.session.sign_in", Action::Authenticate)
    .http(Method::Post, "/sign-in")
    .not_idempotent("keys are kept by account, and nobody is signed in yet")
    .summary("Sign in with mail address and password.")
    .public()
    .across_tenants()
    .refusing(&[CREDENTIALS_WRONG, ACCOUNT_SUSPENDED]);

pub async fn run(act: &mut Act, input: wire::SignIn) -> Result<wire::SignedIn> {
    act.enter(TenantId::NIL)?;
    let mail = rules::mail(&input.mail)?;
    proof::count_guess(act, &mail)?;
    let cell = act.cell().await?;
    let cell = act.permit(&cell).await?;
    let mail_hash = proof::mail_hash(act, &mail).await?;
    let claim = store::find_claim_by_mail(act, mail_hash).await?;
    let person = proof::by_password(act, &cell, claim, Arc::new(input.password)).await?;
    proof::forgive_guesses(act, &mail);
    if person.totp.state == TotpState::Active {
        return hand_ticket(act, &person).await;
    }
    let permit = act.permit(&person).await?;
    let opening = standing::prepare(act, &person).await?;
    let standing = standing::load(act, person, permit, Acting::First).await?;

    standing::open_session(act, &standing, opening)
}

async fn hand_ticket(act: &mut Act, person: &Person) -> Result<wire::SignedIn> {
    let permit = act.permit(person).await?;
    let ticket = token::fresh(act);
    let new = store::NewToken {
        token_hash: ticket.hash,
        purpose: Purpose::SecondFactor,
        person: person.id,
        password_revision: person.password_revision,
        expires_at: act.now().after(rules::TICKET_LIFE),
    };
    store::insert_token(act, &permit, new)?;
    Ok(wire::SignedIn::SecondFactor {
        ticket: ticket.text,
    })
}
