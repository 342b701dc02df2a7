//! Ask no longer to be let into a chat.

use act::{Act, Action, Method, Operation};
use base::Result;

use crate::{rules::CHAT_ABSENT, store, wire};

pub static OP: Operation = Operation::write("messenger.request.withdraw", Action::Join)
    .http(Method::Delete, "/chats/{chat}/request")
    .summary("Takes back that one asks to be let into a chat.")
    .refusing(&[CHAT_ABSENT]);

pub async fn run(act: &mut Act, input: wire::OfChat) -> Result<wire::Done> {
    let door = store::door(act, input.chat).await?;
    let permit = act.permit(&door).await?;
    if !door.is_requested {
        return Ok(wire::Done {});
    }
    let account = act.member()?.account;
    let managers = store::list_managers(act, door.id).await?;

    store::delete_request(act, &permit, door.id, account)?;
    for manager in managers {
        act.notify(manager, "chat.changed", Some(door.id.to_bytes()), None);
    }
    Ok(wire::Done {})
}
