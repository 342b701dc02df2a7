//! Probes: promises of the house, tried in the running product as those meet it whom they were made to.

mod messaging;
mod trail;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use act::Runtime;
use base::{Context, Result, TenantId};
use controls::wire::{Link, Outcome, Recorded, State};
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
    advice: "",
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
    /// The server of this configuration, listening at this address.
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

/// Whether the probe has accounts to act as.
///
/// # Errors
/// A fault when that cannot be read.
pub(crate) async fn is_enrolled(runtime: &Runtime) -> Result<bool> {
    Ok(messaging::place(runtime).await?.is_some())
}

/// Gives the probe accounts to act as, founded with this code.
///
/// # Errors
/// A fault when the server does not let them in, or they cannot be kept.
pub(crate) async fn enrol(runtime: &Runtime, target: &Target, sign_up_code: &str) -> Result<()> {
    let place = messaging::enrol(target, sign_up_code).await?;
    let place = serde_json::to_string(&place).context("writing a probe's place")?;
    let keep = json!({ "control": MESSAGING, "place": place });
    let _: Value = ask(runtime, "controls.place.keep", keep).await?;
    Ok(())
}

/// Tries the control, and records what was found; nothing where the probe is not enrolled.
///
/// # Errors
/// A fault when nothing could be tried or recorded: that is no finding.
pub(crate) async fn verify(runtime: &Runtime, target: &Target) -> Result<Option<Finding>> {
    let Some(place) = messaging::place(runtime).await? else {
        return Ok(None);
    };
    let links = messaging::probe(runtime, target, &place).await;
    let found = json!({ "control": MESSAGING, "links": links });
    let recorded: Recorded = ask(runtime, "controls.finding.record", found).await?;
    Ok(Some(Finding {
        state: recorded.state,
        links,
    }))
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
                match steady::is_ours(ports, &keeper).await? {
                    true => verify(&runtime, &target).await,
                    false => Ok(None),
                }
            };
            match round.await {
                Ok(Some(finding)) => finding.complain(),
                Ok(None) => {}
                Err(error) => {
                    tracing::warn!(control = MESSAGING, %error, "a control could not be tried");
                }
            }
        }
    });
}

impl Finding {
    /// Says in the server's log that it is red, and at which link.
    fn complain(&self) {
        let broken = |link: &&Link| link.outcome != Outcome::Held;
        if let Some(link) = self.links.iter().find(broken) {
            tracing::error!(control = MESSAGING, link = link.name, "a control is red");
        }
    }
}

async fn ask<T: DeserializeOwned>(runtime: &Runtime, operation: &str, input: Value) -> Result<T> {
    runtime
        .ask_as("probe", TenantId::NIL, operation, input)
        .await
}
