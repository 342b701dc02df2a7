//! Get what one has begun to write in a chat.

use act::{Act, Action, Method, Operation, Place};
use base::Result;

use crate::{
    content::DRAFT,
    rules::{CHAT_ABSENT, MESSAGE_ABSENT, THREAD_ROOT},
    steps, store, wire,
};

pub static OP: Operation = Operation::read("messenger.draft.get", Action::Read)
    .http(Method::Get, "/chats/{chat}/draft")
    .summary(
        "Gives what one has begun to write in a chat, or in one of its threads, on any device.",
    )
    .refusing(&[CHAT_ABSENT, MESSAGE_ABSENT, THREAD_ROOT]);

pub async fn run(act: &mut Act, input: wire::GetDraft) -> Result<wire::Draft> {
    let chat = store::chat(act, input.chat).await?;
    let permit = act.permit(&chat).await?;
    let root = steps::root_of(act, &chat, input.thread).await?;
    let Some(draft) = store::find_draft(act, &chat, root).await? else {
        return Ok(wire::Draft {
            text: String::new(),
            saved_at: None,
        });
    };
    let place = Place::new(chat.standing.account, DRAFT).at(draft.saved_at.micros());
    Ok(wire::Draft {
        text: act.open_text(&permit, place, &draft.text)?,
        saved_at: Some(draft.saved_at),
    })
}
