//! Start a password reset for a person, from the server's command line. It never lets the operator in.

use std::sync::Arc;

use act::{Act, Action, Operation};
use base::{Result, TenantId};

use crate::{
    proof,
    refusals::{ACCOUNT_ABSENT, RESET_IMPOSSIBLE},
    reset, rules,
    settings::Settings,
    store, wire,
};

pub static OP: Operation = Operation::write("identity.password_reset.start", Action::Administer)
    .summary("Start a password reset for a person: by mail, or by a link that asks for their second factor.")
    .operator()
    .across_tenants()
    .refusing(&[ACCOUNT_ABSENT, RESET_IMPOSSIBLE]);

pub async fn run(
    act: &mut Act,
    input: wire::StartReset,
    settings: Arc<Settings>,
) -> Result<wire::SentReset> {
    act.enter(TenantId::NIL)?;
    let mail = rules::mail(&input.mail)?;
    let mail_hash = proof::mail_hash(act, &mail).await?;
    let claim = store::find_claim_by_mail(act, mail_hash)
        .await?
        .ok_or(ACCOUNT_ABSENT)?;
    let cell = act.cell().await?;
    let cell = act.permit(&cell).await?;

    reset::by_another(act, &cell, &claim, &settings)
}
