//! List one's chats, newest activity first.

use act::{Act, Action, CURSOR_INVALID, Method, Operation};
use base::{AccountId, ChatId, Result, Timestamp};

use crate::{
    model::{Chat, Overview},
    rules::{self, CHATS_PAGE, LIMIT_INVALID},
    steps,
    store::{self, Activity},
    wire,
};

pub static OP: Operation = Operation::read("messenger.chat.list", Action::Read)
    .http(Method::Get, "/chats")
    .summary("Lists one's chats, newest activity first, with the last message and what is unread.")
    .refusing(&[LIMIT_INVALID, CURSOR_INVALID]);

pub async fn run(act: &mut Act, input: wire::ListChats) -> Result<wire::Page<wire::Chat>> {
    let limit = rules::page_size(input.limit, CHATS_PAGE)?;
    let below = match input.cursor {
        None => Activity::NEWEST,
        Some(cursor) => from_bytes(&act.read_cursor(&cursor).await?)?,
    };
    let tenant = store::tenant(act).await?;
    act.permit_for(&tenant, Action::Find).await?;

    let found = store::list_overviews(act, below, limit + 1).await?;
    let (overviews, next_cursor) = steps::page(act, found, limit, to_bytes).await?;

    let chats: Vec<Chat> = overviews.iter().map(|one| one.chat.clone()).collect();
    let permits = act.permits(&chats, Action::Read).await?;
    let others: Vec<AccountId> = chats.iter().filter_map(Chat::other).collect();
    let people = steps::people(act, &others).await?;
    let mut items = Vec::with_capacity(overviews.len());
    for (overview, permit) in overviews.iter().zip(&permits) {
        items.push(steps::open_chat(act, permit, overview, &people).await?);
    }
    Ok(wire::Page { items, next_cursor })
}

fn to_bytes(last: &Overview) -> Vec<u8> {
    let at = last.active_at().micros().to_be_bytes();
    at.into_iter().chain(last.chat.id.to_bytes()).collect()
}

fn from_bytes(bytes: &[u8]) -> Result<Activity> {
    let (at, chat) = bytes.split_first_chunk::<8>().ok_or(CURSOR_INVALID)?;
    Ok(Activity {
        at: Timestamp::from_micros(i64::from_be_bytes(*at)),
        chat: ChatId::from_bytes(chat.try_into().map_err(|_| CURSOR_INVALID)?),
    })
}
