//! Join a public chat, or ask to.

use act::{Act, Action, Method, Operation};
use base::Result;

use crate::{
    joining,
    rules::{CHAT_ABSENT, CHAT_FULL, JOIN_CLOSED, REQUESTS_TOO_MANY},
    store, wire,
};

pub static OP: Operation = Operation::write("messenger.chat.join", Action::Join)
    .http(Method::Post, "/chats/{chat}/join")
    .harmless_again("whoever is inside or has asked stays so")
    .summary("Joins a public chat, or asks its managers to be let in where they decide.")
    .refusing(&[CHAT_ABSENT, JOIN_CLOSED, CHAT_FULL, REQUESTS_TOO_MANY]);

pub async fn run(act: &mut Act, input: wire::OfChat) -> Result<wire::Joined> {
    let door = store::door(act, input.chat).await?;
    let permit = act.permit(&door).await?;
    joining::come_in(act, &permit, &door, None).await
}
