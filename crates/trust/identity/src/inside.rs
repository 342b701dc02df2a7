//! Calls of this domain's own operations of the system.

use act::{Call, Caller, Runtime};
use base::{Context, Result, TenantId};
use serde::{Serialize, de::DeserializeOwned};

/// Runs an operation of the system in the name of one of its declared parts.
pub(crate) async fn execute<O: DeserializeOwned>(
    runtime: &Runtime,
    part: &'static str,
    operation: &'static str,
    input: &impl Serialize,
) -> Result<O> {
    let caller = Caller::System {
        name: part,
        tenant: TenantId::NIL,
    };
    let call = Call::internal(caller, runtime.new_id());
    let input = serde_json::to_value(input).context("writing an input")?;
    let answer = runtime.execute(operation, call, input).await?;
    serde_json::from_slice(&answer.body).context("reading an answer")
}
