//! Create a group.

use act::{Act, Action, Method, Operation};
use base::{AccountId, Result};

use crate::{
    content::{SystemBody, SystemEvent},
    model::{CHAT, Chat, Keeping, MemberRole, Shape},
    rules::{self, ACCOUNT_ABSENT, CHATS_TOO_MANY, MEMBERS_TOO_MANY, NAME_INVALID},
    steps, store, wire,
};

pub static OP: Operation = Operation::write("messenger.chat.create", Action::Create)
    .http(Method::Post, "/chats")
    .idempotent("messenger.chat.get", "chat")
    .created()
    .summary("Creates a group, which its creator owns.")
    .refusing(&[
        NAME_INVALID,
        MEMBERS_TOO_MANY,
        ACCOUNT_ABSENT,
        CHATS_TOO_MANY,
    ]);

pub async fn run(act: &mut Act, input: wire::CreateChat) -> Result<wire::Chat> {
    let name = rules::chat_name(&input.name)?;
    let owner = act.member()?.account;
    act.throttle(&rules::CREATING, &owner.to_bytes())?;
    let others = rules::to_be_added(&input.members, owner, "members")?;
    let tenant = store::tenant(act).await?;
    let founding = act.permit(&tenant).await?;
    steps::may_be_added(act, &others, "members").await?;
    let bounds = store::policy(act).await?.retention;
    rules::may_own(store::count_owned(act, owner).await?)?;

    let id = act.new_id();
    let permit = act.found::<Chat, _, _>(&founding, CHAT, id).await?;
    let shape = Shape::Group(steps::seal_name(act, &permit, &name, 1));
    let members: Vec<(AccountId, MemberRole)> = std::iter::once((owner, MemberRole::Owner))
        .chain(others.iter().map(|account| (*account, MemberRole::Member)))
        .collect();
    store::insert_chat(act, &permit, id, &shape, &members)?;

    let created = SystemBody {
        name: Some(name.clone()),
        ..SystemBody::new(SystemEvent::ChatCreated, others)
    };
    let message = steps::tell(act, &permit, created)?;
    for (account, _) in &members {
        act.notify(*account, "chat.added", Some(id.to_bytes()), None);
    }
    act.refer(id);
    let chat = wire::Chat::new(id, wire::ChatKind::Group, name, act.now());
    Ok(wire::Chat {
        role: wire::Role::Owner,
        members: members.len().try_into().unwrap_or(i64::MAX),
        ..chat.kept(Keeping { own: None, bounds }).after(message)
    })
}
