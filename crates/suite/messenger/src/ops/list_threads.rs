//! List the threads that one follows.

use act::{Act, Action, CURSOR_INVALID, Method, Operation, Permit};
use base::{AccountId, ChatId, Error, MessageId, Result, Timestamp};

use crate::{
    model::{Chat, Thread},
    rules::{self, LIMIT_INVALID, THREADS_PAGE},
    steps,
    store::{self, LastReply},
    views, wire,
};

pub static OP: Operation = Operation::read("messenger.thread.list", Action::Read)
    .http(Method::Get, "/threads")
    .summary("Lists the threads that one follows, the last answer first, with what is unread.")
    .refusing(&[LIMIT_INVALID, CURSOR_INVALID]);

pub async fn run(
    act: &mut Act,
    input: wire::ListThreads,
) -> Result<wire::Page<wire::FollowedThread>> {
    let limit = rules::page_size(input.limit, THREADS_PAGE)?;
    let below = match input.cursor {
        None => LastReply::NEWEST,
        Some(cursor) => from_bytes(&act.read_cursor(&cursor).await?)?,
    };
    let tenant = store::tenant(act).await?;
    act.permit_for(&tenant, Action::Find).await?;
    let found = store::list_threads(act, below, limit + 1).await?;
    let (threads, next_cursor) = steps::page(act, found, limit, to_bytes).await?;

    let chats = chats_of(act, &threads).await?;
    let permits = act.permits(&chats, Action::Read).await?;
    let authors: Vec<AccountId> = threads.iter().map(|thread| thread.root.author).collect();
    let people = steps::people(act, &authors).await?;
    let mut items = Vec::with_capacity(threads.len());
    for thread in &threads {
        let of_thread = |(chat, _): &(&Chat, &Permit<Chat>)| chat.id == thread.root.chat;
        let Some((chat, permit)) = chats.iter().zip(&permits).find(of_thread) else {
            continue;
        };
        items.push(wire::FollowedThread {
            root: views::one(act, permit, chat, &thread.root).await?,
            author: steps::person(&people, thread.root.author),
            standing: wire::ThreadStanding::of(thread.following, thread.unread),
        });
    }
    Ok(wire::Page { items, next_cursor })
}

/// The chats in which the threads are, each once.
async fn chats_of(act: &mut Act, threads: &[Thread]) -> Result<Vec<Chat>> {
    let mut ids: Vec<ChatId> = threads.iter().map(|thread| thread.root.chat).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut chats = Vec::with_capacity(ids.len());
    for id in ids {
        chats.push(store::chat(act, id).await?);
    }
    Ok(chats)
}

fn to_bytes(last: &Thread) -> Vec<u8> {
    let at = last
        .root
        .state
        .replies
        .map_or(0, |replies| replies.last_at.micros());
    let at = at.to_be_bytes();
    at.into_iter().chain(last.root.id.to_bytes()).collect()
}

fn from_bytes(bytes: &[u8]) -> Result<LastReply> {
    let (at, root) = bytes.split_first_chunk::<8>().ok_or(CURSOR_INVALID)?;
    Ok(LastReply {
        at: Timestamp::from_micros(i64::from_be_bytes(*at)),
        root: MessageId::from_bytes(root.try_into().map_err(|_| Error::from(CURSOR_INVALID))?),
    })
}
