//! The listener: one port, TLS, limits, and an orderly end.

mod connection;
mod descriptors;
mod outgoing;
mod plain;
mod slots;
mod timed;

pub use descriptors::raise_descriptors;
pub(crate) use outgoing::Kept;
pub(crate) use slots::{Full, Slots};
pub(crate) use timed::TimedStream;

use std::{
    net::{IpAddr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use base::{Context, Result};
use futures_util::future::BoxFuture;
use http::{Request, Response};
use hyper::body::Incoming;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
};
use tokio_rustls::TlsAcceptor;

use crate::{
    body::Body,
    source::{SourceKey, TrustedProxies},
    tls::Tls,
};
use slots::Slot;

/// Answers requests. The listener knows nothing else of what is behind it.
pub trait Serve: Send + Sync + 'static {
    fn serve(
        &self,
        request: Request<Incoming>,
        peer: Arc<Peer>,
    ) -> BoxFuture<'static, Response<Body>>;
}

/// The other end of one connection. Whoever holds it keeps the connection counted.
#[derive(Debug)]
pub struct Peer {
    address: IpAddr,
    phase: watch::Receiver<Phase>,
    /// Requests of this connection that are being answered: only a connection without any is idle.
    open_requests: AtomicUsize,
    _slot: Slot,
}

impl Peer {
    /// The address of the socket's other end; perhaps a proxy's.
    pub fn address(&self) -> IpAddr {
        self.address
    }

    /// Whether the server is on its way down, and further changes of that.
    pub fn phase(&self) -> watch::Receiver<Phase> {
        self.phase.clone()
    }
}

/// How the server stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    Serving,
    /// No new connections; what is under way may finish, sockets are told to go elsewhere.
    Draining,
    /// The deadline has passed: everything is cut.
    Ended,
}

/// The limits of connections. Times are in milliseconds.
#[derive(Debug, Clone)]
pub struct Limits {
    pub connections_max: usize,
    /// Of one IPv4 address or IPv6 /64.
    pub connections_per_source_max: usize,
    /// Their connections carry the requests of many people: they count among all, and not by source.
    pub proxies: TrustedProxies,
    pub handshake_ms: u64,
    /// From the first byte of a request to the end of its headers; also how long a connection may rest between requests.
    pub header_read_ms: u64,
    pub idle_ms: u64,
    /// How long a peer may take nothing of what is sent to it, over the connection or one stream of it.
    pub write_stall_ms: u64,
    pub headers_max: usize,
    pub header_bytes_max: usize,
    /// HTTP/2 only.
    pub streams_max: u32,
    /// How long a drain waits for what is under way.
    pub drain_ms: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections_max: 20_000,
            connections_per_source_max: 2_000,
            proxies: TrustedProxies::default(),
            handshake_ms: 10_000,
            header_read_ms: 30_000,
            idle_ms: 120_000,
            write_stall_ms: 30_000,
            headers_max: 64,
            header_bytes_max: 16 * 1024,
            streams_max: 128,
            drain_ms: 10_000,
        }
    }
}

/// Changes how many connections a running listener takes.
#[derive(Debug, Clone)]
pub struct ConnectionBounds(Arc<Slots>);

impl ConnectionBounds {
    /// Takes the numbers of connections from these limits; what is open stays open.
    pub fn set(&self, limits: &Limits) {
        self.0
            .set_bounds(limits.connections_max, limits.connections_per_source_max);
    }
}

/// What plain HTTP on the same port is told.
#[derive(Debug, Clone)]
pub enum PlainHttp {
    /// 308 to the same path under this origin.
    RedirectTo(String),
    /// 400: this port has no public address to send people to.
    Refuse,
}

/// A bound port.
pub struct Listener {
    tcp: TcpListener,
    acceptor: TlsAcceptor,
    plain: PlainHttp,
    limits: Arc<Limits>,
    slots: Arc<Slots>,
}

impl Listener {
    /// Binds the port. Nothing is answered before [`Listener::run`].
    ///
    /// # Errors
    /// A fault when the address cannot be bound or TLS cannot be set up.
    pub async fn bind(
        address: SocketAddr,
        tls: &Tls,
        plain: PlainHttp,
        limits: Limits,
    ) -> Result<Self> {
        let tcp = TcpListener::bind(address)
            .await
            .context("binding the listener's address")?;
        let slots = Slots::new(limits.connections_max, limits.connections_per_source_max);
        Ok(Self {
            tcp,
            acceptor: TlsAcceptor::from(tls.server_config()?),
            plain,
            limits: Arc::new(limits),
            slots: Arc::new(slots),
        })
    }

    /// The address that was bound, with the port the system chose.
    ///
    /// # Errors
    /// A fault when the system does not tell.
    pub fn local_address(&self) -> Result<SocketAddr> {
        self.tcp
            .local_addr()
            .context("reading the listener's address")
    }

    /// How many connections are open now, sockets included.
    pub fn open_connections(&self) -> impl Fn() -> usize + Send + Sync + 'static {
        let slots = Arc::clone(&self.slots);
        move || slots.open()
    }

    /// A handle on the numbers of connections, for as long as the listener runs.
    pub fn connection_bounds(&self) -> ConnectionBounds {
        ConnectionBounds(Arc::clone(&self.slots))
    }

    /// Serves until `stop` is done; then drains: no new connection is taken, requests under way finish, sockets are closed,
    /// and what is left after the deadline is cut. Returns when every connection has ended.
    pub async fn run(self, service: Arc<dyn Serve>, stop: impl Future<Output = ()> + Send) {
        let (phases, phase) = watch::channel(Phase::Serving);
        let mut stop = std::pin::pin!(stop);
        loop {
            tokio::select! {
                () = &mut stop => break,
                accepted = self.tcp.accept() => match accepted {
                    Ok((stream, address)) => self.admit(stream, address, &service, &phase),
                    Err(error) => rest_after(&error).await,
                },
            }
        }
        drop((phase, self.tcp));
        phases.send_replace(Phase::Draining);
        let deadline = Duration::from_millis(self.limits.drain_ms);
        if tokio::time::timeout(deadline, phases.closed())
            .await
            .is_err()
        {
            phases.send_replace(Phase::Ended);
            // Cutting takes no time of its own; whoever does not let go even now is left to the runtime's end.
            let _ = tokio::time::timeout(Duration::from_secs(1), phases.closed()).await;
        }
    }

    fn admit(
        &self,
        stream: TcpStream,
        address: SocketAddr,
        service: &Arc<dyn Serve>,
        phase: &watch::Receiver<Phase>,
    ) {
        let address = address.ip().to_canonical();
        let source = (!self.limits.proxies.contains(address)).then(|| SourceKey::of(address));
        // Over the limit the socket is closed without a word: an answer would cost a handshake.
        let Ok(slot) = self.slots.take(source) else {
            return;
        };
        let peer = Peer {
            address,
            phase: phase.clone(),
            open_requests: AtomicUsize::new(0),
            _slot: slot,
        };
        tokio::spawn(connection::run(
            stream,
            self.acceptor.clone(),
            self.plain.clone(),
            Arc::clone(&self.limits),
            Arc::clone(service),
            Arc::new(peer),
        ));
    }
}

/// Errors of one connection are that connection's; running out of descriptors needs a moment until others close.
async fn rest_after(error: &std::io::Error) {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if !matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset
    ) {
        tracing::warn!(target: "gate::listener", %error, "a connection could not be accepted");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Counts one request as open while it lives: until the body of its answer has ended.
pub(crate) struct OpenRequest(Arc<Peer>);

impl OpenRequest {
    pub(crate) fn of(peer: &Arc<Peer>) -> Self {
        peer.open_requests.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(peer))
    }
}

impl Drop for OpenRequest {
    fn drop(&mut self) {
        self.0.open_requests.fetch_sub(1, Ordering::Relaxed);
    }
}
