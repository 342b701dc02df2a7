//! Keep a message within reach for everyone in the chat.

use act::{Act, Action, Event, Method, Operation};
use base::Result;

use crate::{
    content::Body,
    model::Mark,
    rules::{
        self, CHAT_ABSENT, MESSAGE_ABSENT, MESSAGE_PINNED, PINS_TOO_MANY, POSTING_MANAGERS,
        RECALLED,
    },
    store, views, wire,
};

pub static OP: Operation = Operation::write("messenger.pin.put", Action::Post)
    .http(Method::Put, "/chats/{chat}/pins/{message}")
    .summary("Pins a message: everyone in the chat finds it among the pins.")
    .refusing(&[
        CHAT_ABSENT,
        MESSAGE_ABSENT,
        POSTING_MANAGERS,
        RECALLED,
        PINS_TOO_MANY,
    ]);

pub async fn run(act: &mut Act, input: wire::OfMessage) -> Result<wire::Message> {
    let account = act.member()?.account;
    act.throttle(&rules::MARKING, &account.to_bytes())?;
    let chat = store::chat(act, input.chat).await?;
    let permit = act.permit(&chat).await?;
    let message = store::message(act, &chat, input.message).await?;
    rules::may_post(&chat)?;
    rules::stands(&message)?;
    let view = views::one(act, &permit, &chat, &message).await?;
    let content = views::content(act, &permit, &message)?;
    if message.state.pinned.is_some() || matches!(content.body, Body::System(_)) {
        return Ok(view);
    }
    rules::may_pin(store::pinned(act, chat.id).await?.len())?;

    let event = Event::new(MESSAGE_PINNED)
        .item(message.id, message.number)
        .accounts(&[account]);
    let change = act.emit(&permit, event)?;
    // The limit is counted: two who pin at once do so one after the other.
    act.raise(&permit);
    let mark = Mark {
        by: account,
        at: act.now(),
    };
    store::update_pinned(act, &permit, &message, mark, change)?;
    Ok(wire::Message {
        pinned: true,
        change,
        ..view
    })
}
