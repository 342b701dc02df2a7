//! See how much the organisation keeps.

use std::sync::Arc;

use act::{Act, Action, Method, Operation};
use base::Result;

use crate::{operator::Settings, rules, store, wire};

pub static OP: Operation = Operation::read("messenger.quota.get", Action::Read)
    .http(Method::Get, "/files/quota")
    .summary("Says how many bytes of files the organisation keeps, and how many it may.");

pub async fn run(act: &mut Act, _: wire::GetQuota, settings: Arc<Settings>) -> Result<wire::Quota> {
    let tenant = store::tenant(act).await?;
    act.permit(&tenant).await?;
    let storage = store::storage(act).await?;
    Ok(wire::Quota {
        used_bytes: storage.used_bytes,
        allowed_bytes: rules::allowed(&storage, settings.quota_bytes),
        given_bytes: settings.quota_bytes,
    })
}
