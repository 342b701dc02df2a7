//! Get whether the caller's browser is told of messages.

use std::sync::Arc;

use act::{Act, Action, Method, Operation};
use base::Result;

use crate::{Settings, store, wire};

pub static OP: Operation = Operation::read("messenger.push.get", Action::Read)
    .http(Method::Get, "/me/push")
    .summary("Gives whether the browser of this session is told of messages while nobody looks, and the server's key for it.")
    .refusing(&[]);

pub async fn run(
    act: &mut Act,
    _: wire::GetPush,
    settings: Arc<Settings>,
) -> Result<wire::PushState> {
    let tenant = store::tenant(act).await?;
    act.permit(&tenant).await?;
    let detail = store::find_push(act).await?;
    let key = match &settings.push {
        Some(push) => Some(push.public_key().await?),
        None => None,
    };
    Ok(wire::PushState {
        key,
        detail: detail.map(wire::PushDetail::of),
    })
}
