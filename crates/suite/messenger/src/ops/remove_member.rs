//! Remove somebody from a group.

use act::{Act, Action, Method, Operation};
use base::Result;

use crate::{
    content::{SystemBody, SystemEvent},
    rules::{self, CHAT_ABSENT, DIRECT_FIXED, MEMBER_ABSENT, REMOVE_SELF},
    steps, store, wire,
};

pub static OP: Operation = Operation::write("messenger.member.remove", Action::ManageMembers)
    .http(Method::Delete, "/chats/{chat}/members/{account}")
    .summary("Removes somebody from a group; they see nothing of it from then on.")
    .refusing(&[CHAT_ABSENT, DIRECT_FIXED, MEMBER_ABSENT, REMOVE_SELF]);

pub async fn run(act: &mut Act, input: wire::OfMember) -> Result<wire::Done> {
    let chat = store::chat(act, input.chat).await?;
    let permit = act.permit(&chat).await?;
    rules::may_remove(&chat, input.account)?;
    let found = store::members_among(act, chat.id, &[input.account]).await?;
    if found.is_empty() {
        return Err(MEMBER_ABSENT.into());
    }

    act.raise(&permit);
    store::delete_member(act, &permit, &chat, input.account)?;
    let told = SystemBody {
        event: SystemEvent::MemberRemoved,
        accounts: vec![input.account],
        name: None,
    };
    steps::tell(act, &permit, told)?;
    let topic = Some(chat.id.to_bytes());
    act.notify(input.account, "chat.removed", topic, None);
    Ok(wire::Done {})
}
