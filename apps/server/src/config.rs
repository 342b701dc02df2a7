//! Configuration: flags over variables over the file over defaults, read once.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use base::{Context, Fault, Result, Secret};
use blob::{Location, S3Credentials};
use gate::{CertificateSource, Limits, ProxyHeader, PublicUrl, Rate, TrustedProxies};
use identity::{SmtpSecurity, SmtpSettings};
use kms::Environment;
use stream::SocketShares;

use crate::cli::Options;

const LISTEN: &str = "127.0.0.1:8443";
const METRICS_LISTEN: &str = "127.0.0.1:9443";
const API_RATE_PER_MINUTE: u32 = 60_000;
/// What a source may ask at once, in seconds of its rate.
const API_BURST_S: u32 = 5;

/// What each organisation may keep in files, in gigabytes.
const FILES_QUOTA_GB: u64 = 100;
/// For how many days a tenant's key is the newest, unless the operator says otherwise.
const KMS_ROTATION_DAYS: u32 = 90;
const KMS_ROTATION_DAYS_MAX: u32 = 3_650;

/// What the server runs with.
pub(crate) struct Config {
    pub(crate) data_dir: PathBuf,
    pub(crate) listen: SocketAddr,
    pub(crate) metrics_listen: SocketAddr,
    pub(crate) public: PublicUrl,
    pub(crate) database_url: Secret<String>,
    pub(crate) kms_database_url: Secret<String>,
    pub(crate) kms_root_key_file: PathBuf,
    /// What the installation is for, if anybody said so.
    pub(crate) environment: Option<Environment>,
    /// For how long a tenant's key is the newest.
    pub(crate) kms_rotation: Duration,
    pub(crate) blobs: Location,
    pub(crate) blob_credentials: Option<S3Credentials>,
    pub(crate) bus_url: Option<Secret<String>>,
    pub(crate) trusted_proxies: TrustedProxies,
    /// Requests to the API of one source; nothing for no limit.
    pub(crate) api_rate: Option<Rate>,
    /// Requests of one source at once, where it is said.
    pub(crate) requests_per_source: Option<usize>,
    /// Of the main listener.
    pub(crate) limits: Limits,
    pub(crate) socket_shares: SocketShares,
    pub(crate) certificate: CertificateSource,
    /// How many bytes of files each organisation may keep at most; nothing for no limit.
    pub(crate) files_quota_bytes: Option<u64>,
    /// Who looks through files, if somebody does.
    pub(crate) antivirus: Option<antivirus::Address>,
    /// The push services by which browsers are told of messages; none unless they are named.
    pub(crate) push_services: push::Services,
    /// Certificate authorities of push services beside those of the machine.
    pub(crate) push_authorities_pem: Vec<u8>,
    /// The mail server, if there is one.
    pub(crate) smtp: Option<SmtpSettings>,
    pub(crate) name: String,
    pub(crate) log: String,
}

impl Config {
    /// Reads the file, if there is one, below what flags and variables said.
    ///
    /// # Errors
    /// A fault that names the setting that cannot be used.
    pub(crate) fn read(options: &Options) -> Result<Self> {
        let file = read_file(options)?;
        let pick =
            |own: &Option<String>, filed: &Option<String>| own.clone().or_else(|| filed.clone());
        let pick_path =
            |own: &Option<PathBuf>, filed: &Option<PathBuf>| own.clone().or_else(|| filed.clone());

        let data_dir =
            pick_path(&options.data_dir, &file.data_dir).unwrap_or_else(|| PathBuf::from("data"));
        let data_dir = std::path::absolute(data_dir).context("reading the data directory")?;
        let listen = address(options.listen.or(file.listen), LISTEN)?;
        let public = pick(&options.public_url, &file.public_url)
            .unwrap_or_else(|| format!("https://localhost:{}", listen.port()));
        let (database_url, kms_database_url) = databases(options, &file, &data_dir)?;
        let blobs = pick(&options.blob_url, &file.blob_url)
            .unwrap_or_else(|| format!("file://{}", data_dir.join("blobs").display()));
        let access_key = pick(&options.blob_access_key, &file.blob_access_key);
        let secret_key = pick_path(&options.blob_secret_key_file, &file.blob_secret_key_file);
        let blob_credentials = match (access_key, secret_key) {
            (Some(access_key), Some(path)) => Some(S3Credentials {
                access_key,
                secret_key: Secret::new(read_secret(&path)?),
                root_certificates_pem: Vec::new(),
            }),
            _ => None,
        };
        let chain = pick_path(&options.tls_chain, &file.tls_chain);
        let key = pick_path(&options.tls_key, &file.tls_key);
        let public = PublicUrl::parse(&public)?;
        let trusted_proxies = proxies(
            pick(&options.trusted_proxies, &file.trusted_proxies),
            pick(&options.trusted_proxy_header, &file.trusted_proxy_header),
        )?;
        Ok(Self {
            files_quota_bytes: files_quota(options.files_quota_gb.or(file.files_quota_gb))?,
            antivirus: pick(&options.antivirus_url, &file.antivirus_url)
                .filter(|url| !url.is_empty())
                .map(|url| url.parse())
                .transpose()?,
            push_services: pick(&options.push_services, &file.push_services)
                .unwrap_or_default()
                .parse()?,
            push_authorities_pem: pick_path(&options.push_authorities, &file.push_authorities)
                .map_or_else(|| Ok(Vec::new()), |path| read_authorities(&path))?,
            smtp: smtp(options, &file)?,
            certificate: certificate(chain, key, &data_dir, &public)?,
            metrics_listen: address(
                options.metrics_listen.or(file.metrics_listen),
                METRICS_LISTEN,
            )?,
            environment: pick(&options.environment, &file.environment)
                .map(|name| Environment::new(&name))
                .transpose()?,
            kms_root_key_file: pick_path(&options.kms_root_key_file, &file.kms_root_key_file)
                .unwrap_or_else(|| data_dir.join("root.key")),
            api_rate: api_rate(options.api_rate_per_minute.or(file.api_rate_per_minute)),
            requests_per_source: options.requests_per_source.or(file.requests_per_source),
            limits: limits(options, &file, &trusted_proxies),
            socket_shares: socket_shares(options.sockets_per_account.or(file.sockets_per_account)),
            trusted_proxies,
            bus_url: pick(&options.bus_url, &file.bus_url)
                .filter(|url| !url.is_empty())
                .map(Secret::new),
            name: pick(&options.name, &file.name).unwrap_or_else(|| "Bastide".to_owned()),
            log: pick(&options.log, &file.log).unwrap_or_else(|| "info".to_owned()),
            blobs: blobs.parse()?,
            database_url: Secret::new(database_url),
            kms_database_url: Secret::new(kms_database_url),
            kms_rotation: kms_rotation(options.kms_rotation_days.or(file.kms_rotation_days))?,
            blob_credentials,
            data_dir,
            listen,
            public,
        })
    }
}

/// Where the data lie, and where the keys.
fn databases(options: &Options, file: &Options, data_dir: &Path) -> Result<(String, String)> {
    let pick = |own: &Option<String>, filed: &Option<String>| own.clone().or_else(|| filed.clone());
    let named = options.database_url_file.as_ref();
    let database_url = match named.or(file.database_url_file.as_ref()) {
        Some(path) => read_secret(path)?,
        None => pick(&options.database_url, &file.database_url)
            .unwrap_or_else(|| format!("sqlite://{}", data_dir.join("bastide.db").display())),
    };
    let kms_database_url = match pick(&options.kms_database_url, &file.kms_database_url) {
        Some(url) => url,
        None if database_url.starts_with("sqlite://") => {
            format!("sqlite://{}", data_dir.join("kms.db").display())
        }
        None => {
            return Err(Fault::new(
                "the key store needs a database of its own: set BASTIDE_KMS_DATABASE_URL",
            )
            .into());
        }
    };
    if is_same_database(&database_url, &kms_database_url) {
        return Err(Fault::new(
            "the key store needs a database of its own: BASTIDE_KMS_DATABASE_URL names the one of the data",
        )
        .into());
    }
    Ok((database_url, kms_database_url))
}

fn read_file(options: &Options) -> Result<Options> {
    let (path, is_named) = match &options.config {
        Some(path) => (path.clone(), true),
        None => (PathBuf::from("bastide.toml"), false),
    };
    match fs::read_to_string(&path) {
        Ok(text) => toml::from_str(&text)
            .map_err(|error| Fault::new(format!("{}: {}", path.display(), error.message())).into()),
        Err(_) if !is_named => Ok(Options::default()),
        Err(error) => Err(Fault::new(format!("{}: {error}", path.display())).into()),
    }
}

fn read_secret(path: &Path) -> Result<String> {
    let text = fs::read_to_string(path)
        .map_err(|error| Fault::new(format!("{}: {error}", path.display())))?;
    Ok(text.trim_end().to_owned())
}

fn read_authorities(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|error| Fault::new(format!("{}: {error}", path.display())).into())
}

fn address(given: Option<SocketAddr>, otherwise: &str) -> Result<SocketAddr> {
    match given {
        Some(address) => Ok(address),
        None => otherwise.parse().context("reading a default address"),
    }
}

fn smtp(options: &Options, file: &Options) -> Result<Option<SmtpSettings>> {
    let pick = |own: &Option<String>, filed: &Option<String>| own.clone().or_else(|| filed.clone());
    let Some(host) = pick(&options.smtp_host, &file.smtp_host) else {
        return Ok(None);
    };
    let named = pick(&options.smtp_security, &file.smtp_security);
    let (security, usual) = match named.as_deref() {
        None | Some("tls") => (SmtpSecurity::Tls, 465),
        Some("starttls") => (SmtpSecurity::StartTls, 587),
        Some("loopback") => (SmtpSecurity::LoopbackOnly, 25),
        Some(_) => {
            return Err(
                Fault::new("the mail server's security is tls, starttls or loopback").into(),
            );
        }
    };
    let password = options
        .smtp_password_file
        .as_ref()
        .or(file.smtp_password_file.as_ref());
    let credentials = match (pick(&options.smtp_user, &file.smtp_user), password) {
        (Some(user), Some(path)) => Some((user, Secret::new(read_secret(path)?))),
        _ => None,
    };
    let from = pick(&options.smtp_from, &file.smtp_from)
        .context("a mail server needs BASTIDE_SMTP_FROM")?;
    let port = options.smtp_port.or(file.smtp_port).unwrap_or(usual);
    Ok(Some(SmtpSettings {
        host,
        port,
        security,
        credentials,
        from,
        authority_pem: None,
    }))
}

fn proxies(given: Option<String>, header: Option<String>) -> Result<TrustedProxies> {
    let header = match header.map(|name| name.to_ascii_lowercase()).as_deref() {
        None | Some("x-forwarded-for") => ProxyHeader::XForwardedFor,
        Some("forwarded") => ProxyHeader::Forwarded,
        Some(_) => {
            return Err(
                Fault::new("the trusted proxies' header is x-forwarded-for or forwarded").into(),
            );
        }
    };
    let given = given.unwrap_or_default();
    let blocks = given
        .split(',')
        .map(str::trim)
        .filter(|block| !block.is_empty());
    let networks = blocks.map(str::parse).collect::<Result<Vec<_>, _>>();
    networks
        .map(|networks| TrustedProxies::new(networks, header))
        .context("reading the trusted proxies")
}

fn api_rate(per_minute: Option<u32>) -> Option<Rate> {
    let per_minute = per_minute.unwrap_or(API_RATE_PER_MINUTE);
    (per_minute > 0).then(|| Rate {
        per_minute,
        burst: (per_minute / 60).saturating_mul(API_BURST_S).max(1),
    })
}

fn kms_rotation(days: Option<u32>) -> Result<Duration> {
    match days.unwrap_or(KMS_ROTATION_DAYS) {
        days @ 1..=KMS_ROTATION_DAYS_MAX => Ok(Duration::from_secs(u64::from(days) * 86_400)),
        _ => Err(Fault::new("kms-rotation-days is between 1 and 3650").into()),
    }
}

fn files_quota(gigabytes: Option<u64>) -> Result<Option<u64>> {
    match gigabytes.unwrap_or(FILES_QUOTA_GB) {
        0 => Ok(None),
        gigabytes => {
            let bytes = gigabytes.checked_mul(1_000_000_000);
            bytes
                .map(Some)
                .context("reading how much organisations may keep")
        }
    }
}

fn limits(options: &Options, file: &Options, proxies: &TrustedProxies) -> Limits {
    let standing = Limits::default();
    let per_source = options
        .connections_per_source
        .or(file.connections_per_source);
    Limits {
        connections_max: options
            .connections_max
            .or(file.connections_max)
            .unwrap_or(standing.connections_max),
        connections_per_source_max: per_source.unwrap_or(standing.connections_per_source_max),
        proxies: proxies.clone(),
        ..standing
    }
}

fn socket_shares(of_account: Option<usize>) -> SocketShares {
    of_account.map_or_else(SocketShares::default, SocketShares::of_account)
}

fn certificate(
    chain: Option<PathBuf>,
    key: Option<PathBuf>,
    data_dir: &Path,
    public: &PublicUrl,
) -> Result<CertificateSource> {
    match (chain, key) {
        (Some(chain), Some(key)) => Ok(CertificateSource::Files { chain, key }),
        (None, None) => Ok(CertificateSource::LocalAuthority {
            directory: data_dir.join("tls"),
            names: vec![public.host().to_owned()],
        }),
        _ => Err(Fault::new("a certificate chain and its key are given together").into()),
    }
}

/// Whether two URLs name one database: the same file, or the same schema on the same server. Keys beside the data that they
/// open would be lost and found together with it.
fn is_same_database(one: &str, other: &str) -> bool {
    let file = |url: &str| {
        let path = PathBuf::from(url.strip_prefix("sqlite://")?);
        // A file that is not there yet has its place by name alone.
        fs::canonicalize(&path)
            .or_else(|_| std::path::absolute(&path))
            .ok()
    };
    match (file(one), file(other)) {
        (Some(one), Some(other)) => one == other,
        (None, None) => schema(one) == schema(other),
        _ => false,
    }
}

/// A PostgreSQL URL without what does not say where the tables are.
fn schema(url: &str) -> (&str, Option<&str>) {
    let (place, parameters) = url.split_once('?').unwrap_or((url, ""));
    let place = place.split_once("://").map_or(place, |(_, place)| place);
    let options = parameters
        .split('&')
        .find_map(|parameter| parameter.strip_prefix("options="));
    (place.trim_end_matches('/'), options)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_store_in_the_database_of_the_data_is_known() {
        for (one, other, is_same) in [
            ("sqlite:///d/a.db", "sqlite:///d/a.db", true),
            ("sqlite:///d/a.db", "sqlite:///d//./a.db", true),
            ("sqlite:///d/a.db", "sqlite:///d/b.db", false),
            ("sqlite:///d/a.db", "postgres://h/a", false),
            (
                "postgres://u@h/a",
                "postgresql://u@h/a?sslmode=require",
                true,
            ),
            ("postgres://u@h/a", "postgres://u@h/b", false),
            (
                "postgres://u@h/a?options=-csearch_path%3Dx",
                "postgres://u@h/a?options=-csearch_path%3Dy",
                false,
            ),
        ] {
            assert_eq!(is_same_database(one, other), is_same, "{one} {other}");
        }
    }

    #[test]
    fn the_same_database_for_keys_and_data_is_refused() {
        let options = Options {
            database_url: Some("postgres://u@h/a".to_owned()),
            kms_database_url: Some("postgres://u@h/a".to_owned()),
            ..Options::default()
        };
        let Err(error) = Config::read(&options) else {
            panic!("it is refused")
        };
        assert!(error.to_string().contains("BASTIDE_KMS_DATABASE_URL"));
    }
}
