//! Ask for a link to a new password. The answer is the same whether or not anybody has the address.

use std::sync::Arc;

use act::{Act, Action, Method, Operation};
use base::{Result, TenantId};

use crate::{
    model::Claim, proof, refusals::MAIL_INVALID, reset, rules, settings::Settings, store, wire,
};

pub static OP: Operation =
    Operation::write("identity.password_reset.request", Action::Authenticate)
        .http(Method::Post, "/password-reset")
        .not_idempotent("keys are kept by account, and nobody is signed in yet")
        .summary("Have a link to a new password sent to one's registered address.")
        .public()
        .across_tenants()
        .accepted()
        .refusing(&[MAIL_INVALID]);

pub async fn run(
    act: &mut Act,
    input: wire::RequestReset,
    settings: Arc<Settings>,
) -> Result<wire::Done> {
    act.enter(TenantId::NIL)?;
    let mail = rules::mail(&input.mail)?;
    let source = act.client().0.to_owned();
    act.throttle(&rules::TRIES_BY_SOURCE, source.as_bytes())?;
    act.throttle(&rules::RESETS, mail.as_bytes())?;
    let cell = act.cell().await?;
    let cell = act.permit(&cell).await?;
    let mail_hash = proof::mail_hash(act, &mail).await?;
    let claim = store::find_claim_by_mail(act, mail_hash).await?;

    match (claim, settings.mail) {
        (Some(Claim(person)), true) => reset::by_mail(act, &cell, &person, &settings)?,
        (None, true) => reset::by_mail_to_nobody(act, &cell, &settings)?,
        (_, false) => {}
    }
    Ok(wire::Done {})
}
