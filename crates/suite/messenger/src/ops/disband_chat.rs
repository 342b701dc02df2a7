//! Disband a group: it is over, for everyone.

use act::{Act, Action, Event, Method, Operation};
use base::Result;

use crate::{
    rules::{self, CHAT_ABSENT, CHAT_DISBANDED, DIRECT_FIXED},
    store, wire,
};

pub static OP: Operation = Operation::write("messenger.chat.disband", Action::Disband)
    .http(Method::Delete, "/chats/{chat}")
    .summary("Disbands a group: nobody is in it any more, and nothing in it can be read. This cannot be undone.")
    .refusing(&[CHAT_ABSENT, DIRECT_FIXED]);

pub async fn run(act: &mut Act, input: wire::OfChat) -> Result<wire::Done> {
    let chat = store::chat(act, input.chat).await?;
    let permit = act.permit(&chat).await?;
    rules::is_group(&chat)?;

    // Whoever was about to say something, or to come in, runs again and finds no chat. The rows of the members stay: by
    // them the event reaches everybody who listens.
    act.raise(&permit);
    store::disband(act, &permit, chat.id)?;
    act.emit(&permit, Event::new(CHAT_DISBANDED))?;
    Ok(wire::Done {})
}
