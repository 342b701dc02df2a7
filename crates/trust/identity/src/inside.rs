//! Calls of this domain's own operations of the system.

use act::Runtime;
use base::{Context, Result, TenantId};
use serde::{Serialize, de::DeserializeOwned};

/// Runs an operation of the system in the name of one of its declared parts.
pub(crate) async fn execute<O: DeserializeOwned>(
    runtime: &Runtime,
    part: &'static str,
    operation: &'static str,
    input: &impl Serialize,
) -> Result<O> {
    let input = serde_json::to_value(input).context("writing an input")?;
    runtime.ask_as(part, TenantId::NIL, operation, input).await
}
