//! What is pinned in a chat.

use act::{Act, Action, Method, Operation};
use base::Result;

use crate::{
    rules::{self, CHAT_ABSENT},
    store,
    views::{self, Reading},
    wire,
};

pub static OP: Operation = Operation::read("messenger.pin.list", Action::Read)
    .http(Method::Get, "/chats/{chat}/pins")
    .summary("Gives the pinned messages of a chat, the newest pin first.")
    .refusing(&[CHAT_ABSENT]);

pub async fn run(act: &mut Act, input: wire::OfChat) -> Result<wire::Pins> {
    let chat = store::chat(act, input.chat).await?;
    let permit = act.permit(&chat).await?;
    let mut pinned = store::pinned(act, chat.id).await?;
    pinned.retain(|message| rules::may_see(&chat, message.number).is_ok());
    Ok(wire::Pins {
        items: views::all(act, &permit, Reading::of(&chat), &pinned).await?,
    })
}
