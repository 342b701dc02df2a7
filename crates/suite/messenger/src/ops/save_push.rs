//! Have the caller's browser told of messages while nobody looks.

use std::sync::Arc;

use act::{Act, Action, Method, Operation, Place, PushKeys};
use base::Result;

use crate::{
    Settings,
    content::{PUSH_KEYS, push_keys_to_bytes},
    model::PushId,
    rules::{PUSH_OFF, PUSH_REFUSED, SUBSCRIBING},
    store, wire,
};

pub static OP: Operation = Operation::write("messenger.push.save", Action::Mark)
    .http(Method::Put, "/me/push")
    .summary(
        "Has the browser of this session told of messages while nobody looks, as much as the person wants. It ends with the \
         session; of 20 browsers of an account the oldest gives way.",
    )
    .refusing(&[PUSH_OFF, PUSH_REFUSED]);

pub async fn run(
    act: &mut Act,
    input: wire::SavePush,
    settings: Arc<Settings>,
) -> Result<wire::PushState> {
    act.throttle(&SUBSCRIBING, &act.member()?.account.to_bytes())?;
    let tenant = store::tenant(act).await?;
    let permit = act.permit(&tenant).await?;
    let push = settings.push.as_ref().ok_or(PUSH_OFF)?;
    let keys = PushKeys {
        endpoint: input.endpoint,
        p256dh: input.p256dh,
        auth: input.auth,
    };
    if !push.takes(&keys) {
        return Err(PUSH_REFUSED.at("endpoint"));
    }
    let key = push.public_key().await?;

    let id: PushId = act.new_id();
    let sealed = act.seal(
        &permit,
        Place::new(id, PUSH_KEYS),
        &push_keys_to_bytes(&keys)?,
    );
    store::save_push(act, &permit, (id, sealed), input.detail.meant())?;
    Ok(wire::PushState {
        key: Some(key),
        detail: Some(input.detail),
    })
}
