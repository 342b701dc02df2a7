//! For the courier: browsers were told, and some are told nothing any more.

use act::{Act, Action, INPUT_INVALID, Operation};
use base::Result;

use crate::{rules::GONE_MAX, store, wire};

pub static OP: Operation = Operation::write("messenger.push.settle", Action::Serve)
    .system()
    .summary("Notes up to which message of a chat browsers were told, and forgets those that are told nothing any more.");

pub async fn run(act: &mut Act, input: wire::SettlePush) -> Result<wire::Done> {
    if input.gone.len() > GONE_MAX {
        return Err(INPUT_INVALID.at("gone"));
    }
    let tenant = store::tenant(act).await?;
    let permit = act.permit(&tenant).await?;

    if let (Some(chat), Some(through)) = (input.chat, input.through) {
        store::settle_chat(act, &permit, chat, through)?;
    }
    for place in input.gone {
        store::drop_push(act, &permit, (place.account, place.session))?;
    }
    Ok(wire::Done {})
}
