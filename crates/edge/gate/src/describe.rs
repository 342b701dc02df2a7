//! The gate's routes and document without a running house: for the command line and for generated clients.

use std::sync::Arc;

use act::{Answer, Binding, Call, Caller, NOT_SIGNED_IN, Operation};
use base::{Fault, Refusal, Result, Secret, SystemClock, SystemEntropy};
use futures_util::future::BoxFuture;
use serde_json::Value;

use crate::{
    Assets, Authenticate, Config, Execute, Gate, Hear, House, Metrics, Outbound, Route, SealDoor,
    SealView, StreamHub,
};

/// What a gate over these operations would serve: its router's list, and its OpenAPI document.
///
/// # Errors
/// As [`Gate::new`].
pub fn describe(config: Config, bindings: Vec<Binding>) -> Result<(Vec<Route>, String)> {
    let nobody = Arc::new(Nobody);
    let house = House {
        bindings,
        execute: Arc::clone(&nobody) as _,
        authenticate: Arc::clone(&nobody) as _,
        hub: Arc::clone(&nobody) as _,
        seal: nobody,
        assets: Assets::default(),
        checks: Vec::new(),
        metrics: Metrics::new(),
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
    };
    let gate = Gate::new(config, house)?;
    Ok((gate.routes().to_vec(), gate.document().to_owned()))
}

/// Stands where a house would; never asked, since nothing listens.
struct Nobody;

impl Execute for Nobody {
    fn execute<'a>(&'a self, _: &'static str, _: Call, _: Value) -> BoxFuture<'a, Result<Answer>> {
        Box::pin(async { Err(Fault::new("there is no house behind this gate").into()) })
    }

    fn refused(&self, _: &'static Operation, _: &Call, _: &Refusal) {}
}

impl Authenticate for Nobody {
    fn authenticate<'a>(&'a self, _: &'a Secret<String>) -> BoxFuture<'a, Result<Caller>> {
        Box::pin(async { Err(NOT_SIGNED_IN.into()) })
    }
}

impl SealDoor for Nobody {
    fn is_open(&self) -> bool {
        false
    }

    fn read(&self) -> BoxFuture<'_, Result<SealView>> {
        Box::pin(async { Err(Fault::new("there is no house behind this gate").into()) })
    }

    fn enter<'a>(&'a self, _: Call, _: &'a Secret<String>) -> BoxFuture<'a, Result<SealView>> {
        self.read()
    }

    fn forget(&self, _: Call) -> BoxFuture<'_, Result<SealView>> {
        self.read()
    }
}

impl StreamHub for Nobody {
    fn subscribe(&self, _: Call, _: Outbound) -> BoxFuture<'_, Result<Box<dyn Hear>>> {
        Box::pin(async { Err(Fault::new("there is no house behind this gate").into()) })
    }
}
