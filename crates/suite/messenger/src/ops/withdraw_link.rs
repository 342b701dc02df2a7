//! Withdraw the link of a chat.

use act::{Act, Action, Method, Operation};
use base::Result;

use crate::{rules::CHAT_ABSENT, store, wire};

pub static OP: Operation = Operation::write("messenger.link.withdraw", Action::ManageMembers)
    .http(Method::Delete, "/chats/{chat}/link")
    .summary("Withdraws the link of a chat: nobody comes in by it any more.")
    .refusing(&[CHAT_ABSENT]);

pub async fn run(act: &mut Act, input: wire::OfChat) -> Result<wire::Done> {
    let chat = store::chat(act, input.chat).await?;
    let permit = act.permit(&chat).await?;
    store::delete_link(act, &permit, chat.id)?;
    Ok(wire::Done {})
}
