//! TLS: which certificate is shown, and how it is renewed without a restart.

mod authority;
mod expiry;
mod files;

use std::{
    path::PathBuf,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use base::{Clock, Context, Fault, Result, Timestamp};
use rustls::{
    ServerConfig,
    crypto::{CryptoProvider, aws_lc_rs},
    pki_types::{CertificateDer, PrivateKeyDer},
    server::{ClientHello, NoServerSessionStorage, ResolvesServerCert},
    sign::CertifiedKey,
};

pub use authority::local_authority_pem;

/// Where the certificate comes from.
#[derive(Debug, Clone)]
pub enum CertificateSource {
    /// A PEM chain, leaf first, and its PEM key (PKCS #8, PKCS #1 or SEC 1).
    Files { chain: PathBuf, key: PathBuf },
    /// An authority of this node's own, made in `directory` on first start; people add it to their trust by hand.
    /// `names` are host names and addresses that the leaf shows beside `localhost` and the loopback addresses.
    LocalAuthority {
        directory: PathBuf,
        names: Vec<String>,
    },
}

/// A local leaf is renewed when less than this is left.
const RENEW_BEFORE: Duration = Duration::from_secs(30 * 86_400);
/// How often to look whether something must be renewed.
const LOOK_EVERY: Duration = Duration::from_secs(86_400);

/// A chain with its key, read or made, before it is put into use.
struct Material {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

/// The TLS side of a listener: holds the certificate in use and replaces it on [`Tls::reload`].
pub struct Tls {
    source: CertificateSource,
    clock: Arc<dyn Clock>,
    provider: Arc<CryptoProvider>,
    current: Arc<Current>,
}

#[derive(Debug)]
struct Current(RwLock<InUse>);

#[derive(Debug, Clone)]
struct InUse {
    key: Arc<CertifiedKey>,
    expires_at: Timestamp,
}

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.read().key))
    }
}

impl Current {
    fn read(&self) -> InUse {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Tls {
    /// Reads or makes the certificate.
    ///
    /// # Errors
    /// A fault when files cannot be read or written, or key and certificate do not belong together.
    pub fn open(source: CertificateSource, clock: Arc<dyn Clock>) -> Result<Arc<Self>> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let first = load(&source, clock.now(), &provider)?;
        Ok(Arc::new(Self {
            source,
            clock,
            provider,
            current: Arc::new(Current(RwLock::new(first))),
        }))
    }

    /// Reads or makes the certificate again; new connections see it, old ones go on. For SIGHUP.
    ///
    /// # Errors
    /// As [`Tls::open`]; the certificate in use then stays.
    pub fn reload(&self) -> Result<()> {
        let next = load(&self.source, self.clock.now(), &self.provider)?;
        *self
            .current
            .0
            .write()
            .unwrap_or_else(PoisonError::into_inner) = next;
        Ok(())
    }

    /// When the certificate in use expires.
    pub fn expires_at(&self) -> Timestamp {
        self.current.read().expires_at
    }

    /// Looks daily, for ever, and renews what is near its end. Run beside the listener.
    pub async fn keep_fresh(self: Arc<Self>) {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let before = self.expires_at();
            if before > self.clock.now().after(RENEW_BEFORE) {
                continue;
            }
            let this = Arc::clone(&self);
            match tokio::task::spawn_blocking(move || this.reload()).await {
                Ok(Ok(())) if self.expires_at() > before => {
                    tracing::info!(target: "gate::tls", "the certificate was renewed");
                }
                // Files are renewed by somebody else, who has not been here yet.
                Ok(Ok(())) => {
                    tracing::warn!(target: "gate::tls", expires_at = %before, "the certificate ends soon");
                }
                Ok(Err(fault)) => {
                    tracing::error!(target: "gate::tls", %fault, "the certificate could not be renewed");
                }
                Err(stopped) => {
                    tracing::error!(target: "gate::tls", fault = %stopped, "renewal stopped")
                }
            }
        }
    }

    /// What rustls needs for new connections: TLS 1.2 and 1.3, HTTP/2 and HTTP/1.1 by ALPN (RFC 7301), session tickets
    /// under keys of this process that rotate, and no session storage.
    pub(crate) fn server_config(&self) -> Result<Arc<ServerConfig>> {
        let mut config = ServerConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
            .context("choosing TLS versions")?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(&self.current) as Arc<dyn ResolvesServerCert>);
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.ticketer = aws_lc_rs::Ticketer::new().context("making session ticket keys")?;
        config.send_tls13_tickets = 1;
        Ok(Arc::new(config))
    }
}

fn load(source: &CertificateSource, now: Timestamp, provider: &CryptoProvider) -> Result<InUse> {
    let material = match source {
        CertificateSource::Files { chain, key } => files::read(chain, key)?,
        CertificateSource::LocalAuthority { directory, names } => {
            authority::leaf(directory, names, now)?
        }
    };
    let leaf = material
        .chain
        .first()
        .ok_or_else(|| Fault::new("the certificate file holds no certificate"))?;
    let expires_at = expiry::not_after(leaf)?;
    let key = CertifiedKey::from_der(material.chain, material.key, provider)
        .context("joining the certificate and its key")?;
    Ok(InUse {
        key: Arc::new(key),
        expires_at,
    })
}
