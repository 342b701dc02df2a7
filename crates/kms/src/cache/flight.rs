//! One fetch for all who miss the same key at the same moment.

use std::{collections::HashMap, sync::Arc};

use base::{Error, Fault, KeyId, Refusal, Result, TenantId};
use cipher::DataKey;
use tokio::sync::watch;

use super::KeyCache;

pub(super) type Opened = HashMap<KeyId, Option<Arc<DataKey>>>;

/// How a flight ended, for those who wait for it.
#[derive(Clone)]
pub(super) enum Landed {
    Keys(Arc<Opened>),
    Refused(Refusal),
    Failed,
}

/// A fetch under way. Dropped without landing, it makes those who wait try for themselves.
pub(super) struct Flight<'a> {
    pub(super) cache: &'a KeyCache,
    pub(super) tenant: TenantId,
    pub(super) keys: Vec<KeyId>,
    outcome: watch::Sender<Option<Landed>>,
}

impl<'a> Flight<'a> {
    pub(super) fn new(cache: &'a KeyCache, tenant: TenantId) -> Self {
        let (outcome, _) = watch::channel(None);
        Self {
            cache,
            tenant,
            keys: Vec::new(),
            outcome,
        }
    }

    pub(super) fn wait(&self) -> Waiting {
        Waiting(self.outcome.subscribe())
    }

    pub(super) fn land(&self, landed: Landed) {
        self.outcome.send_replace(Some(landed));
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        let mut state = self.cache.state();
        for key in &self.keys {
            state.flights.remove(&(self.tenant, *key));
        }
    }
}

/// A place among those who wait for a flight.
#[derive(Clone)]
pub(super) struct Waiting(watch::Receiver<Option<Landed>>);

impl Waiting {
    /// What the flight brought; `None` when it was given up.
    pub(super) async fn landed(mut self) -> Result<Option<Arc<Opened>>> {
        let outcome = self.0.wait_for(Option::is_some).await;
        match outcome.ok().and_then(|outcome| outcome.clone()) {
            None => Ok(None),
            Some(Landed::Keys(opened)) => Ok(Some(opened)),
            Some(Landed::Refused(refusal)) => Err(refusal.into()),
            Some(Landed::Failed) => {
                Err(Fault::new("another caller's fetch of the same key failed").into())
            }
        }
    }
}

impl From<&Error> for Landed {
    fn from(error: &Error) -> Self {
        error
            .refusal()
            .map_or(Self::Failed, |refusal| Self::Refused(*refusal))
    }
}
