//! Alive, and ready.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use base::Result;
use futures_util::future::{BoxFuture, join_all};
use http::{HeaderValue, Response, header};
use tokio::time::Instant;

use crate::{
    body::Body,
    inquiry::{Endpoint, Inquiry},
    listen::Phase,
    refusals,
};

/// Something that must be well before requests make sense: the keys, the database, the bus.
pub trait Check: Send + Sync {
    /// One word, shown to whoever asks.
    fn name(&self) -> &'static str;

    /// # Errors
    /// Anything: the check counts as failed. What it says is not shown.
    fn check(&self) -> BoxFuture<'_, Result<()>>;
}

/// How long one check may take.
const CHECK_TIME: Duration = Duration::from_secs(2);
/// How long a result is shown again: being asked often must not cost the database anything.
const REMEMBERED: Duration = Duration::from_millis(250);

/// `/healthz`: the process answers.
pub(crate) struct Alive;

impl Endpoint for Alive {
    fn answer(self: Arc<Self>, _: Inquiry) -> BoxFuture<'static, Result<Response<Body>>> {
        Box::pin(std::future::ready(Ok(json(r#"{"alive":true}"#))))
    }
}

/// `/readyz`: every check passes and the server is not going down.
pub(crate) struct Ready {
    checks: Vec<Arc<dyn Check>>,
    last: Mutex<Option<(Instant, Option<&'static str>)>>,
}

impl Ready {
    pub(crate) fn new(checks: Vec<Arc<dyn Check>>) -> Self {
        Self {
            checks,
            last: Mutex::new(None),
        }
    }

    /// The first check that fails.
    async fn failing(&self) -> Option<&'static str> {
        let last = *self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, result)) = last
            && at.elapsed() < REMEMBERED
        {
            return result;
        }
        let results = join_all(self.checks.iter().map(|check| async {
            let passed = tokio::time::timeout(CHECK_TIME, check.check()).await;
            (check.name(), matches!(passed, Ok(Ok(()))))
        }))
        .await;
        let failing = results
            .into_iter()
            .find(|(_, passed)| !passed)
            .map(|(name, _)| name);
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), failing));
        failing
    }
}

impl Endpoint for Ready {
    fn answer(self: Arc<Self>, inquiry: Inquiry) -> BoxFuture<'static, Result<Response<Body>>> {
        Box::pin(async move {
            if *inquiry.peer.phase().borrow() != Phase::Serving {
                return Err(refusals::NOT_READY.at("draining"));
            }
            match self.failing().await {
                Some(name) => Err(refusals::NOT_READY.at(name)),
                None => Ok(json(r#"{"ready":true}"#)),
            }
        })
    }
}

fn json(text: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::Full(bytes::Bytes::from_static(text.as_bytes())));
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    response
}
