//! `bastide serve`.

use std::{net::SocketAddr, sync::Arc};

use base::{Context, Fault, Result};
use gate::{Limits, Listener, MetricsService, PlainHttp, Tls};
use kms::{Seal, SealReading, SealState};
use serde_json::json;
use stream::Hub;
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
};

use crate::{
    cli,
    config::Config,
    control::{self, Socket, words},
    controls,
    front::Front,
    house::{self, House},
    numbers::Sources,
    output::{self, Form},
    settings::{Renewal, Source},
    steady, telling, turning,
};

const DEVELOPMENT_SEAL: &str = "\
┌──────────────────────────────────────────────────────────────────────────┐
│ DEVELOPMENT SEAL: the root key lies in a file on this machine. Whoever   │
│ reads that file and the key store can open everything.                   │
└──────────────────────────────────────────────────────────────────────────┘";

/// Serves until a signal says otherwise, then drains.
///
/// # Errors
/// A fault that says what could not be opened or is not allowed.
pub(crate) async fn run(
    mut config: Config,
    source: Source,
    flags: &cli::Serve,
    form: Form,
) -> Result<()> {
    may_listen(&config, flags).await?;
    let signals = Signals::listen()?;
    gate::raise_descriptors(config.limits.connections_max);
    let mut house = House::open(&config).await?;
    let seal = house.kms.read_seal().await?;
    let socket = Socket::bind(&config.data_dir)?;
    let tls = Tls::open(config.certificate.clone(), Arc::clone(&house.clock))?;
    let plain = PlainHttp::RedirectTo(config.public.origin().to_owned());
    let listener = Listener::bind(config.listen, &tls, plain, config.limits.clone()).await?;
    let metrics_listener = Listener::bind(
        config.metrics_listen,
        &tls,
        PlainHttp::Refuse,
        Limits::default(),
    )
    .await?;
    let (address, metrics_address) = (listener.local_address()?, metrics_listener.local_address()?);

    let kms = Arc::clone(&house.kms);
    let telling = house.telling.take();
    let (runtime, log, node) = (
        Arc::clone(&house.runtime),
        Arc::clone(&house.log),
        house.node,
    );
    let cache = Arc::clone(&house.cache);
    let desk = house.desk(&config, address);
    let Front { gate, hub, metrics } = Front::build(&config, flags, house, desk.clone()).await?;
    let numbers = Sources {
        runtime: Arc::clone(&runtime),
        cache,
        log: Arc::clone(&log),
        tls: Arc::clone(&tls),
        hub: Arc::clone(&hub),
    };
    numbers.show(&metrics, listener.open_connections());
    announce(&config, address, metrics_address, &seal, form)?;
    tokio::spawn(control::keep_writing(
        Arc::clone(&desk.notes),
        Arc::clone(&runtime),
    ));
    steady::start(&runtime, node);
    steady::start_keys(&runtime, Arc::clone(&kms), node);
    turning::start(&runtime, kms, node, config.kms_rotation);
    if let Some(address) = config.antivirus.take() {
        steady::start_scanning(&runtime, node, address);
    }
    controls::start(&runtime, node, desk.target.clone());
    if let Some(telling) = telling {
        telling::start(&runtime, node, telling);
    }
    if let Some(settings) = config.smtp.take() {
        steady::start_mail(&runtime, node, &settings)?;
    }
    tokio::spawn(Arc::clone(&tls).keep_fresh());
    let (stopping, stopped) = watch::channel(());
    let renewal = Renewal {
        source,
        tls,
        gate: Arc::clone(&gate),
        connections: listener.connection_bounds(),
    };
    tokio::spawn(wait_for_signals(signals, stopping, renewal, hub));
    let serving = listener.run(gate, until_closed(stopped.clone()));
    let metering = metrics_listener.run(
        Arc::new(MetricsService(metrics)),
        until_closed(stopped.clone()),
    );
    let commanding = control::serve(socket, desk, until_closed(stopped));
    // The log ends last: what the drain still brings is written and numbered.
    let (drained, ending) = watch::channel(());
    let logging = tokio::spawn(log.run(node, until_closed(ending)));
    tokio::join!(serving, metering, commanding);
    drop(drained);
    logging.await.context("ending the log")?;
    Ok(())
}

/// What is refused before anything is made.
async fn may_listen(config: &Config, flags: &cli::Serve) -> Result<()> {
    let is_loopback = config.listen.ip().is_loopback();
    if flags.test_mode && !is_loopback {
        return Err(Fault::new("--test-mode is for loopback addresses only").into());
    }
    if is_loopback || flags.allow_development_seal || is_with_custodians(config).await? {
        return Ok(());
    }
    let what = "the root key lies in a file (development seal): give it to custodians (`bastide kms shares give`), or, to serve other \
                machines all the same, add --allow-development-seal";
    Err(Fault::new(what).into())
}

/// Whether the root key is in shares. A store that is not there yet would begin with a file.
async fn is_with_custodians(config: &Config) -> Result<bool> {
    match house::look_at_kms(config).await? {
        Some(kms) => Ok(is_quorum(&kms.read_seal().await?)),
        None => Ok(false),
    }
}

const fn is_quorum(reading: &SealReading) -> bool {
    matches!(
        reading.state,
        SealState::Sealed { seal: Seal::Quorum } | SealState::Unsealed { seal: Seal::Quorum }
    )
}

/// Says where the server is: a line of JSON for programs, a banner for people.
fn announce(
    config: &Config,
    address: SocketAddr,
    metrics: SocketAddr,
    seal: &SealReading,
    form: Form,
) -> Result<()> {
    tracing::info!(%address, %metrics, "serving");
    if form == Form::People {
        greet(config, address, metrics, seal);
        return Ok(());
    }
    let (state, _) = words(seal);
    let line = json!({
        "address": address.to_string(), "metrics": metrics.to_string(), "public_url": config.public.origin(),
        "state": state, "development_seal": !is_quorum(seal),
    });
    output::print(&line.to_string())
}

#[expect(
    clippy::print_stderr,
    reason = "the person at the terminal is told where the server is"
)]
fn greet(config: &Config, address: SocketAddr, metrics: SocketAddr, seal: &SealReading) {
    if !is_quorum(seal) {
        eprintln!("{DEVELOPMENT_SEAL}");
    }
    let origin = config.public.origin();
    eprintln!("Bastide serves {origin} on {address}; metrics on {metrics}.");
    match (seal.state, seal.held) {
        (SealState::Sealed { .. }, Some(held)) => eprintln!(
            "It is sealed: {} of its {} custodians open it, at {origin} or with `bastide kms unseal`.",
            held.threshold, held.shares
        ),
        (SealState::Sealed { .. }, None) => {
            eprintln!("It is sealed: `bastide kms unseal` opens it.");
        }
        _ => {}
    }
}

pub(crate) async fn until_closed(mut stopped: watch::Receiver<()>) {
    while stopped.changed().await.is_ok() {}
}

/// The signals that are listened to from the start: a server that cannot hear them does not serve.
pub(crate) struct Signals {
    term: Signal,
    interrupt: Signal,
    hangup: Signal,
}

impl Signals {
    pub(crate) fn listen() -> Result<Self> {
        let listen = |kind| signal(kind).context("listening to signals");
        Ok(Self {
            term: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
            hangup: listen(SignalKind::hangup())?,
        })
    }

    /// Until SIGTERM or SIGINT; SIGHUP renews.
    pub(crate) async fn until_stopped(mut self, renew: impl Fn()) {
        loop {
            tokio::select! {
                _ = next(&mut self.term) => break,
                _ = next(&mut self.interrupt) => break,
                _ = next(&mut self.hangup) => renew(),
            }
        }
        tracing::info!("draining");
    }
}

/// SIGTERM and SIGINT drain; SIGHUP reads certificates, log level and limits again.
async fn wait_for_signals(
    signals: Signals,
    stopping: watch::Sender<()>,
    renewal: Renewal,
    hub: Arc<Hub>,
) {
    signals.until_stopped(|| renewal.renew()).await;
    hub.drain();
    drop(stopping);
}

async fn next(signal: &mut Signal) -> Option<()> {
    signal.recv().await
}
