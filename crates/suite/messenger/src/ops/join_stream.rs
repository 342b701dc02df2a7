//! Follow one more chat on a stream that is open already: the entry of this covers what the stream delivers of it.

use act::{Act, Action, Audit, Operation};
use base::Result;

use crate::{rules::CHAT_ABSENT, store, wire};

pub static OP: Operation = Operation::read("messenger.stream.join", Action::Read)
    .audited(Audit::Always)
    .summary("Gives the stream where one chat of its caller stands, so that it is followed too.")
    .refusing(&[CHAT_ABSENT]);

pub async fn run(act: &mut Act, input: wire::OfChat) -> Result<wire::FollowedTopic> {
    let chat = store::chat(act, input.chat).await?;
    act.permit(&chat).await?;
    Ok(wire::FollowedTopic {
        chat: chat.id,
        change: chat.changes_last,
        version: chat.reference.version,
        history_from: chat.standing.history_from,
        changes_from: chat.standing.changes_from,
    })
}
