//! The seal at the door. While the server is sealed only these routes, the probes and the web application's files answer.

use std::sync::Arc;

use act::{Call, SEALED};
use base::{Context, Error, Result, Secret};
use futures_util::future::BoxFuture;
use http::{HeaderValue, Response, header};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    body::{self, Body, BodyLimit},
    input,
    inquiry::{Endpoint, Inquiry},
    operation::nobodys_call,
    refusals,
    source::SourceKey,
    throttle::{Rate, Throttle},
};

/// Bytes of a request that brings a share.
const SHARE_BYTES_MAX: usize = 2 * 1_024;
/// Shares of one source. A share is as long as a key: the limit keeps the store from work, not the share from being guessed.
const ENTER_RATE: Rate = Rate {
    per_minute: 30,
    burst: 10,
};
/// Of all sources together: custodians shall come through while somebody has their shares forgotten again and again. The
/// operator's command has no such limit.
const FORGET_RATE: Rate = Rate {
    per_minute: 1,
    burst: 2,
};
/// Sources whose rate is remembered.
const SOURCES_MAX: usize = 10_000;

/// Who holds the seal.
pub trait SealDoor: Send + Sync {
    /// Whether keys can be had. Asked for every request: a look at memory.
    fn is_open(&self) -> bool;

    /// The state, with nothing in it that is a secret. Must be cheap.
    ///
    /// # Errors
    /// A fault when the key store does not answer.
    fn read(&self) -> BoxFuture<'_, Result<SealView>>;

    /// Enters a share at this node.
    ///
    /// # Errors
    /// What the key store refuses.
    fn enter<'a>(
        &'a self,
        call: Call,
        share: &'a Secret<String>,
    ) -> BoxFuture<'a, Result<SealView>>;

    /// Forgets what was entered at this node.
    ///
    /// # Errors
    /// A fault when the key store does not answer.
    fn forget(&self, call: Call) -> BoxFuture<'_, Result<SealView>>;
}

/// The seal as everybody may see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Seal")]
pub struct SealView {
    pub state: SealStage,
    /// How the root key is held; nothing while there is none.
    pub seal: Option<RootHeld>,
    /// Nothing unless it is held in shares.
    pub quorum: Option<QuorumView>,
}

/// Whether the server can be worked with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "SealState")]
pub enum SealStage {
    Sealed,
    Unsealed,
    /// There are no keys yet.
    Uninitialised,
}

/// How the root key is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "SealKind")]
pub enum RootHeld {
    /// In a file on the server's machine.
    Development,
    /// In shares with custodians.
    Quorum,
}

/// How the root key is held in shares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Quorum")]
pub struct QuorumView {
    pub shares: u32,
    /// How many have to come together.
    pub threshold: u32,
    /// How many were entered at this node since it is sealed.
    pub entered: u32,
}

/// A share, as its custodian has it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EnterShare {
    pub(crate) share: Secret<String>,
}

/// The names of the routes, as they stand in the router's list.
pub(crate) const READ: &str = "gate.seal.read";
pub(crate) const ENTER: &str = "gate.share.enter";
pub(crate) const FORGET: &str = "gate.shares.forget";

/// `GET /api/v1/seal`
pub(crate) struct ReadSeal(pub(crate) Arc<dyn SealDoor>);

/// `POST /api/v1/seal/shares`
pub(crate) struct EnterShares {
    door: Arc<dyn SealDoor>,
    body_ms_max: u64,
    throttle: Throttle<SourceKey>,
}

/// `DELETE /api/v1/seal/shares`
pub(crate) struct ForgetShares {
    door: Arc<dyn SealDoor>,
    throttle: Throttle<()>,
}

impl EnterShares {
    pub(crate) fn new(door: Arc<dyn SealDoor>, body_ms_max: u64) -> Self {
        Self {
            door,
            body_ms_max,
            throttle: Throttle::new(Some(ENTER_RATE), SOURCES_MAX),
        }
    }
}

impl ForgetShares {
    pub(crate) fn new(door: Arc<dyn SealDoor>) -> Self {
        Self {
            door,
            throttle: Throttle::new(Some(FORGET_RATE), 1),
        }
    }
}

/// # Errors
/// [`SEALED`] while keys cannot be had.
pub(crate) fn check(door: &dyn SealDoor) -> Result<()> {
    match door.is_open() {
        true => Ok(()),
        false => Err(SEALED.into()),
    }
}

impl Endpoint for ReadSeal {
    fn answer(self: Arc<Self>, _: Inquiry) -> BoxFuture<'static, Result<Response<Body>>> {
        Box::pin(async move { respond(&self.0.read().await?) })
    }

    fn answers_sealed(&self) -> bool {
        true
    }
}

impl Endpoint for EnterShares {
    fn answer(self: Arc<Self>, mut inquiry: Inquiry) -> BoxFuture<'static, Result<Response<Body>>> {
        Box::pin(async move {
            if let Err(refused) = self.throttle.take(inquiry.source) {
                return unheard(&mut inquiry, refused).await;
            }
            if inquiry.request.uri().query().is_some() {
                // What stands in an address stands in logs.
                return unheard(&mut inquiry, refusals::PARAMETER_UNKNOWN.into()).await;
            }
            let call = nobodys_call(&inquiry);
            let (parts, incoming) = inquiry.request.into_parts();
            let limit = BodyLimit {
                size_bytes_max: SHARE_BYTES_MAX,
                time_ms_max: self.body_ms_max,
            };
            let bytes = body::read(incoming, limit, None).await?;
            let members = input::json_object(&parts.headers, &bytes)?;
            let entered: EnterShare = serde_json::from_value(members.into())
                .map_err(|_| Error::from(act::INPUT_INVALID))?;
            respond(&self.door.enter(call, &entered.share).await?)
        })
    }

    fn answers_sealed(&self) -> bool {
        true
    }
}

impl Endpoint for ForgetShares {
    fn answer(self: Arc<Self>, mut inquiry: Inquiry) -> BoxFuture<'static, Result<Response<Body>>> {
        Box::pin(async move {
            if !http_body::Body::is_end_stream(inquiry.request.body()) {
                return unheard(&mut inquiry, refusals::BODY_NOT_TAKEN.into()).await;
            }
            if inquiry.request.uri().query().is_some() {
                return Err(refusals::PARAMETER_UNKNOWN.into());
            }
            if self.door.is_open() {
                return respond(&self.door.read().await?);
            }
            self.throttle.take(())?;
            respond(&self.door.forget(nobodys_call(&inquiry)).await?)
        })
    }

    fn answers_sealed(&self) -> bool {
        true
    }
}

async fn unheard(inquiry: &mut Inquiry, refused: Error) -> Result<Response<Body>> {
    body::discard_unheard(inquiry.request.body_mut()).await;
    Err(refused)
}

fn respond(view: &SealView) -> Result<Response<Body>> {
    let bytes = serde_json::to_vec(view).context("writing the state of the seal")?;
    let mut response = Response::new(Body::from(bytes));
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    Ok(response)
}
