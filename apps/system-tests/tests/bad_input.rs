//! Bad input gets a clear refusal, and others notice nothing.

use bytes::Bytes;
use hyper::Method;
use serde_json::{Value, json};
use system_tests::{Client, Organisation, Server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{ground::Ground, planted::files_below};

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
async fn names_are_content_and_never_paths() {
    let ground = Ground::embedded();
    let data = ground.directory.path().join("a/b/c");
    let server = Server::start(&data, ground.options.clone()).await;
    let client = server.shared_client();
    let mut org = Organisation::new(&client, "names", &["ana"]).await;
    let ana = &mut org.people[0].connection;
    // What looks like a path, markup or a command is text like any other.
    let harmless = [
        "../../planted-name",
        "/planted-name",
        "..\\planted-name",
        "planted-name; rm -rf /",
        "<script>alert('planted-name')</script>",
        "planted-name' OR '1'='1",
        "%2e%2e%2fplanted-name",
    ];
    for name in harmless {
        let input = json!({ "name": name, "members": [] });
        let chat = ana.call("POST", "/chats", &input).await.ok();
        assert_eq!(chat["name"], name);
        let read = format!("/chats/{}", chat["id"].as_str().unwrap());
        let chat = ana.call("GET", &read, &Value::Null).await.ok();
        assert_eq!(chat["name"], name);
        let input = json!({ "name": name, "title": name });
        ana.call("PATCH", "/me", &input).await.ok();
        let me = ana.call("GET", "/me", &Value::Null).await.ok();
        assert_eq!(me["account"]["name"], name);
    }
    for path in files_below(ground.directory.path()) {
        let is_path = path.to_string_lossy().contains("planted-name");
        assert!(!is_path, "a name became {}", path.display());
    }
    // What steers a terminal, ends a line or turns the writing direction is no name.
    for name in [
        "a\0b",
        "a\nb",
        "a\rb",
        "\u{1b}[31mred",
        "a\u{7f}b",
        "a\u{85}b",
        "a\u{2028}b",
        "txt.\u{202e}gpj",
        "\u{2066}a\u{2069}",
        "",
        " \t ",
    ] {
        let input = json!({ "name": name, "members": [] });
        let reply = ana.call("POST", "/chats", &input).await;
        let refused = (reply.status, reply.code());
        assert_eq!(
            refused,
            (422, "messenger.name_invalid".to_owned()),
            "{name:?}"
        );
        let reply = ana.call("PATCH", "/me", &json!({ "name": name })).await;
        let refused = (reply.status, reply.code());
        assert_eq!(
            refused,
            (422, "identity.name_invalid".to_owned()),
            "{name:?}"
        );
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_utf8_is_refused_where_it_would_be_read() {
    let ground = Ground::embedded();
    let server = Server::start(ground.directory.path(), ground.options.clone()).await;
    let client = server.shared_client();
    let org = Organisation::new(&client, "utf8", &["ana"]).await;
    let bearer = format!("Authorization: Bearer {}\r\n", org.people[0].token);
    let bearer = bearer.as_bytes();
    let signed = |more: &[u8]| [bearer, more].concat();
    let cases: [(&str, &str, Vec<u8>, u16, &str); 8] = [
        (
            "the query",
            "/api/v1/chats?cursor=%ff",
            signed(b""),
            400,
            "gate.query_malformed",
        ),
        (
            "the query's end",
            "/api/v1/chats?cursor=%e6%9c",
            signed(b""),
            400,
            "gate.query_malformed",
        ),
        (
            "a zero in the query",
            "/api/v1/chats?cursor=a%00",
            signed(b""),
            400,
            "gate.query_malformed",
        ),
        (
            "the path",
            "/api/v1/chats/%ff",
            signed(b""),
            400,
            "gate.path_malformed",
        ),
        (
            "the token",
            "/api/v1/chats",
            b"Authorization: Bearer \xff\xfe\r\n".to_vec(),
            401,
            "access.not_signed_in",
        ),
        (
            "a cookie",
            "/api/v1/chats",
            b"Cookie: __Host-bastide=\xff\r\n".to_vec(),
            401,
            "access.not_signed_in",
        ),
        (
            "the key",
            "/api/v1/chats",
            signed(b"Idempotency-Key: \xff\r\n"),
            400,
            "gate.idempotency_key",
        ),
        (
            "a name of no weight",
            "/api/v1/chats",
            signed(b"User-Agent: \xff\r\nX-Request-Id: \xff\r\n"),
            200,
            "",
        ),
    ];
    for (what, path, headers, status, code) in cases {
        let said = raw(&client, path.as_bytes(), &headers).await;
        let (head, body) = said.split_once("\r\n\r\n").unwrap();
        assert!(
            head.starts_with(&format!("HTTP/1.1 {status} ")),
            "{what}: {said}"
        );
        let body: Value = serde_json::from_str(body).unwrap();
        assert_eq!(body["code"].as_str().unwrap_or_default(), code, "{what}");
    }
    // In the address itself it is no HTTP: all that can be answered is that.
    let said = raw(&client, b"/api/v1/\xff\x01", bearer).await;
    assert!(said.starts_with("HTTP/1.1 400"), "{said}");
    server.stop().await;
}

/// The answer to a request that no client library would send.
async fn raw(client: &Client, path: &[u8], headers: &[u8]) -> String {
    let mut tls = client.tls().await.unwrap();
    let host = format!("Host: {}\r\nConnection: close\r\n", client.host());
    let parts: [&[u8]; 5] = [b"GET ", path, b" HTTP/1.1\r\n", host.as_bytes(), headers];
    let request = [&parts.concat(), b"\r\n".as_slice()].concat();
    tls.write_all(&request).await.unwrap();
    let mut said = Vec::new();
    tls.read_to_end(&mut said).await.unwrap();
    String::from_utf8_lossy(&said).into_owned()
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
