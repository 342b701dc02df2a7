//! Who comes in, from where they read, and who is there.

use std::time::Duration;

use serde_json::{Value, json};
use system_tests::{Connection, Organisation, Server, Socket};

use crate::{ground::Ground, planted::Planted};

/// How long the people of a node that was killed may look as if they were there.
const FORGOTTEN_WITHIN: Duration = Duration::from_secs(35);

/// What a chat says of itself, and its link, for the scan: `owner` sets it, `guest` looks.
pub async fn settled(
    owner: &mut Connection,
    guest: &mut Connection,
    chat: &str,
    planted: &mut Planted,
    run: &str,
) {
    let mut word = |name: &str| planted.word(run, name);
    let (former, description) = (word("former-description"), word("description"));
    let (announcement, later) = (word("announcement"), word("later-announcement"));
    let path = format!("/chats/{chat}");
    for (description, announcement) in [(former, announcement), (description, later)] {
        let input = json!({ "description": description, "announcement": announcement, "visibility": "public" });
        owner.call("PATCH", &path, &input).await.ok();
    }
    let link = format!("{path}/link");
    let made = owner.call("POST", &link, &json!({})).await.ok();
    let token = made["path"].as_str().unwrap().split_once('#').unwrap().1;
    planted.text("chat's link", token);
    let input = json!({ "token": token });
    for path in ["/chats/links/inspect", "/chats/links/join"] {
        guest.call("POST", path, &input).await.ok();
    }
    guest.call("GET", "/chats/public", &Value::Null).await.ok();
    guest.call("GET", &path, &Value::Null).await.ok();
    let private = json!({ "visibility": "private" });
    owner.call("PATCH", &path, &private).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn newcomers_hear_nothing_of_what_was_said_before() {
    let ground = Ground::embedded();
    let server = Server::start(ground.directory.path(), ground.options.clone()).await;
    let client = server.shared_client();
    let mut org = Organisation::new(&client, "doors", &["ana", "bo"]).await;
    let chat = org.people[0].creates_chat("news", &[]).await;
    let old = org.people[0].sends(&chat, "old", "among ourselves").await;
    let path = format!("/chats/{chat}");
    let input = json!({ "visibility": "public", "history": "since_joined" });
    let owner = &mut org.people[0].connection;
    owner.call("PATCH", &path, &input).await.ok();
    let (join, nothing) = (format!("{path}/join"), json!({}));
    let joined = org.people[1].connection.call("POST", &join, &nothing);
    let came = joined.await.ok()["chat"]["last_change"].as_i64().unwrap();

    // From the very beginning, by a cursor.
    let token = org.people[1].token.clone();
    let cursor = json!({ &chat: 0 });
    let mut socket = Socket::resume(&client, &token, &cursor).await.unwrap();
    let reset = socket.hear_until(|frame| frame["type"] != "ready").await;
    assert_eq!(reset, json!({ "type": "reset", "topic": chat }));
    socket.until_caught_up().await;

    let message = format!("{path}/messages/{}", old["id"].as_str().unwrap());
    let owner = &mut org.people[0].connection;
    let edit = json!({ "text": "still among ourselves" });
    owner.call("PATCH", &message, &edit).await.ok();
    let quoting =
        json!({ "client_id": "q", "body": { "text": "as I said" }, "reply_to": old["id"] });
    owner
        .call("POST", &format!("{path}/messages"), &quoting)
        .await
        .ok();
    org.people[0].sends(&chat, "new", "for everybody").await;
    let mut heard = Vec::new();
    loop {
        let frame = socket.hear_until(|frame| frame["type"] != "pong").await;
        let is_last = frame["message"]["client_id"] == "new";
        heard.push(frame);
        if is_last {
            break;
        }
    }
    assert!(!json!(heard).to_string().contains("among ourselves"));
    assert_eq!(
        (&heard[0]["event"], &heard[0]["change"]),
        (&json!("message.hidden"), &json!(came + 1))
    );
    assert!(heard[0]["at"].is_string());
    assert_eq!(heard[1]["type"], "reset");
    let page = org.people[1]
        .connection
        .call("GET", &format!("{path}/messages"), &Value::Null)
        .await
        .ok();
    assert!(!page.to_string().contains("among ourselves"), "{page}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_types_and_who_is_there_is_seen_across_nodes() {
    let Some(ground) = Ground::cell().await else {
        return;
    };
    let options = ground.options.clone();
    let directory = ground.directory.path();
    let mut first = Server::start(&directory.join("one"), options.clone()).await;
    let second = Server::start(&directory.join("two"), options).await;
    let mut org = Organisation::new(&first.shared_client(), "there", &["ana", "bo"]).await;
    let (ana, bo) = (org.people[0].account.clone(), org.people[1].account.clone());
    let chat = org.people[0]
        .creates_chat("news", std::slice::from_ref(&bo))
        .await;
    let mut hers = Socket::resume(&first.client(), &org.people[0].token, &json!({}))
        .await
        .unwrap();
    hers.until_caught_up().await;
    let mut his = Socket::resume(&second.client(), &org.people[1].token, &json!({}))
        .await
        .unwrap();
    his.until_caught_up().await;

    his.say(&json!({ "type": "watch", "accounts": [ana] }))
        .await
        .unwrap();
    his.hear_until(|frame| frame["type"] == "presence" && frame["state"] == "online")
        .await;
    hers.say(&json!({ "type": "typing", "chat": chat }))
        .await
        .unwrap();
    let typing = his.hear_until(|frame| frame["type"] == "typing").await;
    assert_eq!(
        typing,
        json!({ "type": "typing", "topic": chat, "account": ana })
    );

    // Her node dies without a word.
    first.kill().await;
    let gone = async {
        loop {
            let frame = his.hear().await.expect("the stream goes on");
            if frame["type"] == "presence" {
                return frame;
            }
        }
    };
    let gone = tokio::time::timeout(FORGOTTEN_WITHIN, gone).await;
    assert_eq!(
        gone.expect("she is forgotten in time"),
        json!({ "type": "presence", "account": ana, "state": "offline" })
    );
    second.stop().await;
}
