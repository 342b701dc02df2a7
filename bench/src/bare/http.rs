//! axum alone behind rustls: an echo, and an answer of a given size.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::Path,
};

use axum::{
    Router,
    http::header::CONTENT_TYPE,
    response::IntoResponse,
    routing::{get, post},
    serve::Listener,
};
use bytes::Bytes;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::mpsc,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use super::{acceptor, process::announce};

/// Serves until its parent ends it. Arguments: where the certificate goes, and the size of `/fixed` in bytes.
pub(crate) async fn serve(arguments: &[String]) {
    let tls = acceptor(Path::new(&arguments[0]));
    let fixed = Bytes::from(vec![b'x'; arguments[1].parse().unwrap()]);
    let tcp = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = tcp.local_addr().unwrap();
    announce(address);
    let router = Router::new()
        .route("/echo", post(|body: Bytes| async move { json(body) }))
        .route("/fixed", get(move || async move { json(fixed) }));
    axum::serve(Secured::over(tcp, tls, address), router)
        .await
        .unwrap();
}

fn json(body: Bytes) -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], body)
}

/// Connections whose handshake is done.
pub(super) struct Secured {
    accepted: mpsc::Receiver<(TlsStream<TcpStream>, SocketAddr)>,
    address: SocketAddr,
}

impl Secured {
    pub(super) fn over(tcp: TcpListener, tls: TlsAcceptor, address: SocketAddr) -> Self {
        let (ready, accepted) = mpsc::channel(64);
        tokio::spawn(async move {
            while let Ok((stream, peer)) = tcp.accept().await {
                let (tls, ready) = (tls.clone(), ready.clone());
                tokio::spawn(async move {
                    stream.set_nodelay(true).unwrap();
                    if let Ok(stream) = tls.accept(stream).await {
                        // The receiver lives as long as the process.
                        drop(ready.send((stream, peer)).await);
                    }
                });
            }
        });
        Self { accepted, address }
    }
}

impl Listener for Secured {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        self.accepted.recv().await.expect("the port stays open")
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        Ok(self.address)
    }
}
