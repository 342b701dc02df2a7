//! Read a part of a chat's history.

use act::{Act, Action, Method, Number, Operation};
use base::Result;

use crate::{
    rules::{self, CHAT_ABSENT, LIMIT_INVALID, MESSAGES_PAGE, PAGE_DIRECTION},
    steps, store, wire,
};

pub static OP: Operation = Operation::read("messenger.message.list", Action::Read)
    .http(Method::Get, "/chats/{chat}/messages")
    .summary("Gives a part of a chat's history: the latest messages, or those next to a number.")
    .refusing(&[CHAT_ABSENT, LIMIT_INVALID, PAGE_DIRECTION]);

pub async fn run(act: &mut Act, input: wire::ListMessages) -> Result<wire::Messages> {
    let limit = rules::page_size(input.limit, MESSAGES_PAGE)?;
    let chat = store::chat(act, input.chat).await?;
    let permit = act.permit(&chat).await?;

    // A number beyond the last stands for the end of the chat.
    let within = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let page = match (input.before, input.after) {
        (Some(_), Some(_)) => return Err(PAGE_DIRECTION.at("before")),
        (None, Some(after)) => store::messages_after(act, chat.id, within(after), limit).await?,
        (before, None) => {
            let before = before.map_or(i64::MAX, within);
            store::messages_before(act, chat.id, before, limit).await?
        }
    };
    // Without messages in it, the page stands at an end of the chat.
    let edges = match (page.first(), page.last()) {
        (Some(first), Some(last)) => (known(first.number), known(last.number)),
        _ => match input.after {
            Some(_) => (chat.items_last + 1, chat.items_last),
            None => (1, 0),
        },
    };
    let items = page
        .iter()
        .map(|message| steps::open_message(act, &permit, message))
        .collect::<Result<_>>()?;
    Ok(wire::Messages {
        items,
        has_before: edges.0 > 1,
        has_after: edges.1 < chat.items_last,
    })
}

/// A message that was read has its number.
const fn known(number: Number) -> i64 {
    match number {
        Number::Known(number) => number,
        Number::Late(_) => 0,
    }
}
