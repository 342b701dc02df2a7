//! Send a message to a chat.

use act::{Act, Action, Event, IntoValue, Method, Operation, Place, Series, Value};
use base::Result;

use crate::{
    content::{Body, Content, MESSAGE_BODY, Mention, TextBody},
    model::{Chat, Message},
    rules::{
        self, CHAT_ABSENT, CLIENT_ID_INVALID, MENTIONS_TOO_MANY, MESSAGE_SENT, TEXT_CONTROL,
        TEXT_EMPTY, TEXT_INPUT_BYTES_MAX, TEXT_TOO_LONG,
    },
    steps, store, wire,
};

pub static OP: Operation = Operation::write("messenger.message.send", Action::Post)
    .http(Method::Post, "/chats/{chat}/messages")
    .created()
    .input_max(TEXT_INPUT_BYTES_MAX)
    .not_idempotent("the client id in the input does this, and is kept with the message")
    .summary("Sends a message to a chat; the same client id again gives the same message.")
    .refusing(&[
        CHAT_ABSENT,
        TEXT_EMPTY,
        TEXT_TOO_LONG,
        TEXT_CONTROL,
        MENTIONS_TOO_MANY,
        CLIENT_ID_INVALID,
    ]);

pub async fn run(act: &mut Act, input: wire::SendMessage) -> Result<wire::Message> {
    rules::may_be_client_id(&input.client_id)?;
    rules::may_say(&input.body.text)?;
    let named = rules::mentions_in(&input.body.text)?;
    act.throttle(&rules::SENDING, &act.member()?.account.to_bytes())?;
    let token = client_token(act, &input.client_id).await?;
    let (chat, sent) = store::chat_and_sent(act, input.chat, token.clone()).await?;
    let permit = act.permit(&chat).await?;
    if let Some(sent) = sent {
        return steps::open_message(act, &permit, &sent);
    }
    let mentions = of_members(act, &chat, named).await?;
    let mentioned = rules::mentioned(&mentions);
    let content = Content {
        client_id: Some(input.client_id),
        body: Body::Text(TextBody {
            text: input.body.text,
            mentions,
        }),
    };

    let id = act.new_id();
    let body = act.seal(&permit, Place::new(id, MESSAGE_BODY), &content.to_bytes()?);
    let number = act.next_number(&permit, Series::Items);
    let change = act.emit(&permit, Event::new(MESSAGE_SENT).item(id, number))?;
    let message = Message {
        id,
        chat: chat.id,
        number,
        change,
        author: chat.standing.account,
        body,
        sent_at: act.now(),
    };
    store::insert_message(act, &permit, &message, Some(token))?;
    store::insert_mentions(act, &permit, &message, &mentioned)?;
    Ok(wire::Message::of(&message, content))
}

/// Makes a repeated message single; two at once meet in the unique index, and the later one runs again.
async fn client_token(act: &Act, client_id: &str) -> Result<Value> {
    let hash = act.keyed_hash("messenger.client_id", client_id.as_bytes());
    Ok(hash.await?.into_value())
}

/// Keeps the mentions of those who are in the chat. A text that names nobody costs nothing here.
async fn of_members(act: &mut Act, chat: &Chat, named: Vec<Mention>) -> Result<Vec<Mention>> {
    let accounts: Vec<_> = named
        .iter()
        .filter_map(|mention| match mention {
            Mention::Everyone => None,
            Mention::Account(account) => Some(*account),
        })
        .collect();
    let members = store::members_among(act, chat.id, &accounts).await?;
    Ok(named
        .into_iter()
        .filter(|mention| match mention {
            Mention::Everyone => true,
            Mention::Account(account) => members.contains(account),
        })
        .collect())
}
