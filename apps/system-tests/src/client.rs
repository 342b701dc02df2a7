//! A small HTTPS client: one connection, one request at a time, as lean as a load generator must be.

use std::{io, net::SocketAddr, path::Path, sync::Arc};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{
    Method, Request,
    client::conn::http1::{SendRequest, handshake},
    header,
};
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, RootCertStore, pki_types::CertificateDer};
use rustls_pki_types::{ServerName, pem::PemObject};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};

/// What is needed to connect to one server.
#[derive(Clone)]
pub struct Client {
    address: SocketAddr,
    config: ClientConfig,
    connector: TlsConnector,
}

/// One connection, kept alive.
pub struct Connection {
    sender: SendRequest<Full<Bytes>>,
    host: String,
    /// The session's token, sent with every request once it is there.
    pub token: Option<String>,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    pub headers: hyper::HeaderMap,
    pub body: Bytes,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The answer of a request that must have gone well.
    pub fn ok(self) -> Value {
        assert!(
            self.status < 300,
            "{}: {}",
            self.status,
            String::from_utf8_lossy(&self.body)
        );
        self.json()
    }

    /// The code of a refusal.
    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }
}

impl Client {
    /// Trusts only the authority in `authority`, a PEM file.
    pub fn new(address: SocketAddr, authority: &Path) -> Self {
        let mut roots = RootCertStore::empty();
        for certificate in
            CertificateDer::pem_file_iter(authority).expect("the authority's file is there")
        {
            roots.add(certificate.unwrap()).unwrap();
        }
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Self {
            address,
            connector: TlsConnector::from(Arc::new(config.clone())),
            config,
        }
    }

    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address as the server's host header has it.
    pub fn host(&self) -> String {
        format!("localhost:{}", self.address.port())
    }

    /// A TLS connection without any HTTP on it yet.
    pub async fn tls(&self) -> io::Result<TlsStream<TcpStream>> {
        let tcp = TcpStream::connect(self.address).await?;
        tcp.set_nodelay(true)?;
        self.connector
            .connect(ServerName::try_from("localhost").unwrap(), tcp)
            .await
    }

    /// As [`Client::tls`], on which the server expects HTTP/2.
    ///
    /// # Errors
    /// What the connection or the handshake says.
    pub async fn tls_for_http2(&self) -> io::Result<TlsStream<TcpStream>> {
        let mut config = self.config.clone();
        config.alpn_protocols = vec![b"h2".to_vec()];
        let tcp = TcpStream::connect(self.address).await?;
        TlsConnector::from(Arc::new(config))
            .connect(ServerName::try_from("localhost").unwrap(), tcp)
            .await
    }

    pub async fn connect(&self) -> Connection {
        self.try_connect()
            .await
            .expect("the server takes connections")
    }

    pub async fn try_connect(&self) -> io::Result<Connection> {
        let stream = self.tls().await?;
        let (sender, connection) = handshake(TokioIo::new(stream))
            .await
            .map_err(io::Error::other)?;
        tokio::spawn(async move { drop(connection.await) });
        Ok(Connection {
            sender,
            host: self.host(),
            token: None,
        })
    }
}

impl Connection {
    pub async fn get(&mut self, path: &str) -> Reply {
        self.try_get(path).await.expect("the server answers")
    }

    pub async fn try_get(&mut self, path: &str) -> io::Result<Reply> {
        self.request(Method::GET, path, &[], Bytes::new()).await
    }

    /// A request below `/api/v1` with a JSON body.
    pub async fn call(&mut self, method: &str, path: &str, body: &Value) -> Reply {
        self.try_call(method, path, body)
            .await
            .expect("the server answers")
    }

    pub async fn try_call(&mut self, method: &str, path: &str, body: &Value) -> io::Result<Reply> {
        let method = Method::from_bytes(method.as_bytes()).map_err(io::Error::other)?;
        let path = format!("/api/v1{path}");
        if body.is_null() {
            return self.request(method, &path, &[], Bytes::new()).await;
        }
        let bytes = serde_json::to_vec(body).map_err(io::Error::other)?;
        self.request(
            method,
            &path,
            &[("content-type", "application/json")],
            bytes.into(),
        )
        .await
    }

    /// Any request at all.
    ///
    /// # Errors
    /// What the connection says when it breaks.
    pub async fn request(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Bytes,
    ) -> io::Result<Reply> {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, &self.host);
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        request = request.header("x-bastide-token", "1");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(body)).map_err(io::Error::other)?;
        self.sender.ready().await.map_err(io::Error::other)?;
        let response = self
            .sender
            .send_request(request)
            .await
            .map_err(io::Error::other)?;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
        Ok(Reply {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body,
        })
    }
}
