//! Get one chat.

use act::{Act, Action, Method, Operation};
use base::Result;

use crate::{rules::CHAT_ABSENT, steps, store, wire};

pub static OP: Operation = Operation::read("messenger.chat.get", Action::Read)
    .http(Method::Get, "/chats/{chat}")
    .summary("Gives one chat with its last message and what is unread.")
    .refusing(&[CHAT_ABSENT]);

pub async fn run(act: &mut Act, input: wire::OfChat) -> Result<wire::Chat> {
    let overview = store::overview(act, input.chat).await?;
    let permit = act.permit(&overview.chat).await?;
    steps::view(act, &permit, &overview).await
}
