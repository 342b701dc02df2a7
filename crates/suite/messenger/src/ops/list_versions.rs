//! What a message said before it was edited.

use act::{Act, Action, Method, Operation, Place};
use base::Result;

use crate::{
    content::{Body, Content, MESSAGE_BODY},
    rules::{self, CHAT_ABSENT, EDITS_MAX, MESSAGE_ABSENT, RECALLED},
    store, views, wire,
};

pub static OP: Operation = Operation::read("messenger.message.versions", Action::Read)
    .http(Method::Get, "/chats/{chat}/messages/{message}/versions")
    .summary("Gives every wording of a message, the first one first.")
    .refusing(&[CHAT_ABSENT, MESSAGE_ABSENT, RECALLED]);

pub async fn run(act: &mut Act, input: wire::OfMessage) -> Result<wire::Wordings> {
    let chat = store::chat(act, input.chat).await?;
    let permit = act.permit(&chat).await?;
    let message = store::message(act, &chat, input.message).await?;
    rules::stands(&message)?;

    let mut items = Vec::new();
    for wording in store::list_wordings(act, message.id, EDITS_MAX).await? {
        let place = Place::new(message.id, MESSAGE_BODY).at(wording.edit);
        let content = Content::from_bytes(&act.open(&permit, place, &wording.body)?)?;
        items.extend(wire::Wording::of(
            wording.edit,
            content.body,
            wording.written_at,
        ));
    }
    let now = views::content(act, &permit, &message)?;
    let written_at = message.state.edited_at.unwrap_or(message.sent_at);
    items.extend(wire::Wording::of(message.state.edits, now.body, written_at));
    Ok(wire::Wordings { items })
}

impl wire::Wording {
    /// A wording of a text; other kinds are never edited.
    fn of(edit: i64, body: Body, written_at: base::Timestamp) -> Option<Self> {
        match body {
            Body::Text(text) => Some(Self {
                edit,
                text: text.text,
                mentions: text.mentions,
                written_at,
            }),
            Body::System(_) | Body::Forward(_) | Body::Card(_) | Body::Unknown => None,
        }
    }
}
