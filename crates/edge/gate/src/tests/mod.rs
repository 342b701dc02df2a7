//! The gate over real sockets, with a house that only remembers what it was asked.

mod content;
mod house;
mod listener;
mod logs;
mod places;
mod requests;
mod seal;
mod sockets;

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use base::{SystemClock, SystemEntropy};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use tokio::{net::TcpStream, sync::oneshot};
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::{
    CertificateSource, Config, Gate, Limits, Listener, Metrics, Mode, PlainHttp, PublicUrl, Rate,
    Serve, Tls, local_authority_pem,
};

/// A directory that goes away with its test.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        let name = base::RequestId::generate(base::Clock::now(&SystemClock), &SystemEntropy);
        let path = std::env::temp_dir().join(format!("gate-{name}"));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn source(&self, names: &[&str]) -> CertificateSource {
        CertificateSource::LocalAuthority {
            directory: self.0.clone(),
            names: names.iter().map(|name| (*name).to_owned()).collect(),
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A running server on a loopback port.
struct Server {
    address: SocketAddr,
    scratch: Scratch,
    tls: Arc<Tls>,
    gate: Gate,
    house: Arc<house::Remembering>,
    metrics: Arc<Metrics>,
    stop: Option<oneshot::Sender<()>>,
    ended: tokio::task::JoinHandle<()>,
}

impl Server {
    async fn start() -> Self {
        Self::with(Limits::default(), |_| {}).await
    }

    async fn with(limits: Limits, change: impl FnOnce(&mut Config)) -> Self {
        let scratch = Scratch::new();
        let public = PublicUrl::parse("https://office.example:8443").unwrap();
        let tls = Tls::open(scratch.source(&["office.example"]), Arc::new(SystemClock)).unwrap();
        let mut config = Config::new(public.clone());
        config.mode = Mode::Test;
        config.api_rate = Some(Rate {
            per_minute: 600_000,
            burst: 100_000,
        });
        change(&mut config);
        let metrics = Metrics::new();
        let house = Arc::new(house::Remembering::default());
        let gate = Gate::new(config, house::house(&house, &metrics)).unwrap();
        let plain = PlainHttp::RedirectTo(public.origin().to_owned());
        let listener = Listener::bind("127.0.0.1:0".parse().unwrap(), &tls, plain, limits)
            .await
            .unwrap();
        let address = listener.local_address().unwrap();
        let (stop, stopped) = oneshot::channel();
        let service: Arc<dyn Serve> = Arc::new(gate.clone());
        let ended = tokio::spawn(listener.run(service, async move {
            let _ = stopped.await;
        }));
        Self {
            address,
            scratch,
            tls,
            gate,
            house,
            metrics,
            stop: Some(stop),
            ended,
        }
    }

    async fn tcp(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    async fn tls(&self, protocols: &[&[u8]]) -> TlsStream<TcpStream> {
        let mut roots = RootCertStore::empty();
        let pem = local_authority_pem(&self.scratch.0).unwrap();
        roots
            .add(CertificateDer::from_pem_slice(pem.as_bytes()).unwrap())
            .unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
        let name = ServerName::try_from("office.example").unwrap();
        TlsConnector::from(Arc::new(config))
            .connect(name, self.tcp().await)
            .await
            .unwrap()
    }

    /// One request on a connection of its own, HTTP/1.1.
    async fn ask(&self, request: Request<Full<Bytes>>) -> Asked {
        Asked::of(self.begin(request).await).await
    }

    /// As [`Server::ask`], with the body still to be read.
    async fn begin(&self, request: Request<Full<Bytes>>) -> Response<hyper::body::Incoming> {
        let stream = self.tls(&[b"http/1.1"]).await;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .unwrap();
        tokio::spawn(connection);
        sender.send_request(request).await.unwrap()
    }

    async fn http2(&self) -> hyper::client::conn::http2::SendRequest<Full<Bytes>> {
        let stream = self.tls(&[b"h2"]).await;
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
        let (sender, connection) =
            hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
                .await
                .unwrap();
        tokio::spawn(connection);
        sender
    }

    /// A connection whose streams take only so many bytes before somebody reads them, and its end.
    async fn http2_with_window(
        &self,
        bytes: u32,
    ) -> (
        hyper::client::conn::http2::SendRequest<Full<Bytes>>,
        tokio::task::JoinHandle<()>,
    ) {
        let stream = self.tls(&[b"h2"]).await;
        let (sender, connection) = hyper::client::conn::http2::Builder::new(TokioExecutor::new())
            .initial_stream_window_size(bytes)
            .handshake(TokioIo::new(stream))
            .await
            .unwrap();
        let ended = tokio::spawn(async move { drop(connection.await) });
        (sender, ended)
    }

    async fn get(&self, path: &str) -> Asked {
        self.ask(request("GET", path, &[], "")).await
    }

    async fn drain(mut self) {
        self.stop.take().unwrap().send(()).unwrap();
        (&mut self.ended).await.unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ended.abort();
    }
}

fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Request<Full<Bytes>> {
    let mut builder = Request::builder().method(method).uri(path);
    if !headers.iter().any(|(name, _)| *name == "host") {
        builder = builder.header("host", "office.example:8443");
    }
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    builder
        .body(Full::new(Bytes::from(body.to_owned())))
        .unwrap()
}

fn post(path: &str, body: &str) -> Request<Full<Bytes>> {
    request(
        "POST",
        path,
        &[
            ("content-type", "application/json"),
            ("authorization", "Bearer ana"),
        ],
        body,
    )
}

/// An answer, read to its end.
struct Asked {
    status: u16,
    headers: http::HeaderMap,
    bytes: Bytes,
    text: String,
}

impl Asked {
    async fn of(response: Response<hyper::body::Incoming>) -> Self {
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Self {
            status: parts.status.as_u16(),
            headers: parts.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
            bytes,
        }
    }

    fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("JSON: {}", self.text))
    }

    fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map(|value| value.to_str().unwrap())
            .unwrap_or_default()
    }
}

/// Waits for something that another task brings about.
async fn eventually(mut holds: impl FnMut() -> bool) {
    for _ in 0..500 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it never came to hold");
}
