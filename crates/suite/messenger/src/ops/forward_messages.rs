//! Carry messages of one chat into another, as they stand.

use std::collections::HashMap;

use act::{Act, Action, Method, Operation, Permit};
use base::{AccountId, Result};

use crate::{
    content::{Body, Content, ForwardBody, Forwarded},
    model::{Chat, File, Message},
    posting::{self, Post},
    rules::{
        self, CHAT_ABSENT, CLIENT_ID_INVALID, FILES_TOO_MANY, FORWARD_KIND, FORWARD_NONE,
        FORWARD_TOO_MANY, MESSAGE_ABSENT, POSTING_MANAGERS,
    },
    steps, store, views, wire,
};

pub static OP: Operation = Operation::write("messenger.message.forward", Action::Post)
    .http(Method::Post, "/chats/{chat}/forwards")
    .created()
    .not_idempotent("the client id in the input does this, and is kept with the message")
    .summary("Forwards messages of a chat that one is in, as one message; they are shown as they stood then.")
    .refusing(&[
        CHAT_ABSENT,
        POSTING_MANAGERS,
        MESSAGE_ABSENT,
        FORWARD_NONE,
        FORWARD_TOO_MANY,
        FORWARD_KIND,
        CLIENT_ID_INVALID,
        FILES_TOO_MANY,
    ]);

pub async fn run(act: &mut Act, input: wire::ForwardMessages) -> Result<wire::Message> {
    rules::may_be_client_id(&input.client_id)?;
    rules::may_forward(&input.messages)?;
    act.throttle(&rules::SENDING, &act.member()?.account.to_bytes())?;
    let token = posting::client_token(act, &input.client_id).await?;
    let (chat, sent) = store::chat_and_sent(act, input.chat, token.clone()).await?;
    let permit = act.permit(&chat).await?;
    if let Some(sent) = sent {
        return views::one(act, &permit, &chat, &sent).await;
    }
    rules::may_post(&chat)?;
    let source = store::chat(act, input.source).await?;
    let reading = act.permit_for(&source, Action::Read).await?;
    let mut messages = store::messages_among(act, source.id, &input.messages).await?;
    messages.retain(|message| rules::may_see(&source, message.number).is_ok());
    if messages.len() != input.messages.len() {
        return Err(MESSAGE_ABSENT.at("messages"));
    }
    messages.sort_unstable_by_key(Message::known);
    let content = Content {
        client_id: Some(input.client_id),
        imported: None,
        body: Body::Forward(gather(act, &reading, &messages).await?),
    };
    let (content, files) = carry(act, (&reading, &source), &permit, content).await?;

    let post = Post {
        content: &content,
        token,
        thread: None,
        quote: None,
    };
    let message = posting::post(act, &permit, &chat, post)?;
    for file in &files {
        store::show_again(act, &permit, file, message.number)?;
    }
    let shown = steps::open_files(act, &permit, &files)?;
    Ok(wire::Message::of(&message, content, &shown))
}

/// The same content with its files as the other chat has them: no byte is copied. What is harmful or gone stays behind.
async fn carry(
    act: &mut Act,
    (reading, source): (&Permit<Chat>, &Chat),
    permit: &Permit<Chat>,
    content: Content,
) -> Result<(Content, Vec<File>)> {
    let found = store::files_among(act, source.id, &content.body.files()).await?;
    rules::may_carry_files(found.len())?;
    let mut copies = HashMap::new();
    for file in found.iter().filter(|file| rules::may_go_along(file)) {
        copies.insert(file.id, steps::copy_file(act, (reading, file), permit)?);
    }
    let body = content
        .body
        .with_files(|id| copies.get(&id).map(|copy| copy.id));
    let content = Content { body, ..content };
    Ok((content, copies.into_values().collect()))
}

/// The messages with the names of their authors. What was forwarded before goes on as what it was.
async fn gather(act: &mut Act, permit: &Permit<Chat>, messages: &[Message]) -> Result<ForwardBody> {
    let accounts: Vec<AccountId> = messages.iter().map(|message| message.author).collect();
    let people = steps::people(act, &accounts).await?;

    let mut items = Vec::with_capacity(messages.len());
    for message in messages {
        rules::stands(message).map_err(|_| FORWARD_KIND)?;
        let content = views::content(act, permit, message)?;
        let name_elsewhere = content.imported.and_then(|from| from.author_name);
        match content.body {
            Body::Text(body) => items.push(Forwarded {
                author: message.author,
                name: name_elsewhere.unwrap_or_else(|| steps::person(&people, message.author).name),
                sent_at: message.sent_at,
                body,
            }),
            Body::Forward(forward) => items.extend(forward.items),
            Body::System(_) | Body::Card(_) | Body::Unknown => return Err(FORWARD_KIND.into()),
        }
    }
    rules::may_carry(items.iter().map(|item| item.body.text.as_str()))?;
    Ok(ForwardBody { items })
}
