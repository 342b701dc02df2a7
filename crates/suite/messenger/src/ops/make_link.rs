//! Make the link of a chat, in the place of the one before.

use act::{Act, Action, Method, Operation};
use base::Result;

use crate::{
    joining,
    model::Link,
    rules::{self, CHAT_ABSENT, DIRECT_FIXED, JOIN_CLOSED, LINK_HOURS, LINK_USES},
    settings::Joining,
    store, wire,
};

pub static OP: Operation = Operation::write("messenger.link.make", Action::ManageMembers)
    .http(Method::Post, "/chats/{chat}/link")
    .not_idempotent("the link is shown once, and each call makes a new one")
    .created()
    .summary("Makes the link by which people of the organisation join a chat; the one before is not valid any more.")
    .refusing(&[CHAT_ABSENT, DIRECT_FIXED, JOIN_CLOSED, LINK_HOURS, LINK_USES]);

pub async fn run(act: &mut Act, input: wire::MakeLink) -> Result<wire::NewLink> {
    let expires_at = rules::link_end(act.now(), input.expires_in_h)?;
    let uses_max = rules::link_uses(input.uses_max)?;
    let chat = store::chat(act, input.chat).await?;
    let permit = act.permit(&chat).await?;
    rules::is_group(&chat)?;
    if chat.settings.joining == Joining::Closed {
        return Err(JOIN_CLOSED.into());
    }
    let token = joining::new_token(act);
    let hash = joining::token_hash(act, &token).await?;

    let link = Link {
        made_by: chat.standing.account,
        made_at: act.now(),
        expires_at,
        uses: 0,
        uses_max,
        maker_role: Some(chat.standing.role),
    };
    store::save_link(act, &permit, chat.id, (hash, &link))?;
    Ok(wire::NewLink {
        path: format!("/chats/join#{token}"),
        link: wire::Link::of(&link, true),
    })
}
