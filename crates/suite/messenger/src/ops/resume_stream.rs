//! Begin to follow one's chats, or go on with it: the entry of this covers what the stream delivers from here on.

use act::{Act, Action, Audit, Operation};
use base::Result;

use crate::{rules::TOPICS_MAX, store, wire};

/// Its entry names the tenant's directory, under which chats are listed, and not each chat: an entry for each reconnect
/// would otherwise grow with everything that somebody is in. Which chats those were follows from the entries of members.
pub static OP: Operation = Operation::read("messenger.stream.resume", Action::Find)
    .audited(Audit::Always)
    .summary("Gives the stream the chats that its caller follows, and where each of them stands.")
    .refusing(&[]);

pub async fn run(act: &mut Act, _: wire::ResumeStream) -> Result<wire::Followed> {
    let tenant = store::tenant(act).await?;
    act.permit(&tenant).await?;
    let topics = store::list_topics(act, TOPICS_MAX + 1).await?;
    Ok(wire::Followed::of(topics, TOPICS_MAX))
}
