//! Two nodes over PostgreSQL, NATS and S3.

use std::{
    collections::BTreeSet,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use hyper::Method;
use serde_json::{Value, json};
use system_tests::{Client, Organisation, Server, Socket};
use tokio::task::JoinHandle;

use crate::{ground::Ground, hearing::Hearing, nats::OwnNats, picture};

#[tokio::test(flavor = "multi_thread")]
async fn a_message_sent_on_one_node_reaches_sockets_on_the_other_and_survives_its_death() {
    let Some(ground) = Ground::cell().await else {
        return;
    };
    let (mut first, second) = two(&ground).await;
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
    let begun = heard["change"].as_i64().unwrap();
    let load = Load::on(&first.client(), &org.people[0].token, &chat);
    let mut reader = Hearing::after(&first.client(), &token, &chat, begun).await;
    reader.until(begun + 20).await;
    first.kill().await;
    reader.end().await;
    let acknowledged = load.end().await;
    reader.in_order().await;
    let mut resumed = Hearing::after(&second.client(), &token, &chat, reader.last()).await;
    let last = acknowledged.last().copied().unwrap();
    resumed.until(last).await;
    resumed.in_order().await;
    assert!(acknowledged.len() > 5, "load: {}", acknowledged.len());
    second.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bus_that_goes_and_comes_back_loses_nothing() {
    let Some(mut ground) = Ground::cell().await else {
        return;
    };
    let mut nats = OwnNats::reserve(ground.directory.path());
    nats.start();
    ground.set("BASTIDE_BUS_URL", &nats.url());
    let (first, second) = two(&ground).await;
    let mut org = Organisation::new(&first.shared_client(), "bus", &["ana", "bo"]).await;
    let bo = org.people[1].account.clone();
    let chat = org.people[0].creates_chat("news", &[bo]).await;
    let begun = org.people[0].sends(&chat, "begin", "begin").await;
    let begun = begun["change"].as_i64().unwrap();
    let token = org.people[1].token.clone();
    let mut here = Hearing::after(&first.client(), &token, &chat, begun).await;
    let mut there = Hearing::after(&second.client(), &token, &chat, begun).await;

    let load = Load::on(&first.client(), &org.people[0].token, &chat);
    there.until(begun + 20).await;
    nats.stop().await;
    for node in [&first, &second] {
        until_readiness_is(node, 503, "gate.not_ready").await;
    }
    // Across, in both directions, by the log alone.
    let sent = org.people[0]
        .sends(&chat, "away", "sent on the first")
        .await;
    there.until(sent["change"].as_i64().unwrap()).await;
    let mut other = second.client().connect().await;
    other.token = Some(token.clone());
    let body = json!({ "client_id": "back", "body": { "text": "sent on the second" } });
    let path = format!("/chats/{chat}/messages");
    let sent = other.call("POST", &path, &body).await.ok();
    here.until(sent["change"].as_i64().unwrap()).await;

    nats.start();
    for node in [&first, &second] {
        until_readiness_is(node, 200, "").await;
    }
    let acknowledged = load.end().await;
    let last = org.people[0].sends(&chat, "end", "the last").await;
    let last = last["change"].as_i64().unwrap();
    here.until(last).await;
    there.until(last).await;
    let (here, there) = (here.in_order().await, there.in_order().await);
    assert_eq!(here, there, "both nodes tell the same");
    let heard: BTreeSet<i64> = here
        .iter()
        .filter_map(|frame| frame["change"].as_i64())
        .collect();
    assert!(acknowledged.iter().all(|change| heard.contains(change)));
    // The load, and three by hand.
    assert_eq!(
        here.len(),
        acknowledged.len() + 3,
        "nothing lost, nothing twice"
    );
    assert!(acknowledged.len() > 40, "load: {}", acknowledged.len());
    first.stop().await;
    second.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_put_on_one_node_is_read_on_the_other() {
    let Some(ground) = Ground::cell().await else {
        return;
    };
    let (first, second) = two(&ground).await;
    let mut org = Organisation::new(&first.shared_client(), "picture", &["ana", "bo"]).await;
    let file = picture::png(
        64,
        64,
        |x, _| if x < 32 { [200, 0, 0] } else { [0, 0, 200] },
    );
    let ana = &mut org.people[0].connection;
    let png = [("content-type", "image/png")];
    let put = ana.request(Method::PUT, "/api/v1/me/avatar", &png, file.into());
    let avatar = put.await.unwrap().ok()["avatar"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/api/v1/avatars/{avatar}");
    let put = ana.get(&path).await;
    assert!(put.body.starts_with(b"RIFF"), "a picture in WebP");

    let mut connection = second.client().connect().await;
    connection.token = Some(org.people[1].token.clone());
    let read = connection.get(&path).await;
    assert_eq!((read.status, read.body), (200, put.body));
    first.stop().await;
    second.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn removal_and_revocation_on_one_node_hold_on_the_other() {
    let Some(ground) = Ground::cell().await else {
        return;
    };
    let (first, second) = two(&ground).await;
    let client = first.shared_client();
    let mut org = Organisation::new(&client, "removed", &["ana", "bo", "cy"]).await;
    let others = vec![org.people[1].account.clone(), org.people[2].account.clone()];
    let chat = org.people[0].creates_chat("news", &others).await;
    let elsewhere = org.people[0].creates_chat("elsewhere", &others[..1]).await;
    let begun = org.people[0].sends(&chat, "begin", "begin").await;
    let begun = begun["change"].as_i64().unwrap();
    let bo_token = org.people[1].token.clone();
    let mut bo = Socket::resume(&second.client(), &bo_token, &json!({}))
        .await
        .unwrap();
    bo.until_caught_up().await;
    let mut cy = Hearing::after(&second.client(), &org.people[2].token, &chat, begun).await;

    let path = format!("/chats/{chat}/members/{}", others[0]);
    org.people[0]
        .connection
        .call("DELETE", &path, &Value::Null)
        .await
        .ok();
    let sent = org.people[0]
        .sends(&chat, "after", "for those who stayed")
        .await;
    cy.until(sent["change"].as_i64().unwrap()).await;
    // What the other chat brings comes after whatever this one might still have brought.
    org.people[0]
        .sends(&elsewhere, "sign", "a sign of life")
        .await;
    bo.hear_until(|frame| {
        assert_ne!(frame["message"]["body"]["text"], "for those who stayed");
        frame["message"]["body"]["text"] == "a sign of life"
    })
    .await;

    let phone = org.people[1].signs_in().await;
    let mut socket = Socket::resume(&second.client(), &phone.token, &json!({}))
        .await
        .unwrap();
    socket.until_caught_up().await;
    let revoke = "/me/sessions/revoke-others";
    org.people[1]
        .connection
        .call("POST", revoke, &json!({}))
        .await
        .ok();
    assert_eq!(close_code(&mut socket).await, Some(4401));
    first.stop().await;
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
    assert_eq!(close_code(&mut cut).await, Some(4401));
    drop((first, second));
}

/// A node that is not ready, since its bus is away, and serves all the same.
async fn start_without_bus(data: &Path, ground: &Ground) -> Arc<Server> {
    Arc::new(Server::start_alive(data, ground.options.clone()).await)
}

/// Two nodes. Both start first at once: one hierarchy of keys, one schema.
async fn two(ground: &Ground) -> (Server, Server) {
    let (one, two) = (
        ground.directory.path().join("one"),
        ground.directory.path().join("two"),
    );
    tokio::join!(
        Server::start(&one, ground.options.clone()),
        Server::start(&two, ground.options.clone())
    )
}

/// The code with which a socket is closed, within the time in which revocation holds.
async fn close_code(socket: &mut Socket) -> Option<i64> {
    let closed = async {
        loop {
            match socket.hear().await {
                Some(Value::Number(code)) => return code.as_i64(),
                None => return None,
                Some(_) => {}
            }
        }
    };
    let code = tokio::time::timeout(Duration::from_secs(5), closed).await;
    code.expect("within five seconds")
}

/// Waits until `/readyz` answers so. A lost bus is noticed at once when its connection breaks, and found again within
/// seconds of its return.
async fn until_readiness_is(node: &Server, status: u16, code: &str) {
    let mut connection = node.client().connect().await;
    let asking = async {
        loop {
            let reply = connection.get("/readyz").await;
            if reply.status == status {
                assert_eq!(reply.code(), code);
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let ready = tokio::time::timeout(Duration::from_secs(20), asking).await;
    assert!(ready.is_ok(), "readiness is {status} in time");
}

/// Somebody who sends one message after the other.
struct Load {
    stopping: Arc<AtomicBool>,
    task: JoinHandle<Vec<i64>>,
}

impl Load {
    fn on(client: &Client, token: &str, chat: &str) -> Self {
        let stopping = Arc::new(AtomicBool::new(false));
        let (client, token, path) = (
            client.clone(),
            token.to_owned(),
            format!("/chats/{chat}/messages"),
        );
        let stop = Arc::clone(&stopping);
        let task = tokio::spawn(async move {
            let mut acknowledged = Vec::new();
            let mut connection = client.connect().await;
            connection.token = Some(token);
            while !stop.load(Ordering::Relaxed) {
                let text = format!("load {}", acknowledged.len());
                let body = json!({ "client_id": text, "body": { "text": text } });
                match connection.try_call("POST", &path, &body).await {
                    Ok(reply) if reply.status == 201 => {
                        acknowledged.push(reply.json()["change"].as_i64().unwrap());
                    }
                    _ => break,
                }
            }
            acknowledged
        });
        Self { stopping, task }
    }

    /// Stops, unless the server's end did so before; answers the changes that were acknowledged, in the order of sending.
    async fn end(self) -> Vec<i64> {
        self.stopping.store(true, Ordering::Relaxed);
        let acknowledged = self.task.await.unwrap();
        assert!(acknowledged.is_sorted(), "in the order of sending");
        acknowledged
    }
}
