//! What the organisation allows in its chats.

use act::{Act, Action, Method, Operation};
use base::Result;

use crate::{store, wire};

pub static OP: Operation = Operation::read("messenger.policy.read", Action::Read)
    .http(Method::Get, "/messenger/policy")
    .summary("Tells for how long the organisation lets authors edit and recall messages, and keeps them.");

pub async fn run(act: &mut Act, _: wire::ReadPolicy) -> Result<wire::Policy> {
    let tenant = store::tenant(act).await?;
    act.permit(&tenant).await?;
    Ok(wire::Policy::of(store::policy(act).await?))
}
