//! For the stream: which chats an account's sockets follow.

use act::{Act, Action, Audit, Operation};
use base::Result;

use crate::{store, wire};

pub static OP: Operation = Operation::read("messenger.account.topics", Action::Serve)
    .system()
    .audited(Audit::Covered("the subscription's entry"))
    .summary("Gives the stream the chats that an account follows.")
    .refusing(&[]);

pub async fn run(act: &mut Act, input: wire::TopicsAccount) -> Result<wire::Topics> {
    Ok(wire::Topics::of(
        store::list_topics(act, input.account).await?,
    ))
}
