//! Places: what one client holds of them, and for how long.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{Asked, Server, eventually, request};
use crate::Limits;

const NOTES: &str = "https://office.example:8443/api/v1/shelves/x/notes";

fn notes() -> Request<Full<Bytes>> {
    Request::get(NOTES)
        .header("authorization", "Bearer ana")
        .body(Full::default())
        .unwrap()
}

/// Begins a request whose body does not end.
async fn dripping(server: &Server, head: &str) -> impl AsyncReadExt + AsyncWriteExt + use<> {
    let mut stream = server.tls(&[]).await;
    let head = format!(
        "{head} HTTP/1.1\r\nHost: office.example\r\nAuthorization: Bearer ana\r\nContent-Length: 100\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

#[tokio::test]
async fn one_source_holds_so_many_places_and_probes_need_none() {
    let server = Server::with(Limits::default(), |config| {
        config.requests_per_source_max = 2;
    })
    .await;
    let mut held = Vec::new();
    for _ in 0..2 {
        let mut stream = dripping(&server, "POST /api/v1/greetings").await;
        stream
            .write_all(b"Content-Type: application/json\r\n\r\n{")
            .await
            .unwrap();
        held.push(stream);
    }
    eventually(|| server.gate.open_requests() == 2).await;
    let refused = server.get("/api/v1/openapi.json").await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (429, "gate.too_many")
    );
    assert_eq!(server.get("/healthz").await.status, 200);
    assert_eq!(server.get("/readyz").await.status, 200);
    drop(held);
    eventually(|| server.gate.open_requests() == 0).await;
    assert_eq!(server.get("/api/v1/openapi.json").await.status, 200);
}

#[tokio::test]
async fn an_account_sends_four_pictures_at_a_time() {
    let server = Server::start().await;
    let mut held = Vec::new();
    for _ in 0..4 {
        let mut one = dripping(&server, "PUT /api/v1/picture").await;
        one.write_all(b"Content-Type: image/png\r\n\r\nabc")
            .await
            .unwrap();
        held.push(one);
    }
    let set = || {
        let headers = [
            ("authorization", "Bearer ana"),
            ("content-type", "image/png"),
        ];
        request("PUT", "/api/v1/picture", &headers, "png")
    };
    eventually(|| server.gate.open_requests() == 4).await;
    let refused = server.ask(set()).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (429, "gate.too_many")
    );
    drop(held);
    eventually(|| server.gate.open_requests() == 0).await;
    assert_eq!(server.ask(set()).await.status, 201);
}

#[tokio::test]
async fn an_answer_that_nobody_reads_holds_its_place_and_then_ends_its_connection() {
    let limits = Limits {
        write_stall_ms: 400,
        ..Limits::default()
    };
    let server = Server::with(limits, |config| {
        config.requests_per_source_max = 1;
    })
    .await;
    let (mut sender, ended) = server.http2_with_window(0).await;
    let unread = sender.send_request(notes()).await.unwrap();
    assert_eq!(unread.status(), 201);
    let refused = server.get("/api/v1/openapi.json").await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (429, "gate.too_many")
    );
    tokio::time::timeout(Duration::from_secs(5), ended)
        .await
        .expect("the connection ends")
        .unwrap();
    eventually(|| server.gate.open_requests() == 0).await;
    assert_eq!(server.get("/api/v1/openapi.json").await.status, 200);
}

#[tokio::test]
async fn an_idle_connection_that_does_not_finish_is_dropped() {
    let limits = Limits {
        idle_ms: 150,
        ..Limits::default()
    };
    let server = Server::with(limits, |_| {}).await;
    // One byte is taken, the rest waits in the connection's own buffer.
    let (mut sender, ended) = server.http2_with_window(1).await;
    let unread = sender.send_request(notes()).await.unwrap();
    tokio::time::timeout(Duration::from_secs(5), ended)
        .await
        .expect("the connection ends")
        .unwrap();
    drop(unread);
}

#[tokio::test]
async fn long_answers_arrive_whole_in_pieces() {
    let server = Server::start().await;
    let mut sender = server.http2().await;
    let text = "x".repeat(10_000);
    let long = Request::post(NOTES)
        .header("authorization", "Bearer ana")
        .header("content-type", "application/json")
        .body(Full::from(format!(
            r#"{{"text":"{text}","mood":"{}"}}"#,
            "y".repeat(5_000)
        )))
        .unwrap();
    let answer = Asked::of(sender.send_request(long).await.unwrap()).await;
    assert_eq!(answer.status, 201);
    assert_eq!(answer.json()["text"], text);
    let document = Request::get("https://office.example:8443/api/v1/openapi.json")
        .body(Full::default())
        .unwrap();
    let answer = Asked::of(sender.send_request(document).await.unwrap()).await;
    assert_eq!(answer.text, server.gate.document());
}
