//! The accounts of the tenant with their addresses, for administrators.

use act::{Act, Action, Method, Operation};
use base::{AccountId, Result};

use crate::{directory, refusals::LIMIT_INVALID, rules, store, views, wire};

pub static OP: Operation = Operation::read("identity.member.list", Action::Administer)
    .http(Method::Get, "/members")
    .summary("The accounts of the tenant with their mail addresses.")
    .refusing(&[LIMIT_INVALID]);

pub async fn run(act: &mut Act, input: wire::List) -> Result<wire::Page<wire::Member>> {
    let limit = rules::page_limit(input.limit)?;
    let after = match &input.cursor {
        None => AccountId::NIL,
        Some(cursor) => directory::read_position(act, cursor).await?,
    };
    let own = directory::own(act).await?;
    let permit = act.permit(&own).await?;
    let mut accounts = store::list_accounts(act, after, limit + 1).await?;
    let next_cursor =
        directory::next_cursor(act, &mut accounts, limit, |account| account.id.to_bytes()).await?;
    let view = |account: &crate::model::Account| {
        Ok(wire::Member {
            account: views::account(act, &permit, account)?,
            mail: views::account_mail(act, &permit, account)?,
        })
    };
    let items = accounts.iter().map(view).collect::<Result<_>>()?;
    Ok(wire::Page { items, next_cursor })
}
