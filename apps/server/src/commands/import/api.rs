//! The API as any client meets it: one connection with TLS, a token, and patience with a server that is busy or restarts.

use std::{path::Path, sync::Arc, time::Duration};

use base::{Context, Fault, Result, Secret};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{
    Method, Request, StatusCode, Uri,
    client::conn::http1::{SendRequest, handshake},
    header,
};
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, RootCertStore, pki_types::CertificateDer};
use rustls_pki_types::{ServerName, pem::PemObject};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// How often a request is tried. Every one that an import makes can be repeated.
const TRIES: u32 = 8;
/// The first wait between two tries; each further one is twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// The longest wait that a server can ask for.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// How long a server may take to answer.
const ANSWERED_WITHIN: Duration = Duration::from_secs(120);
/// Bytes of an answer.
const ANSWER_BYTES_MAX: usize = 16 * 1024 * 1024;

/// A server, and who speaks to it.
pub(super) struct Api {
    host: String,
    port: u16,
    /// As the host header has it.
    authority: String,
    connector: TlsConnector,
    token: Secret<String>,
    sender: Option<SendRequest<Full<Bytes>>>,
}

/// What came of one try.
enum Outcome {
    Answer(Value),
    /// Worth another try, after this time if the server said so.
    Later(String, Option<Duration>),
}

impl Api {
    /// A client that trusts the authorities in `ca`, a PEM file, or those of this machine.
    ///
    /// # Errors
    /// A fault when the address is none of `https`, or the authorities cannot be read.
    pub(super) fn new(server: &str, ca: Option<&Path>, token: Secret<String>) -> Result<Self> {
        let uri: Uri = server
            .parse()
            .context("reading the address of the server")?;
        let (Some("https"), Some(host)) = (uri.scheme_str(), uri.host()) else {
            return Err(Fault::new("the address of the server is not https://host[:port]").into());
        };
        let authority = uri.authority().context("an address without a host")?;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .context("choosing versions of TLS")?
            .with_root_certificates(roots(ca)?)
            .with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self {
            host: host.to_owned(),
            port: uri.port_u16().unwrap_or(443),
            authority: authority.to_string(),
            connector: TlsConnector::from(Arc::new(config)),
            token,
            sender: None,
        })
    }

    pub(super) async fn get(&mut self, path: &str) -> Result<Value> {
        self.call(&Method::GET, path, Bytes::new()).await
    }

    pub(super) async fn post(&mut self, path: &str, input: &Value) -> Result<Value> {
        let body = serde_json::to_vec(input).context("writing JSON")?;
        self.call(&Method::POST, path, body.into()).await
    }

    /// A request below `/api/v1`, tried again while the server is away, busy or wants less at once.
    async fn call(&mut self, method: &Method, path: &str, body: Bytes) -> Result<Value> {
        let mut wait = FIRST_WAIT;
        let mut why = String::new();
        for _ in 0..TRIES {
            let once = self.once(method, path, body.clone());
            let outcome = match tokio::time::timeout(ANSWERED_WITHIN, once).await {
                Ok(outcome) => outcome?,
                Err(_) => Outcome::Later("the server does not answer".to_owned(), None),
            };
            match outcome {
                Outcome::Answer(value) => return Ok(value),
                Outcome::Later(what, asked) => {
                    tokio::time::sleep(asked.unwrap_or(wait).min(LONGEST_WAIT)).await;
                    (why, wait) = (what, wait.saturating_mul(2));
                }
            }
        }
        Err(Fault::new(format!(
            "the server cannot be reached: {why}. Run the same command again to go on."
        ))
        .into())
    }

    async fn once(&mut self, method: &Method, path: &str, body: Bytes) -> Result<Outcome> {
        let token = self.token.expose();
        let request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header(header::HOST, &self.authority)
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::new(body))
            .context("writing a request")?;
        let mut sender = match self.sender.take().filter(|sender| !sender.is_closed()) {
            Some(sender) => sender,
            None => match self.connect().await {
                Ok(sender) => sender,
                Err(error) => return Ok(Outcome::Later(error.to_string(), None)),
            },
        };
        let response = match sender.send_request(request).await {
            Ok(response) => response,
            Err(error) => return Ok(Outcome::Later(error.to_string(), None)),
        };
        let (parts, body) = response.into_parts();
        let bytes = match Limited::new(body, ANSWER_BYTES_MAX).collect().await {
            Ok(body) => body.to_bytes(),
            Err(error) => return Ok(Outcome::Later(error.to_string(), None)),
        };
        self.sender = Some(sender);
        if parts.status.is_success() {
            let value = serde_json::from_slice(&bytes).context("reading the server's answer")?;
            return Ok(Outcome::Answer(value));
        }
        let asked = parts.headers.get(header::RETRY_AFTER);
        let asked = asked.and_then(|seconds| seconds.to_str().ok()?.parse().ok());
        let problem: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        let text = |name| {
            problem
                .get(name)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        let what = format!(
            "{} {} {}",
            parts.status.as_u16(),
            text("code"),
            text("title")
        );
        match parts.status {
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
                Ok(Outcome::Later(what, asked.map(Duration::from_secs)))
            }
            status if status.is_server_error() => Ok(Outcome::Later(what, None)),
            StatusCode::UNAUTHORIZED => Err(Fault::new(
                "the server does not know the token: sign in again, and run the same command to go on",
            )
            .into()),
            _ => Err(Fault::new(format!("the server refuses: {what}")).into()),
        }
    }

    async fn connect(&self) -> Result<SendRequest<Full<Bytes>>> {
        let tcp = TcpStream::connect((self.host.as_str(), self.port))
            .await
            .context("connecting to the server")?;
        tcp.set_nodelay(true).context("connecting to the server")?;
        let name = ServerName::try_from(self.host.clone()).context("reading the server's name")?;
        let tls = self.connector.connect(name, tcp).await;
        let tls = tls.context("trusting the server: its authority may be given with --ca")?;
        let (sender, connection) = handshake(TokioIo::new(tls))
            .await
            .context("speaking HTTP with the server")?;
        tokio::spawn(async move { drop(connection.await) });
        Ok(sender)
    }
}

fn roots(ca: Option<&Path>) -> Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    match ca {
        Some(path) => {
            let certificates =
                CertificateDer::pem_file_iter(path).context("opening the file of --ca")?;
            for certificate in certificates {
                let certificate = certificate.context("reading the file of --ca")?;
                roots.add(certificate).context("reading the file of --ca")?;
            }
        }
        None => {
            let found = rustls_native_certs::load_native_certs().certs;
            roots.add_parsable_certificates(found);
        }
    }
    match roots.is_empty() {
        true => Err(Fault::new("there is no authority to trust: give one with --ca").into()),
        false => Ok(roots),
    }
}
