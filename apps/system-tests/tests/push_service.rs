//! A push service of the tests' own: takes what comes over TLS, and keeps it as it came.

use std::{
    convert::Infallible,
    path::Path,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::{
    Request, Response, StatusCode, body::Incoming, server::conn::http1, service::service_fn,
};
use hyper_util::rt::TokioIo;
use rustls::ServerConfig;
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::{Value, json};
use system_tests::{Connection, ServerOptions};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// One message as it came.
#[derive(Clone)]
pub struct Taken {
    pub path: String,
    pub body: Bytes,
}

pub struct PushService {
    pub origin: String,
    certificate_pem: String,
    taken: Arc<Mutex<Vec<Taken>>>,
}

impl PushService {
    pub async fn start() -> Self {
        let certified = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let key = PrivatePkcs8KeyDer::from(certified.signing_key.serialize_der());
        let config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(
                vec![certified.cert.der().clone()],
                PrivateKeyDer::Pkcs8(key),
            )
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let service = Self {
            origin: format!(
                "https://localhost:{}",
                listener.local_addr().unwrap().port()
            ),
            certificate_pem: certified.cert.pem(),
            taken: Arc::default(),
        };
        let taken = Arc::clone(&service.taken);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, taken) = (acceptor.clone(), Arc::clone(&taken));
                tokio::spawn(async move {
                    let Ok(tls) = acceptor.accept(stream).await else {
                        return;
                    };
                    let take = service_fn(move |request| take(request, Arc::clone(&taken)));
                    drop(
                        http1::Builder::new()
                            .serve_connection(TokioIo::new(tls), take)
                            .await,
                    );
                });
            }
        });
        service
    }

    /// Has servers tell browsers by it.
    pub fn named_in(&self, options: &mut ServerOptions, directory: &Path) {
        let authorities = directory.join("push.pem");
        std::fs::write(&authorities, &self.certificate_pem).unwrap();
        let host = self.origin.trim_start_matches("https://").to_owned();
        let authorities = authorities.display().to_string();
        options.variables.extend([
            ("BASTIDE_PUSH_SERVICES".to_owned(), host),
            ("BASTIDE_PUSH_AUTHORITIES".to_owned(), authorities),
        ]);
    }

    /// Has somebody's browser told here. The keys are those of RFC 8291, appendix A: nobody opens anything.
    pub async fn subscribes(&self, connection: &mut Connection, name: &str, detail: &str) {
        let input = json!({
            "endpoint": format!("{}/{name}", self.origin), "detail": detail, "auth": "BTBZMqHH6r4Tts7J_aSIgg",
            "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        });
        let state: Value = connection.call("PUT", "/me/push", &input).await.ok();
        assert_eq!(state["detail"], detail);
    }

    /// What came for a browser.
    pub fn of(&self, name: &str) -> Vec<Taken> {
        let taken = self.taken.lock().unwrap();
        let path = format!("/{name}");
        taken
            .iter()
            .filter(|one| one.path == path)
            .cloned()
            .collect()
    }

    /// Waits until so much came for a browser.
    pub async fn brings(&self, name: &str, count: usize, within: Duration) -> Vec<Taken> {
        let begun = Instant::now();
        loop {
            let come = self.of(name);
            if come.len() >= count {
                return come;
            }
            assert!(
                begun.elapsed() < within,
                "{name} was told {} times, not {count}",
                come.len()
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

async fn take(
    request: Request<Incoming>,
    taken: Arc<Mutex<Vec<Taken>>>,
) -> Result<Response<Empty<Bytes>>, Infallible> {
    let path = request.uri().path().to_owned();
    let is_sealed = request
        .headers()
        .get("content-encoding")
        .is_some_and(|coding| coding == "aes128gcm");
    let body = request.into_body().collect().await.unwrap().to_bytes();
    let mut answer = Response::new(Empty::new());
    *answer.status_mut() = match is_sealed {
        true => StatusCode::CREATED,
        false => StatusCode::UNSUPPORTED_MEDIA_TYPE,
    };
    if is_sealed {
        taken.lock().unwrap().push(Taken { path, body });
    }
    Ok(answer)
}
