//! Send an interactive card: a question whose answers go to who asks.

use act::{Act, Action, Method, Operation};
use base::Result;

use crate::{
    content::{Body, Content},
    posting::{self, Post},
    rules::{
        self, CARD_BYTES_MAX, CARD_IMAGE, CARD_INVALID, CHAT_ABSENT, CLIENT_ID_INVALID,
        FILE_ABSENT, FILE_BLOCKED, FILE_UNFINISHED, POSTING_MANAGERS, TEXT_CONTROL,
        TEXT_INPUT_BYTES_MAX, TEXT_TOO_LONG,
    },
    steps, store, views, wire,
};

pub static OP: Operation = Operation::write("messenger.card.send", Action::Post)
    .http(Method::Post, "/chats/{chat}/cards")
    .created()
    .input_max(TEXT_INPUT_BYTES_MAX)
    .not_idempotent("the client id in the input does this, and is kept with the message")
    .summary("Sends a card with texts, pictures, inputs and buttons; what people answer goes to its sender.")
    .refusing(&[
        CHAT_ABSENT,
        POSTING_MANAGERS,
        CARD_INVALID,
        CARD_IMAGE,
        FILE_ABSENT,
        FILE_UNFINISHED,
        FILE_BLOCKED,
        TEXT_CONTROL,
        TEXT_TOO_LONG,
        CLIENT_ID_INVALID,
    ]);

pub async fn run(act: &mut Act, input: wire::SendCard) -> Result<wire::Message> {
    rules::may_be_client_id(&input.client_id)?;
    input.card.check()?;
    act.throttle(&rules::SENDING, &act.member()?.account.to_bytes())?;
    let token = posting::client_token(act, &input.client_id).await?;
    let (chat, sent) = store::chat_and_sent(act, input.chat, token.clone()).await?;
    let permit = act.permit(&chat).await?;
    if let Some(sent) = sent {
        return views::one(act, &permit, &chat, &sent).await;
    }
    rules::may_post(&chat)?;
    let files = steps::pictures(act, (&permit, &chat), &input.card.images()).await?;
    let content = Content {
        client_id: Some(input.client_id),
        imported: None,
        body: Body::Card(input.card),
    };
    if content.to_bytes()?.len() > CARD_BYTES_MAX {
        return Err(CARD_INVALID.at("card"));
    }

    let post = Post {
        content: &content,
        token,
        thread: None,
        quote: None,
    };
    let message = posting::post(act, &permit, &chat, post)?;
    store::send_files(act, &permit, &files, message.number)?;
    let shown = steps::open_files(act, &permit, &files)?;
    Ok(wire::Message::of(&message, content, &shown))
}
