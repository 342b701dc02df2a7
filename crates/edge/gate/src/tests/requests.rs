//! One request at a time: input, refusals, headers, pages.

use serde_json::json;

use super::{Asked, Server, house, post, request};

#[tokio::test]
async fn an_operation_gets_its_input_and_its_caller() {
    let server = Server::start().await;
    let asked = request(
        "POST",
        "/api/v1/shelves/a%20b/notes",
        &[
            ("content-type", "application/json"),
            ("authorization", "Bearer ana"),
            ("idempotency-key", "once"),
            ("user-agent", "a test"),
        ],
        r#"{"text": "hi"}"#,
    );
    let answer = server.ask(asked).await;
    assert_eq!(
        (answer.status, answer.json()),
        (201, json!({"shelf": "a b", "text": "hi"}))
    );
    let (name, call, _) = server.house.last();
    assert_eq!(name, "test.note.add");
    assert!(call.caller.member().is_some());
    assert_eq!(
        (call.source.as_str(), call.client.as_str()),
        ("127.0.0.1", "a test")
    );
    assert_eq!(call.idempotency_key.as_deref(), Some("once"));

    let read = request(
        "GET",
        "/api/v1/shelves/x/notes?limit=3",
        &[("authorization", "Bearer ana")],
        "",
    );
    assert_eq!(
        server.ask(read).await.json(),
        json!({"shelf": "x", "limit": 3})
    );
}

#[tokio::test]
async fn bad_bodies_are_refused_clearly() {
    let server = Server::start().await;
    let path = "/api/v1/shelves/x/notes";
    let large = format!(r#"{{"text": "{}"}}"#, "x".repeat(20_000));
    let deep = format!(r#"{{"text": {}1{}}}"#, "[".repeat(50), "]".repeat(50));
    for (body, status, code) in [
        ("{", 400, "gate.json_malformed"),
        ("[]", 400, "gate.json_not_object"),
        (r#"{"text":1,"text":2}"#, 400, "gate.json_duplicate_key"),
        (r#"{"shelf":"y"}"#, 400, "gate.parameter_repeated"),
        (deep.as_str(), 400, "gate.json_too_deep"),
        (large.as_str(), 413, "gate.body_too_large"),
    ] {
        let answer = server.ask(post(path, body)).await;
        assert_eq!((answer.status, answer.code().as_str()), (status, code));
        assert_eq!(answer.header("content-type"), "application/problem+json");
    }
}

#[tokio::test]
async fn who_is_refused_unread_hears_why_and_the_connection_goes_on() {
    let server = Server::start().await;
    let stream = server.tls(&[b"http/1.1"]).await;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(hyper_util::rt::TokioIo::new(stream))
            .await
            .unwrap();
    tokio::spawn(connection);
    // More than any buffer on the way holds.
    let body = format!(r#"{{"text": "{}"}}"#, "x".repeat(200_000));
    for (method, path, status, code) in [
        ("POST", NOTES, 401, "access.not_signed_in"),
        ("PUT", NOTES, 405, "gate.method_not_allowed"),
        ("DELETE", "/api/v1/nowhere", 404, "gate.not_found"),
        ("POST", NOTES, 401, "access.not_signed_in"),
    ] {
        sender.ready().await.unwrap();
        let asked = request(method, path, &[JSON], &body);
        let answer = Asked::of(sender.send_request(asked).await.unwrap()).await;
        assert_eq!((answer.status, answer.code().as_str()), (status, code));
    }
}

/// Method, path, headers, body; status and code.
type Bad = (
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
    &'static str,
    u16,
    &'static str,
);

const BEARER: (&str, &str) = ("authorization", "Bearer ana");
const JSON: (&str, &str) = ("content-type", "application/json");
const NOTES: &str = "/api/v1/shelves/x/notes";
const MANY: &str = "/api/v1/shelves/x/notes?limit=many";
const WHO: &str = "/api/v1/shelves/x/notes?who=me";
const BROKEN: &str = "/api/v1/shelves/%ff/notes";

const BAD_REQUESTS: [Bad; 12] = [
    (
        "POST",
        NOTES,
        &[BEARER, ("content-type", "text/plain")],
        "{}",
        415,
        "gate.media_type",
    ),
    (
        "POST",
        NOTES,
        &[BEARER, JSON, ("idempotency-key", "a b")],
        "{}",
        400,
        "gate.idempotency_key",
    ),
    (
        "POST",
        BROKEN,
        &[BEARER, JSON],
        "{}",
        400,
        "gate.path_malformed",
    ),
    ("GET", MANY, &[BEARER], "", 400, "gate.parameter_malformed"),
    ("GET", WHO, &[BEARER], "", 400, "gate.parameter_unknown"),
    (
        "GET",
        NOTES,
        &[BEARER, JSON],
        "{}",
        400,
        "gate.body_not_taken",
    ),
    ("POST", NOTES, &[JSON], "{}", 401, "access.not_signed_in"),
    (
        "POST",
        NOTES,
        &[JSON, ("authorization", "Bearer eve")],
        "{}",
        401,
        "access.not_signed_in",
    ),
    (
        "DELETE",
        NOTES,
        &[BEARER],
        "",
        405,
        "gate.method_not_allowed",
    ),
    ("GET", "/api/v1/nowhere", &[], "", 404, "gate.not_found"),
    (
        "GET",
        NOTES,
        &[("host", "evil.example")],
        "",
        421,
        "gate.host_unknown",
    ),
    (
        "PUT",
        "/api/v1/picture",
        &[BEARER, ("content-type", "image/gif")],
        "x",
        415,
        "gate.media_type",
    ),
];

#[tokio::test]
async fn bad_requests_are_refused_clearly() {
    let server = Server::start().await;
    for (method, path, headers, body, status, code) in BAD_REQUESTS {
        let answer = server.ask(request(method, path, headers, body)).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (status, code),
            "{method} {path}"
        );
    }
    let answer = server.ask(request("DELETE", NOTES, &[], "")).await;
    assert_eq!(answer.header("allow"), "POST, GET");
}

#[tokio::test]
async fn refusals_and_faults_are_problems() {
    let server = Server::start().await;
    let refused = server
        .ask(post("/api/v1/shelves/x/notes", r#"{"text":"locked"}"#))
        .await;
    let reference = refused.header("x-request-id").to_owned();
    assert_eq!(
        refused.json(),
        json!({"type": "about:blank", "title": "This note is locked.", "status": 409, "code": "test.locked",
            "reference": reference, "field": "text"})
    );
    for text in ["fault", "panic"] {
        let failed = server
            .ask(post(
                "/api/v1/shelves/x/notes",
                &format!(r#"{{"text":"{text}"}}"#),
            ))
            .await;
        assert_eq!((failed.status, failed.code().as_str()), (500, "gate.fault"));
        assert_eq!(failed.json()["reference"], failed.header("x-request-id"));
        assert!(!failed.text.contains("secret"));
    }
}

#[tokio::test]
async fn every_answer_carries_the_standing_headers() {
    let server = Server::start().await;
    let page = server
        .ask(request("GET", "/chats/1", &[("accept", "text/html")], ""))
        .await;
    assert_eq!((page.status, page.text.as_str()), (200, "<!doctype html>"));
    assert!(
        page.header("content-security-policy")
            .contains("connect-src 'self' wss://office.example:8443;")
    );
    let api = server.get("/api/v1/openapi.json").await;
    assert_eq!(
        api.header("content-security-policy"),
        "default-src 'none'; frame-ancestors 'none'"
    );
    assert_eq!(api.header("cache-control"), "no-store");
    let lost = server.get("/nowhere").await;
    for answer in [&page, &api, &lost] {
        assert_eq!(
            answer.header("strict-transport-security"),
            "max-age=63072000; includeSubDomains"
        );
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin");
        assert!(answer.header("x-request-id").starts_with("r_"));
        assert_eq!(answer.header("server"), "");
    }
    let named = server
        .ask(request(
            "GET",
            "/nowhere",
            &[("x-request-id", "mine-1")],
            "",
        ))
        .await;
    assert_eq!(named.header("x-request-id"), "mine-1");
    let problem = named.json();
    assert!(problem["reference"].as_str().unwrap().starts_with("r_"));
    let forged = server
        .ask(request("GET", "/nowhere", &[("x-request-id", "a b")], ""))
        .await;
    assert!(forged.header("x-request-id").starts_with("r_"));
}

#[tokio::test]
async fn cookies_are_set_and_defended() {
    let server = Server::start().await;
    let json = ("content-type", "application/json");
    let signed_in = server
        .ask(request("POST", "/api/v1/greetings", &[json], "{}"))
        .await;
    assert_eq!(
        signed_in.header("set-cookie"),
        "__Host-bastide=tok-1; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=2592000"
    );
    assert_eq!(signed_in.json()["token"], "");
    let token = ("x-bastide-token", "1");
    let program = server
        .ask(request("POST", "/api/v1/greetings", &[json, token], "{}"))
        .await;
    assert_eq!(
        (
            program.header("set-cookie"),
            program.json()["token"].as_str()
        ),
        ("", Some("tok-1"))
    );

    let cookie = ("cookie", "__Host-bastide=ana");
    let path = "/api/v1/shelves/x/notes";
    let forged = server
        .ask(request("POST", path, &[json, cookie], "{}"))
        .await;
    assert_eq!((forged.status, forged.code().as_str()), (403, "gate.csrf"));
    let own = [
        json,
        cookie,
        ("x-bastide-csrf", "1"),
        ("origin", "https://office.example:8443"),
    ];
    assert_eq!(
        server.ask(request("POST", path, &own, "{}")).await.status,
        201
    );
    // A cookie that has ended does not keep anybody from signing in again.
    let stale = [
        json,
        ("cookie", "__Host-bastide=old"),
        ("x-bastide-csrf", "1"),
        ("sec-fetch-site", "same-origin"),
    ];
    assert_eq!(
        server
            .ask(request("POST", "/api/v1/greetings", &stale, "{}"))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn addresses_are_believed_from_trusted_proxies_only() {
    let claim = [BEARER, ("x-forwarded-for", "6.6.6.6, 2001:db8:1:2::3")];
    let source = |server: &Server| server.house.last().1.source;
    let plain = Server::start().await;
    plain.ask(request("GET", NOTES, &claim, "")).await;
    assert_eq!(source(&plain), "127.0.0.1");
    let behind = Server::with(crate::Limits::default(), |config| {
        config.trusted_proxies = crate::TrustedProxies::new(
            vec!["127.0.0.0/8".parse().unwrap()],
            crate::ProxyHeader::XForwardedFor,
        );
    })
    .await;
    behind.ask(request("GET", NOTES, &claim, "")).await;
    assert_eq!(source(&behind), "2001:db8:1:2::/64");
}

#[tokio::test]
async fn raw_bytes_go_in_and_out() {
    let server = Server::start().await;
    let bearer = ("authorization", "Bearer ana");
    let set = request(
        "PUT",
        "/api/v1/picture",
        &[bearer, ("content-type", "image/png")],
        "pixels",
    );
    assert_eq!(server.ask(set).await.status, 201);
    assert_eq!(server.house.last().1.body, "pixels");
    let shown = server
        .ask(request("GET", "/api/v1/pictures/av_1", &[bearer], ""))
        .await;
    assert_eq!(
        (shown.header("content-type"), shown.text.as_str()),
        ("image/png", "png")
    );
    assert_eq!(
        shown.header("cache-control"),
        "private, max-age=86400, immutable"
    );
}

#[tokio::test]
async fn health_is_told_to_anybody() {
    let server = Server::start().await;
    let by_address = [("host", "10.1.2.3:8443")];
    assert_eq!(
        server
            .ask(request("GET", "/healthz", &by_address, ""))
            .await
            .status,
        200
    );
    assert_eq!(
        server
            .ask(request("GET", "/readyz", &by_address, ""))
            .await
            .status,
        200
    );
    *server.house.unready.lock().unwrap() = true;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let unready = server.get("/readyz").await;
    assert_eq!(
        (unready.status, unready.json()["field"].as_str()),
        (503, Some("database"))
    );
    let page = server.metrics.page();
    assert!(
        page.contains("gate_requests_total{method=\"GET\",route=\"/readyz\",status=\"503\"} 1"),
        "{page}"
    );
}

#[tokio::test]
async fn a_source_may_ask_only_so_often() {
    let rate = crate::Rate {
        per_minute: 1,
        burst: 2,
    };
    let server = Server::with(crate::Limits::default(), |config| {
        config.api_rate = Some(rate)
    })
    .await;
    for _ in 0..2 {
        assert_eq!(server.get("/api/v1/openapi.json").await.status, 200);
    }
    let refused = server.get("/api/v1/openapi.json").await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (429, "gate.too_many")
    );
    assert_eq!(refused.header("retry-after"), "60");
    assert_eq!(server.get("/healthz").await.status, 200);
}

#[tokio::test]
async fn the_document_names_every_route_of_the_router() {
    let server = Server::start().await;
    let document = server.get("/api/v1/openapi.json").await.json();
    let mut documented: Vec<(String, String)> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, methods)| {
            methods
                .as_object()
                .unwrap()
                .keys()
                .map(|method| (path.clone(), method.to_uppercase()))
        })
        .collect();
    documented.sort();
    let mut routed: Vec<(String, String)> = server
        .gate
        .routes()
        .iter()
        .map(|route| (route.path.clone(), route.method.to_owned()))
        .collect();
    routed.sort();
    assert_eq!(documented, routed);

    let mut config =
        crate::Config::new(crate::PublicUrl::parse("https://office.example:8443").unwrap());
    config.mode = crate::Mode::Test;
    let parts = house::house(&server.house, &server.metrics);
    let (routes, text) = crate::describe(config, parts.bindings).unwrap();
    assert_eq!(
        (routes.as_slice(), text.as_str()),
        (server.gate.routes(), server.gate.document())
    );

    let list = &document["paths"]["/api/v1/shelves/{shelf}/notes"]["get"]["parameters"];
    let limit = list
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["name"] == "limit");
    let limit = &limit.unwrap()["schema"];
    assert_eq!(
        (&limit["minimum"], &limit["maximum"]),
        (&json!(0), &json!(u32::MAX)),
        "{limit}"
    );
    let add = &document["paths"]["/api/v1/shelves/{shelf}/notes"]["post"];
    assert_eq!(add["operationId"], "test.note.add");
    let schema = &add["requestBody"]["content"]["application/json"]["schema"];
    assert_eq!(schema["required"], json!(["text"]));
    assert!(schema["properties"].get("shelf").is_none());
    assert_eq!(add["parameters"][0]["name"], "shelf");
    assert!(
        add["responses"]["409"]["description"]
            .as_str()
            .unwrap()
            .contains("test.locked")
    );
    for status in [
        "200", "201", "400", "401", "413", "415", "421", "429", "500",
    ] {
        assert!(add["responses"].get(status).is_some(), "{status}");
    }
    assert_eq!(
        add["responses"]["201"]["content"]["application/json"]["schema"]["$ref"],
        "#/components/schemas/Note"
    );
    assert_eq!(document["components"]["schemas"]["Note"]["type"], "object");
    let read = &document["paths"]["/api/v1/shelves/{shelf}/notes"]["get"];
    assert!(read.get("requestBody").is_none());
    assert_eq!(read["parameters"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn http2_serves_many_at_once() {
    let server = Server::start().await;
    let sender = server.http2().await;
    let answers = futures_util::future::join_all((0..20).map(|number| {
        let mut sender = sender.clone();
        async move {
            let body = format!(r#"{{"text":"{number}"}}"#);
            let mut request = post("https://office.example:8443/api/v1/shelves/x/notes", &body);
            request.headers_mut().remove("host");
            Asked::of(sender.send_request(request).await.unwrap()).await
        }
    }))
    .await;
    for (number, answer) in answers.iter().enumerate() {
        assert_eq!(
            (answer.status, answer.json()["text"].as_str()),
            (201, Some(number.to_string().as_str()))
        );
    }
}

#[test]
fn an_operation_of_the_system_has_no_address() {
    use act::{Action, Method, Module, Operation};
    static INNER: Operation = Operation::write("test.inner.run", Action::Serve)
        .http(Method::Post, "/inner")
        .system();
    let metrics = crate::Metrics::new();
    let mut parts = house::house(&std::sync::Arc::default(), &metrics);
    let module = Module::new("inner", act::MIGRATIONS).with(&INNER, house::never::<house::Nothing>);
    parts.bindings.extend(module.bindings);
    let public = crate::PublicUrl::parse("https://office.example").unwrap();
    assert!(crate::Gate::new(crate::Config::new(public), parts).is_err());
}

#[tokio::test]
async fn a_foreign_form_signs_nobody_in() {
    let server = Server::start().await;
    let json = ("content-type", "application/json");
    for foreign in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
    ] {
        let forged = request("POST", "/api/v1/greetings", &[json, foreign], "{}");
        let refused = server.ask(forged).await;
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (403, "gate.csrf"),
            "{foreign:?}"
        );
    }
    // What changes something says it in its body: an address is all that a form or a link can fill.
    let bearer = ("authorization", "Bearer ana");
    let by_address = request("POST", "/api/v1/shelves/x/notes?text=hello", &[bearer], "");
    let refused = server.ask(by_address).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (400, "gate.parameter_unknown")
    );
    assert!(server.house.calls.lock().unwrap().is_empty());
}

#[tokio::test]
async fn what_the_gate_refuses_by_itself_is_noted() {
    let server = Server::start().await;
    let stranger = ("authorization", "Bearer eve");
    let cookie = ("cookie", "__Host-bastide=ana");
    let text = ("content-type", "text/plain");
    let key = ("idempotency-key", "once");
    let asked = [
        ("POST", NOTES, &[JSON][..], 401),
        ("POST", NOTES, &[JSON, stranger], 401),
        ("POST", NOTES, &[JSON, cookie], 403),
        ("POST", NOTES, &[text, BEARER], 415),
        ("POST", "/api/v1/greetings", &[JSON, key], 400),
        ("GET", "/api/v1/stream", &[stranger], 401),
        ("GET", "/api/v1/stream", &[BEARER], 400),
    ];
    for (method, path, headers, status) in asked {
        let body = if method == "POST" { "{}" } else { "" };
        let answer = server.ask(request(method, path, headers, body)).await;
        assert_eq!(answer.status, status, "{method} {path}");
    }

    assert_eq!(
        *server.house.refused.lock().unwrap(),
        [
            ("test.note.add", false, "access.not_signed_in"),
            ("test.note.add", false, "access.not_signed_in"),
            ("test.note.add", false, "gate.csrf"),
            ("test.note.add", true, "gate.media_type"),
            ("test.door.greet", false, "gate.idempotency_not_taken"),
            ("gate.stream.open", false, "access.not_signed_in"),
            ("gate.stream.open", true, "gate.upgrade_expected"),
        ]
    );
}
