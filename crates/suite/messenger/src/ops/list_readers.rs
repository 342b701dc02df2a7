//! Who has read a message, and who has not.

use act::{Act, Action, CURSOR_INVALID, Method, Operation};
use base::{AccountId, Result};

use crate::{
    rules::{self, CHAT_ABSENT, LIMIT_INVALID, MESSAGE_ABSENT, READERS_PAGE},
    steps::{self, Edge},
    store::{self, Readers},
    wire,
};

pub static OP: Operation = Operation::read("messenger.message.readers", Action::Read)
    .http(Method::Get, "/chats/{chat}/messages/{message}/readers")
    .summary("Tells which members have read a message, or have not, with the number of both.")
    .refusing(&[CHAT_ABSENT, MESSAGE_ABSENT, LIMIT_INVALID, CURSOR_INVALID]);

pub async fn run(act: &mut Act, input: wire::ListReaders) -> Result<wire::Readers> {
    let limit = rules::page_size(input.limit, READERS_PAGE)?;
    let after = match input.cursor {
        None => AccountId::NIL,
        Some(cursor) => {
            let bytes = act.read_cursor(&cursor).await?;
            AccountId::from_bytes(bytes.try_into().map_err(|_| CURSOR_INVALID)?)
        }
    };
    let chat = store::chat(act, input.chat).await?;
    act.permit(&chat).await?;
    let message = store::message(act, &chat, input.message).await?;
    let which = match input.read.unwrap_or(true) {
        true => Readers::Have,
        false => Readers::HaveNot,
    };
    let found = store::list_readers(act, &message, which, after, limit + 1).await?;
    let (accounts, has_more) = steps::cut(found, limit, Edge::Last);
    let read = store::count_readers(act, &message, Readers::Have).await?;
    let unread = store::count_readers(act, &message, Readers::HaveNot).await?;
    let next_cursor = match accounts.last().filter(|_| has_more) {
        None => None,
        Some(last) => Some(act.cursor(&last.to_bytes()).await?),
    };
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
