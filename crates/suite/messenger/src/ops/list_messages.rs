//! Read a part of a chat's history.

use act::{Act, Action, Method, Operation};
use base::Result;

use crate::{
    model::Message,
    rules::{self, CHAT_ABSENT, LIMIT_INVALID, MESSAGES_PAGE, PAGE_DIRECTION},
    steps::{self, Edge},
    store,
    views::{self, Reading},
    wire,
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
    let from = chat.standing.history_from.max(chat.purged_number + 1);
    let (page, has_before, has_after) = match (input.before, input.after) {
        (Some(_), Some(_)) => return Err(PAGE_DIRECTION.at("before")),
        (None, Some(after)) => {
            let found = store::messages_after(act, &chat, within(after), limit + 1).await?;
            let (page, has_after) = steps::cut(found, limit, Edge::Last);
            let first = page.first().map_or(chat.items_last + 1, Message::known);
            (page, first > from, has_after)
        }
        (before, None) => {
            let before = before.map_or(i64::MAX, within);
            let found = store::messages_before(act, &chat, before, limit + 1).await?;
            let (page, has_before) = steps::cut(found, limit, Edge::First);
            let last = store::last_number(act, chat.id).await?;
            let has_after = page.last().map_or(0, Message::known) < last;
            (page, has_before, has_after)
        }
    };
    Ok(wire::Messages {
        items: views::all(act, &permit, Reading::of(&chat), &page).await?,
        has_before,
        has_after,
    })
}
