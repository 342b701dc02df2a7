//! Make a member a manager, or a manager a member.

use act::{Act, Action, Method, Operation};
use base::Result;

use crate::{
    content::{Appointment, SystemBody, SystemEvent},
    model::MemberRole,
    rules::{self, CHAT_ABSENT, DIRECT_FIXED, MANAGERS_TOO_MANY, MEMBER_ABSENT, OWNER_OUTRANKS},
    steps, store, wire,
};

pub static OP: Operation = Operation::write("messenger.role.set", Action::Appoint)
    .http(Method::Put, "/chats/{chat}/members/{account}/role")
    .summary("Makes a member of a group a manager, or a manager a member; at most 50 are managers.")
    .refusing(&[
        CHAT_ABSENT,
        DIRECT_FIXED,
        MEMBER_ABSENT,
        OWNER_OUTRANKS,
        MANAGERS_TOO_MANY,
    ]);

pub async fn run(act: &mut Act, input: wire::SetRole) -> Result<wire::Chat> {
    let overview = store::overview(act, input.chat).await?;
    let chat = &overview.chat;
    let permit = act.permit(chat).await?;
    rules::is_group(chat)?;
    let before = store::role_of(act, chat.id, input.account).await?;
    rules::outranks(chat.standing.role, before)?;
    let role = match input.role {
        Appointment::Manager => MemberRole::Manager,
        Appointment::Member => MemberRole::Member,
    };
    let view = steps::view(act, &permit, &overview).await?;
    if role == before {
        return Ok(view);
    }
    if role == MemberRole::Manager {
        rules::may_appoint(store::count_managers(act, chat.id).await?)?;
    }

    // What they are about to do as what they were runs again; and whoever counts managers counts again.
    act.raise(&permit);
    store::update_role(act, &permit, chat.id, input.account, role)?;
    let told = SystemBody {
        role: Some(input.role),
        ..SystemBody::new(SystemEvent::RoleChanged, vec![input.account])
    };
    Ok(view.after(steps::tell(act, &permit, told)?))
}
