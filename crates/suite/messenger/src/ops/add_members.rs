//! Bring people into a group.

use act::{Act, Action, Method, Operation};
use base::{Context, Result};

use crate::{
    content::{SystemBody, SystemEvent},
    rules::{
        self, ACCOUNT_ABSENT, CHAT_ABSENT, CHAT_FULL, DIRECT_FIXED, MEMBERS_NONE, MEMBERS_TOO_MANY,
    },
    steps,
    store::{self, Came},
    wire,
};

pub static OP: Operation = Operation::write("messenger.member.add", Action::Invite)
    .http(Method::Post, "/chats/{chat}/members")
    .harmless_again("those who are in it already stay as they are")
    .summary("Brings people into a group; those who are in it already stay as they are.")
    .refusing(&[
        CHAT_ABSENT,
        DIRECT_FIXED,
        MEMBERS_NONE,
        MEMBERS_TOO_MANY,
        ACCOUNT_ABSENT,
        CHAT_FULL,
    ]);

pub async fn run(act: &mut Act, input: wire::AddMembers) -> Result<wire::Chat> {
    if input.accounts.is_empty() {
        return Err(MEMBERS_NONE.at("accounts"));
    }
    let by = act.member()?.account;
    act.throttle(&rules::ADDING, &by.to_bytes())?;
    let mut added = rules::to_be_added(&input.accounts, by, "accounts")?;
    let overview = store::overview(act, input.chat).await?;
    let chat = &overview.chat;
    let permit = act.permit(chat).await?;
    rules::is_group(chat)?;
    let present = store::members_among(act, chat.id, &added).await?;
    added.retain(|account| !present.contains(account));
    rules::may_grow(
        chat,
        i64::try_from(added.len()).context("counting members")?,
    )?;
    steps::may_be_added(act, &added, "accounts").await?;
    let outside = store::outside_among(act, chat.id, &added).await?;
    let view = steps::view(act, &permit, &overview).await?;
    if added.is_empty() {
        return Ok(view);
    }

    act.raise(&permit);
    let told = SystemBody::new(SystemEvent::MembersAdded, added.clone());
    let message = steps::tell(act, &permit, told)?;
    let came = Came::told_by(chat, &message);
    store::insert_members(act, &permit, chat, &added, came)?;
    store::settle_outside(act, &permit, chat.id, &outside)?;
    for account in &added {
        act.notify(*account, "chat.added", Some(chat.id.to_bytes()), None);
    }
    let members = view.members + i64::try_from(added.len()).context("counting members")?;
    Ok(wire::Chat {
        members,
        ..view.after(message)
    })
}
