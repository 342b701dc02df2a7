//! What is held.

use act::{Act, Action, Audit, CURSOR_INVALID, Method, Operation, Place};
use base::{AccountId, Result};

use crate::{
    content::HOLD_REASON,
    rules::{self, HOLDS_PAGE, LIMIT_INVALID},
    steps, store, wire,
};

pub static OP: Operation = Operation::read("messenger.hold.list", Action::Administer)
    .http(Method::Get, "/holds")
    .audited(Audit::Always)
    .summary("Lists the holds that stand, in the order in which they were placed.")
    .refusing(&[LIMIT_INVALID, CURSOR_INVALID]);

pub async fn run(act: &mut Act, input: wire::ListHolds) -> Result<wire::Page<wire::Hold>> {
    let limit = rules::page_size(input.limit, HOLDS_PAGE)?;
    let after = steps::after(act, input.cursor.as_deref()).await?;
    let tenant = store::tenant(act).await?;
    let permit = act.permit(&tenant).await?;
    let found = store::list_holds(act, after, limit + 1).await?;
    let (holds, next_cursor) = steps::page(act, found, limit, |last| last.id.to_bytes()).await?;
    let accounts: Vec<AccountId> = holds.iter().map(|hold| hold.placed_by).collect();
    let people = steps::people(act, &accounts).await?;
    let items = holds
        .iter()
        .map(|hold| {
            Ok(wire::Hold {
                id: hold.id,
                chat: hold.chat,
                reason: act.open_text(&permit, Place::new(hold.id, HOLD_REASON), &hold.reason)?,
                placed_by: steps::person(&people, hold.placed_by),
                placed_at: hold.placed_at,
            })
        })
        .collect::<Result<_>>()?;
    Ok(wire::Page { items, next_cursor })
}
