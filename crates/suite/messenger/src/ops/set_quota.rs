//! Say how much the organisation may keep.

use std::sync::Arc;

use act::{Act, Action, Method, Operation};
use base::Result;

use crate::{
    model::Storage,
    operator::Settings,
    rules::{self, QUOTA_INVALID},
    store, wire,
};

pub static OP: Operation = Operation::write("messenger.quota.set", Action::Administer)
    .http(Method::Put, "/files/quota")
    .summary("Sets how many bytes of files the organisation may keep, within what the operator gives. What is there stays.")
    .refusing(&[QUOTA_INVALID]);

pub async fn run(
    act: &mut Act,
    input: wire::SetQuota,
    settings: Arc<Settings>,
) -> Result<wire::Quota> {
    let tenant = store::tenant(act).await?;
    let permit = act.permit(&tenant).await?;
    rules::may_allow(input.allowed_bytes, settings.quota_bytes)?;
    let storage = Storage {
        allowed_bytes: input.allowed_bytes,
        ..store::storage(act).await?
    };

    store::allow_storage(act, &permit, storage.allowed_bytes)?;
    Ok(wire::Quota {
        used_bytes: storage.used_bytes,
        allowed_bytes: rules::allowed(&storage, settings.quota_bytes),
        given_bytes: settings.quota_bytes,
    })
}
