//! Keep what one has begun to write in a chat.

use act::{Act, Action, Method, Operation, Place};
use base::Result;

use crate::{
    content::DRAFT,
    model::Draft,
    rules::{
        self, CHAT_ABSENT, MESSAGE_ABSENT, TEXT_CONTROL, TEXT_INPUT_BYTES_MAX, TEXT_TOO_LONG,
        THREAD_ROOT,
    },
    steps, store, wire,
};

pub static OP: Operation = Operation::write("messenger.draft.save", Action::Mark)
    .http(Method::Put, "/chats/{chat}/draft")
    .input_max(TEXT_INPUT_BYTES_MAX)
    .summary("Keeps what one has begun to write in a chat, or in one of its threads; an empty text removes it.")
    .refusing(&[CHAT_ABSENT, MESSAGE_ABSENT, THREAD_ROOT, TEXT_TOO_LONG, TEXT_CONTROL]);

pub async fn run(act: &mut Act, input: wire::SaveDraft) -> Result<wire::Done> {
    rules::may_keep(&input.text, "text")?;
    let chat = store::chat(act, input.chat).await?;
    let permit = act.permit(&chat).await?;
    let root = steps::root_of(act, &chat, input.thread).await?;

    let account = chat.standing.account;
    if input.text.is_empty() {
        store::delete_draft(act, &permit, &chat, root)?;
    } else {
        let saved_at = act.now();
        let place = Place::new(account, DRAFT).at(saved_at.micros());
        let text = act.seal(&permit, place, input.text.as_bytes());
        store::save_draft(act, &permit, (&chat, root), &Draft { text, saved_at })?;
    }
    act.notify(account, "draft", Some(chat.id.to_bytes()), None);
    Ok(wire::Done {})
}
