//! tokio-tungstenite alone over rustls: the same frame to every socket.

use std::{net::Ipv4Addr, path::Path};

use futures_util::{SinkExt, StreamExt};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::watch,
};
use tokio_rustls::TlsAcceptor;
use tokio_tungstenite::{
    accept_async_with_config,
    tungstenite::{Message, Utf8Bytes, protocol::WebSocketConfig},
};

use super::{acceptor, process::announce};

/// Without it each socket takes 128 KiB to read into.
const READ_BUFFER_BYTES: usize = 4 * 1024;
/// Frames between two flushes in a flood.
const BATCH: usize = 64;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Rest,
    /// One frame; the number tells two ticks apart.
    Tick(u64),
    /// Frames without end.
    Flood,
}

/// Serves until its parent ends it. Arguments: where the certificate goes, and the size of a frame in bytes.
/// Commands: `tick`, `flood`, `rest`.
pub(crate) async fn serve(arguments: &[String]) {
    let tls = acceptor(Path::new(&arguments[0]));
    let frame = Utf8Bytes::from("x".repeat(arguments[1].parse().unwrap()));
    let tcp = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    announce(tcp.local_addr().unwrap());
    let (orders, order) = watch::channel(Order::Rest);
    tokio::spawn(async move {
        while let Ok((stream, _)) = tcp.accept().await {
            tokio::spawn(carry(stream, tls.clone(), frame.clone(), order.clone()));
        }
    });
    let mut commands = BufReader::new(tokio::io::stdin()).lines();
    let mut ticks = 0;
    while let Ok(Some(command)) = commands.next_line().await {
        ticks += 1;
        orders.send_replace(match command.as_str() {
            "tick" => Order::Tick(ticks),
            "flood" => Order::Flood,
            _ => Order::Rest,
        });
    }
}

/// Carries one socket until its client goes.
async fn carry(
    stream: TcpStream,
    tls: TlsAcceptor,
    frame: Utf8Bytes,
    mut order: watch::Receiver<Order>,
) {
    stream.set_nodelay(true).unwrap();
    let Ok(stream) = tls.accept(stream).await else {
        return;
    };
    let config = WebSocketConfig::default().read_buffer_size(READ_BUFFER_BYTES);
    let Ok(mut socket) = accept_async_with_config(stream, Some(config)).await else {
        return;
    };
    loop {
        let current = *order.borrow_and_update();
        let frames = match current {
            Order::Rest => 0,
            Order::Tick(_) => 1,
            Order::Flood => BATCH,
        };
        for _ in 0..frames {
            if socket.feed(Message::Text(frame.clone())).await.is_err() {
                return;
            }
        }
        if socket.flush().await.is_err() {
            return;
        }
        if current != Order::Flood {
            tokio::select! {
                changed = order.changed() => if changed.is_err() { return },
                heard = socket.next() => if !matches!(heard, Some(Ok(_))) { return },
            }
        }
    }
}
