//! An organisation signs up and talks.

use base::{ChatId, TenantId};
use db::{Batch, Database, Options, Statement, params};
use serde_json::{Value, json};
use system_tests::{Client, Organisation, Server, Socket};

use crate::ground::{Ground, Kind};

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
    // More than two readings of the log, and fewer than one account may send at once.
    for number in 1..=550 {
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
    let expected: Vec<String> = (1..=550).map(|number| format!("line {number}")).collect();
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

/// What the purge removes when its time has come.
static PURGE: Statement = Statement::write(
    "DELETE FROM act_event WHERE topic = :topic AND change < :before AND tenant >= :cell",
);

/// The types of frames until the client is level with the log.
async fn types_from(client: &Client, token: &str, cursor: Value) -> Vec<String> {
    let mut socket = Socket::resume(client, token, &cursor).await.unwrap();
    let mut types = Vec::new();
    while types.last().is_none_or(|last| last != "caught_up") {
        let frame = socket.hear().await.unwrap();
        types.push(frame["type"].as_str().unwrap().to_owned());
    }
    types
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_was_away_for_longer_than_events_are_kept_reads_anew() {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let Some(ground) = Ground::of(kind).await else {
            continue;
        };
        let data = ground.directory.path();
        let server = Server::start(data, ground.options.clone()).await;
        let mut org = Organisation::new(&server.shared_client(), "old", &["ana"]).await;
        let chat = org.people[0].creates_chat("news", &[]).await;
        for number in 1..=5 {
            org.people[0]
                .sends(&chat, &format!("m-{number}"), "a line")
                .await;
        }
        server.stop().await;
        let url = ground.database_url();
        let database = Database::open(&url, Options::default());
        let database = database.await.unwrap();
        let topic: ChatId = chat.parse().unwrap();
        let mut batch = Batch::new();
        let params = params! { topic: topic, before: 4_i64 };
        batch.execute(TenantId::NIL, &PURGE, params).unwrap();
        database.commit(batch).await.unwrap();
        database.close().await;

        let server = Server::start(data, ground.options.clone()).await;
        let (client, token) = (server.client(), &org.people[0].token);
        let kept = types_from(&client, token, json!({ chat.as_str(): 3 })).await;
        let too_old = types_from(&client, token, json!({ chat.as_str(): 1 })).await;

        assert_eq!(kept, ["ready", "event", "event", "event", "caught_up"]);
        assert_eq!(too_old, ["ready", "reset", "caught_up"]);
        server.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_invitation_is_the_same_invitation() {
    let ground = Ground::embedded();
    let server = Server::start(ground.directory.path(), ground.options.clone()).await;
    let client = server.shared_client();
    let mut org = Organisation::new(&client, "again", &["ana"]).await;
    let owner = &mut org.people[0].connection;
    let headers = [
        ("content-type", "application/json"),
        ("idempotency-key", "invite-once"),
    ];
    let input = json!({ "role": "member", "expires_in_h": 24 }).to_string();
    let other = json!({ "role": "administrator", "expires_in_h": 24 }).to_string();
    let (path, post) = ("/api/v1/invitations", hyper::Method::POST);

    let first = owner.request(post.clone(), path, &headers, input.clone().into());
    let first = first.await.unwrap();
    let again = owner.request(post.clone(), path, &headers, input.into());
    let again = again.await.unwrap();
    let reused = owner.request(post.clone(), path, &headers, other.into());
    let reused = reused.await.unwrap();
    let enrol = owner.request(post.clone(), "/api/v1/me/totp", &headers, "{}".into());
    let not_taken = enrol.await.unwrap();

    assert_eq!((first.status, again.status), (201, 200));
    assert_eq!(first.json()["id"], again.json()["id"]);
    assert!(first.json()["link"].is_string());
    assert!(again.json()["link"].is_null(), "only its hash is kept");
    let code = reused.code();
    assert_eq!(
        (reused.status, code.as_str()),
        (422, "act.idempotency_reused")
    );
    let code = not_taken.code();
    assert_eq!(
        (not_taken.status, code.as_str()),
        (400, "gate.idempotency_not_taken")
    );
    let all = owner.call("GET", "/invitations", &Value::Null).await.ok();
    assert_eq!(all["items"].as_array().unwrap().len(), 1);
    server.stop().await;
}
