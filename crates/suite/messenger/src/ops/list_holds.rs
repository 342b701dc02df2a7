//! What is held.

use act::{Act, Action, Audit, CURSOR_INVALID, Method, Operation, Place};
use base::{AccountId, Result};

use crate::{
    content::HOLD_REASON,
    model::HoldId,
    rules::{self, HOLDS_PAGE, LIMIT_INVALID},
    steps::{self, Edge},
    store, wire,
};

pub static OP: Operation = Operation::read("messenger.hold.list", Action::Administer)
    .http(Method::Get, "/holds")
    .audited(Audit::Always)
    .summary("Lists the holds that stand, in the order in which they were placed.")
    .refusing(&[LIMIT_INVALID, CURSOR_INVALID]);

pub async fn run(act: &mut Act, input: wire::ListHolds) -> Result<wire::Page<wire::Hold>> {
    let limit = rules::page_size(input.limit, HOLDS_PAGE)?;
    let after = match input.cursor {
        None => HoldId::NIL,
        Some(cursor) => {
            let bytes = act.read_cursor(&cursor).await?;
            HoldId::from_bytes(bytes.try_into().map_err(|_| CURSOR_INVALID)?)
        }
    };
    let tenant = store::tenant(act).await?;
    let permit = act.permit(&tenant).await?;
    let found = store::list_holds(act, after, limit + 1).await?;
    let (holds, has_more) = steps::cut(found, limit, Edge::Last);
    let next_cursor = match holds.last().filter(|_| has_more) {
        None => None,
        Some(last) => Some(act.cursor(&last.id.to_bytes()).await?),
    };
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
