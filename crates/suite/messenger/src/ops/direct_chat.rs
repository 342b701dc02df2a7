//! Find or make the chat with one other person.

use act::{Act, Action, Method, Operation};
use base::Result;

use crate::{
    model::{CHAT, Chat, MemberRole, Pair, Shape},
    rules::{self, ACCOUNT_ABSENT, DIRECT_WITH_SELF},
    steps, store, wire,
};

pub static OP: Operation = Operation::write("messenger.chat.direct", Action::Create)
    .http(Method::Post, "/chats/direct")
    .harmless_again("two people have one chat")
    .summary("Gives the chat with another person, which is made when there is none yet.")
    .refusing(&[ACCOUNT_ABSENT, DIRECT_WITH_SELF]);

pub async fn run(act: &mut Act, input: wire::DirectChat) -> Result<wire::Chat> {
    let account = act.member()?.account;
    if input.account == account {
        return Err(DIRECT_WITH_SELF.at("account"));
    }
    let pair = Pair::of(account, input.account);
    if let Some(id) = store::find_direct(act, pair).await? {
        let overview = store::overview(act, id).await?;
        let permit = act.permit_for(&overview.chat, Action::Read).await?;
        return steps::view(act, &permit, &overview).await;
    }
    act.throttle(&rules::CREATING, &account.to_bytes())?;
    let tenant = store::tenant(act).await?;
    let founding = act.permit(&tenant).await?;
    let people = steps::may_be_added(act, &[input.account], "account").await?;

    let id = act.new_id();
    let permit = act.found::<Chat, _, _>(&founding, CHAT, id).await?;
    let members = [pair.low, pair.high].map(|account| (account, MemberRole::Member));
    store::insert_chat(act, &permit, id, &Shape::Direct(pair), &members)?;
    for (account, _) in members {
        act.notify(account, "chat.added", Some(id.to_bytes()), None);
    }
    let other = steps::person(&people, input.account);
    let chat = wire::Chat::new(id, wire::ChatKind::Direct, other.name.clone(), act.now());
    Ok(wire::Chat {
        other: Some(other),
        members: 2,
        ..chat
    })
}
