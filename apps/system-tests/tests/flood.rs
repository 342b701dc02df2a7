//! Clients that ask for more than they may: pictures that swell, bodies without end, sockets that are not read. Each gets a
//! clear answer or is cut, memory comes back, and a colleague can write all the while.

use std::time::Duration;

use bytes::Bytes;
use hyper::Method;
use serde_json::{Value, json};
use system_tests::{Client, Connection, Organisation, Person, Server, Socket};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::oneshot,
    task::JoinHandle,
};
use tokio_rustls::client::TlsStream;

use crate::{
    ground::Ground,
    hearing::Hearing,
    http2::{
        self, DATA, END_HEADERS, END_STREAM, GOAWAY, HEADERS, PREFACE, RESET, SETTINGS, frame,
    },
    picture,
};

/// How far memory may be from where it was: allocators keep some of what they were given back.
const MEMORY_KIB: u64 = 64 * 1024;
/// What reading a picture may take at its worst, whatever the file promises: what the decoder is allowed, the file, and room.
const PICTURE_KIB: u64 = (256 + 64) * 1024;
/// What a client far behind costs once, in buffers of the server and the allocator.
const REPLAY_KIB: u64 = 256 * 1024;

#[tokio::test(flavor = "multi_thread")]
async fn pictures_that_swell_are_refused_and_cost_little() {
    let ground = Ground::embedded();
    let server = Server::start(ground.directory.path(), ground.options.clone()).await;
    let client = server.shared_client();
    let mut org = Organisation::new(&client, "bombs", &["ana", "bo"]).await;
    let sound = picture::png(64, 64, |x, y| [u8::try_from(x + y).unwrap(), 0, 0]);
    let ana = &mut org.people[0].connection;
    assert_eq!(put_avatar(ana, sound.clone()).await, (200, String::new()));
    let meanwhile = Meanwhile::begin(&mut org.people[1]).await;
    let before = server.usage().1;

    let ana = &mut org.people[0].connection;
    let cases = [
        ("a promise", picture::promise(60_000, 60_000), 413, "large"),
        (
            "the largest promise",
            picture::promise(i32::MAX as u32, i32::MAX as u32),
            413,
            "large",
        ),
        (
            "text",
            b"I am a picture, says my name.".to_vec(),
            422,
            "invalid",
        ),
        (
            "half a picture",
            sound[..sound.len() / 2].to_vec(),
            422,
            "invalid",
        ),
    ];
    for (what, file, status, code) in cases {
        let code = format!("identity.avatar_{code}");
        assert_eq!(put_avatar(ana, file).await, (status, code), "{what}");
    }
    // These may be taken for the small pictures that they are, as long as the rest is not unpacked without bound.
    for (what, file) in [
        ("pixels", picture::bomb_in_pixels(500 << 20)),
        ("profile", picture::bomb_in_profile(300 << 20)),
    ] {
        let (status, code) = put_avatar(ana, file).await;
        assert!(
            [200, 413, 422].contains(&status),
            "a bomb in its {what}: {status} {code}"
        );
    }
    let peak = server.peak_kib() - before;
    assert!(peak < PICTURE_KIB, "at the worst {peak} KiB more");
    meanwhile.end().await;
    until_memory_is_back(&server, before).await;
    server.stop().await;
}

async fn put_avatar(connection: &mut Connection, file: Vec<u8>) -> (u16, String) {
    let png = [("content-type", "image/png")];
    let put = connection.request(Method::PUT, "/api/v1/me/avatar", &png, Bytes::from(file));
    let reply = put.await.unwrap();
    if reply.status >= 400 {
        assert_eq!(reply.headers["content-type"], "application/problem+json");
    }
    (reply.status, reply.code())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_without_end_is_refused_before_it_is_kept() {
    let ground = Ground::embedded();
    let server = Server::start(ground.directory.path(), ground.options.clone()).await;
    let client = server.shared_client();
    let mut org = Organisation::new(&client, "endless", &["ana", "bo"]).await;
    let chat = org.people[0].creates_chat("news", &[]).await;
    let meanwhile = Meanwhile::begin(&mut org.people[1]).await;
    let before = server.usage().1;
    for chunks in [5, 64] {
        let mut tls = client.tls().await.unwrap();
        let head = format!(
            "POST /api/v1/chats/{chat}/messages HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n\
             Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n",
            client.host(),
            org.people[0].token
        );
        tls.write_all(head.as_bytes()).await.unwrap();
        let chunk = [b"10000\r\n".as_slice(), &[b' '; 0x10000], b"\r\n"].concat();
        for _ in 0..chunks {
            tls.write_all(&chunk).await.unwrap();
        }
        let answer = answer(&mut tls).await;
        assert!(answer.starts_with("HTTP/1.1 413"), "{chunks}: {answer}");
        assert!(answer.contains("gate.body_too_large"), "{chunks}: {answer}");
    }
    meanwhile.end().await;
    until_memory_is_back(&server, before).await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_that_is_not_read_is_cut_while_others_hear_everything() {
    let mut ground = Ground::embedded();
    // One account says more than one may: the socket's queue is what is tried.
    ground.set("BASTIDE_API_RATE_PER_MINUTE", "0");
    let server = Server::start(ground.directory.path(), ground.options.clone()).await;
    let client = server.shared_client();
    let mut org = Organisation::new(&client, "deaf", &["ana", "bo"]).await;
    let bo = org.people[1].account.clone();
    let chat = org.people[0].creates_chat("news", &[bo]).await;
    let begun = org.people[0].sends(&chat, "begin", "begin").await;
    let begun = begun["change"].as_i64().unwrap();
    let before = server.usage().1;
    let mut listening = Hearing::after(&client, &org.people[1].token, &chat, begun).await;
    deafness(&server, &mut org, &chat, &mut listening).await;
    let once = server.usage().1;
    assert!(
        once < before + REPLAY_KIB,
        "memory grew from {before} to {once} KiB"
    );
    // What is kept for the next time is not kept twice.
    deafness(&server, &mut org, &chat, &mut listening).await;
    until_memory_is_back(&server, once).await;
    drop(listening);
    server.stop().await;
}

/// A client that opens a socket and does not read it, while another reads.
async fn deafness(server: &Server, org: &mut Organisation, chat: &str, listening: &mut Hearing) {
    let client = server.client();
    let token = org.people[1].token.clone();
    let begun = listening.last();
    let mut deaf = Socket::resume(&client, &token, &json!({})).await.unwrap();
    deaf.until_caught_up().await;
    assert_eq!(sockets(server).await, 2);
    // As long as a text may be: what the connection and the queue take is full after some.
    let text = "长".repeat(19_000);
    let mut sent = 0;
    while sockets(server).await == 2 {
        let text = if sent < LONG_MESSAGES { &text } else { "短" };
        let name = format!("m-{begun}-{sent}");
        let message = org.people[0].sends(chat, &name, text).await;
        listening.until(message["change"].as_i64().unwrap()).await;
        sent += 1;
        assert!(sent < 1_900, "the socket that is not read is never cut");
        if sent > LONG_MESSAGES {
            // It is cut after a time: what is said until then stays below what a cursor can go back.
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    listening.in_order().await;
    let mut late = 0;
    while let Some(frame) = deaf.hear().await {
        late += usize::from(frame["event"] == "message.sent");
    }
    assert!(
        late < sent,
        "{late} of {sent} were waiting for who does not read"
    );
    // Nothing is lost for the client that comes back with its cursor.
    let mut back = Hearing::after(&client, &token, chat, begun).await;
    back.until(listening.last()).await;
    assert_eq!(back.in_order().await.len(), sent);
}

async fn sockets(server: &Server) -> u32 {
    let page = server.metrics_page().await;
    let line = page
        .lines()
        .find_map(|line| line.strip_prefix("bastide_sockets "));
    line.unwrap().trim().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frame_beyond_the_limit_ends_its_socket_alone() {
    let ground = Ground::embedded();
    let server = Server::start(ground.directory.path(), ground.options.clone()).await;
    let client = server.shared_client();
    let mut org = Organisation::new(&client, "frames", &["ana", "bo"]).await;
    let token = org.people[0].token.clone();
    let meanwhile = Meanwhile::begin(&mut org.people[1]).await;
    let before = server.usage().1;

    let mut socket = Socket::resume(&client, &token, &json!({})).await.unwrap();
    socket.until_caught_up().await;
    let large = json!({ "type": "ping", "x": "x".repeat(70_000) });
    socket.say(&large).await.unwrap();
    assert_eq!(socket.hear().await, Some(json!(1009)));
    let mut socket = Socket::resume(&client, &token, &json!({})).await.unwrap();
    socket.until_caught_up().await;
    socket.say(&json!({ "type": "nonsense" })).await.unwrap();
    assert_eq!(socket.hear().await, Some(json!(1007)));

    // By hand: a frame that promises more than there is memory, and one that is of no known kind.
    let mut promise = vec![0x81, 0xff];
    promise.extend((1_u64 << 62).to_be_bytes());
    promise.extend([0; 4]);
    for (frame, code) in [(promise, 1009_u16), (vec![0x83, 0x80, 0, 0, 0, 0], 1002)] {
        let mut tls = upgraded(&client, &token).await;
        tls.write_all(&frame).await.unwrap();
        let mut said = Vec::new();
        // A server that has said its close need not wait for ours.
        drop(tls.read_to_end(&mut said).await);
        let close = said
            .windows(4)
            .any(|frame| frame[0] == 0x88 && frame[2..] == code.to_be_bytes());
        assert!(close, "{code}: {said:x?}");
    }
    meanwhile.end().await;
    until_memory_is_back(&server, before).await;
    server.stop().await;
}

/// A stream of the web socket's bytes, after the handshake (RFC 6455 §4.1).
async fn upgraded(client: &Client, token: &str) -> TlsStream<TcpStream> {
    let mut tls = client.tls().await.unwrap();
    let head = format!(
        "GET /api/v1/stream HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\nConnection: Upgrade\r\n\
         Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        client.host()
    );
    tls.write_all(head.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        answer.push(tls.read_u8().await.unwrap());
    }
    assert!(answer.starts_with(b"HTTP/1.1 101"));
    tls
}

#[tokio::test(flavor = "multi_thread")]
async fn nonsense_in_http2_ends_its_connection_alone() {
    let ground = Ground::embedded();
    let server = Server::start(ground.directory.path(), ground.options.clone()).await;
    let client = server.shared_client();
    let mut org = Organisation::new(&client, "nonsense", &["ana"]).await;
    let meanwhile = Meanwhile::begin(&mut org.people[0]).await;
    let before = server.usage().1;
    // Streams opened and reset at once, with a request for the page of the root that no one waits for.
    let resets: Vec<u8> = (0..2_000_u32)
        .flat_map(|number| {
            let stream = 2 * number + 1;
            let headers = frame(
                HEADERS,
                END_STREAM | END_HEADERS,
                stream,
                &[0x82, 0x84, 0x87],
            );
            [headers, frame(RESET, 0, stream, &8_u32.to_be_bytes())].concat()
        })
        .collect();
    let settings = frame(SETTINGS, 0, 0, &[]);
    // The frame, and the error that the connection ends with (RFC 9113 §7). Who does not even begin is not told one.
    let cases: [(&str, Vec<u8>, &[u8]); 6] = [
        ("no preface", vec![0xaa; 4_096], &[]),
        (
            "a frame beyond the limit",
            vec![0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 1],
            &[6],
        ),
        (
            "headers that cannot be read",
            frame(HEADERS, END_STREAM | END_HEADERS, 1, &[0xff; 64]),
            &[1, 9],
        ),
        (
            "data on no stream",
            frame(DATA, END_STREAM, 1, b"data"),
            &[1, 5],
        ),
        (
            "settings of a wrong length",
            frame(SETTINGS, 0, 0, &[0; 5]),
            &[1, 6],
        ),
        ("a flood of resets", resets, &[11]),
    ];
    for (what, bytes, errors) in cases {
        let mut tls = client.tls_for_http2().await.unwrap();
        let is_preface = what != "no preface";
        if is_preface {
            tls.write_all(&[PREFACE, &settings].concat()).await.unwrap();
        }
        // The server may have ended the connection before all is written.
        let _ = tls.write_all(&bytes).await;
        let ended = async {
            let mut error = None;
            while let Some(frame) = http2::next(&mut tls).await {
                if frame.kind == GOAWAY {
                    error = frame.payload.get(7).copied();
                }
            }
            error
        };
        let error = tokio::time::timeout(Duration::from_secs(10), ended).await;
        let error = error.unwrap_or_else(|_| panic!("{what}: the connection goes on"));
        let is_clear = error.map_or(!is_preface, |error| errors.contains(&error));
        assert!(is_clear, "{what}: {error:?}");
    }
    meanwhile.end().await;
    until_memory_is_back(&server, before).await;
    server.stop().await;
}

/// Reads an answer over HTTP/1.1 up to the end of its body.
async fn answer(tls: &mut TlsStream<TcpStream>) -> String {
    let mut bytes = Vec::new();
    let mut piece = [0; 4_096];
    while let Ok(Ok(read @ 1..)) =
        tokio::time::timeout(Duration::from_secs(10), tls.read(&mut piece)).await
    {
        bytes.extend(&piece[..read]);
        if bytes.ends_with(b"}") {
            break;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// More than the system's buffers for a connection and the queue for a socket hold, at 57,000 bytes each.
const LONG_MESSAGES: usize = 300;
/// How many messages a colleague sends at least.
const BETWEEN: usize = 5;

/// A colleague who writes all the while.
struct Meanwhile {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Meanwhile {
    async fn begin(person: &mut Person) -> Self {
        let chat = person.creates_chat("meanwhile", &[]).await;
        let mut connection = person.client.connect().await;
        connection.token = Some(person.token.clone());
        let (stop, mut stopped) = oneshot::channel();
        let task = tokio::spawn(async move {
            let mut sent = 0;
            let mut pace = tokio::time::interval(Duration::from_millis(50));
            while sent < BETWEEN || stopped.try_recv().is_err() {
                pace.tick().await;
                let body =
                    json!({ "client_id": format!("m-{sent}"), "body": { "text": "in between" } });
                let path = format!("/chats/{chat}/messages");
                let send = connection.call("POST", &path, &body);
                let reply = tokio::time::timeout(Duration::from_secs(10), send).await;
                let message: Value = reply.expect("others are served in time").ok();
                assert!(message["number"].is_i64());
                sent += 1;
            }
        });
        Self { stop, task }
    }

    /// Fails the test unless every message was taken in time.
    async fn end(self) {
        self.stop.send(()).unwrap();
        self.task.await.unwrap();
    }
}

/// Waits until memory is near where it was; buffers of connections that were cut are freed a little after.
async fn until_memory_is_back(server: &Server, before: u64) {
    let mut now = 0;
    for _ in 0..100 {
        now = server.usage().1;
        if now < before + MEMORY_KIB {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("memory grew from {before} to {now} KiB");
}
