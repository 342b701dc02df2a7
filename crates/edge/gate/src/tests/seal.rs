//! What answers while the server is sealed, and how it is opened.

use super::{Server, request};

const JSON: [(&str, &str); 1] = [("content-type", "application/json")];

async fn sealed() -> Server {
    let server = Server::start().await;
    *server.house.sealed.lock().unwrap() = true;
    server
}

fn share(text: &str) -> http::Request<http_body_util::Full<bytes::Bytes>> {
    let body = serde_json::json!({ "share": text }).to_string();
    request("POST", "/api/v1/seal/shares", &JSON, &body)
}

#[tokio::test]
async fn a_sealed_server_answers_what_it_takes_to_unseal_and_nothing_else() {
    let server = sealed().await;
    for (method, path) in [
        ("GET", "/api/v1/shelves/7/notes"),
        ("POST", "/api/v1/greetings"),
        ("GET", "/api/v1/stream"),
        ("GET", "/api/v1/openapi.json"),
    ] {
        let refused = server.ask(request(method, path, &[], "")).await;
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (503, "kms.sealed"),
            "{method} {path}"
        );
    }
    assert!(server.house.calls.lock().unwrap().is_empty());
    for path in ["/", "/healthz", "/readyz", "/api/v1/seal"] {
        assert_eq!(server.get(path).await.status, 200, "{path}");
    }
    let noted = server.house.refused.lock().unwrap().clone();
    assert!(noted.contains(&("test.door.greet", false, "kms.sealed")));
}

#[tokio::test]
async fn enough_shares_open_the_door_and_a_wrong_one_is_refused() {
    let server = sealed().await;
    let refused = server.ask(share("wrong")).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (422, "kms.share_other")
    );
    let one = server.ask(share("one")).await;
    assert_eq!(one.json()["quorum"]["entered"], 1);
    let forgotten = server
        .ask(request("DELETE", "/api/v1/seal/shares", &[], ""))
        .await;
    assert_eq!(forgotten.json()["quorum"]["entered"], 0);
    server.ask(share("one")).await;
    let opened = server.ask(share("two")).await;
    assert_eq!(opened.json()["state"], "unsealed");
    assert_eq!(server.get("/api/v1/openapi.json").await.status, 200);
}

#[tokio::test]
async fn a_share_stands_in_the_body_and_nowhere_else() {
    let server = sealed().await;
    let large = "x".repeat(4_096);
    for (path, body, status) in [
        ("/api/v1/seal/shares?share=one", r#"{"share":"one"}"#, 400),
        ("/api/v1/seal/shares", r#"{"share":"one","more":1}"#, 400),
        ("/api/v1/seal/shares", r#"{"share":7}"#, 400),
        ("/api/v1/seal/shares", "{}", 400),
        ("/api/v1/seal/shares", &large, 413),
    ] {
        let refused = server.ask(request("POST", path, &JSON, body)).await;
        assert_eq!(refused.status, status, "{path} {body}");
    }
    assert!(server.house.shares.lock().unwrap().is_empty());
    let foreign = [
        ("content-type", "application/json"),
        ("cookie", "__Host-bastide=token"),
        ("origin", "https://elsewhere.example"),
    ];
    let body = r#"{"share":"one"}"#;
    let refused = server
        .ask(request("POST", "/api/v1/seal/shares", &foreign, body))
        .await;
    assert_eq!(refused.status, 403, "not from a foreign page");
}

#[tokio::test]
async fn one_source_brings_only_so_many_shares_and_forgetting_has_a_limit_for_all() {
    let server = sealed().await;
    for _ in 0..10 {
        assert_eq!(server.ask(share("wrong")).await.status, 422);
    }
    assert_eq!(server.ask(share("wrong")).await.status, 429);
    let forget = || server.ask(request("DELETE", "/api/v1/seal/shares", &[], ""));
    assert_eq!(forget().await.status, 200);
    assert_eq!(forget().await.status, 200);
    assert_eq!(forget().await.status, 429);
}
