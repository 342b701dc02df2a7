//! Join the chat that a link leads to, or ask to.

use act::{Act, Action, Method, Operation};
use base::Result;

use crate::{
    joining,
    rules::{CHAT_FULL, JOIN_CLOSED, LINK_INVALID, REQUESTS_TOO_MANY},
    wire,
};

pub static OP: Operation = Operation::write("messenger.link.join", Action::Join)
    .http(Method::Post, "/chats/links/join")
    .harmless_again("whoever is inside or has asked stays so, and no use is counted")
    .summary(
        "Joins the chat that a link leads to, or asks its managers to be let in where they decide.",
    )
    .refusing(&[LINK_INVALID, JOIN_CLOSED, CHAT_FULL, REQUESTS_TOO_MANY]);

pub async fn run(act: &mut Act, input: wire::LinkToken) -> Result<wire::Joined> {
    let (door, token) = joining::by_link(act, &input.token).await?;
    let permit = act.permit(&door).await?;
    joining::come_in(act, &permit, &door, Some(token)).await
}
