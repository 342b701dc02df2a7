//! List those who ask to be let into a chat.

use act::{Act, Action, CURSOR_INVALID, Method, Operation};
use base::{AccountId, Result};

use crate::{
    rules::{self, CHAT_ABSENT, LIMIT_INVALID, REQUESTS_PAGE},
    steps, store, wire,
};

pub static OP: Operation = Operation::read("messenger.request.list", Action::ManageMembers)
    .http(Method::Get, "/chats/{chat}/requests")
    .summary("Lists those who ask to be let into a chat.")
    .refusing(&[CHAT_ABSENT, LIMIT_INVALID, CURSOR_INVALID]);

pub async fn run(act: &mut Act, input: wire::ListRequests) -> Result<wire::Page<wire::Request>> {
    let limit = rules::page_size(input.limit, REQUESTS_PAGE)?;
    let after = steps::after(act, input.cursor.as_deref()).await?;
    let chat = store::chat(act, input.chat).await?;
    act.permit(&chat).await?;

    let found = store::list_requests(act, chat.id, after, limit + 1).await?;
    let (requests, next_cursor) =
        steps::page(act, found, limit, |last| last.account.to_bytes()).await?;
    let accounts: Vec<AccountId> = requests.iter().map(|request| request.account).collect();
    let people = steps::people(act, &accounts).await?;
    let items = requests
        .into_iter()
        .map(|request| wire::Request {
            account: steps::person(&people, request.account),
            asked_at: request.asked_at,
        })
        .collect();
    Ok(wire::Page { items, next_cursor })
}
