//! Probes: promises of the house, tried in the running product as those meet it whom they were made to.

mod messaging;
mod trail;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use act::{Call, Caller, Runtime};
use base::{Context, Result, TenantId};
use controls::wire::{Link, Recorded, State};
use db::LeaseKeeper;
use gate::CertificateSource;
use kms::NodeId;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{
    api::{Api, Patience, Trust},
    config::Config,
    steady,
};

/// Instant messaging.
pub(crate) const MESSAGING: &str = "0.1";
/// How often a running server tries.
const EVERY: Duration = Duration::from_secs(300);
/// A server that does not answer in time has not answered.
const PATIENCE: Patience = Patience {
    tries: 1,
    answered_within: Duration::from_secs(10),
};

/// The server that is tried: this node's own listener, under the name that everybody uses.
#[derive(Clone)]
pub(crate) struct Target {
    origin: String,
    at: SocketAddr,
    certificate: CertificateSource,
}

impl Target {
    /// The one that this configuration is of.
    ///
    /// # Errors
    /// A fault when it is at no certain port.
    pub(crate) fn of(config: &Config) -> Result<Self> {
        Ok(Self::at(config, config.listen))
    }

    pub(crate) fn at(config: &Config, mut at: SocketAddr) -> Self {
        // What listens everywhere listens here, too.
        if at.ip().is_unspecified() {
            at.set_ip(match at {
                SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
                SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
            });
        }
        Self {
            origin: config.public.origin().to_owned(),
            at,
            certificate: config.certificate.clone(),
        }
    }

    fn client(&self) -> Result<Api> {
        let trust = match &self.certificate {
            CertificateSource::LocalAuthority { directory, .. } => {
                Trust::File(directory.join("authority.pem"))
            }
            CertificateSource::Files { chain, .. } => Trust::MachineAnd(chain.clone()),
        };
        Ok(Api::new(&self.origin, &trust, PATIENCE)?.at(self.at))
    }
}

/// What a probe found.
#[derive(Serialize)]
pub(crate) struct Finding {
    pub(crate) state: State,
    pub(crate) links: Vec<Link>,
}

/// Tries a control, and records what was found. A probe without accounts gets some, by this code.
///
/// # Errors
/// A fault when nothing could be tried or recorded: that is no finding.
pub(crate) async fn verify_enrolled(
    runtime: &Arc<Runtime>,
    target: &Target,
    sign_up_code: &str,
) -> Result<Finding> {
    if messaging::place(runtime).await?.is_none() {
        let place = messaging::enrol(target, sign_up_code).await?;
        let place = serde_json::to_string(&place).context("writing a probe's place")?;
        let keep = json!({ "control": MESSAGING, "place": place });
        let _: Value = ask(runtime, "controls.place.keep", keep).await?;
    }
    let place = messaging::place(runtime).await?;
    let place = place.context("the place of a probe, just kept")?;
    verify(runtime, target, &place).await
}

async fn verify(
    runtime: &Arc<Runtime>,
    target: &Target,
    place: &messaging::Place,
) -> Result<Finding> {
    let links = messaging::probe(runtime, target, place).await;
    let found = json!({ "control": MESSAGING, "links": links });
    let recorded: Recorded = ask(runtime, "controls.finding.record", found).await?;
    Ok(Finding {
        state: recorded.state,
        links,
    })
}

/// Has the server try what it is enrolled for, on one node at a time.
pub(crate) fn start(runtime: &Arc<Runtime>, node: NodeId, target: Target) {
    let runtime = Arc::clone(runtime);
    let keeper = LeaseKeeper::new(steady::name("controls.probe"), node, EVERY + EVERY / 10);
    tokio::spawn(async move {
        let ports = runtime.ports();
        loop {
            tokio::time::sleep(EVERY).await;
            let round = async {
                if keeper
                    .hold(&ports.database, ports.clock.now())
                    .await?
                    .is_none()
                {
                    return Ok(None);
                }
                match messaging::place(&runtime).await? {
                    Some(place) => verify(&runtime, &target, &place).await.map(Some),
                    None => Ok(None),
                }
            };
            let round: Result<Option<Finding>> = round.await;
            match round {
                Ok(Some(finding)) if finding.state == State::Red => {
                    let broken = finding
                        .links
                        .iter()
                        .find(|link| link.outcome != controls::wire::Outcome::Held);
                    let link = broken.map_or("", |link| link.name.as_str());
                    tracing::error!(control = MESSAGING, link, "a control is red");
                }
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(control = MESSAGING, %error, "a control could not be tried")
                }
            }
        }
    });
}

async fn ask<T: DeserializeOwned>(runtime: &Runtime, operation: &str, input: Value) -> Result<T> {
    let caller = Caller::System {
        name: "probe",
        tenant: TenantId::NIL,
    };
    let call = Call::internal(caller, runtime.new_id());
    let answer = runtime.execute(operation, call, input).await?;
    serde_json::from_slice(&answer.body).context("reading an answer for a probe")
}
