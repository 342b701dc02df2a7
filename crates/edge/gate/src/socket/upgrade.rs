//! From an HTTP/1.1 request to a WebSocket (RFC 6455 §4.2).

use std::sync::Arc;

use base::{Context, Fault, Result};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Version, header};
use hyper::upgrade::OnUpgrade;
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        handshake::derive_accept_key,
        protocol::{Role, WebSocketConfig},
    },
};

use crate::{
    body::Body,
    listen::{Peer, TimedStream},
    refusals,
};

pub(super) type Stream = WebSocketStream<TlsStream<TcpStream>>;

/// A socket that will be there once the 101 has been sent. Holds the connection's place.
pub(crate) struct Upgrade {
    pending: OnUpgrade,
    pub(super) peer: Arc<Peer>,
}

/// Checks the client's handshake and answers it.
///
/// # Errors
/// `gate.upgrade_expected` when the request is no WebSocket handshake of version 13 over HTTP/1.1.
pub(crate) fn accept<B>(
    request: &mut Request<B>,
    peer: &Arc<Peer>,
) -> Result<(Response<Body>, Upgrade)> {
    let headers = request.headers();
    let key = headers
        .get(header::SEC_WEBSOCKET_KEY)
        .filter(|key| key.len() == 24);
    let is_handshake = request.method() == Method::GET
        && request.version() == Version::HTTP_11
        && has_token(headers, header::CONNECTION, "upgrade")
        && has_token(headers, header::UPGRADE, "websocket")
        && headers
            .get(header::SEC_WEBSOCKET_VERSION)
            .is_some_and(|version| version == "13");
    let Some(key) = key.filter(|_| is_handshake) else {
        return Err(refusals::UPGRADE_EXPECTED.into());
    };
    let accept = HeaderValue::try_from(derive_accept_key(key.as_bytes()))
        .context("answering a handshake")?;
    let pending = request
        .extensions_mut()
        .remove::<OnUpgrade>()
        .ok_or_else(|| Fault::new("the connection cannot be upgraded"))?;
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let own = response.headers_mut();
    own.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
    own.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    own.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
    Ok((
        response,
        Upgrade {
            pending,
            peer: Arc::clone(peer),
        },
    ))
}

impl Upgrade {
    /// Takes the connection over. Nothing when the client went away meanwhile.
    pub(super) async fn stream(&mut self, config: WebSocketConfig) -> Option<Stream> {
        let upgraded = (&mut self.pending).await.ok()?;
        let parts = upgraded.downcast::<TimedStream>().ok()?;
        let stream = parts.io.into_inner();
        let early = parts.read_buf;
        Some(if early.is_empty() {
            WebSocketStream::from_raw_socket(stream, Role::Server, Some(config)).await
        } else {
            WebSocketStream::from_partially_read(stream, early.to_vec(), Role::Server, Some(config))
                .await
        })
    }
}

fn has_token(headers: &HeaderMap, name: header::HeaderName, wanted: &str) -> bool {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(','))
        .any(|token| token.trim().eq_ignore_ascii_case(wanted))
}
