//! Leave a group.

use act::{Act, Action, Method, Operation};
use base::Result;

use crate::{
    content::{SystemBody, SystemEvent},
    rules::{self, CHAT_ABSENT, DIRECT_FIXED, OWNER_STAYS},
    steps, store, wire,
};

pub static OP: Operation = Operation::write("messenger.chat.leave", Action::Leave)
    .http(Method::Post, "/chats/{chat}/leave")
    .harmless_again("whoever has left has left")
    .summary("Leaves a group; its owner hands it over first, unless nobody else is left: then it is disbanded.")
    .refusing(&[CHAT_ABSENT, DIRECT_FIXED, OWNER_STAYS]);

pub async fn run(act: &mut Act, input: wire::OfChat) -> Result<wire::Done> {
    let chat = store::chat(act, input.chat).await?;
    let permit = act.permit(&chat).await?;
    rules::may_leave(&chat)?;

    let account = chat.standing.account;
    act.raise(&permit);
    store::delete_member(act, &permit, &chat, account)?;
    let told = SystemBody::new(SystemEvent::MemberLeft, vec![account]);
    steps::tell(act, &permit, told)?;
    if chat.members_count == 1 {
        // Nobody is left to decide who comes in.
        store::disband(act, &permit, chat.id)?;
    }
    act.notify(account, "chat.removed", Some(chat.id.to_bytes()), None);
    Ok(wire::Done {})
}
