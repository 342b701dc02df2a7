//! List the public chats of the organisation.

use act::{Act, Action, CURSOR_INVALID, Method, Operation};
use base::{ChatId, Result};

use crate::{
    joining,
    rules::{self, DOORS_PAGE, LIMIT_INVALID},
    steps, store, wire,
};

/// In the order of their making: their names are sealed, so the server cannot sort by them.
pub static OP: Operation = Operation::read("messenger.door.list", Action::Find)
    .http(Method::Get, "/chats/public")
    .summary("Lists the public chats of the organisation, those made last first.")
    .refusing(&[LIMIT_INVALID, CURSOR_INVALID]);

pub async fn run(act: &mut Act, input: wire::ListPublic) -> Result<wire::Page<wire::Door>> {
    let limit = rules::page_size(input.limit, DOORS_PAGE)?;
    let before = match input.cursor {
        None => ChatId::from_bytes([0xff; 16]),
        Some(cursor) => {
            let position = act.read_cursor(&cursor).await?;
            ChatId::from_bytes(position.try_into().map_err(|_| CURSOR_INVALID)?)
        }
    };
    let tenant = store::tenant(act).await?;
    act.permit(&tenant).await?;

    let found = store::list_public(act, before, limit + 1).await?;
    let (doors, next_cursor) = steps::page(act, found, limit, |last| last.id.to_bytes()).await?;
    let permits = act.permits(&doors, Action::Find).await?;
    let items = doors
        .iter()
        .zip(&permits)
        .map(|(door, permit)| joining::open_door(act, permit, door))
        .collect::<Result<_>>()?;
    Ok(wire::Page { items, next_cursor })
}
