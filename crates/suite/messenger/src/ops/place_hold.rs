//! Hold what would be purged.

use act::{Act, Action, Audit, Method, Operation, Place};
use base::Result;

use crate::{
    content::HOLD_REASON as REASON,
    model::Hold,
    rules::{self, CHAT_ABSENT, HOLD_REASON, HOLDS_MAX, HOLDS_TOO_MANY},
    steps, store, wire,
};

pub static OP: Operation = Operation::write("messenger.hold.place", Action::Administer)
    .http(Method::Post, "/holds")
    .audited(Audit::Always)
    .created()
    .not_idempotent("each hold stands for itself and is released by itself")
    .summary("Holds a chat, or the whole organisation: nothing of it is purged until the hold is released.")
    .refusing(&[CHAT_ABSENT, HOLD_REASON, HOLDS_TOO_MANY]);

pub async fn run(act: &mut Act, input: wire::PlaceHold) -> Result<wire::Hold> {
    let reason = rules::hold_reason(&input.reason)?;
    let tenant = store::tenant(act).await?;
    let permit = act.permit(&tenant).await?;
    let (holds, is_there) = store::count_holds(act, input.chat).await?;
    if input.chat.is_some() && !is_there {
        return Err(CHAT_ABSENT.at("chat"));
    }
    if holds >= HOLDS_MAX {
        return Err(HOLDS_TOO_MANY.into());
    }
    let by = act.member()?.account;
    let people = steps::people(act, &[by]).await?;

    // Whoever is about to purge has relied on there being no hold.
    act.raise(&permit);
    let id = act.new_id();
    let hold = Hold {
        id,
        chat: input.chat,
        reason: act.seal(&permit, Place::new(id, REASON), reason.as_bytes()),
        placed_by: by,
        placed_at: act.now(),
    };
    store::insert_hold(act, &permit, &hold)?;
    Ok(wire::Hold {
        id,
        chat: hold.chat,
        reason,
        placed_by: steps::person(&people, by),
        placed_at: hold.placed_at,
    })
}
