//! One colleague.

use act::{Act, Action, Method, Operation};
use base::Result;

use crate::{directory, refusals::ACCOUNT_ABSENT, store, views, wire};

pub static OP: Operation = Operation::read("identity.account.read", Action::Find)
    .http(Method::Get, "/accounts/{account}")
    .summary("An account of one's own tenant.")
    .refusing(&[ACCOUNT_ABSENT]);

pub async fn run(act: &mut Act, input: wire::ReadAccount) -> Result<wire::Account> {
    let own = directory::own(act).await?;
    let permit = act.permit(&own).await?;
    let account = store::find_account(act, input.account)
        .await?
        .ok_or(ACCOUNT_ABSENT)?;
    views::account(act, &permit, &account)
}
