//! For the stream: who may hear of a chat.

use act::{Act, Action, Audit, Operation};
use base::Result;

use super::resume_stream;
use crate::{rules::CHAT_ABSENT, store, wire};

pub static OP: Operation = Operation::read("messenger.chat.audience", Action::Serve)
    .system()
    .audited(Audit::Covered(resume_stream::OP.name))
    .summary("Gives the stream who may hear of a chat, and as of which version.")
    .refusing(&[CHAT_ABSENT]);

pub async fn run(act: &mut Act, input: wire::OfChat) -> Result<wire::Audience> {
    let topic = store::topic(act, input.chat).await?;
    act.permit(&topic).await?;
    let members = store::list_accounts(act, topic.chat).await?;
    Ok(wire::Audience::of(
        topic.reference.version,
        topic.changes_last,
        members,
    ))
}
