//! Get one message.

use act::{Act, Action, Method, Operation};
use base::Result;

use crate::{
    rules::{CHAT_ABSENT, MESSAGE_ABSENT},
    store, views, wire,
};

pub static OP: Operation = Operation::read("messenger.message.get", Action::Read)
    .http(Method::Get, "/chats/{chat}/messages/{message}")
    .summary("Gives one message of a chat.")
    .refusing(&[CHAT_ABSENT, MESSAGE_ABSENT]);

pub async fn run(act: &mut Act, input: wire::OfMessage) -> Result<wire::Message> {
    let chat = store::chat(act, input.chat).await?;
    let permit = act.permit(&chat).await?;
    let message = store::message(act, &chat, input.message).await?;
    views::one(act, &permit, &chat, &message).await
}
