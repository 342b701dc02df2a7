//! Change a card that one has sent: show a result, close it.

use act::{Act, Action, Method, Operation};
use base::Result;

use crate::{
    content::{Body, Content},
    posting,
    rules::{
        self, CARD_BYTES_MAX, CARD_CHANGES, CARD_IMAGE, CARD_INVALID, CARD_NONE, CARD_OTHERS,
        CHAT_ABSENT, FILE_ABSENT, FILE_BLOCKED, FILE_UNFINISHED, MESSAGE_ABSENT, POSTING_MANAGERS,
        RECALLED, TEXT_CONTROL, TEXT_INPUT_BYTES_MAX, TEXT_TOO_LONG,
    },
    steps, store, views, wire,
};

pub static OP: Operation = Operation::write("messenger.card.change", Action::Post)
    .http(Method::Put, "/chats/{chat}/messages/{message}/card")
    .input_max(TEXT_INPUT_BYTES_MAX)
    .summary("Gives a card that one has sent other elements, or closes it; answers that were given stay, pictures that it shows no more go.")
    .refusing(&[
        CHAT_ABSENT,
        MESSAGE_ABSENT,
        RECALLED,
        POSTING_MANAGERS,
        CARD_NONE,
        CARD_OTHERS,
        CARD_CHANGES,
        CARD_INVALID,
        CARD_IMAGE,
        FILE_ABSENT,
        FILE_UNFINISHED,
        FILE_BLOCKED,
        TEXT_CONTROL,
        TEXT_TOO_LONG,
    ]);

pub async fn run(act: &mut Act, input: wire::ChangeCard) -> Result<wire::Message> {
    input.card.check()?;
    let account = act.member()?.account;
    act.throttle(&rules::MARKING, &account.to_bytes())?;
    let chat = store::chat(act, input.chat).await?;
    let permit = act.permit(&chat).await?;
    let message = store::message(act, &chat, input.message).await?;
    let (content, before) = views::card(act, &permit, &message)?;
    rules::may_post(&chat)?;
    rules::may_change_card(&message, account)?;
    let view = views::one(act, &permit, &chat, &message).await?;
    if before == input.card {
        return Ok(view);
    }
    let (was, is) = (before.images(), input.card.images());
    let added = steps::pictures(act, (&permit, &chat), &steps::without(&is, &was)).await?;
    let after = Content {
        body: Body::Card(input.card),
        ..content
    };
    let bytes = after.to_bytes()?;
    if bytes.len() > CARD_BYTES_MAX {
        return Err(CARD_INVALID.at("card"));
    }

    let shown = views::files(act, &permit, chat.id, std::slice::from_ref(&after)).await?;

    let changed = posting::reword(act, &permit, &message, &after)?;
    store::send_files(act, &permit, &added, message.number)?;
    for file in steps::without(&was, &is) {
        store::withdraw_file(act, &permit, &message, file)?;
    }
    Ok(wire::Message {
        reactions: view.reactions,
        answer: view.answer,
        ..wire::Message::of(&changed, after, &shown)
    })
}
