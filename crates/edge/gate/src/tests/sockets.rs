//! Sockets: who may open one, what they carry, and how they end.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Error, Message, client::IntoClientRequest},
};

use super::{Server, eventually};
use crate::{Close, Limits, SocketLimits, TextFrame};

type Client = WebSocketStream<TlsStream<TcpStream>>;

const SIGNED_IN: [(&str, &str); 1] = [("authorization", "Bearer ana")];

async fn open(
    server: &Server,
    path: &str,
    headers: &[(&'static str, &str)],
) -> Result<Client, Error> {
    let mut request = format!("wss://office.example:8443{path}").into_client_request()?;
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    let stream = server.tls(&[b"http/1.1"]).await;
    client_async(request, stream)
        .await
        .map(|(socket, _)| socket)
}

async fn refusal(server: &Server, headers: &[(&'static str, &str)]) -> u16 {
    match open(server, "/api/v1/stream", headers).await {
        Err(Error::Http(response)) => response.status().as_u16(),
        other => panic!("a refusal: {}", other.is_ok()),
    }
}

async fn text(socket: &mut Client) -> String {
    match tokio::time::timeout(Duration::from_secs(5), socket.next())
        .await
        .expect("in time")
    {
        Some(Ok(Message::Text(text))) => text.to_string(),
        other => panic!("a text: {other:?}"),
    }
}

/// Reads to the end; the close code, if there was one.
async fn closed(socket: &mut Client) -> Option<u16> {
    let mut code = None;
    let reading = async {
        while let Some(Ok(message)) = socket.next().await {
            if let Message::Close(Some(frame)) = message {
                code = Some(u16::from(frame.code));
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(10), reading)
        .await
        .expect("the socket ends");
    code
}

#[tokio::test]
async fn a_conversation_goes_both_ways() {
    let server = Server::start().await;
    let mut socket = open(&server, "/api/v1/stream", &SIGNED_IN).await.unwrap();
    assert_eq!(text(&mut socket).await, "hello");
    socket.send(Message::text("one")).await.unwrap();
    assert_eq!(text(&mut socket).await, "heard one");
    let frame = TextFrame::new("for all".into());
    for outbound in server.house.sockets.lock().unwrap().iter() {
        assert!(outbound.send(&frame));
    }
    assert_eq!(text(&mut socket).await, "for all");
    drop(socket);
    eventually(|| {
        server
            .house
            .heard
            .lock()
            .unwrap()
            .last()
            .is_some_and(|last| last == "(gone)")
    })
    .await;
    assert!(server.house.sockets.lock().unwrap()[0].is_closed());
}

#[tokio::test]
async fn strangers_and_foreign_pages_get_no_socket() {
    let server = Server::start().await;
    assert_eq!(refusal(&server, &[]).await, 401);
    assert_eq!(
        refusal(&server, &[("authorization", "Bearer eve")]).await,
        401
    );
    let cookie = ("cookie", "__Host-bastide=ana");
    assert_eq!(refusal(&server, &[cookie]).await, 403);
    assert_eq!(
        refusal(&server, &[cookie, ("origin", "https://evil.example")]).await,
        403
    );
    assert_eq!(
        refusal(&server, &[("host", "evil.example"), SIGNED_IN[0]]).await,
        421
    );
    assert_eq!(
        refusal(&server, &[("sec-websocket-version", "8"), SIGNED_IN[0]]).await,
        400
    );
    let own = [cookie, ("origin", "https://office.example:8443")];
    assert!(open(&server, "/api/v1/stream", &own).await.is_ok());
    let plain = super::request("GET", "/api/v1/stream", &SIGNED_IN, "");
    assert_eq!(server.ask(plain).await.code(), "gate.upgrade_expected");
}

#[tokio::test]
async fn sockets_end_with_a_reason() {
    let server = Server::start().await;
    let last = || {
        server
            .house
            .sockets
            .lock()
            .unwrap()
            .last()
            .cloned()
            .unwrap()
    };
    let mut socket = open(&server, "/api/v1/stream", &SIGNED_IN).await.unwrap();
    last().close(Close::SessionEnded);
    assert_eq!(closed(&mut socket).await, Some(4401));

    let mut socket = open(&server, "/api/v1/stream", &SIGNED_IN).await.unwrap();
    socket.send(Message::text("bad")).await.unwrap();
    assert_eq!(closed(&mut socket).await, Some(1007));

    let mut socket = open(&server, "/api/v1/stream", &SIGNED_IN).await.unwrap();
    socket.send(Message::binary(vec![1, 2, 3])).await.unwrap();
    assert_eq!(closed(&mut socket).await, Some(1003));

    let mut socket = open(&server, "/api/v1/stream", &SIGNED_IN).await.unwrap();
    socket
        .send(Message::text("x".repeat(70_000)))
        .await
        .unwrap();
    assert_eq!(closed(&mut socket).await, Some(1009));

    let mut socket = open(&server, "/api/v1/stream", &SIGNED_IN).await.unwrap();
    for _ in 0..100 {
        if socket.feed(Message::text("x")).await.is_err() {
            break;
        }
    }
    let _ = socket.flush().await;
    assert_eq!(closed(&mut socket).await, Some(1008));
}

#[tokio::test]
async fn draining_sends_sockets_elsewhere() {
    let server = Server::start().await;
    let mut socket = open(&server, "/api/v1/stream", &SIGNED_IN).await.unwrap();
    assert_eq!(text(&mut socket).await, "hello");
    let drained = tokio::spawn(server.drain());
    assert_eq!(closed(&mut socket).await, Some(4503));
    tokio::time::timeout(Duration::from_secs(5), drained)
        .await
        .expect("the drain ends")
        .unwrap();
}

#[tokio::test]
async fn slow_sockets_are_cut_and_others_go_on() {
    let sockets = SocketLimits {
        write_stall_ms: 300,
        ..SocketLimits::default()
    };
    let server = Server::with(Limits::default(), |config| config.sockets = sockets).await;
    let mut slow = open(&server, "/api/v1/stream", &SIGNED_IN).await.unwrap();
    let mut other = open(&server, "/api/v1/stream", &SIGNED_IN).await.unwrap();
    assert_eq!(text(&mut slow).await, "hello");
    assert_eq!(text(&mut other).await, "hello");
    let (first, second) = {
        let sockets = server.house.sockets.lock().unwrap();
        (sockets[0].clone(), sockets[1].clone())
    };
    // Nobody reads: the kernel's buffers fill, then ours, then the write stalls.
    let frame = TextFrame::new("x".repeat(60_000));
    for _ in 0..400 {
        if !first.send(&frame) {
            break;
        }
        tokio::task::yield_now().await;
    }
    eventually(|| first.is_closed()).await;
    eventually(|| {
        server
            .house
            .heard
            .lock()
            .unwrap()
            .iter()
            .any(|heard| heard == "(gone)")
    })
    .await;
    assert!(second.send(&TextFrame::new("still here".into())));
    assert_eq!(text(&mut other).await, "still here");
}

#[tokio::test]
async fn silent_sockets_are_pinged_and_then_cut() {
    let sockets = SocketLimits {
        ping_every_ms: 100,
        silence_ms: 350,
        ..SocketLimits::default()
    };
    let server = Server::with(Limits::default(), |config| config.sockets = sockets).await;
    // This one answers pings, since it reads.
    let mut lively = open(&server, "/api/v1/stream", &SIGNED_IN).await.unwrap();
    let reading = tokio::spawn(async move {
        let mut pings = 0;
        while let Some(Ok(message)) = lively.next().await {
            pings += usize::from(message.is_ping());
            if pings == 8 {
                return true;
            }
        }
        false
    });
    // This one has gone to sleep.
    let silent = open(&server, "/api/v1/stream", &SIGNED_IN).await.unwrap();
    let asleep = server.house.sockets.lock().unwrap()[1].clone();
    eventually(|| asleep.is_closed()).await;
    drop(silent);
    assert!(reading.await.unwrap());
}

#[tokio::test]
async fn the_echo_says_back_what_it_hears() {
    let server = Server::start().await;
    let mut socket = open(&server, "/__ws_echo", &[]).await.unwrap();
    let large = "é".repeat(500_000);
    for sent in [
        Message::text("hi"),
        Message::binary(vec![0; 70_000]),
        Message::text(large.as_str()),
    ] {
        socket.send(sent.clone()).await.unwrap();
        let heard = tokio::time::timeout(Duration::from_secs(5), socket.next())
            .await
            .unwrap()
            .unwrap()
            .unwrap();
        assert_eq!(heard, sent);
    }
    let production = Server::with(Limits::default(), |config| {
        config.mode = crate::Mode::Production
    })
    .await;
    assert!(open(&production, "/__ws_echo", &[]).await.is_err());
}
