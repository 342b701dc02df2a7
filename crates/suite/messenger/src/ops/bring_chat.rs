//! Bring a chat from another messenger, before what was said in it.

use act::{Act, Action, IntoValue, Method, Operation, Permit, Place};
use base::{AccountId, ChatId, Result};

use crate::{
    content::{CHAT_DESCRIPTION, CHAT_NAME},
    model::{Arrival, CHAT, MemberRole, Name, Pair},
    rules::{
        self, ACCOUNT_ABSENT, DESCRIPTION_INVALID, IMPORT_ABSENT, IMPORT_FINISHED,
        IMPORT_NAME_INVALID, IMPORT_TOO_MUCH, IMPORTS_TOO_MANY, NAME_INVALID,
    },
    steps, store, wire,
};

pub static OP: Operation = Operation::write("messenger.import.chat", Action::Administer)
    .http(Method::Post, "/imports/{import}/chats")
    .harmless_again("the same external id is the same chat")
    .summary(
        "Brings a chat that nobody sees until it is opened, or says how far it is; members add up.",
    )
    .refusing(&[
        IMPORT_ABSENT,
        IMPORT_FINISHED,
        IMPORT_NAME_INVALID,
        IMPORT_TOO_MUCH,
        IMPORTS_TOO_MANY,
        NAME_INVALID,
        DESCRIPTION_INVALID,
        ACCOUNT_ABSENT,
    ]);

pub async fn run(act: &mut Act, input: wire::BringChat) -> Result<wire::Arrival> {
    rules::may_be_called(&input.external_id, "external_id")?;
    let name = rules::chat_name(&input.name)?;
    let description = rules::description(&input.description)?;
    let members = rules::members_brought(&input)?;
    act.throttle(&rules::IMPORTING, &act.member()?.account.to_bytes())?;
    let tenant = store::tenant(act).await?;
    let founding = act.permit(&tenant).await?;
    let import = store::import(act, input.import).await?;
    let hash = act.keyed_hash("messenger.import.chat", input.external_id.as_bytes());
    let token = hash.await?.into_value();
    if let Some(arrival) = store::find_arrival(act, &import, token.clone()).await? {
        if arrival.opened_at.is_none() && !members.is_empty() {
            let permit = act.permit(&arrival).await?;
            may_be_members(act, &members).await?;
            store::stage_members(act, &permit, arrival.chat, &members)?;
        }
        return Ok(wire::Arrival::of(&arrival));
    }
    rules::is_under_way(&import)?;
    rules::may_bring_chat(import.progress)?;
    may_be_members(act, &members).await?;
    let pair = match (input.direct, members.as_slice()) {
        (true, [(one, _), (other, _)]) => Some(Pair::of(*one, *other)),
        _ => None,
    };

    let id: ChatId = act.new_id();
    let permit = act.found::<Arrival, _, _>(&founding, CHAT, id).await?;
    let sealed = |act: &Act, field, text: &str| seal(act, &permit, Place::new(id, field), text);
    let described = (!description.is_empty()).then(|| sealed(act, CHAT_DESCRIPTION, &description));
    let new = store::NewArrival {
        import: import.id,
        token,
        chat: id,
        pair,
        name: &sealed(act, CHAT_NAME, &name),
        visibility: input.visibility,
        description: described.as_ref(),
        created_at: input.created_at,
    };
    store::insert_arrival(act, &permit, new)?;
    store::stage_members(act, &permit, id, &members)?;
    Ok(wire::Arrival::new(id))
}

/// The first version of a text that says what a chat is.
fn seal(act: &Act, permit: &Permit<Arrival>, place: Place, text: &str) -> Name {
    const FIRST: i64 = 1;
    Name {
        sealed: act.seal(permit, place.at(FIRST), text.as_bytes()),
        version: FIRST,
    }
}

async fn may_be_members(act: &mut Act, members: &[(AccountId, MemberRole)]) -> Result<()> {
    let accounts: Vec<AccountId> = members.iter().map(|(account, _)| *account).collect();
    steps::may_be_added(act, &accounts, "members").await?;
    Ok(())
}
