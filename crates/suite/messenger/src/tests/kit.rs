//! What the stories share: short words for the operations.

use std::hash::{DefaultHasher, Hash, Hasher};

use base::ChatId;
use serde_json::{Value, json};
use testkit::{Actor, House};

use crate::{
    add_members, audience_chat, changes_chat, create_chat, get_chat, list_messages, module,
    send_message,
};

pub(super) async fn house() -> House {
    House::with(vec![module()]).await
}

/// A group of its first person with the others.
pub(super) async fn group(owner: &Actor, others: &[&Actor]) -> Value {
    let members: Vec<_> = others.iter().map(|actor| actor.account()).collect();
    owner
        .does(
            &create_chat::OP,
            json!({ "name": "news", "members": members }),
        )
        .await
}

pub(super) fn text(chat: &Value, client_id: &str, text: &str) -> Value {
    json!({ "chat": chat["id"], "client_id": client_id, "body": { "text": text } })
}

/// Says something; the same words again have the same client id.
pub(super) async fn say(actor: &Actor, chat: &Value, words: &str) -> Value {
    let mut hasher = DefaultHasher::new();
    words.hash(&mut hasher);
    let client_id = format!("c-{:016x}", hasher.finish());
    actor
        .does(&send_message::OP, text(chat, &client_id, words))
        .await
}

pub(super) async fn seen(actor: &Actor, chat: &Value) -> Value {
    actor
        .does(&get_chat::OP, json!({ "chat": chat["id"] }))
        .await
}

/// The texts of a page, system messages as what they tell.
pub(super) fn words(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap();
    items.iter().map(words_of).collect()
}

pub(super) fn words_of(message: &Value) -> String {
    let body = &message["body"];
    let words = body["text"].as_str().or(body["event"].as_str());
    words.unwrap().to_owned()
}

pub(super) async fn history(actor: &Actor, chat: &Value) -> Vec<String> {
    let input = json!({ "chat": chat["id"], "limit": 100 });
    words(&actor.does(&list_messages::OP, input).await)
}

pub(super) async fn add(by: &Actor, chat: &Value, added: &[&Actor]) -> Value {
    let accounts: Vec<_> = added.iter().map(|actor| actor.account()).collect();
    let input = json!({ "chat": chat["id"], "accounts": accounts });
    by.does(&add_members::OP, input).await
}

/// The stream of the house, in the tenant of somebody.
pub(super) fn stream(house: &House, of: &Actor) -> Actor {
    house.system("stream", of.caller().tenant())
}

pub(super) async fn changes(stream: &Actor, chat: &Value, after: i64) -> Value {
    let input = json!({ "chat": chat["id"], "after": after, "limit": 500 });
    stream.does(&changes_chat::OP, input).await
}

pub(super) async fn audience(stream: &Actor, chat: &Value) -> Value {
    stream
        .does(&audience_chat::OP, json!({ "chat": chat["id"] }))
        .await
}

pub(super) fn chat_id(chat: &Value) -> ChatId {
    chat["id"].as_str().unwrap().parse().unwrap()
}
