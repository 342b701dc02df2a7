//! Colleagues, filtered by name after opening.

use act::{Act, Action, Method, Operation};
use base::{AccountId, Context, Result};

use crate::{directory, refusals::LIMIT_INVALID, rules, store, views, wire};

pub static OP: Operation = Operation::read("identity.account.list", Action::Find)
    .http(Method::Get, "/accounts")
    .summary("The accounts of one's own tenant; a query filters by name.")
    .refusing(&[LIMIT_INVALID]);

/// How many accounts are opened for one page at most. A page can be short, or empty, and still have a next one.
const OPENED_MAX: u32 = 2_000;
const OPENED_AT_ONCE: u32 = 200;

pub async fn run(act: &mut Act, input: wire::ListAccounts) -> Result<wire::Page<wire::Account>> {
    let limit = rules::page_limit(input.limit)?;
    let query = input.query.unwrap_or_default().trim().to_lowercase();
    let mut after = match &input.cursor {
        None => AccountId::NIL,
        Some(cursor) => directory::read_position(act, cursor).await?,
    };
    let own = directory::own(act).await?;
    let permit = act.permit(&own).await?;
    let (mut items, mut opened, mut is_end) = (Vec::new(), 0, false);
    let is_full =
        |items: &Vec<wire::Account>| u32::try_from(items.len()).is_ok_and(|count| count >= limit);
    while !is_end && !is_full(&items) && opened < OPENED_MAX {
        let accounts = store::list_accounts(act, after, OPENED_AT_ONCE).await?;
        let count = u32::try_from(accounts.len()).context("counting a page")?;
        is_end = count < OPENED_AT_ONCE;
        opened += count;
        let mut accounts = accounts.into_iter();
        for account in accounts.by_ref() {
            after = account.id;
            let view = views::account(act, &permit, &account)?;
            if view.name.to_lowercase().contains(&query) {
                items.push(view);
            }
            if is_full(&items) {
                break;
            }
        }
        is_end = is_end && accounts.next().is_none();
    }
    let next_cursor = match is_end {
        true => None,
        false => Some(act.cursor(&after.to_bytes()).await?),
    };
    Ok(wire::Page { items, next_cursor })
}
