//! Clients that take their time are cut within the server's own limits.

use std::time::{Duration, Instant};

use hyper::Method;
use system_tests::{Client, Organisation, Server};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
};

use crate::ground::Ground;

/// What the server allows by default, with some room: for the handshake, for headers, and for a body.
const HANDSHAKE: Duration = Duration::from_secs(10);
const HEADERS: Duration = Duration::from_secs(30);
const BODY: Duration = Duration::from_secs(30);
const ROOM: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread")]
async fn half_open_and_silent_clients_are_cut_and_keep_nobody_waiting() {
    let ground = Ground::embedded();
    let server = Server::start(ground.directory.path(), ground.options.clone()).await;
    let client = server.shared_client();
    let mut org = Organisation::new(&client, "slow", &["ana"]).await;
    let chat = org.people[0].creates_chat("news", &[]).await;
    let before = server.usage().1;
    let mut held = JoinSet::new();
    for _ in 0..100 {
        let silent = TcpStream::connect(server.address).await.unwrap();
        held.spawn(cut("a handshake", silent, HANDSHAKE));
        let mut tls = client.tls().await.unwrap();
        tls.write_all(b"POST /api/v1/chats HTTP/1.1\r\nHost: localhost\r\n")
            .await
            .unwrap();
        held.spawn(cut("headers", tls, HEADERS));
    }
    let path = format!("/api/v1/chats/{chat}/messages");
    let slow = tokio::spawn(slow_body(
        client.as_ref().clone(),
        org.people[0].token.clone(),
        path.clone(),
    ));
    // One byte of a header in every second is no progress either.
    held.spawn(drip(client.as_ref().clone()));
    for number in 0..20 {
        let name = format!("m-{number}");
        org.people[0].sends(&chat, &name, "in between").await;
    }
    let held_kib = server.usage().1.saturating_sub(before);
    assert!(held_kib < 64 * 1024, "they hold {held_kib} KiB");
    held.join_all().await;
    let (status, code) = slow.await.unwrap();
    assert_eq!((status, code.as_str()), (408, "gate.body_too_slow"));
    let reply = org.people[0]
        .connection
        .request(Method::GET, &path, &[], [].as_slice().into());
    assert_eq!(reply.await.unwrap().status, 200);
    server.stop().await;
}

/// Waits for the server to end the connection.
async fn cut(what: &str, mut stream: impl AsyncRead + Unpin, limit: Duration) {
    let begun = Instant::now();
    let mut said = Vec::new();
    let ended = tokio::time::timeout(limit + ROOM, stream.read_to_end(&mut said)).await;
    assert!(
        ended.is_ok(),
        "waiting for {what} goes on after {:?}",
        begun.elapsed()
    );
    let said = String::from_utf8_lossy(&said);
    assert!(
        said.is_empty() || said.starts_with("HTTP/1.1 408"),
        "{said}"
    );
}

async fn drip(client: Client) {
    let mut tls = client.tls().await.unwrap();
    tls.write_all(b"GET / HTTP/1.1\r\nX-Slow: ").await.unwrap();
    let begun = Instant::now();
    let mut pace = tokio::time::interval(Duration::from_secs(1));
    let mut byte = [0];
    while begun.elapsed() < HEADERS + ROOM {
        tokio::select! {
            _ = pace.tick() => if tls.write_all(b"x").await.is_err() {
                return;
            },
            // Whatever it says, it ends.
            read = tls.read(&mut byte) => if !matches!(read, Ok(1..)) {
                return;
            },
        }
    }
    panic!("headers may drip for ever");
}

/// A body of which a part comes and no more.
async fn slow_body(client: Client, token: String, path: String) -> (u16, String) {
    let mut tls = client.tls().await.unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n\
         Content-Length: 100\r\n\r\n{{\"client_id\":",
        client.host()
    );
    tls.write_all(head.as_bytes()).await.unwrap();
    let mut said = Vec::new();
    let answered = tokio::time::timeout(BODY + ROOM, tls.read_to_end(&mut said)).await;
    answered.expect("within the body's time").unwrap();
    let said = String::from_utf8_lossy(&said);
    let (head, body) = said.split_once("\r\n\r\n").unwrap();
    assert!(
        head.to_lowercase().contains("application/problem+json"),
        "{head}"
    );
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let problem: serde_json::Value = serde_json::from_str(body).unwrap();
    (status, problem["code"].as_str().unwrap().to_owned())
}
