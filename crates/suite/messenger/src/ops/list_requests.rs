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
    let after = match input.cursor {
        None => AccountId::NIL,
        Some(cursor) => {
            let position = act.read_cursor(&cursor).await?;
            AccountId::from_bytes(position.try_into().map_err(|_| CURSOR_INVALID)?)
        }
    };
    let chat = store::chat(act, input.chat).await?;
    act.permit(&chat).await?;

    let mut requests = store::list_requests(act, chat.id, after, limit + 1).await?;
    let page = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = requests.len() > page;
    requests.truncate(page);
    let next_cursor = match requests.last().filter(|_| has_more) {
        None => None,
        Some(last) => Some(act.cursor(&last.account.to_bytes()).await?),
    };
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
