//! List the members of a chat.

use act::{Act, Action, CURSOR_INVALID, Method, Operation};
use base::{AccountId, Result};

use crate::{
    rules::{self, CHAT_ABSENT, LIMIT_INVALID, MEMBERS_PAGE},
    steps, store, wire,
};

pub static OP: Operation = Operation::read("messenger.member.list", Action::Read)
    .http(Method::Get, "/chats/{chat}/members")
    .summary("Lists the members of a chat and how far each has read.")
    .refusing(&[CHAT_ABSENT, LIMIT_INVALID, CURSOR_INVALID]);

pub async fn run(act: &mut Act, input: wire::ListMembers) -> Result<wire::Page<wire::Membership>> {
    let limit = rules::page_size(input.limit, MEMBERS_PAGE)?;
    let after = steps::after(act, input.cursor.as_deref()).await?;
    let chat = store::chat(act, input.chat).await?;
    act.permit(&chat).await?;

    let found = store::list_members(act, chat.id, after, limit + 1).await?;
    let (members, next_cursor) =
        steps::page(act, found, limit, |last| last.account.to_bytes()).await?;
    let accounts: Vec<AccountId> = members.iter().map(|member| member.account).collect();
    let people = steps::people(act, &accounts).await?;
    let items = members
        .into_iter()
        .map(|member| wire::Membership {
            account: steps::person(&people, member.account),
            role: wire::Role::of(member.role),
            joined_at: member.joined_at,
            read_number: member.read_number,
        })
        .collect();
    Ok(wire::Page { items, next_cursor })
}
