//! Connections: certificates, redirects, limits, slow and half-open clients, and the end.

use std::{os::unix::fs::PermissionsExt, sync::Arc, time::Duration};

use base::{Clock, SystemClock, Timestamp};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{Asked, Scratch, Server, post, request};
use crate::{
    CertificateSource, Limits, Listener, MetricsService, PlainHttp, ProxyHeader, Tls,
    TrustedProxies, local_authority_pem,
};

async fn read_all(stream: &mut (impl AsyncReadExt + Unpin)) -> String {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    let reading = async {
        while let Ok(read @ 1..) = stream.read(&mut chunk).await {
            bytes.extend_from_slice(&chunk[..read]);
        }
    };
    tokio::time::timeout(Duration::from_secs(5), reading)
        .await
        .expect("the connection ends");
    String::from_utf8_lossy(&bytes).into_owned()
}

#[tokio::test]
async fn plain_http_is_only_redirected() {
    let server = Server::start().await;
    for (sent, begins, location) in [
        (
            "GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n",
            "HTTP/1.1 308",
            "Location: https://office.example:8443/a?b=c\r\n",
        ),
        (
            "POST /api/v1/sign-in HTTP/1.0\r\n\r\n",
            "HTTP/1.1 308",
            "Location: https://office.example:8443/api",
        ),
        (
            "GET //evil.example/ HTTP/1.1\r\n\r\n",
            "HTTP/1.1 308",
            "Location: https://office.example:8443//evil",
        ),
        ("SSH-2.0-OpenSSH\r\n\r\n", "HTTP/1.1 400", ""),
        ("\x00\x01nonsense\r\n\r\n", "HTTP/1.1 400", ""),
    ] {
        let mut stream = server.tcp().await;
        stream.write_all(sent.as_bytes()).await.unwrap();
        let answer = read_all(&mut stream).await;
        assert!(
            answer.starts_with(begins) && answer.contains(location),
            "{sent:?}: {answer}"
        );
    }
}

#[tokio::test]
async fn headers_are_in_title_case_and_limited() {
    let server = Server::start().await;
    let mut stream = server.tls(&[b"http/1.1"]).await;
    stream
        .write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        .await
        .unwrap();
    let answer = read_all(&mut stream).await;
    assert!(
        answer.contains("\r\nX-Request-Id: ") && answer.contains("\r\nContent-Type: "),
        "{answer}"
    );

    for head in [
        format!(
            "GET /healthz HTTP/1.1\r\nHost: x\r\nX: {}\r\n\r\n",
            "x".repeat(40_000)
        ),
        format!(
            "GET /healthz HTTP/1.1\r\nHost: x\r\n{}\r\n",
            "X: y\r\n".repeat(200)
        ),
    ] {
        let mut stream = server.tls(&[b"http/1.1"]).await;
        stream.write_all(head.as_bytes()).await.unwrap();
        let answer = read_all(&mut stream).await;
        assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
    }
}

#[tokio::test]
async fn slow_and_silent_clients_are_let_go() {
    let limits = Limits {
        handshake_ms: 200,
        header_read_ms: 300,
        ..Limits::default()
    };
    let server = Server::with(limits, |config| config.body_ms_max = 300).await;
    // Says nothing at all; begins a handshake and stops.
    let mut silent = server.tcp().await;
    let mut halfway = server.tcp().await;
    halfway.write_all(&[0x16, 0x03, 0x01]).await.unwrap();
    read_all(&mut silent).await;
    read_all(&mut halfway).await;
    // Begins a request and stops.
    let mut slow = server.tls(&[]).await;
    slow.write_all(b"GET /healthz HT").await.unwrap();
    read_all(&mut slow).await;
    // Announces a body and sends a part of it.
    let mut stalled = server.tls(&[]).await;
    let head = "POST /api/v1/greetings HTTP/1.1\r\nHost: office.example\r\nContent-Type: application/json\r\n\
        Content-Length: 100\r\n\r\n{";
    stalled.write_all(head.as_bytes()).await.unwrap();
    let answer = read_all(&mut stalled).await;
    assert!(
        answer.starts_with("HTTP/1.1 408") && answer.contains("gate.body_too_slow"),
        "{answer}"
    );
    assert_eq!(server.get("/healthz").await.status, 200);
}

#[tokio::test]
async fn oversized_bodies_are_refused_before_they_are_read() {
    let server = Server::start().await;
    let mut stream = server.tls(&[]).await;
    let head = "POST /api/v1/greetings HTTP/1.1\r\nHost: office.example\r\nContent-Type: application/json\r\n\
        Content-Length: 99999999999\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let answer = read_all(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    // Without a declared length the reading stops at the limit.
    let mut stream = server.tls(&[]).await;
    let head = "POST /api/v1/greetings HTTP/1.1\r\nHost: office.example\r\nContent-Type: application/json\r\n\
        Transfer-Encoding: chunked\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let chunk = format!("{:x}\r\n{}\r\n", 10_000, "x".repeat(10_000));
    for _ in 0..20 {
        if stream.write_all(chunk.as_bytes()).await.is_err() {
            break;
        }
    }
    let answer = read_all(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
}

#[tokio::test]
async fn one_source_has_only_so_many_connections() {
    let limits = Limits {
        connections_per_source_max: 3,
        ..Limits::default()
    };
    let server = Server::with(limits, |_| {}).await;
    let held = [server.tcp().await, server.tcp().await, server.tcp().await];
    // The three are counted once they were accepted; a fourth is closed without a word.
    tokio::time::sleep(Duration::from_millis(100)).await;
    let mut refused = server.tcp().await;
    assert_eq!(read_all(&mut refused).await, "");
    drop(held);
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(server.get("/healthz").await.status, 200);
}

#[tokio::test]
async fn a_trusted_proxy_is_not_counted_as_one_source() {
    let limits = Limits {
        connections_max: 3,
        connections_per_source_max: 1,
        proxies: TrustedProxies::new(vec!["127.0.0.0/8".parse().unwrap()], ProxyHeader::default()),
        ..Limits::default()
    };
    let server = Server::with(limits, |_| {}).await;
    let held = [
        server.tls(&[]).await,
        server.tls(&[]).await,
        server.tls(&[]).await,
    ];
    // The total holds for proxies as well.
    let mut refused = server.tcp().await;
    assert_eq!(read_all(&mut refused).await, "");
    drop(held);
}

#[tokio::test]
async fn a_drain_lets_requests_finish() {
    let server = Server::start().await;
    let mut sender = server.http2().await;
    let mut slow = post(
        "https://office.example:8443/api/v1/shelves/x/notes",
        r#"{"text":"slow"}"#,
    );
    slow.headers_mut().remove("host");
    let answering = tokio::spawn(async move {
        Asked::of(sender.send_request(slow).await.unwrap())
            .await
            .status
    });
    super::eventually(|| !server.house.calls.lock().unwrap().is_empty()).await;
    let address = server.address;
    tokio::time::timeout(Duration::from_secs(5), server.drain())
        .await
        .expect("the drain ends");
    assert_eq!(answering.await.unwrap(), 201);
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_drain_ends_at_its_deadline() {
    let limits = Limits {
        drain_ms: 200,
        ..Limits::default()
    };
    let server = Server::with(limits, |_| {}).await;
    let mut stuck = server.tls(&[]).await;
    stuck.write_all(b"GET /healthz HTTP/1.1\r\n").await.unwrap();
    tokio::time::timeout(Duration::from_secs(3), server.drain())
        .await
        .expect("the drain ends");
    read_all(&mut stuck).await;
}

#[tokio::test]
async fn metrics_have_a_listener_of_their_own() {
    let mut server = Server::start().await;
    assert_eq!(server.get("/healthz").await.status, 200);
    assert_eq!(server.get("/metrics").await.status, 404);
    let service = Arc::new(MetricsService(Arc::clone(&server.metrics)));
    let address = "127.0.0.1:0".parse().unwrap();
    let listener = Listener::bind(address, &server.tls, PlainHttp::Refuse, Limits::default())
        .await
        .unwrap();
    server.address = listener.local_address().unwrap();
    let running = tokio::spawn(listener.run(service, std::future::pending()));
    let page = server.get("/metrics").await;
    assert_eq!(
        page.header("content-type"),
        "text/plain; version=0.0.4; charset=utf-8"
    );
    assert!(
        page.text
            .contains("gate_requests_total{method=\"GET\",route=\"/healthz\",status=\"200\"} 1")
    );
    let mut plain = server.tcp().await;
    plain
        .write_all(b"GET /metrics HTTP/1.1\r\n\r\n")
        .await
        .unwrap();
    assert!(read_all(&mut plain).await.starts_with("HTTP/1.1 400"));
    running.abort();
}

struct Still(Timestamp);

impl Clock for Still {
    fn now(&self) -> Timestamp {
        self.0
    }
}

#[tokio::test]
async fn the_local_authority_outlives_its_leaves() {
    let scratch = Scratch::new();
    let now = SystemClock.now();
    let first = Tls::open(scratch.source(&["office.example"]), Arc::new(Still(now))).unwrap();
    let authority = local_authority_pem(&scratch.0).unwrap();
    for file in ["authority.key", "authority.pem"] {
        let mode = std::fs::metadata(scratch.0.join(file))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
    assert!(first.expires_at() > now.after(Duration::from_secs(80 * 86_400)));
    first.reload().unwrap();
    assert_eq!(
        local_authority_pem(&scratch.0).unwrap(),
        authority,
        "a second start keeps the authority"
    );
    // Ten years on, the authority itself is made anew under the same key.
    let later = now.after(Duration::from_secs(3_640 * 86_400));
    let renewed = Tls::open(scratch.source(&[]), Arc::new(Still(later))).unwrap();
    assert!(renewed.expires_at() > later);
    assert_ne!(local_authority_pem(&scratch.0).unwrap(), authority);
}

#[tokio::test]
async fn certificates_from_files_are_reloaded() {
    let scratch = Scratch::new();
    let (chain, key) = (scratch.0.join("chain.pem"), scratch.0.join("key.pem"));
    let source = CertificateSource::Files {
        chain: chain.clone(),
        key: key.clone(),
    };
    assert!(Tls::open(source.clone(), Arc::new(SystemClock)).is_err());
    let place = |day: u8| {
        let own = rcgen::KeyPair::generate().unwrap();
        let mut params = rcgen::CertificateParams::new(vec!["office.example".to_owned()]).unwrap();
        params.not_after = rcgen::date_time_ymd(2055, 1, day);
        std::fs::write(&chain, params.self_signed(&own).unwrap().pem()).unwrap();
        std::fs::write(&key, own.serialize_pem()).unwrap();
    };
    let open_to = |mode| {
        let permissions = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(&key, permissions).unwrap();
    };
    place(1);
    for mode in [0o644, 0o640, 0o604] {
        open_to(mode);
        assert!(Tls::open(source.clone(), Arc::new(SystemClock)).is_err());
    }
    open_to(0o600);
    let tls = Tls::open(source, Arc::new(SystemClock)).unwrap();
    assert_eq!(tls.expires_at().date(), (2055, 1, 1));
    place(2);
    tls.reload().unwrap();
    assert_eq!(tls.expires_at().date(), (2055, 1, 2));
    // A key that does not belong to the certificate is refused, and what is in use stays.
    std::fs::write(&key, rcgen::KeyPair::generate().unwrap().serialize_pem()).unwrap();
    assert!(tls.reload().is_err());
    assert_eq!(tls.expires_at().date(), (2055, 1, 2));
}

#[tokio::test]
async fn a_reloaded_certificate_serves_new_connections() {
    let server = Server::start().await;
    assert_eq!(server.get("/healthz").await.status, 200);
    server.tls.reload().unwrap();
    assert_eq!(
        server.ask(request("GET", "/healthz", &[], "")).await.status,
        200
    );
}
