//! `bastide kms serve`: the key service by itself, on a store of its own.

use std::{net::SocketAddr, sync::Arc};

use base::{Clock, Context, Entropy, Fault, Id, Result, SystemClock, SystemEntropy};
use db::{Database, Options};
use gate::{Limits, Listener, PlainHttp, Tls};
use kms::NodeId;
use logical::Store;
use secrets::{Core, Face, Keeping};
use serde_json::json;
use tokio::sync::watch;

use crate::{
    cli,
    config::Config,
    house,
    output::{self, Form},
    serve::{Signals, until_closed},
};

/// Where the key service listens when nothing else is said.
const LISTEN: &str = "127.0.0.1:8200";

/// Serves the Vault API until a signal says otherwise, then drains. An empty store stays empty until it is initialised.
///
/// # Errors
/// A fault that says what could not be opened.
pub(crate) async fn run(config: Config, flags: &cli::KmsServe, form: Form) -> Result<()> {
    let listen: SocketAddr = match flags.kms_listen {
        Some(listen) => listen,
        None => LISTEN.parse().context("reading the usual address")?,
    };
    let signals = Signals::listen()?;
    let (clock, entropy): (Arc<dyn Clock>, Arc<dyn Entropy>) =
        (Arc::new(SystemClock), Arc::new(SystemEntropy));
    let node: NodeId = Id::generate(clock.now(), entropy.as_ref());
    house::make_data_dir(&config)?;
    let url = config.kms_database_url.expose();
    let database = Arc::new(Database::open(url, Options::default()).await?);
    let kms = house::opening(&config, Arc::clone(&database));
    let kms = Arc::new(kms.open().await?);
    let store = Store::new(
        Arc::clone(&database),
        Arc::clone(&kms) as _,
        node,
        Arc::clone(&clock),
        Arc::clone(&entropy),
    );
    let store = store.await?;
    let tls = Tls::open(config.certificate.clone(), Arc::clone(&clock))?;
    let listener = Listener::bind(listen, &tls, PlainHttp::Refuse, Limits::default()).await?;
    let address = listener.local_address()?;
    let public = flags
        .kms_url
        .clone()
        .unwrap_or_else(|| format!("https://{address}"));
    let public = public.trim_end_matches('/').to_owned();
    if !public.starts_with("https://") {
        return Err(Fault::new("kms-url begins with https://").into());
    }
    let core = Core::new(
        store,
        database,
        Arc::new(Keeping::new(kms)),
        node,
        public.clone(),
        clock,
        entropy,
    );
    let core = Arc::new(core);
    announce(address, &public, form)?;

    tokio::spawn(Arc::clone(&tls).keep_fresh());
    let (stopping, stopped) = watch::channel(());
    tokio::spawn(async move {
        signals.until_stopped(|| renew(&tls)).await;
        drop(stopping);
    });
    let looking = tokio::spawn(Arc::clone(&core).look_after(until_closed(stopped.clone())));
    listener
        .run(Arc::new(Face(core)), until_closed(stopped))
        .await;
    looking.await.context("ending the key service")
}

fn renew(tls: &Tls) {
    if let Err(error) = tls.reload() {
        tracing::warn!(%error, "the certificate could not be read anew: the one before stays");
    }
}

fn announce(address: SocketAddr, public: &str, form: Form) -> Result<()> {
    tracing::info!(%address, "the key service listens");
    let line = json!({ "address": address.to_string(), "url": public });
    match form {
        Form::People => output::print(&format!("The key service answers at {public} ({address}).")),
        Form::Json => output::print(&line.to_string()),
    }
}
