//! Take a message from the pins.

use act::{Act, Action, Event, Method, Operation};
use base::Result;

use crate::{
    rules::{self, CHAT_ABSENT, MESSAGE_ABSENT, MESSAGE_UNPINNED, POSTING_MANAGERS},
    store, views, wire,
};

pub static OP: Operation = Operation::write("messenger.pin.remove", Action::Post)
    .http(Method::Delete, "/chats/{chat}/pins/{message}")
    .summary("Takes a message from the pins.")
    .refusing(&[CHAT_ABSENT, MESSAGE_ABSENT, POSTING_MANAGERS]);

pub async fn run(act: &mut Act, input: wire::OfMessage) -> Result<wire::Message> {
    let account = act.member()?.account;
    act.throttle(&rules::MARKING, &account.to_bytes())?;
    let chat = store::chat(act, input.chat).await?;
    let permit = act.permit(&chat).await?;
    let message = store::message(act, &chat, input.message).await?;
    let view = views::one(act, &permit, &chat, &message).await?;
    rules::may_post(&chat)?;
    if message.state.pinned.is_none() {
        return Ok(view);
    }

    let event = Event::new(MESSAGE_UNPINNED)
        .item(message.id, message.number)
        .accounts(&[account]);
    let change = act.emit(&permit, event)?;
    store::update_unpinned(act, &permit, &message, change)?;
    Ok(wire::Message {
        pinned: false,
        change,
        ..view
    })
}
