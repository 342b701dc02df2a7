//! Who has read a message, and who has not.

use act::{Act, Action, CURSOR_INVALID, Method, Operation};
use base::Result;

use crate::{
    rules::{self, CHAT_ABSENT, LIMIT_INVALID, MESSAGE_ABSENT, READERS_PAGE},
    steps,
    store::{self, Readers},
    wire,
};

pub static OP: Operation = Operation::read("messenger.message.readers", Action::Read)
    .http(Method::Get, "/chats/{chat}/messages/{message}/readers")
    .summary("Tells which members have read a message, or have not, with the number of both.")
    .refusing(&[CHAT_ABSENT, MESSAGE_ABSENT, LIMIT_INVALID, CURSOR_INVALID]);

pub async fn run(act: &mut Act, input: wire::ListReaders) -> Result<wire::Readers> {
    let limit = rules::page_size(input.limit, READERS_PAGE)?;
    let after = steps::after(act, input.cursor.as_deref()).await?;
    let chat = store::chat(act, input.chat).await?;
    act.permit(&chat).await?;
    let message = store::message(act, &chat, input.message).await?;
    let which = match input.read.unwrap_or(true) {
        true => Readers::Have,
        false => Readers::HaveNot,
    };
    let found = store::list_readers(act, &message, which, after, limit + 1).await?;
    let (accounts, next_cursor) = steps::page(act, found, limit, |last| last.to_bytes()).await?;
    let read = store::count_readers(act, &message, Readers::Have).await?;
    let unread = store::count_readers(act, &message, Readers::HaveNot).await?;
    let people = steps::people(act, &accounts).await?;
    let items = accounts
        .iter()
        .map(|account| steps::person(&people, *account))
        .collect();
    Ok(wire::Readers {
        items,
        read,
        unread,
        next_cursor,
    })
}
