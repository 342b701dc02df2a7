//! The command line.

use std::{net::SocketAddr, num::NonZeroU8, path::PathBuf};

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

/// A self-hosted office suite whose security programme is part of the product.
#[derive(Debug, Parser)]
#[command(name = "bastide", version)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) options: Options,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What a flag, a variable or the configuration file can say; in this order of strength.
#[derive(Debug, Default, Clone, Args, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Options {
    /// The configuration file.
    #[arg(long, global = true, env = "BASTIDE_CONFIG")]
    #[serde(skip)]
    pub(crate) config: Option<PathBuf>,
    /// Where the embedded database, keys, blobs and certificates lie.
    #[arg(long, global = true, env = "BASTIDE_DATA_DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// The address to listen on.
    #[arg(long, global = true, env = "BASTIDE_LISTEN")]
    pub(crate) listen: Option<SocketAddr>,
    /// The address at which people reach the server: https://host:port
    #[arg(long, global = true, env = "BASTIDE_PUBLIC_URL")]
    pub(crate) public_url: Option<String>,
    /// sqlite://path or postgres://…
    #[arg(
        long,
        global = true,
        env = "BASTIDE_DATABASE_URL",
        hide_env_values = true
    )]
    pub(crate) database_url: Option<String>,
    /// A file that holds the database's URL.
    #[arg(long, global = true, env = "BASTIDE_DATABASE_URL_FILE")]
    pub(crate) database_url_file: Option<PathBuf>,
    /// file://… or s3://bucket/prefix?endpoint=…&region=…
    #[arg(long, global = true, env = "BASTIDE_BLOB_URL")]
    pub(crate) blob_url: Option<String>,
    /// The name of the secret key of the blob store.
    #[arg(
        long,
        global = true,
        env = "BASTIDE_BLOB_ACCESS_KEY",
        hide_env_values = true
    )]
    pub(crate) blob_access_key: Option<String>,
    /// A file that holds the secret key of the blob store.
    #[arg(long, global = true, env = "BASTIDE_BLOB_SECRET_KEY_FILE")]
    pub(crate) blob_secret_key_file: Option<PathBuf>,
    /// nats://…; empty for a single node.
    #[arg(long, global = true, env = "BASTIDE_BUS_URL", hide_env_values = true)]
    pub(crate) bus_url: Option<String>,
    /// The key store's own database.
    #[arg(
        long,
        global = true,
        env = "BASTIDE_KMS_DATABASE_URL",
        hide_env_values = true
    )]
    pub(crate) kms_database_url: Option<String>,
    /// The root key of the development seal.
    #[arg(long, global = true, env = "BASTIDE_KMS_ROOT_KEY_FILE")]
    pub(crate) kms_root_key_file: Option<PathBuf>,
    /// What this installation is for, such as production or test. A key store that belongs to another one is not opened.
    #[arg(long, global = true, env = "BASTIDE_ENVIRONMENT")]
    pub(crate) environment: Option<String>,
    /// For how many days a tenant's key is the newest; 90 by default.
    #[arg(long, global = true, env = "BASTIDE_KMS_ROTATION_DAYS")]
    pub(crate) kms_rotation_days: Option<u32>,
    /// Where metrics are served; loopback by default.
    #[arg(long, global = true, env = "BASTIDE_METRICS_LISTEN")]
    pub(crate) metrics_listen: Option<SocketAddr>,
    /// Proxies whose word on client addresses counts: addresses or blocks, with commas between.
    #[arg(long, global = true, env = "BASTIDE_TRUSTED_PROXIES")]
    pub(crate) trusted_proxies: Option<String>,
    /// The one header in which they say it: x-forwarded-for (the default) or forwarded. The other one is not read.
    #[arg(long, global = true, env = "BASTIDE_TRUSTED_PROXY_HEADER")]
    pub(crate) trusted_proxy_header: Option<String>,
    /// Requests per minute to the API from one source, an IPv4 address or an IPv6 /64; 0 for no limit, also on what one
    /// account sends and makes.
    #[arg(long, global = true, env = "BASTIDE_API_RATE_PER_MINUTE")]
    pub(crate) api_rate_per_minute: Option<u32>,
    /// Connections at once, sockets included.
    #[arg(long, global = true, env = "BASTIDE_CONNECTIONS_MAX")]
    pub(crate) connections_max: Option<usize>,
    /// Connections of one source at once; a trusted proxy is none.
    #[arg(long, global = true, env = "BASTIDE_CONNECTIONS_PER_SOURCE")]
    pub(crate) connections_per_source: Option<usize>,
    /// Requests of one source that are answered at once, until their answers have been read.
    #[arg(long, global = true, env = "BASTIDE_REQUESTS_PER_SOURCE")]
    pub(crate) requests_per_source: Option<usize>,
    /// Sockets of one account at once, on each node; a session has a fifth of it.
    #[arg(long, global = true, env = "BASTIDE_SOCKETS_PER_ACCOUNT")]
    pub(crate) sockets_per_account: Option<usize>,
    /// A PEM certificate chain, with --tls-key; without them the server makes a local authority.
    #[arg(long, global = true, env = "BASTIDE_TLS_CHAIN")]
    pub(crate) tls_chain: Option<PathBuf>,
    #[arg(long, global = true, env = "BASTIDE_TLS_KEY")]
    pub(crate) tls_key: Option<PathBuf>,
    /// How many gigabytes (10^9 bytes) of files each organisation may keep at most; 0 for no limit. 100 if it is not said.
    #[arg(long, global = true, env = "BASTIDE_FILES_QUOTA_GB")]
    pub(crate) files_quota_gb: Option<u64>,
    /// A ClamAV daemon that looks through files before they are given out: tcp://host:port or unix:///path; without one, none
    /// does.
    #[arg(long, global = true, env = "BASTIDE_ANTIVIRUS_URL")]
    pub(crate) antivirus_url: Option<String>,
    /// Push services by which browsers are told of messages while nobody has the suite open, separated by commas: host, host:port or
    /// *.domain; `usual` names those of Chromium, Firefox, Edge and Safari. Without any, browsers are told nothing.
    #[arg(long, global = true, env = "BASTIDE_PUSH_SERVICES")]
    pub(crate) push_services: Option<String>,
    /// A PEM file with certificate authorities of push services, beside those that the machine trusts.
    #[arg(long, global = true, env = "BASTIDE_PUSH_AUTHORITIES")]
    pub(crate) push_authorities: Option<PathBuf>,
    /// What the server calls itself.
    #[arg(long, global = true, env = "BASTIDE_NAME")]
    pub(crate) name: Option<String>,
    /// The mail server; without one, links are handed over by people.
    #[arg(long, global = true, env = "BASTIDE_SMTP_HOST")]
    pub(crate) smtp_host: Option<String>,
    #[arg(long, global = true, env = "BASTIDE_SMTP_PORT")]
    pub(crate) smtp_port: Option<u16>,
    /// tls, starttls, or loopback for a relay on this machine.
    #[arg(long, global = true, env = "BASTIDE_SMTP_SECURITY")]
    pub(crate) smtp_security: Option<String>,
    #[arg(long, global = true, env = "BASTIDE_SMTP_USER")]
    pub(crate) smtp_user: Option<String>,
    /// A file that holds the password for the mail server.
    #[arg(long, global = true, env = "BASTIDE_SMTP_PASSWORD_FILE")]
    pub(crate) smtp_password_file: Option<PathBuf>,
    /// From whom letters come: Office <office@example.org>
    #[arg(long, global = true, env = "BASTIDE_SMTP_FROM")]
    pub(crate) smtp_from: Option<String>,
    /// What is logged: error, warn, info, debug, trace.
    #[arg(long, global = true, env = "BASTIDE_LOG")]
    pub(crate) log: Option<String>,
    /// Print JSON; errors are JSON on standard error then.
    #[arg(long, global = true)]
    #[serde(skip)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the server.
    Serve(Serve),
    /// The key store.
    Kms {
        #[command(subcommand)]
        command: Kms,
    },
    /// What an operator needs, without ever seeing content.
    Admin {
        #[command(subcommand)]
        command: Admin,
    },
    /// The log.
    Audit {
        #[command(subcommand)]
        command: Audit,
    },
    /// Put promises to the test in the running server, and say what was found.
    Controls {
        #[command(subcommand)]
        command: Controls,
    },
    /// The router's own list of routes.
    Routes {
        /// Print the OpenAPI document instead.
        #[arg(long)]
        document: bool,
    },
    /// Fill an empty server with an organisation of twelve people, ten chats and some thousand messages. Once filled, it is left as it is.
    Demo,
    /// Bring a team from another messenger.
    Import {
        #[command(subcommand)]
        command: Import,
    },
    /// Print a completion script for a shell.
    Completions { shell: Shell },
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Allow the development seal on an address other than loopback.
    #[arg(long)]
    pub(crate) allow_development_seal: bool,
    /// Let outside test suites in; loopback only.
    #[arg(long)]
    pub(crate) test_mode: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Import {
    /// Bring the export archive of a Slack workspace to a server, as an administrator of the organisation. Run again, it goes
    /// on where it was.
    Slack(Slack),
}

#[derive(Debug, Args)]
pub(crate) struct Slack {
    /// The archive, as Slack gives it out.
    pub(crate) archive: PathBuf,
    /// The address of the server, such as `https://office.example.org`
    #[arg(long)]
    pub(crate) server: String,
    /// A file that holds the token of an administrator's session; it is read from standard input otherwise.
    #[arg(long)]
    pub(crate) token_file: Option<PathBuf>,
    /// A folder with the bytes of files, as `<id>/<name>` or `<id>-<name>`, where the archive does not carry them.
    #[arg(long, conflicts_with = "without_files")]
    pub(crate) files: Option<PathBuf>,
    /// Bring names and links of files, and no bytes.
    #[arg(long)]
    pub(crate) without_files: bool,
    /// A PEM file with the authorities to trust, in place of those of this machine.
    #[arg(long)]
    pub(crate) ca: Option<PathBuf>,
    /// What the import is called.
    #[arg(long)]
    pub(crate) label: Option<String>,
    /// Say what would come, and change nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Args)]
pub(crate) struct KmsServe {
    /// The address that the key service listens on; 127.0.0.1:8200 by default.
    #[arg(long, env = "BASTIDE_KMS_LISTEN")]
    pub(crate) kms_listen: Option<SocketAddr>,
    /// The address at which clients reach this node: https://host:port
    #[arg(long, env = "BASTIDE_KMS_URL")]
    pub(crate) kms_url: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Kms {
    /// Run the key service by itself, on its own store: any Vault client can use it.
    Serve(KmsServe),
    /// The state of the seal, who keeps the root key, and how many keys there are. Looks only: an empty place stays empty.
    Status,
    /// Seal the store for every node.
    Seal,
    /// Unseal the store: with the root key file, or, where custodians keep the root key, with the share of one of them, which is
    /// asked for and not shown. From a pipe each line is a share.
    Unseal,
    /// Show that a custodian still holds their share. It is asked for and not shown, and opens nothing.
    Drill,
    /// The root key in shares with custodians.
    Shares {
        #[command(subcommand)]
        command: Shares,
    },
    /// Give tenants newer keys now, and wrap anew what older ones wrap. Nobody who works notices.
    Rotate {
        /// One tenant alone.
        #[arg(long, conflicts_with = "barrier")]
        tenant: Option<String>,
        /// The key that wraps the tenants' keys, instead of these.
        #[arg(long)]
        barrier: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Shares {
    /// Make a new root key and give it out, one share to each custodian. Nothing changes until it takes over.
    Give(Give),
    /// Have the root key that was given out take over, once enough of its shares are entered here.
    TakeOver,
    /// Forget the shares that were entered at the running server since it is sealed.
    Reset,
}

#[derive(Debug, Args)]
pub(crate) struct Give {
    /// A TOML file with `threshold`, and `name` and `role` of each `[[custodian]]`.
    #[arg(long, conflicts_with_all = ["custodian", "threshold"])]
    pub(crate) shares_file: Option<PathBuf>,
    /// Who keeps a share, and as what, written `name:role`; once for each.
    #[arg(long, requires = "threshold")]
    pub(crate) custodian: Vec<String>,
    /// How many of them have to come together: more than half.
    #[arg(long, requires = "custodian")]
    pub(crate) threshold: Option<NonZeroU8>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Admin {
    /// The local certificate authority, to be trusted by browsers.
    Ca,
    /// The tenants, with counts.
    Tenants,
    /// Let nobody of a tenant act until it is resumed.
    Suspend { tenant: String },
    /// Let the people of a tenant act again.
    Resume { tenant: String },
    /// Who may sign up.
    SignUp {
        #[arg(value_parser = ["open", "code", "closed"])]
        mode: String,
    },
    /// A code to sign up with.
    SignUpCode,
    /// Start the reset of somebody's password; it never lets the operator in.
    ResetPassword { mail: String },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Controls {
    /// Try a control now, against the server that runs here; ends with 1 when it is red. The first time, the probe gets an
    /// organisation of its own; from then on the server tries it by itself, every five minutes.
    Verify {
        #[arg(value_parser = ["0.1"])]
        control: String,
    },
    /// The last findings of a control, the newest first.
    List {
        #[arg(value_parser = ["0.1"])]
        control: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    /// Recompute the chain of entries and compare.
    Verify,
}
