//! Start a password reset for a member who cannot get in. It never lets the administrator in.

use std::sync::Arc;

use act::{Act, Action, Method, Operation};
use base::{Context, Result};

use crate::{
    directory,
    refusals::{ACCOUNT_ABSENT, RESET_IMPOSSIBLE},
    reset,
    settings::Settings,
    store, wire,
};

pub static OP: Operation = Operation::write("identity.member.reset", Action::Administer)
    .http(Method::Post, "/members/{account}/password-reset")
    .not_idempotent("each answer shows a secret that is kept nowhere")
    .summary("Start a password reset for a member: by mail, or by a link that asks for their second factor.")
    .refusing(&[ACCOUNT_ABSENT, RESET_IMPOSSIBLE]);

pub async fn run(
    act: &mut Act,
    input: wire::ReadAccount,
    settings: Arc<Settings>,
) -> Result<wire::SentReset> {
    let own = directory::own(act).await?;
    act.permit(&own).await?;
    let account = store::find_account(act, input.account)
        .await?
        .ok_or(ACCOUNT_ABSENT)?;
    let claim = store::find_claim(act, account.person).await?;
    let claim = claim.context("the person of an account exists")?;
    let cell = act.cell().await?;
    let cell = act.permit_for(&cell, Action::Find).await?;

    reset::by_another(act, &cell, &claim, &settings)
}
