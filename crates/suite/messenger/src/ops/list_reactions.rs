//! Who reacted to a message.

use act::{Act, Action, Method, Operation};
use base::{AccountId, Result};

use crate::{
    rules::{self, CHAT_ABSENT, MESSAGE_ABSENT, RECALLED},
    steps, store, views, wire,
};

pub static OP: Operation = Operation::read("messenger.message.reactions", Action::Read)
    .http(Method::Get, "/chats/{chat}/messages/{message}/reactions")
    .summary("Tells who reacted to a message and how, in the order of time; 1,000 at most.")
    .refusing(&[CHAT_ABSENT, MESSAGE_ABSENT, RECALLED]);

pub async fn run(act: &mut Act, input: wire::OfMessage) -> Result<wire::Reactions> {
    let chat = store::chat(act, input.chat).await?;
    let permit = act.permit(&chat).await?;
    let message = store::message(act, &chat, input.message).await?;
    rules::stands(&message)?;
    let found = store::list_reactions(act, chat.id, message.known()).await?;
    let accounts: Vec<AccountId> = found.iter().map(|one| one.account).collect();
    let people = steps::people(act, &accounts).await?;

    let items = found
        .iter()
        .map(|reaction| {
            Ok(wire::PersonReaction {
                account: steps::person(&people, reaction.account),
                emoji: views::open_emoji(act, &permit, &reaction.emoji)?,
                reacted_at: reaction.reacted_at,
            })
        })
        .collect::<Result<_>>()?;
    Ok(wire::Reactions { items })
}
