//! Coming in by oneself: the steps that joining a public chat and joining by a link share.

use act::{Act, Action, IntoValue, Permit, Place, Value};
use base::{AccountId, Hex, Result};

use crate::{
    content::{CHAT_NAME, SystemBody, SystemEvent},
    model::{Door, Request},
    rules::{self, Entrance, LINK_INVALID},
    steps,
    store::{self, Came},
    wire,
};

/// Random bytes of a link's token, which is printed as twice as many digits.
const TOKEN_BYTES: usize = 32;

/// A new token as it is handed out.
pub(crate) fn new_token(act: &Act) -> String {
    Hex(&act.random::<TOKEN_BYTES>()).to_string()
}

/// What is kept of a token, and what it is found by.
pub(crate) async fn token_hash(act: &Act, token: &str) -> Result<Value> {
    let hash = act.keyed_hash("messenger.link", token.as_bytes()).await?;
    Ok(hash.into_value())
}

/// The door that a good link leads to.
///
/// # Errors
/// [`LINK_INVALID`], whatever is wrong with it; [`act::TOO_MANY`] when too many were tried.
pub(crate) async fn by_link(act: &mut Act, token: &str) -> Result<(Door, Value)> {
    act.throttle(&rules::TRYING_LINKS, &act.member()?.account.to_bytes())?;
    let hash = token_hash(act, token).await?;
    let door = store::door_by_link(act, hash.clone()).await?;
    let is_good = door
        .link
        .is_some_and(|link| rules::is_good(&link, act.now()));
    match is_good {
        true => Ok((door, hash)),
        false => Err(LINK_INVALID.into()),
    }
}

/// Opens what is seen of a group from outside.
pub(crate) fn open_door(act: &Act, permit: &Permit<Door>, door: &Door) -> Result<wire::Door> {
    let (description, _) = steps::open_about(act, permit, door.id, &door.about)?;
    Ok(wire::Door {
        id: door.id,
        name: open_name(act, permit, door)?,
        description,
        members: door.members_count,
        join: door.settings.joining,
        is_joined: door.role.is_some(),
        is_requested: door.is_requested,
    })
}

fn open_name(act: &Act, permit: &Permit<Door>, door: &Door) -> Result<String> {
    let place = Place::new(door.id, CHAT_NAME).at(door.name.version);
    act.open_text(permit, place, &door.name.sealed)
}

/// Brings the caller in, or has them ask. `token` is that of the link by which they come: a use of it is counted, unless
/// they are inside or have asked already.
pub(crate) async fn come_in(
    act: &mut Act,
    permit: &Permit<Door>,
    door: &Door,
    token: Option<Value>,
) -> Result<wire::Joined> {
    let account = act.member()?.account;
    act.throttle(&rules::JOINING, &account.to_bytes())?;
    if door.role.is_some() {
        let overview = store::overview(act, door.id).await?;
        let inside = act.permit_for(&overview.chat, Action::Read).await?;
        let chat = steps::view(act, &inside, &overview).await?;
        return Ok(wire::Joined {
            requested: false,
            chat: Some(chat),
        });
    }
    match rules::may_enter(door)? {
        Entrance::AtOnce => {
            let chat = enter(act, permit, door, (account, token))?;
            Ok(wire::Joined {
                requested: false,
                chat: Some(chat),
            })
        }
        Entrance::OnRequest => {
            if !door.is_requested {
                ask(act, permit, door, (account, token)).await?;
            }
            Ok(wire::Joined {
                requested: true,
                chat: None,
            })
        }
    }
}

fn enter(
    act: &mut Act,
    permit: &Permit<Door>,
    door: &Door,
    (account, token): (AccountId, Option<Value>),
) -> Result<wire::Chat> {
    rules::has_room(door)?;
    let name = open_name(act, permit, door)?;
    let (description, announcement) = steps::open_about(act, permit, door.id, &door.about)?;

    act.raise(permit);
    if let Some(token) = token {
        store::use_link(act, permit, door.id, token)?;
    }
    let told = SystemBody::new(SystemEvent::MemberJoined, vec![account]);
    let message = steps::tell(act, permit, told)?;
    let came = Came::at(door.settings.history, door.items_last, &message);
    store::insert_self(act, permit, door, (account, came))?;
    store::settle_outside(act, permit, door.id, &[account])?;
    act.notify(account, "chat.added", Some(door.id.to_bytes()), None);
    let chat = wire::Chat::new(door.id, wire::ChatKind::Group, name, door.created_at);
    let chat = wire::Chat {
        members: door.members_count + 1,
        description,
        announcement,
        ..chat.set_to(door.settings)
    };
    Ok(chat.after(message))
}

/// Who decides hears of it on all their devices.
async fn ask(
    act: &mut Act,
    permit: &Permit<Door>,
    door: &Door,
    (account, token): (AccountId, Option<Value>),
) -> Result<()> {
    let (in_chat, of_account) = store::count_requests(act, door.id, account).await?;
    rules::may_ask(in_chat, of_account)?;
    let managers = store::list_managers(act, door.id).await?;

    if let Some(token) = token {
        store::use_link(act, permit, door.id, token)?;
    }
    let asked_at = act.now();
    store::insert_request(act, permit, door.id, Request { account, asked_at })?;
    for manager in managers {
        act.notify(manager, "chat.changed", Some(door.id.to_bytes()), None);
    }
    Ok(())
}
