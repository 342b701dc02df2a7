//! Two nodes over PostgreSQL, NATS and S3.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use serde_json::{Value, json};
use system_tests::{Organisation, Server, Socket};

use crate::ground::Ground;

#[tokio::test(flavor = "multi_thread")]
async fn a_message_sent_on_one_node_reaches_sockets_on_the_other_and_survives_its_death() {
    let Some(ground) = Ground::cell().await else {
        return;
    };
    let (one, two) = (
        ground.directory.path().join("one"),
        ground.directory.path().join("two"),
    );
    // Both start first at once: one hierarchy of keys, one schema.
    let (mut first, second) = tokio::join!(
        Server::start(&one, ground.options.clone()),
        Server::start(&two, ground.options.clone())
    );
    let mut org = Organisation::new(&first.shared_client(), "nodes", &["ana", "bo"]).await;
    let bo = org.people[1].account.clone();
    let chat = org.people[0].creates_chat("news", &[bo]).await;
    let token = org.people[1].token.clone();

    let mut socket = Socket::resume(&second.client(), &token, &json!({}))
        .await
        .unwrap();
    socket.until_caught_up().await;
    let sent = org.people[0]
        .sends(&chat, "across", "from the other node")
        .await;
    let heard = socket
        .hear_until(|frame| frame["event"] == "message.sent")
        .await;
    assert_eq!(heard["message"]["id"], sent["id"]);

    // Load on the first node, its death in the middle, and the client goes on at the second.
    let client = first.shared_client();
    let ana = org.people[0].token.clone();
    let path = format!("/chats/{chat}/messages");
    let load = tokio::spawn(async move {
        let mut acknowledged = BTreeSet::new();
        let mut connection = client.connect().await;
        connection.token = Some(ana);
        for number in 0.. {
            let body = json!({ "client_id": format!("load-{number}"), "body": { "text": format!("load {number}") } });
            match connection.try_call("POST", &path, &body).await {
                Ok(reply) if reply.status == 201 => {
                    acknowledged.insert(reply.json()["change"].as_i64().unwrap())
                }
                _ => break,
            };
        }
        acknowledged
    });
    let mut reader = Socket::resume(
        &first.client(),
        &token,
        &json!({ chat.as_str(): heard["change"] }),
    )
    .await
    .unwrap();
    let mut last = heard["change"].as_i64().unwrap();
    let mut heard_changes = BTreeSet::new();
    tokio::time::sleep(Duration::from_millis(400)).await;
    first.kill().await;
    while let Some(frame) = reader.hear().await {
        if frame["type"] == "event" {
            last = frame["change"].as_i64().unwrap();
            heard_changes.insert(last);
        }
    }
    let acknowledged = load.await.unwrap();
    assert!(
        acknowledged.len() > 5,
        "there was load: {}",
        acknowledged.len()
    );
    let mut resumed = Socket::resume(&second.client(), &token, &json!({ chat.as_str(): last }))
        .await
        .unwrap();
    loop {
        let frame = resumed.hear().await.expect("the second node goes on");
        match frame["type"].as_str() {
            Some("event") => assert!(
                heard_changes.insert(frame["change"].as_i64().unwrap()),
                "heard twice"
            ),
            Some("caught_up") => break,
            _ => {}
        }
    }
    assert!(
        acknowledged.is_subset(&heard_changes),
        "acknowledged and never heard"
    );
    second.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_bus_the_nodes_still_agree() {
    let Some(mut ground) = Ground::cell().await else {
        return;
    };
    // A bus that is not there: the log alone has to carry.
    ground.set("BASTIDE_BUS_URL", "nats://127.0.0.1:9");
    let (one, two) = (
        ground.directory.path().join("one"),
        ground.directory.path().join("two"),
    );
    let first = start_without_bus(&one, &ground).await;
    let second = start_without_bus(&two, &ground).await;
    let mut org = Organisation::new(&first.shared_client(), "nobus", &["ana", "bo"]).await;
    let bo = org.people[1].account.clone();
    let chat = org.people[0].creates_chat("news", &[bo]).await;
    let mut socket = Socket::resume(&second.client(), &org.people[1].token, &json!({}))
        .await
        .unwrap();
    socket.until_caught_up().await;

    let sent = org.people[0]
        .sends(&chat, "across", "by the log alone")
        .await;
    let heard = socket
        .hear_until(|frame| frame["event"] == "message.sent")
        .await;
    assert_eq!(heard["message"]["id"], sent["id"]);

    let device = org.people[1].signs_in().await;
    let mut cut = Socket::resume(&second.client(), &device.token, &json!({}))
        .await
        .unwrap();
    cut.until_caught_up().await;
    org.people[1]
        .connection
        .call("POST", "/me/sessions/revoke-others", &json!({}))
        .await
        .ok();
    let code = tokio::time::timeout(Duration::from_secs(5), async {
        loop {
            match cut.hear().await {
                Some(Value::Number(code)) => return code.as_i64(),
                None => return None,
                Some(_) => {}
            }
        }
    });
    assert_eq!(code.await.expect("within five seconds"), Some(4401));
    drop((first, second));
}

/// A node that is not ready, since its bus is away, and serves all the same.
async fn start_without_bus(data: &std::path::Path, ground: &Ground) -> Arc<Server> {
    Arc::new(Server::start_alive(data, ground.options.clone()).await)
}
