//! Say how far one has read a thread, and whether one wants to hear of it.

use act::{Act, Action, Audit, Method, Number, Operation};
use base::Result;

use super::list_replies;
use crate::{
    model::Following,
    rules::{self, CHAT_ABSENT, MESSAGE_ABSENT, THREAD_ROOT},
    store, wire,
};

pub static OP: Operation = Operation::write("messenger.thread.mark", Action::Mark)
    .http(Method::Put, "/chats/{chat}/messages/{message}/thread")
    .audited(Audit::Covered(list_replies::OP.name))
    .summary("Says how far one has read a thread, which never goes back, and whether one hears of its answers.")
    .refusing(&[CHAT_ABSENT, MESSAGE_ABSENT, THREAD_ROOT]);

pub async fn run(act: &mut Act, input: wire::MarkThread) -> Result<wire::ThreadStanding> {
    let account = act.member()?.account;
    let chat = store::chat(act, input.chat).await?;
    let permit = act.permit(&chat).await?;
    let root = store::message(act, &chat, input.message).await?;
    rules::is_root(&root)?;
    let before = store::following(act, root.id, account).await?;
    let last = root.state.replies.map_or(0, |replies| replies.last_number);
    let asked = input.read_number.map_or(0, |number| {
        i64::try_from(number).unwrap_or(i64::MAX).min(last)
    });
    let read_number = before.read_number.max(asked);
    let since = match input.following {
        None => before.since,
        Some(true) => before.since.or(Some(act.now())),
        Some(false) => None,
    };
    let unread = store::unread_replies(act, root.id, account, read_number).await?;

    let after = Following { since, read_number };
    if after != before {
        let read = Number::Known(read_number);
        store::update_following(act, &permit, &root, account, since, read)?;
        act.notify(account, "thread", Some(chat.id.to_bytes()), None);
    }
    Ok(wire::ThreadStanding::of(after, unread))
}
