//! See how the link of a chat stands.

use act::{Act, Action, Method, Operation};
use base::Result;

use crate::{
    rules::{self, CHAT_ABSENT},
    store, wire,
};

pub static OP: Operation = Operation::read("messenger.link.get", Action::ManageMembers)
    .http(Method::Get, "/chats/{chat}/link")
    .summary("Gives how the link of a chat stands, without what would let one in.")
    .refusing(&[CHAT_ABSENT]);

pub async fn run(act: &mut Act, input: wire::OfChat) -> Result<wire::LinkOf> {
    let chat = store::chat(act, input.chat).await?;
    act.permit(&chat).await?;
    let link = store::find_link(act, chat.id).await?;
    Ok(wire::LinkOf {
        link: link.map(|link| wire::Link::of(&link, rules::is_good(&link, act.now()))),
    })
}
