//! For the stream: where chats stand in the log, to compare with what was delivered.

use act::{Act, Action, Audit, Operation};
use base::Result;

use super::resume_stream;
use crate::{
    rules::{self, LIMIT_INVALID},
    store, wire,
};

pub static OP: Operation = Operation::read("messenger.chat.states", Action::Serve)
    .system()
    .audited(Audit::Covered(resume_stream::OP.name))
    .summary("Gives the stream the last change and the version of chats.")
    .refusing(&[LIMIT_INVALID]);

pub async fn run(act: &mut Act, input: wire::OfChats) -> Result<wire::Topics> {
    rules::may_compare(input.chats.len())?;
    let tenant = store::tenant(act).await?;
    act.permit(&tenant).await?;
    Ok(wire::Topics::of(
        store::topics_among(act, &input.chats).await?,
    ))
}
