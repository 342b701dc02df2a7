//! One connection: the first byte decides, then the handshake, then HTTP until it ends.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::{Arc, atomic::Ordering},
    task::{Context, Poll},
    time::Duration,
};

use futures_util::future::BoxFuture;
use http::{Request, Response};
use hyper::{body::Incoming, server::conn, service::Service};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::net::TcpStream;
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use super::{
    Kept, Limits, OpenRequest, Peer, Phase, PlainHttp, Serve,
    outgoing::{Outgoing, Waiting},
    plain,
    timed::TimedStream,
};
use crate::body::Body;

/// The first byte of a TLS connection: a handshake record (RFC 8446 §5.1).
const HANDSHAKE: u8 = 0x16;

/// Serves one connection to its end. Nothing here is an error of ours: a peer may always go away.
pub(super) async fn run(
    stream: TcpStream,
    acceptor: TlsAcceptor,
    plain: PlainHttp,
    limits: Arc<Limits>,
    service: Arc<dyn Serve>,
    peer: Arc<Peer>,
) {
    let handshake = Duration::from_millis(limits.handshake_ms);
    let begun = begin(stream, acceptor, plain);
    let stream = tokio::time::timeout(handshake, begun).await.ok().flatten();
    let Some(stream) = stream else { return };
    // The HTTP state machines are large; on the heap they are given back when a socket takes the stream over.
    Box::pin(serve(stream, limits, service, peer)).await;
}

/// The TLS stream, or nothing when the peer spoke plain HTTP (and was answered), nonsense, or went away.
async fn begin(
    stream: TcpStream,
    acceptor: TlsAcceptor,
    plain: PlainHttp,
) -> Option<TlsStream<TcpStream>> {
    let mut first = [0u8; 1];
    if stream.peek(&mut first).await.ok()? == 0 {
        return None;
    }
    if first != [HANDSHAKE] {
        // Nobody is left to tell when this fails.
        let _ = plain::answer(stream, plain).await;
        return None;
    }
    stream.set_nodelay(true).ok()?;
    acceptor.accept(stream).await.ok()
}

async fn serve(
    stream: TlsStream<TcpStream>,
    limits: Arc<Limits>,
    service: Arc<dyn Serve>,
    peer: Arc<Peer>,
) {
    let is_http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
    let io = TimedStream::new(stream, Duration::from_millis(limits.write_stall_ms));
    let waiting = is_http2.then(Arc::<Waiting>::default);
    let answer = Answering {
        service,
        peer: Arc::clone(&peer),
        waiting: waiting.clone(),
    };
    let patience = Patience {
        idle: Duration::from_millis(limits.idle_ms),
        stall: Duration::from_millis(limits.write_stall_ms),
        waiting,
    };
    if is_http2 {
        let connection = http2(&limits).serve_connection(io, answer);
        drive(
            connection,
            peer,
            patience,
            conn::http2::Connection::graceful_shutdown,
        )
        .await;
    } else {
        let connection = http1(&limits).serve_connection(io, answer).with_upgrades();
        drive(
            connection,
            peer,
            patience,
            conn::http1::UpgradeableConnection::graceful_shutdown,
        )
        .await;
    }
}

/// The service as hyper wants it.
struct Answering {
    service: Arc<dyn Serve>,
    peer: Arc<Peer>,
    waiting: Option<Arc<Waiting>>,
}

impl Service<Request<Incoming>> for Answering {
    type Response = Response<Outgoing>;
    type Error = Infallible;
    type Future = Answered;

    fn call(&self, request: Request<Incoming>) -> Answered {
        let open = OpenRequest::of(&self.peer);
        Answered {
            answer: self.service.serve(request, Arc::clone(&self.peer)),
            open: Some(open),
            waiting: self.waiting.clone(),
        }
    }
}

/// One answer on its way; its request counts as open until the answer's body has ended.
struct Answered {
    answer: BoxFuture<'static, Response<Body>>,
    open: Option<OpenRequest>,
    waiting: Option<Arc<Waiting>>,
}

impl Future for Answered {
    type Output = Result<Response<Outgoing>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Poll::Ready(mut response) = self.answer.as_mut().poll(context) else {
            return Poll::Pending;
        };
        // Futures are polled to their end once.
        let Some(open) = self.open.take() else {
            return Poll::Pending;
        };
        let kept = response.extensions_mut().remove::<Kept>();
        let waiting = self.waiting.as_ref();
        Poll::Ready(Ok(
            response.map(|body| Outgoing::new(body, kept, open, waiting))
        ))
    }
}

fn http1(limits: &Limits) -> conn::http1::Builder {
    let mut builder = conn::http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .title_case_headers(true)
        .header_read_timeout(Duration::from_millis(limits.header_read_ms))
        .max_headers(limits.headers_max)
        .max_header_size(limits.header_bytes_max)
        // hyper wants room for one whole head and refuses less than 8 KiB.
        .max_buf_size(limits.header_bytes_max.max(16 * 1024));
    builder
}

fn http2(limits: &Limits) -> conn::http2::Builder<TokioExecutor> {
    let mut builder = conn::http2::Builder::new(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .max_concurrent_streams(limits.streams_max)
        .max_header_list_size(u32::try_from(limits.header_bytes_max).unwrap_or(u32::MAX))
        .max_frame_size(16 * 1024)
        // A part of a file gets through at 8 MB a second over a line of 30 ms; what is unread of all streams is bounded by the
        // connection's own window.
        .initial_stream_window_size(256 * 1024)
        .initial_connection_window_size(512 * 1024)
        .max_send_buf_size(64 * 1024)
        // Streams opened only to be reset cost work and show nothing (CVE-2023-44487, CVE-2025-8671).
        .max_pending_accept_reset_streams(20)
        .max_local_error_reset_streams(64)
        .keep_alive_interval(Duration::from_secs(20))
        .keep_alive_timeout(Duration::from_secs(20));
    builder
}

/// How long a connection is waited for.
struct Patience {
    idle: Duration,
    /// How long a body may wait for its peer.
    stall: Duration,
    waiting: Option<Arc<Waiting>>,
}

impl Patience {
    async fn until_stalled(&self) {
        let Some(waiting) = &self.waiting else {
            return std::future::pending().await;
        };
        while !waiting.is_stalled(self.stall) {
            tokio::time::sleep(self.stall / 2).await;
        }
    }
}

/// Runs a connection; asks it to finish when the server drains or nothing was asked for a while, and cuts it at the end: of
/// the drain, of one more such while, or when its peer does not take what it asked for.
async fn drive<C: Future>(
    connection: C,
    peer: Arc<Peer>,
    patience: Patience,
    finish: fn(Pin<&mut C>),
) {
    let mut connection = std::pin::pin!(connection);
    let mut stalled = std::pin::pin!(patience.until_stalled());
    let mut phase = peer.phase();
    let (mut was_idle, mut is_finishing) = (false, false);
    loop {
        tokio::select! {
            _ = &mut connection => return,
            () = &mut stalled => return,
            changed = phase.changed() => {
                if changed.is_err() || *phase.borrow_and_update() == Phase::Ended {
                    return;
                }
                finish(connection.as_mut());
            }
            () = tokio::time::sleep(patience.idle) => {
                if is_finishing {
                    return;
                }
                let is_idle = peer.open_requests.load(Ordering::Relaxed) == 0;
                if is_idle && was_idle {
                    finish(connection.as_mut());
                    is_finishing = true;
                }
                was_idle = is_idle;
            }
        }
    }
}
