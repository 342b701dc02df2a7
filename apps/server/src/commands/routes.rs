//! `bastide routes`: what the router itself would answer to.

use std::sync::Arc;

use act::{Answer, Call, Caller, NOT_SIGNED_IN};
use base::{Result, Secret, SystemClock, SystemEntropy};
use futures_util::future::BoxFuture;
use gate::{Authenticate, Execute, Gate, Hear, Metrics, Outbound, PublicUrl, StreamHub};
use serde_json::{Value, json};

use crate::{assets, house, output, output::Form};

/// Stands where the house would: the router is built and nothing is asked of it.
struct Nobody;

impl Execute for Nobody {
    fn execute<'a>(&'a self, _: &'static str, _: Call, _: Value) -> BoxFuture<'a, Result<Answer>> {
        Box::pin(async { Err(NOT_SIGNED_IN.into()) })
    }
}

impl Authenticate for Nobody {
    fn authenticate<'a>(&'a self, _: &'a Secret<String>) -> BoxFuture<'a, Result<Caller>> {
        Box::pin(async { Err(NOT_SIGNED_IN.into()) })
    }
}

impl StreamHub for Nobody {
    fn subscribe(&self, _: Call, _: Outbound) -> BoxFuture<'_, Result<Box<dyn Hear>>> {
        Box::pin(async { Err(NOT_SIGNED_IN.into()) })
    }
}

pub(crate) fn run(form: Form, document: bool) -> Result<()> {
    let bindings = house::modules(None)
        .into_iter()
        .flat_map(|module| module.bindings)
        .collect();
    let gate = Gate::new(
        gate::Config::new(PublicUrl::parse("https://localhost:8443")?),
        gate::House {
            bindings,
            execute: Arc::new(Nobody),
            authenticate: Arc::new(Nobody),
            hub: Arc::new(Nobody),
            assets: assets::assets(),
            checks: Vec::new(),
            metrics: Metrics::new(),
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
        },
    )?;
    if document {
        return output::print(gate.document());
    }
    let rows: Vec<Value> = gate
        .routes()
        .iter()
        .map(|route| json!({ "method": route.method, "path": route.path, "operation": route.operation }))
        .collect();
    let lines: Vec<String> = gate
        .routes()
        .iter()
        .map(|route| format!("{:<7} {:<52} {}", route.method, route.path, route.operation))
        .collect();
    form.print(&Value::Array(rows), &lines.join("\n"))
}
