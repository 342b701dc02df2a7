//! Bad input gets a clear refusal, and others notice nothing.

use std::time::Duration;

use bytes::Bytes;
use hyper::Method;
use serde_json::Value;
use system_tests::{Organisation, Server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::ground::Ground;

#[tokio::test(flavor = "multi_thread")]
async fn malformed_requests_are_refused_with_a_code_and_a_reference() {
    let ground = Ground::embedded();
    let server = Server::start(ground.directory.path(), ground.options.clone()).await;
    let client = server.shared_client();
    let mut org = Organisation::new(&client, "bad", &["ana"]).await;
    let ana = &mut org.people[0];
    let chat = ana.creates_chat("news", &[]).await;
    let path = format!("/api/v1/chats/{chat}/messages");
    let json = ("content-type", "application/json");
    let deep = format!("{}1{}", "[".repeat(5_000), "]".repeat(5_000));
    let large = format!(
        r#"{{"client_id":"a","body":{{"text":"{}"}}}}"#,
        "x".repeat(2_000_000)
    );
    let long = format!(
        r#"{{"client_id":"a","body":{{"text":"{}"}}}}"#,
        "x".repeat(20_001)
    );
    let cases: Vec<(&str, Vec<u8>, u16)> = vec![
        ("no JSON", b"{".to_vec(), 400),
        (
            "another type",
            br#"{"client_id":1,"body":{"text":"a"}}"#.to_vec(),
            400,
        ),
        (
            "an unknown field",
            br#"{"client_id":"a","body":{"text":"a"},"x":1}"#.to_vec(),
            400,
        ),
        (
            "a field twice",
            br#"{"client_id":"a","client_id":"b","body":{"text":"a"}}"#.to_vec(),
            400,
        ),
        (
            "no UTF-8",
            b"{\"client_id\":\"\xff\",\"body\":{\"text\":\"a\"}}".to_vec(),
            400,
        ),
        ("deep nesting", deep.into_bytes(), 400),
        ("a large body", large.into_bytes(), 413),
        ("a long text", long.into_bytes(), 422),
        (
            "an empty text",
            br#"{"client_id":"a","body":{"text":""}}"#.to_vec(),
            422,
        ),
    ];
    for (what, body, status) in cases {
        let mut connection = client.connect().await;
        connection.token = Some(ana.token.clone());
        let reply = connection
            .request(Method::POST, &path, &[json], Bytes::from(body))
            .await
            .unwrap();
        assert_eq!(
            reply.status,
            status,
            "{what}: {}",
            String::from_utf8_lossy(&reply.body)
        );
        assert_eq!(
            reply.headers["content-type"], "application/problem+json",
            "{what}"
        );
        assert!(!reply.code().is_empty(), "{what} has a code");
    }
    for path in [
        "/api/v1/chats/../../etc/passwd",
        "/api/v1/chats/oc_1",
        "/..%2f..%2fetc/passwd",
        "/api/v1/nothing",
    ] {
        let reply = ana.connection.get(path).await;
        assert!(
            (400..=404).contains(&reply.status),
            "{path}: {}",
            reply.status
        );
    }
    ana.sends(&chat, "still", "here").await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn half_open_and_silent_clients_do_not_keep_others_waiting() {
    let ground = Ground::embedded();
    let server = Server::start(ground.directory.path(), ground.options.clone()).await;
    let client = server.shared_client();
    let mut org = Organisation::new(&client, "slow", &["ana"]).await;
    let chat = org.people[0].creates_chat("news", &[]).await;
    let mut held = Vec::new();
    for number in 0..200 {
        if number % 2 == 0 {
            held.push(
                tokio::net::TcpStream::connect(server.address)
                    .await
                    .unwrap(),
            );
        } else {
            let mut tls = client.tls().await.unwrap();
            tls.write_all(b"POST /api/v1/chats HTTP/1.1\r\nHost: localhost\r\n")
                .await
                .unwrap();
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_secs(30)).await;
                drop(tls);
            });
        }
    }
    for number in 0..20 {
        org.people[0]
            .sends(&chat, &format!("m-{number}"), "in between")
            .await;
    }
    let (_, resident_kib) = server.usage();
    assert!(
        resident_kib < 600 * 1024,
        "memory stays bounded: {resident_kib} KiB"
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn plain_http_only_redirects() {
    let ground = Ground::embedded();
    let server = Server::start(ground.directory.path(), ground.options.clone()).await;
    let mut tcp = tokio::net::TcpStream::connect(server.address)
        .await
        .unwrap();
    tcp.write_all(b"GET /some/page HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .await
        .unwrap();
    let mut answer = String::new();
    tcp.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 308"), "{answer}");
    assert!(answer.contains("https://localhost:"), "{answer}");
    let reply = server.client().connect().await.get("/api/v1/me").await;
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (401, "access.not_signed_in")
    );
    assert_eq!(reply.json()["title"].as_str(), Some("Sign in to go on."));
    assert!(matches!(reply.json(), Value::Object(_)));
    server.stop().await;
}
