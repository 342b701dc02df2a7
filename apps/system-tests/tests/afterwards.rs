//! Everything that can be done with messages, in words of its own, for the scan.

use serde_json::{Value, json};
use system_tests::Connection;

use crate::{files, picture, planted::Planted};

const EMOJI: &str = "👩🏽‍❤️‍💋‍👨🏿";

/// `owner` and `guest` edit, answer, react, forward and ask each other in the chat.
pub async fn told(
    owner: &mut Connection,
    guest: &mut Connection,
    chat: &str,
    planted: &mut Planted,
    run: &str,
) {
    let mut word = |name: &str| planted.word(run, name);
    let (first, second, third) = (word("wording-1"), word("wording-2"), word("wording-3"));
    let (reply, quoting, gone) = (word("thread-reply"), word("quoting"), word("recalled"));
    let begun = word("thread-draft");
    let (card_title, card_text, answer) = (word("card-title"), word("card-text"), word("answer"));
    let (picture_name, alt) = (word("card-picture-name"), word("card-picture-words"));
    planted.text("reaction", EMOJI);
    let messages = format!("/chats/{chat}/messages");

    let said = say(owner, chat, "a-1", json!({ "text": first }), json!({})).await;
    let message = format!("{messages}/{}", said["id"].as_str().unwrap());
    for wording in [second, third] {
        let input = json!({ "text": wording });
        owner.call("PATCH", &message, &input).await.ok();
    }
    let input = json!({ "emoji": EMOJI, "present": true });
    let reaction = format!("{message}/reaction");
    guest.call("PUT", &reaction, &input).await.ok();
    let place = json!({ "thread": said["id"] });
    say(guest, chat, "a-2", json!({ "text": reply }), place).await;
    let input = json!({ "thread": said["id"], "text": begun });
    let draft = format!("/chats/{chat}/draft");
    guest.call("PUT", &draft, &input).await.ok();
    let place = json!({ "reply_to": said["id"] });
    say(guest, chat, "a-3", json!({ "text": quoting }), place).await;
    let withdrawn = say(guest, chat, "a-4", json!({ "text": gone }), json!({})).await;
    let withdrawn = format!("{messages}/{}", withdrawn["id"].as_str().unwrap());
    guest.call("DELETE", &withdrawn, &Value::Null).await.ok();
    let input = json!({ "client_id": "a-5", "source": chat, "messages": [said["id"]] });
    let forwards = format!("/chats/{chat}/forwards");
    owner.call("POST", &forwards, &input).await.ok();

    let bytes = picture::png(40, 30, |x, y| {
        [x, y, x ^ y].map(|value| value.to_le_bytes()[0])
    });
    let picture = files::bring(owner, chat, &picture_name, &bytes).await;
    let card = json!({
        "title": card_title, "fallback": card_text,
        "elements": [
            { "element": "image", "file": picture["id"], "alt": alt },
            { "element": "text_input", "id": "why", "label": card_text },
            { "element": "button", "id": "ok", "label": "OK" },
        ],
    });
    let input = json!({ "client_id": "a-6", "card": card });
    let cards = format!("/chats/{chat}/cards");
    let card = owner.call("POST", &cards, &input).await.ok();
    assert_eq!(card["body"]["files"][0]["name"], picture_name);
    let card = format!("{messages}/{}", card["id"].as_str().unwrap());
    let input = json!({ "answer": { "button": "ok", "values": { "why": [answer] } } });
    let answered = format!("{card}/answer");
    guest.call("PUT", &answered, &input).await.ok();

    // And all of it is read.
    for part in ["/versions", "/reactions", "/thread", "/readers?read=false"] {
        let path = format!("{message}{part}");
        owner.call("GET", &path, &Value::Null).await.ok();
    }
    let answers = format!("{card}/answers");
    let answers = owner.call("GET", &answers, &Value::Null).await.ok();
    assert_eq!(answers["items"].as_array().unwrap().len(), 1);
}

async fn say(by: &mut Connection, chat: &str, client_id: &str, body: Value, place: Value) -> Value {
    let mut input = json!({ "client_id": client_id, "body": body });
    let place = place.as_object().unwrap().clone();
    input.as_object_mut().unwrap().extend(place);
    by.call("POST", &format!("/chats/{chat}/messages"), &input)
        .await
        .ok()
}
