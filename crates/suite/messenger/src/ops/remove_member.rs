//! Remove somebody from a group.

use act::{Act, Action, Method, Operation};
use base::Result;

use crate::{
    content::{SystemBody, SystemEvent},
    rules::{self, CHAT_ABSENT, DIRECT_FIXED, MEMBER_ABSENT, OWNER_OUTRANKS, REMOVE_SELF},
    steps, store, wire,
};

pub static OP: Operation = Operation::write("messenger.member.remove", Action::ManageMembers)
    .http(Method::Delete, "/chats/{chat}/members/{account}")
    .summary("Removes somebody from a group; they see nothing of it from then on. Managers remove members, the owner anybody.")
    .refusing(&[CHAT_ABSENT, DIRECT_FIXED, MEMBER_ABSENT, OWNER_OUTRANKS, REMOVE_SELF]);

pub async fn run(act: &mut Act, input: wire::OfMember) -> Result<wire::Done> {
    let chat = store::chat(act, input.chat).await?;
    let permit = act.permit(&chat).await?;
    rules::may_remove_another(&chat, input.account)?;
    let role = store::role_of(act, chat.id, input.account).await?;
    rules::outranks(chat.standing.role, role)?;

    act.raise(&permit);
    store::delete_member(act, &permit, &chat, input.account)?;
    store::insert_removal(act, &permit, chat.id, input.account)?;
    let told = SystemBody::new(SystemEvent::MemberRemoved, vec![input.account]);
    steps::tell(act, &permit, told)?;
    let topic = Some(chat.id.to_bytes());
    act.notify(input.account, "chat.removed", topic, None);
    Ok(wire::Done {})
}
