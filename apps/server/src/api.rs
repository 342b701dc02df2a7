//! The API as any client meets it: one connection with TLS, a token, and patience with a server that is busy or restarts.

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use base::{Context, Error, Fault, Result, Secret};
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
use tokio_rustls::{TlsConnector, client::TlsStream};

/// The first wait between two tries; each further one is twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// The longest wait that a server can ask for.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// What requests carry.
const JSON: &str = "application/json";
const OCTETS: &str = "application/octet-stream";
/// Bytes of an answer.
const ANSWER_BYTES_MAX: usize = 16 * 1024 * 1024;

/// How long a client waits for a server, and how often it asks.
#[derive(Clone, Copy)]
pub(crate) struct Patience {
    /// How often a request is tried: more than once only where it can be repeated.
    pub(crate) tries: u32,
    /// How long the server may take to answer.
    pub(crate) answered_within: Duration,
    /// What whoever is not answered reads after the reason: what to do.
    pub(crate) advice: &'static str,
}

/// What the server refused, and why.
pub(crate) struct Refused {
    pub(crate) code: String,
    what: String,
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        Fault::new(format!("the server refuses: {}", refused.what)).into()
    }
}

/// Which authorities a client trusts.
pub(crate) enum Trust {
    Machine,
    /// Those in a PEM file alone.
    File(PathBuf),
    /// Those of the machine and those in a PEM file.
    MachineAnd(PathBuf),
}

/// A server, and who speaks to it.
pub(crate) struct Api {
    host: String,
    /// Where it is asked, if that is not where its name leads.
    at: Option<SocketAddr>,
    port: u16,
    patience: Patience,
    /// As the host header has it.
    authority: String,
    connector: TlsConnector,
    token: Option<Secret<String>>,
    sender: Option<SendRequest<Full<Bytes>>>,
}

/// What came of one try.
enum Outcome {
    Answer(Value),
    Refused(Refused),
    /// Worth another try, after this time if the server said so.
    Later(String, Option<Duration>),
}

impl Api {
    /// A client of the server at this address, over TLS.
    ///
    /// # Errors
    /// A fault when the address is none of `https`, or the authorities cannot be read.
    pub(crate) fn new(server: &str, trust: &Trust, patience: Patience) -> Result<Self> {
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
            .with_root_certificates(roots(trust)?)
            .with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self {
            host: host.to_owned(),
            at: None,
            patience,
            port: uri.port_u16().unwrap_or(443),
            authority: authority.to_string(),
            connector: TlsConnector::from(Arc::new(config)),
            token: None,
            sender: None,
        })
    }

    /// Asks at this place, whatever the server's name leads to.
    pub(crate) fn at(self, place: SocketAddr) -> Self {
        Self {
            at: Some(place),
            ..self
        }
    }

    /// Speaks as whose token it is from now on.
    pub(crate) fn speaks_as(&mut self, token: Secret<String>) {
        self.token = Some(token);
    }

    /// The host header, for those who go on by another protocol.
    pub(crate) fn authority(&self) -> &str {
        &self.authority
    }

    pub(crate) const fn token(&self) -> Option<&Secret<String>> {
        self.token.as_ref()
    }

    pub(crate) async fn get(&mut self, path: &str) -> Result<Value> {
        Ok(self.call(&Method::GET, path, JSON, Bytes::new()).await??)
    }

    pub(crate) async fn post(&mut self, path: &str, input: &Value) -> Result<Value> {
        Ok(self.try_post(path, input).await??)
    }

    /// As [`Api::post`], for those who know what to do about a refusal.
    pub(crate) async fn try_post(
        &mut self,
        path: &str,
        input: &Value,
    ) -> Result<std::result::Result<Value, Refused>> {
        let body = serde_json::to_vec(input).context("writing JSON")?;
        self.call(&Method::POST, path, JSON, body.into()).await
    }

    /// Brings bytes as they are.
    pub(crate) async fn put(&mut self, path: &str, bytes: Bytes) -> Result<Value> {
        Ok(self.call(&Method::PUT, path, OCTETS, bytes).await??)
    }

    /// A request below `/api/v1`, tried again while the server is away, busy or wants less at once.
    async fn call(
        &mut self,
        method: &Method,
        path: &str,
        media: &'static str,
        body: Bytes,
    ) -> Result<std::result::Result<Value, Refused>> {
        let mut wait = FIRST_WAIT;
        let mut why = String::new();
        for _ in 0..self.patience.tries {
            let within = self.patience.answered_within;
            let once = self.once(method, path, media, body.clone());
            let outcome = match tokio::time::timeout(within, once).await {
                Ok(outcome) => outcome?,
                Err(_) => Outcome::Later("the server does not answer".to_owned(), None),
            };
            match outcome {
                Outcome::Answer(value) => return Ok(Ok(value)),
                Outcome::Refused(refused) => return Ok(Err(refused)),
                Outcome::Later(what, asked) => {
                    if self.patience.tries > 1 {
                        tokio::time::sleep(asked.unwrap_or(wait).min(LONGEST_WAIT)).await;
                    }
                    (why, wait) = (what, wait.saturating_mul(2));
                }
            }
        }
        let advice = self.patience.advice;
        Err(Fault::new(format!("the server cannot be reached: {why}{advice}")).into())
    }

    async fn once(
        &mut self,
        method: &Method,
        path: &str,
        media: &'static str,
        body: Bytes,
    ) -> Result<Outcome> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header(header::HOST, &self.authority)
            // Who signs in here keeps the token, and no cookie.
            .header("x-bastide-token", "1");
        if let Some(token) = &self.token {
            let token = token.expose();
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let request = request
            .header(header::CONTENT_TYPE, media)
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
            StatusCode::UNAUTHORIZED if self.token.is_some() => {
                let advice = self.patience.advice;
                let what = format!("the server does not know the token: sign in again{advice}");
                Err(Fault::new(what).into())
            }
            _ => Ok(Outcome::Refused(Refused {
                code: text("code").to_owned(),
                what,
            })),
        }
    }

    /// A connection of its own.
    ///
    /// # Errors
    /// A fault when the server is not there, or not trusted.
    pub(crate) async fn tls(&self) -> Result<TlsStream<TcpStream>> {
        let tcp = match self.at {
            Some(place) => TcpStream::connect(place).await,
            None => TcpStream::connect((self.host.as_str(), self.port)).await,
        };
        let tcp = tcp.context("connecting to the server")?;
        tcp.set_nodelay(true).context("connecting to the server")?;
        let name = ServerName::try_from(self.host.clone()).context("reading the server's name")?;
        let tls = self.connector.connect(name, tcp).await;
        tls.context("trusting the server: its authority may be given with --ca")
    }

    async fn connect(&self) -> Result<SendRequest<Full<Bytes>>> {
        let tls = self.tls().await?;
        let (sender, connection) = handshake(TokioIo::new(tls))
            .await
            .context("speaking HTTP with the server")?;
        tokio::spawn(async move { drop(connection.await) });
        Ok(sender)
    }
}

fn roots(trust: &Trust) -> Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    let (file, with_machine) = match trust {
        Trust::Machine => (None, true),
        Trust::File(path) => (Some(path), false),
        Trust::MachineAnd(path) => (Some(path), true),
    };
    if with_machine {
        let found = rustls_native_certs::load_native_certs().certs;
        roots.add_parsable_certificates(found);
    }
    if let Some(path) = file {
        let certificates =
            CertificateDer::pem_file_iter(path).context("opening a file of authorities")?;
        for certificate in certificates {
            let certificate = certificate.context("reading a file of authorities")?;
            roots
                .add(certificate)
                .context("reading a file of authorities")?;
        }
    }
    match roots.is_empty() {
        true => Err(Fault::new("there is no authority to trust: give one with --ca").into()),
        false => Ok(roots),
    }
}
