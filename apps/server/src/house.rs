//! The assembly: every port with what it really is, and the modules of the suite.

use std::{fs, net::SocketAddr, os::unix::fs::PermissionsExt, path::Path, sync::Arc};

use act::{Answer, Call, Caller, Module, Ports, Push, Runtime, Vault};
use audit::Log;
use base::{Clock, Context, Entropy, Id, Result, Secret, SystemClock, SystemEntropy};
use bus::{Bus, InProcess, Nats, NatsOptions, Subject};
use db::{Database, Options};
use identity::DevelopmentSeal;
use kms::{CacheOptions, Embedded, KeyCache, Kms, NodeId, Opening, RootKeyFile, Seal};
use push::WebPush;
use serde_json::Value;
use vault::{BlobVault, KmsVault};

use crate::{
    config::Config,
    control::{Desk, Notes},
    controls::Target,
    telling::{Both, Telling},
};

/// The running parts below the gate.
pub(crate) struct House {
    pub(crate) runtime: Arc<Runtime>,
    pub(crate) kms: Arc<Embedded>,
    pub(crate) cache: Arc<KeyCache>,
    pub(crate) bus: Arc<dyn Bus>,
    pub(crate) log: Arc<Log>,
    pub(crate) node: NodeId,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) words: stream::Words,
    pub(crate) telling: Option<Telling>,
}

/// What the modules of a running house are told.
pub(crate) struct Given<'a> {
    pub(crate) config: &'a Config,
    pub(crate) push: Option<Arc<dyn Push>>,
    pub(crate) kms: Arc<Embedded>,
}

/// The modules of the suite; without a configuration, as they are documented.
pub(crate) fn modules(given: Option<Given<'_>>) -> Vec<Module> {
    let (config, push, kms) = given.map_or((None, None, None), |given| {
        (Some(given.config), given.push, Some(given.kms))
    });
    let seal = kms.clone();
    let is_development = move || {
        seal.as_ref()
            .is_none_or(|kms| kms.seal_seen() != Some(Seal::Quorum))
    };
    let settings = identity::Settings {
        public_url: config.map_or_else(String::new, |config| config.public.origin().to_owned()),
        instance_name: config.map_or_else(String::new, |config| config.name.clone()),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        mail: config.is_some_and(|config| config.smtp.is_some()),
        development_seal: DevelopmentSeal::new(is_development),
    };
    vec![
        act::module(),
        identity::module(settings),
        messenger::module_with(messenger::Settings {
            quota_bytes: config.and_then(|config| config.files_quota_bytes),
            scans: config.is_some_and(|config| config.antivirus.is_some()),
            push,
        }),
        audit::module(),
        controls::module(),
        vault::module(vault::Settings {
            keys: kms.map(|kms| kms as _),
            rotation: config.map(|config| config.kms_rotation).unwrap_or_default(),
        }),
    ]
}

/// Opens the key store as it is, or says that there is none: looking leaves no file behind.
pub(crate) async fn look_at_kms(config: &Config) -> Result<Option<Embedded>> {
    let url = config.kms_database_url.expose();
    if let Some(path) = url.strip_prefix("sqlite://")
        && !Path::new(path).exists()
    {
        return Ok(None);
    }
    let database = Arc::new(Database::open(url, Options::default()).await?);
    opening(config, database).look().await.map(Some)
}

async fn open_kms(config: &Config) -> Result<Arc<Embedded>> {
    make_data_dir(config)?;
    let database = Database::open(config.kms_database_url.expose(), Options::default()).await?;
    let kms = opening(config, Arc::new(database)).start().await?;
    Ok(Arc::new(kms))
}

/// What this node opens its key store with.
pub(crate) fn opening(config: &Config, database: Arc<Database>) -> Opening {
    let root = RootKeyFile::new(&config.kms_root_key_file);
    let opening = Opening::new(
        database,
        root,
        Arc::new(SystemClock),
        Arc::new(SystemEntropy),
    );
    match &config.environment {
        Some(environment) => opening.environment(environment.clone()),
        None => opening,
    }
}

impl House {
    /// Opens everything below the gate, and brings the schema up to date.
    ///
    /// # Errors
    /// A fault that says which part could not be opened.
    pub(crate) async fn open(config: &Config) -> Result<Self> {
        let (clock, entropy): (Arc<dyn Clock>, Arc<dyn Entropy>) =
            (Arc::new(SystemClock), Arc::new(SystemEntropy));
        let node: NodeId = Id::generate(clock.now(), entropy.as_ref());
        let kms = open_kms(config).await?;
        let keys: Arc<dyn Kms> = Arc::clone(&kms) as _;
        let cache = KeyCache::start(
            Arc::clone(&keys),
            Arc::clone(&clock),
            &CacheOptions::default(),
        )
        .await?;
        let database =
            Arc::new(Database::open(config.database_url.expose(), Options::default()).await?);
        let store = blob::open(
            &config.blobs,
            config.blob_credentials.as_ref(),
            Arc::clone(&entropy),
        )
        .await?;
        let bus = open_bus(config, node).await?;
        let (announcer, words) = stream::words(Arc::clone(&bus), node.to_bytes())?;
        let vault = Arc::new(KmsVault::new(keys, Arc::clone(&cache), node));
        let telling = telling(config, Arc::clone(&vault) as _)?;
        let announcer = match &telling {
            Some(telling) => Arc::new(Both(announcer, Arc::clone(&telling.bell))),
            None => announcer,
        };
        let log = Log::new(
            Arc::clone(&database),
            Arc::clone(&vault) as _,
            Arc::clone(&clock),
            Arc::clone(&entropy),
        );
        let ports = Ports {
            database,
            vault,
            access: Arc::new(access::Policy),
            recorder: Arc::clone(&log) as _,
            announcer,
            blobs: Arc::new(BlobVault::new(store, Arc::clone(&entropy))),
            directory: Arc::new(identity::Cards),
            clock: Arc::clone(&clock),
            entropy: Arc::clone(&entropy),
        };
        let push = telling.as_ref().map(|telling| Arc::clone(&telling.push));
        let given = Given {
            config,
            push,
            kms: Arc::clone(&kms),
        };
        let runtime = Arc::new(Runtime::start(ports, modules(Some(given))).await?);
        // Whoever lifts what a source may ask means what one account may do, too.
        if config.api_rate.is_none() {
            runtime.lift_load_limits();
        }
        Ok(Self {
            runtime,
            kms,
            cache,
            bus,
            log,
            node,
            clock,
            entropy,
            words,
            telling,
        })
    }

    /// What requests of the operator are carried out with. Probes try the server at this address.
    pub(crate) fn desk(&self, config: &Config, address: SocketAddr) -> Desk {
        Desk {
            runtime: Arc::clone(&self.runtime),
            kms: Arc::clone(&self.kms),
            log: Arc::clone(&self.log),
            notes: Arc::new(Notes::default()),
            target: Target::at(config, address),
        }
    }

    /// Runs one operation.
    ///
    /// # Errors
    /// Its own.
    pub(crate) async fn call(
        &self,
        caller: Caller,
        operation: &str,
        input: Value,
    ) -> Result<Answer> {
        let call = Call::internal(caller, self.runtime.new_id());
        self.runtime.execute(operation, call, input).await
    }

    /// Ends a command: reads and refusals that wait for the log are written, also when the command failed, and entries are
    /// numbered unless a server does it. Whoever serves leaves this to the log's own end.
    ///
    /// # Errors
    /// The command's own, or a fault when the log cannot be written: what is not recorded has not gone well.
    pub(crate) async fn end<T>(self, outcome: Result<T>) -> Result<T> {
        let written = self.log.close().await;
        self.log.run(self.node, std::future::ready(())).await;
        outcome.and_then(|value| written.map(|()| value))
    }
}

/// What tells browsers, if the operator names push services.
fn telling(config: &Config, vault: Arc<dyn Vault>) -> Result<Option<Telling>> {
    if config.push_services.is_empty() {
        return Ok(None);
    }
    let push = WebPush::new(
        (config.push_services.clone(), &config.push_authorities_pem),
        config.public.origin().to_owned(),
        vault,
        Arc::new(SystemClock),
        Arc::new(SystemEntropy),
    )?;
    Ok(Some(Telling {
        push: Arc::new(push),
        bell: Arc::default(),
    }))
}

async fn open_bus(config: &Config, node: NodeId) -> Result<Arc<dyn Bus>> {
    let Some(url) = &config.bus_url else {
        return Ok(Arc::new(InProcess::new(bus::Limits::default())));
    };
    let options = NatsOptions {
        url: Secret::new(url.expose().clone()),
        root_certificates: None,
        name: node.to_string(),
        prefix: Subject::new("bastide")?,
        limits: bus::Limits::default(),
    };
    Ok(Arc::new(Nats::connect(options).await?))
}

/// The data directory is for the server's own account only.
pub(crate) fn make_data_dir(config: &Config) -> Result<()> {
    fs::create_dir_all(&config.data_dir).context("making the data directory")?;
    let only_own = fs::Permissions::from_mode(0o700);
    fs::set_permissions(&config.data_dir, only_own).context("closing the data directory to others")
}
