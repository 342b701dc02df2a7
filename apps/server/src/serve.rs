//! `bastide serve`.

use std::{net::SocketAddr, sync::Arc};

use act::{Caller, NOT_SIGNED_IN};
use base::{Context, Fault, Result, Secret};
use bus::{Bus, Health};
use futures_util::future::BoxFuture;
use gate::{
    Authenticate, Check, Gate, Limits, Listener, Metrics, MetricsService, Mode, PlainHttp, Tls,
};
use identity::Sessions;
use kms::{KeyCache, SealState};
use stream::{Hub, Stream};
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
};

use crate::{assets, cli, config::Config, house::House, steady};

const DEVELOPMENT_SEAL: &str = "\
┌──────────────────────────────────────────────────────────────────────────┐
│ DEVELOPMENT SEAL: the root key lies in a file on this machine. Whoever   │
│ reads that file and the key store can open everything.                   │
└──────────────────────────────────────────────────────────────────────────┘";

/// Serves until a signal says otherwise, then drains.
///
/// # Errors
/// A fault that says what could not be opened or is not allowed.
pub(crate) async fn run(config: Config, flags: &cli::Serve) -> Result<()> {
    may_listen(&config, flags)?;
    kms::harden_process()?;
    let house = House::open(&config).await?;
    let sealed = kms::Kms::status(house.kms.as_ref()).await?.state;
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

    let House {
        runtime,
        cache,
        bus,
        log,
        node,
        clock,
        entropy,
        words,
        ..
    } = house;
    let sessions = Arc::new(Sessions::new(Arc::clone(&runtime)));
    let known = Arc::clone(&sessions);
    let hub = Hub::start(
        Arc::clone(&runtime),
        Arc::clone(&bus),
        words,
        node.to_bytes(),
        Box::new(move |session| known.forget(session)),
    )
    .await?;
    let metrics = Metrics::new();
    let counted = Arc::clone(&hub);
    metrics.add(move |page: &mut gate::Page| {
        let sockets = u32::try_from(counted.sockets()).unwrap_or(u32::MAX);
        page.gauge(
            "bastide_sockets",
            "Sockets that are connected to this node.",
            f64::from(sockets),
        );
    });
    let mut gate_config = gate::Config::new(config.public.clone());
    gate_config.trusted_proxies = config.trusted_proxies.clone();
    gate_config.api_rate = config.api_rate;
    gate_config.mode = if flags.test_mode {
        Mode::Test
    } else {
        Mode::Production
    };
    let gate = Gate::new(
        gate_config,
        gate::House {
            bindings: runtime.bindings().cloned().collect(),
            execute: Arc::clone(&runtime) as _,
            authenticate: Arc::new(SessionDoor(sessions)),
            hub: Arc::new(Stream(Arc::clone(&hub))),
            assets: assets::assets(),
            checks: vec![
                Arc::new(Unsealed(cache)),
                Arc::new(DatabaseAnswers(Arc::clone(&runtime))),
                Arc::new(BusCarries(bus)),
            ],
            metrics: Arc::clone(&metrics),
            clock,
            entropy,
        },
    )?;
    announce(&config, address, metrics_address, sealed);
    steady::start(&runtime, node);
    tokio::spawn(Arc::clone(&tls).keep_fresh());
    let (stopping, stopped) = watch::channel(());
    tokio::spawn(wait_for_signals(stopping, tls, hub));
    let serving = listener.run(Arc::new(gate), until_closed(stopped.clone()));
    let metering = metrics_listener.run(Arc::new(MetricsService(metrics)), until_closed(stopped));
    // The log ends last: what the drain still brings is written and numbered.
    let (drained, ending) = watch::channel(());
    let logging = tokio::spawn(log.run(node, until_closed(ending)));
    tokio::join!(serving, metering);
    drop(drained);
    logging.await.context("ending the log")?;
    Ok(())
}

/// What is refused before anything is opened.
fn may_listen(config: &Config, flags: &cli::Serve) -> Result<()> {
    let is_loopback = config.listen.ip().is_loopback();
    if flags.test_mode && !is_loopback {
        return Err(Fault::new("--test-mode is for loopback addresses only").into());
    }
    if !is_loopback && !flags.allow_development_seal {
        return Err(Fault::new(
            "the root key lies in a file (development seal): to serve other machines all the same, add --allow-development-seal",
        )
        .into());
    }
    Ok(())
}

#[expect(
    clippy::print_stderr,
    reason = "the person at the terminal is told where the server is"
)]
fn announce(config: &Config, address: SocketAddr, metrics: SocketAddr, state: SealState) {
    eprintln!("{DEVELOPMENT_SEAL}");
    eprintln!(
        "Bastide serves {} on {address}; metrics on {metrics}.",
        config.public.origin()
    );
    if state == SealState::Sealed {
        eprintln!("The key store is sealed: `bastide kms unseal` opens it.");
    }
    tracing::info!(%address, %metrics, "serving");
}

async fn until_closed(mut stopped: watch::Receiver<()>) {
    while stopped.changed().await.is_ok() {}
}

/// SIGTERM and SIGINT drain; SIGHUP reads the certificates again.
async fn wait_for_signals(stopping: watch::Sender<()>, tls: Arc<Tls>, hub: Arc<Hub>) {
    let listen = |kind| signal(kind).context("listening to signals");
    let (Ok(mut term), Ok(mut interrupt), Ok(mut hangup)) = (
        listen(SignalKind::terminate()),
        listen(SignalKind::interrupt()),
        listen(SignalKind::hangup()),
    ) else {
        return;
    };
    loop {
        tokio::select! {
            _ = next(&mut term) => break,
            _ = next(&mut interrupt) => break,
            _ = next(&mut hangup) => {
                if let Err(fault) = tls.reload() {
                    tracing::error!(%fault, "the certificates could not be read again");
                }
            }
        }
    }
    tracing::info!("draining");
    hub.drain();
    drop(stopping);
}

async fn next(signal: &mut Signal) -> Option<()> {
    signal.recv().await
}

/// Sessions as the gate asks for them.
struct SessionDoor(Arc<Sessions>);

impl Authenticate for SessionDoor {
    fn authenticate<'a>(&'a self, token: &'a Secret<String>) -> BoxFuture<'a, Result<Caller>> {
        Box::pin(async move {
            let member = self.0.caller(token.expose()).await?;
            member
                .map(Caller::Member)
                .ok_or_else(|| NOT_SIGNED_IN.into())
        })
    }
}

struct Unsealed(Arc<KeyCache>);

impl Check for Unsealed {
    fn name(&self) -> &'static str {
        "unsealed"
    }
    fn check(&self) -> BoxFuture<'_, Result<()>> {
        let is_sealed = self.0.is_sealed();
        Box::pin(async move {
            if is_sealed {
                Err(act::SEALED.into())
            } else {
                Ok(())
            }
        })
    }
}

struct DatabaseAnswers(Arc<act::Runtime>);

impl Check for DatabaseAnswers {
    fn name(&self) -> &'static str {
        "database"
    }
    fn check(&self) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            match self.0.ports().database.is_alive().await {
                true => Ok(()),
                false => Err(db::UNAVAILABLE.into()),
            }
        })
    }
}

struct BusCarries(Arc<dyn Bus>);

impl Check for BusCarries {
    fn name(&self) -> &'static str {
        "bus"
    }
    fn check(&self) -> BoxFuture<'_, Result<()>> {
        let health = *self.0.health().borrow();
        Box::pin(async move {
            match health {
                Health::Connected => Ok(()),
                Health::Disconnected => Err(Fault::new("the bus is away").into()),
            }
        })
    }
}
