//! Hand a group over to another member.

use act::{Act, Action, Method, Operation};
use base::Result;

use crate::{
    content::{SystemBody, SystemEvent},
    model::MemberRole,
    rules::{self, CHAT_ABSENT, CHATS_TOO_MANY, DIRECT_FIXED, MEMBER_ABSENT, OWNER_ALREADY},
    steps, store, wire,
};

pub static OP: Operation = Operation::write("messenger.chat.transfer", Action::Transfer)
    .http(Method::Post, "/chats/{chat}/owner")
    .harmless_again("it names who owns the chat from then on")
    .summary("Hands a group over to another member.")
    .refusing(&[
        CHAT_ABSENT,
        DIRECT_FIXED,
        MEMBER_ABSENT,
        OWNER_ALREADY,
        CHATS_TOO_MANY,
    ]);

pub async fn run(act: &mut Act, input: wire::OfMember) -> Result<wire::Chat> {
    let overview = store::overview(act, input.chat).await?;
    let chat = &overview.chat;
    let permit = act.permit(chat).await?;
    rules::is_group(chat)?;
    let account = chat.standing.account;
    if input.account == account {
        return Err(OWNER_ALREADY.at("account"));
    }
    let found = store::members_among(act, chat.id, &[input.account]).await?;
    if found.is_empty() {
        return Err(MEMBER_ABSENT.at("account"));
    }
    rules::may_own(store::count_owned(act, input.account).await?)?;
    let view = steps::view(act, &permit, &overview).await?;

    act.raise(&permit);
    store::update_role(act, &permit, chat.id, account, MemberRole::Member)?;
    store::update_role(act, &permit, chat.id, input.account, MemberRole::Owner)?;
    let told = SystemBody::new(SystemEvent::OwnerChanged, vec![input.account]);
    let message = steps::tell(act, &permit, told)?;
    Ok(wire::Chat {
        role: wire::Role::Member,
        ..view.after(message)
    })
}
