//! See where a link leads.

use act::{Act, Action, Method, Operation};
use base::{Context, Result};

use crate::{joining, rules::LINK_INVALID, wire};

pub static OP: Operation = Operation::read("messenger.link.inspect", Action::Find)
    .http(Method::Post, "/chats/links/inspect")
    .harmless_again("it only reads")
    .summary("Gives the chat that a link leads to, before one joins it.")
    .refusing(&[LINK_INVALID]);

pub async fn run(act: &mut Act, input: wire::LinkToken) -> Result<wire::LinkedDoor> {
    let (door, _) = joining::by_link(act, &input.token).await?;
    let permit = act.permit(&door).await?;
    let link = door.link.context("a door that was found by its link")?;
    Ok(wire::LinkedDoor {
        door: joining::open_door(act, &permit, &door)?,
        expires_at: link.expires_at,
    })
}
