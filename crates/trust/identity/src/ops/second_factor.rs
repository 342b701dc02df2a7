//! Go on signing in with a second factor.

use act::{Act, Action, Method, Operation};
use base::{Result, TenantId};

use crate::{
    model::Purpose,
    proof::{self, Given},
    refusals::{ACCOUNT_SUSPENDED, CODE_MISSING, CODE_WRONG, TICKET_INVALID},
    standing::{self, Acting},
    store, token, wire,
};

pub static OP: Operation = Operation::write("identity.session.second_factor", Action::Authenticate)
    .http(Method::Post, "/sign-in/second-factor")
    .not_idempotent("keys are kept by account, and nobody is signed in yet")
    .summary("Go on signing in with a code of the authenticator application, or a recovery code.")
    .public()
    .across_tenants()
    .refusing(&[TICKET_INVALID, CODE_MISSING, CODE_WRONG, ACCOUNT_SUSPENDED]);

pub async fn run(act: &mut Act, input: wire::SecondFactor) -> Result<wire::SignedIn> {
    act.enter(TenantId::NIL)?;
    let given = Given::of(input.code, input.recovery_code)?;
    let ticket = store::find_token(act, token::hash(&input.ticket)).await?;
    let ticket = ticket
        .filter(|ticket| ticket.purpose == Purpose::SecondFactor)
        .ok_or(TICKET_INVALID)?;
    let person = proof::by_token(act, &ticket).await?.ok_or(TICKET_INVALID)?;
    let permit = act.permit(&person).await?;
    let proved = proof::second_factor(act, &permit, &person, &given).await?;
    let opening = standing::prepare(act, &person).await?;
    let mut standing = standing::load(act, person, permit, Acting::First).await?;
    if matches!(given, Given::Recovery(_)) {
        standing.person.recovery_codes_left = standing.person.recovery_codes_left.saturating_sub(1);
    }

    let signed_in = standing::open_session(act, &standing, opening)?;
    proof::use_up(act, &standing.permit, &standing.person, proved)?;
    store::delete_token(act, &standing.permit, &ticket)?;
    Ok(signed_in)
}
