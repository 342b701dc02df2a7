//! Read a thread.

use act::{Act, Action, Method, Operation};
use base::Result;

use crate::{
    model::Message,
    rules::{
        self, CHAT_ABSENT, LIMIT_INVALID, MESSAGE_ABSENT, MESSAGES_PAGE, PAGE_DIRECTION,
        THREAD_ROOT,
    },
    steps::{self, Edge},
    store,
    views::{self, Reading},
    wire,
};

pub static OP: Operation = Operation::read("messenger.thread.get", Action::Read)
    .http(Method::Get, "/chats/{chat}/messages/{message}/thread")
    .summary("Gives a part of a thread, the latest answers or those next to a number, and how one stands to it.")
    .refusing(&[
        CHAT_ABSENT,
        MESSAGE_ABSENT,
        THREAD_ROOT,
        LIMIT_INVALID,
        PAGE_DIRECTION,
    ]);

pub async fn run(act: &mut Act, input: wire::ListReplies) -> Result<wire::Thread> {
    let limit = rules::page_size(input.limit, MESSAGES_PAGE)?;
    let account = act.member()?.account;
    let chat = store::chat(act, input.chat).await?;
    let permit = act.permit(&chat).await?;
    let root = store::message(act, &chat, input.message).await?;
    rules::is_root(&root)?;

    let within = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let last = root.state.replies.map_or(0, |replies| replies.last_number);
    let (page, has_before, has_after) = match (input.before, input.after) {
        (Some(_), Some(_)) => return Err(PAGE_DIRECTION.at("before")),
        (None, Some(after)) => {
            let found = store::replies_after(act, root.id, within(after), limit + 1).await?;
            let (page, has_after) = steps::cut(found, limit, Edge::Last);
            let first = page.first().map_or(i64::MAX, Message::known);
            let before = store::replies_before(act, root.id, first, 1).await?;
            (page, !before.is_empty(), has_after)
        }
        (before, None) => {
            let before = before.map_or(i64::MAX, within);
            let found = store::replies_before(act, root.id, before, limit + 1).await?;
            let (page, has_before) = steps::cut(found, limit, Edge::First);
            let has_after = page.last().map_or(0, Message::known) < last;
            (page, has_before, has_after)
        }
    };
    let following = store::following(act, root.id, account).await?;
    let unread = store::unread_replies(act, root.id, account, following.read_number).await?;
    Ok(wire::Thread {
        root: views::one(act, &permit, &chat, &root).await?,
        items: views::all(act, &permit, Reading::of(&chat), &page).await?,
        has_before,
        has_after,
        standing: wire::ThreadStanding::of(following, unread),
    })
}
