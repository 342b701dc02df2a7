//! Open a chat that was brought to its members.

use act::{Act, Action, Event, Method, Operation};
use base::{Context, Result};

use crate::{
    model::MemberRole,
    rules::{self, CHAT_FULL, CHAT_IMPORTED, IMPORT_ABSENT, IMPORT_CHAT_ABSENT, IMPORT_OWNER_NONE},
    store, wire,
};

pub static OP: Operation = Operation::write("messenger.import.open", Action::Administer)
    .http(Method::Post, "/imports/{import}/open")
    .harmless_again("what is open stays so")
    .summary("Opens a chat that was brought to its members, for whom all of it counts as read. It takes nothing more from elsewhere.")
    .refusing(&[
        IMPORT_ABSENT,
        IMPORT_CHAT_ABSENT,
        IMPORT_OWNER_NONE,
        CHAT_FULL,
    ]);

pub async fn run(act: &mut Act, input: wire::OpenChat) -> Result<wire::Arrival> {
    act.throttle(&rules::IMPORTING, &act.member()?.account.to_bytes())?;
    let tenant = store::tenant(act).await?;
    act.permit(&tenant).await?;
    let import = store::import(act, input.import).await?;
    let arrival = store::arrival(act, &import, input.chat).await?;
    if arrival.opened_at.is_some() {
        return Ok(wire::Arrival::of(&arrival));
    }
    let permit = act.permit(&arrival).await?;
    let members = store::list_staged(act, arrival.chat).await?;
    rules::may_hold(members.len())?;
    let roles: Vec<MemberRole> = members.iter().map(|(_, role)| *role).collect();
    rules::may_be_opened(&roles, arrival.pair.is_some())?;
    // Two people who talk here already have their chat: this one is beside it, as a group of the first of them.
    let pair = match arrival.pair {
        Some(pair) if store::find_direct(act, pair).await?.is_none() => Some(pair),
        _ => None,
    };

    let count = i64::try_from(members.len()).context("counting members")?;
    store::admit_staged(act, &permit, &arrival, count, pair)?;
    if let (Some(both), None) = (arrival.pair, pair) {
        store::make_owner(act, &permit, arrival.chat, both.low)?;
    }
    act.raise(&permit);
    act.emit(&permit, Event::new(CHAT_IMPORTED))?;
    for (account, _) in &members {
        act.notify(*account, "chat.added", Some(arrival.chat.to_bytes()), None);
    }
    Ok(wire::Arrival {
        opened_at: Some(act.now()),
        ..wire::Arrival::of(&arrival)
    })
}
