//! Say how far one has read.

use act::{Act, Action, Audit, Method, Operation};
use base::Result;

use super::list_messages;
use crate::{rules::CHAT_ABSENT, store, wire};

pub static OP: Operation = Operation::write("messenger.position.mark", Action::Mark)
    .http(Method::Put, "/chats/{chat}/position")
    .audited(Audit::Covered(list_messages::OP.name))
    .summary("Marks a chat as read up to a number; it never goes back.")
    .refusing(&[CHAT_ABSENT]);

pub async fn run(act: &mut Act, input: wire::MarkPosition) -> Result<wire::Position> {
    let chat = store::chat(act, input.chat).await?;
    let permit = act.permit(&chat).await?;
    let sent = store::sent_number(act, &chat).await?;
    let asked = i64::try_from(input.number).unwrap_or(i64::MAX);
    let number = asked.min(chat.items_last);
    let marked = chat.standing.read_number;
    let read_number = number.max(marked).max(sent);
    let in_threads = store::count_in_threads(act, &chat, read_number).await?;

    if number > marked {
        store::update_position(act, &permit, &chat, number)?;
        let topic = Some(chat.id.to_bytes());
        act.notify(chat.standing.account, "position", topic, Some(number));
    }
    Ok(wire::Position {
        read_number,
        unread: (chat.items_last - read_number - in_threads).max(0),
    })
}
