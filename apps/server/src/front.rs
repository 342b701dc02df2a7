//! The front: gate, seal and stream over a house.

use std::sync::Arc;

use act::{Call, Caller, NOT_SIGNED_IN};
use base::{Fault, Result, Secret};
use bus::{Bus, Health};
use futures_util::future::BoxFuture;
use gate::{
    Authenticate, Check, Gate, Metrics, Mode, QuorumView, RootHeld, SealDoor, SealStage, SealView,
};
use identity::Sessions;
use kms::{Embedded, Seal, SealState};
use stream::{Hub, Stream};

use crate::{assets, cli, config::Config, control::Desk, house::House};

/// What answers requests, and what it is measured by.
pub(crate) struct Front {
    pub(crate) gate: Arc<Gate>,
    pub(crate) hub: Arc<Hub>,
    pub(crate) metrics: Arc<Metrics>,
}

impl Front {
    /// Starts the stream and builds the router.
    ///
    /// # Errors
    /// A fault when the bus takes no subscription or two routes are in each other's way.
    pub(crate) async fn build(
        config: &Config,
        flags: &cli::Serve,
        house: House,
        desk: Desk,
    ) -> Result<Self> {
        let House {
            runtime,
            kms,
            bus,
            node,
            clock,
            entropy,
            words,
            ..
        } = house;
        let sessions = Arc::new(Sessions::new(Arc::clone(&runtime)));
        let known = Arc::clone(&sessions);
        let forget = Box::new(move |session| known.forget(session));
        let hub = Hub::start(
            Arc::clone(&runtime),
            Arc::clone(&bus),
            words,
            node.to_bytes(),
            forget,
            config.socket_shares,
        )
        .await?;
        hub.keep_rounds();
        let metrics = Metrics::new();
        let gate = Gate::new(
            gate_config(config, flags),
            gate::House {
                bindings: runtime.bindings().cloned().collect(),
                execute: Arc::clone(&runtime) as _,
                authenticate: Arc::new(SessionDoor(sessions)),
                hub: Arc::new(Stream(Arc::clone(&hub))),
                seal: Arc::new(DoorOfSeal(desk)),
                assets: assets::assets(),
                checks: vec![
                    Arc::new(Unsealed(kms)),
                    Arc::new(DatabaseAnswers(Arc::clone(&runtime))),
                    Arc::new(BusCarries(bus)),
                ],
                metrics: Arc::clone(&metrics),
                clock,
                entropy,
            },
        )?;
        Ok(Self {
            gate: Arc::new(gate),
            hub,
            metrics,
        })
    }
}

fn gate_config(config: &Config, flags: &cli::Serve) -> gate::Config {
    let mut gate = gate::Config::new(config.public.clone());
    gate.trusted_proxies = config.trusted_proxies.clone();
    gate.api_rate = config.api_rate;
    gate.requests_per_source_max = match (config.requests_per_source, config.api_rate) {
        (Some(requests), _) => requests,
        (None, Some(_)) => gate.requests_per_source_max,
        // Whoever lifts what a source may ask means all of it.
        (None, None) => gate.requests_max,
    };
    gate.mode = if flags.test_mode {
        Mode::Test
    } else {
        Mode::Production
    };
    gate
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

/// The seal as the gate asks for it.
struct DoorOfSeal(Desk);

impl SealDoor for DoorOfSeal {
    fn is_open(&self) -> bool {
        self.0.kms.is_open()
    }

    fn read(&self) -> BoxFuture<'_, Result<SealView>> {
        Box::pin(async move {
            let reading = self.0.kms.read_seal().await?;
            let (state, seal) = match reading.state {
                SealState::Uninitialised => (SealStage::Uninitialised, None),
                SealState::Sealed { seal } => (SealStage::Sealed, Some(held(seal))),
                SealState::Unsealed { seal } => (SealStage::Unsealed, Some(held(seal))),
            };
            let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
            let quorum = reading.held.map(|held| QuorumView {
                shares: number(held.shares),
                threshold: u32::from(held.threshold.get()),
                entered: number(held.entered),
            });
            Ok(SealView {
                state,
                seal,
                quorum,
            })
        })
    }

    fn enter<'a>(
        &'a self,
        call: Call,
        share: &'a Secret<String>,
    ) -> BoxFuture<'a, Result<SealView>> {
        Box::pin(async move {
            let call = Desk::of_custodian(call);
            self.0.enter_share(&call, share.expose()).await?;
            self.read().await
        })
    }

    fn forget(&self, call: Call) -> BoxFuture<'_, Result<SealView>> {
        Box::pin(async move {
            self.0.forget_shares(&Desk::of_custodian(call));
            self.read().await
        })
    }
}

const fn held(seal: Seal) -> RootHeld {
    match seal {
        Seal::Development => RootHeld::Development,
        Seal::Quorum => RootHeld::Quorum,
    }
}

struct Unsealed(Arc<Embedded>);

impl Check for Unsealed {
    fn name(&self) -> &'static str {
        "sealed"
    }
    fn check(&self) -> BoxFuture<'_, Result<()>> {
        let is_open = self.0.is_open();
        Box::pin(async move {
            match is_open {
                true => Ok(()),
                false => Err(act::SEALED.into()),
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
