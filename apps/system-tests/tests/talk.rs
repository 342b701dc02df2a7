//! An organisation signs up and talks.

use serde_json::json;
use system_tests::{Organisation, Server, Socket};

use crate::ground::Ground;

#[tokio::test(flavor = "multi_thread")]
async fn what_one_person_writes_reaches_the_other_at_once() {
    let ground = Ground::embedded();
    let server = Server::start(ground.directory.path(), ground.options.clone()).await;
    let client = server.shared_client();
    let mut org = Organisation::new(&client, "talk", &["ana", "bo"]).await;
    let bo_account = org.people[1].account.clone();
    let chat = org.people[0].creates_chat("news", &[bo_account]).await;

    let mut socket = Socket::resume(&client, &org.people[1].token, &json!({}))
        .await
        .unwrap();
    socket.until_caught_up().await;
    let sent = org.people[0].sends(&chat, "m-1", "你好, @{all}").await;
    let heard = socket
        .hear_until(|frame| frame["event"] == "message.sent")
        .await;

    assert_eq!(heard["topic"], chat.as_str());
    assert_eq!(heard["message"]["id"], sent["id"]);
    assert_eq!(heard["message"]["body"]["text"], "你好, @{all}");
    let chats = org.people[1]
        .connection
        .call("GET", "/chats", &serde_json::Value::Null)
        .await
        .ok();
    assert_eq!(
        chats["items"][0]["unread"], 2,
        "the message, and the word that the chat was made: {chats}"
    );
    assert_eq!(chats["items"][0]["mentions"], 1);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_was_away_gets_what_it_missed_in_order_and_once() {
    let ground = Ground::embedded();
    let server = Server::start(ground.directory.path(), ground.options.clone()).await;
    let client = server.shared_client();
    let mut org = Organisation::new(&client, "away", &["ana", "bo"]).await;
    let bo_account = org.people[1].account.clone();
    let chat = org.people[0].creates_chat("news", &[bo_account]).await;
    let first = org.people[0].sends(&chat, "m-0", "before").await;
    for number in 1..=700 {
        org.people[0]
            .sends(&chat, &format!("m-{number}"), &format!("line {number}"))
            .await;
    }

    let cursor = json!({ chat.as_str(): first["change"] });
    let mut socket = Socket::resume(&client, &org.people[1].token, &cursor)
        .await
        .unwrap();
    let mut last = first["change"].as_i64().unwrap();
    let mut texts = Vec::new();
    loop {
        let frame = socket.hear().await.unwrap();
        match frame["type"].as_str() {
            Some("caught_up") => break,
            Some("event") => {
                assert_eq!(
                    frame["change"].as_i64(),
                    Some(last + 1),
                    "no gap and no repetition"
                );
                last += 1;
                texts.push(
                    frame["message"]["body"]["text"]
                        .as_str()
                        .unwrap()
                        .to_owned(),
                );
            }
            _ => {}
        }
    }
    let expected: Vec<String> = (1..=700).map(|number| format!("line {number}")).collect();
    assert_eq!(texts, expected);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_member_hears_nothing_more() {
    let ground = Ground::embedded();
    let server = Server::start(ground.directory.path(), ground.options.clone()).await;
    let client = server.shared_client();
    let mut org = Organisation::new(&client, "removed", &["ana", "bo", "cy"]).await;
    let others = vec![org.people[1].account.clone(), org.people[2].account.clone()];
    let chat = org.people[0].creates_chat("news", &others).await;
    let mut socket = Socket::resume(&client, &org.people[1].token, &json!({}))
        .await
        .unwrap();
    socket.until_caught_up().await;

    let path = format!("/chats/{chat}/members/{}", others[0]);
    org.people[0]
        .connection
        .call("DELETE", &path, &serde_json::Value::Null)
        .await
        .ok();
    org.people[0]
        .sends(&chat, "after", "for those who stayed")
        .await;

    let notice = socket.hear_until(|frame| frame["type"] == "notice").await;
    assert_eq!(notice["notice"], "chat.removed");
    // A notice to oneself comes after whatever the chat might still have brought.
    org.people[2]
        .sends(&chat, "after-2", "more for those who stayed")
        .await;
    let silence = tokio::time::timeout(
        std::time::Duration::from_millis(800),
        socket.hear_until(|frame| frame["event"] == "message.sent"),
    );
    assert!(
        silence.await.is_err(),
        "a removed member was given a message"
    );
    let path = format!("/chats/{chat}/messages");
    let refused = org.people[1]
        .connection
        .call("GET", &path, &serde_json::Value::Null)
        .await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (404, "messenger.chat_absent")
    );
    server.stop().await;
}
