//! React to a message with an emoji, or take that back.

use act::{Act, Action, Event, IntoValue, Method, Operation, Place};
use base::Result;

use crate::{
    content::EMOJI,
    model::Emoji,
    rules::{
        self, CHAT_ABSENT, EMOJI_INVALID, EMOJI_TOO_MANY, MESSAGE_ABSENT, MESSAGE_REACTED, RECALLED,
    },
    store, views, wire,
};

pub static OP: Operation = Operation::write("messenger.message.react", Action::Mark)
    .http(Method::Put, "/chats/{chat}/messages/{message}/reaction")
    .summary("Says whether one reacts to a message with an emoji.")
    .refusing(&[
        CHAT_ABSENT,
        MESSAGE_ABSENT,
        RECALLED,
        EMOJI_INVALID,
        EMOJI_TOO_MANY,
    ]);

pub async fn run(act: &mut Act, input: wire::ReactMessage) -> Result<wire::Message> {
    rules::may_be_emoji(&input.emoji)?;
    let account = act.member()?.account;
    act.throttle(&rules::MARKING, &account.to_bytes())?;
    let hash = act.keyed_hash("messenger.emoji", input.emoji.as_bytes());
    let token = hash.await?.into_value();
    let chat = store::chat(act, input.chat).await?;
    let permit = act.permit(&chat).await?;
    let message = store::message(act, &chat, input.message).await?;
    rules::stands(&message)?;
    let reacted = store::reacted(act, &message, token.clone(), account).await?;
    let view = views::one(act, &permit, &chat, &message).await?;
    if reacted.is_own == input.present {
        return Ok(view);
    }
    if input.present && reacted.same == 0 {
        rules::may_add_emoji(reacted.emoji)?;
    }

    let event = Event::new(MESSAGE_REACTED)
        .item(message.id, message.number)
        .accounts(&[account]);
    let change = act.emit(&permit, event)?;
    if input.present {
        if !reacted.is_known {
            let id = act.new_id();
            let sealed = act.seal(&permit, Place::new(id, EMOJI), input.emoji.as_bytes());
            let emoji = Emoji { id, sealed };
            store::insert_emoji(act, &permit, chat.id, token.clone(), &emoji)?;
        }
        store::insert_reaction(act, &permit, &message, token, account, change)?;
    } else {
        store::delete_reaction(act, &permit, &message, token, account, change)?;
    }
    Ok(wire::Message {
        change,
        ..view.with_reaction(input.emoji, account, input.present)
    })
}
