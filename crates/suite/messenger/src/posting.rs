//! What operations that say something have in common.

use act::{Act, Event, IntoValue, Permit, Place, Series, Value};
use base::{MessageId, Result};

use crate::{
    content::{Content, MESSAGE_BODY, Mention},
    model::{Chat, Message, State},
    rules::{MESSAGE_EDITED, MESSAGE_SENT},
    store,
};

/// A message about to be.
pub(crate) struct Post<'a> {
    pub(crate) content: &'a Content,
    /// The client's id of it, from [`client_token`].
    pub(crate) token: Value,
    pub(crate) thread: Option<MessageId>,
    pub(crate) quote: Option<MessageId>,
}

/// Makes a repeated message single; two at once meet in the unique index, and the later one runs again.
pub(crate) async fn client_token(act: &Act, client_id: &str) -> Result<Value> {
    let hash = act.keyed_hash("messenger.client_id", client_id.as_bytes());
    Ok(hash.await?.into_value())
}

/// Keeps the mentions of those who are in the chat. A text that names nobody costs nothing here.
pub(crate) async fn of_members(
    act: &mut Act,
    chat: &Chat,
    named: Vec<Mention>,
) -> Result<Vec<Mention>> {
    let accounts: Vec<_> = named
        .iter()
        .filter_map(|mention| match mention {
            Mention::Everyone => None,
            Mention::Account(account) => Some(*account),
        })
        .collect();
    let members = store::members_among(act, chat.id, &accounts).await?;
    Ok(named
        .into_iter()
        .filter(|mention| match mention {
            Mention::Everyone => true,
            Mention::Account(account) => members.contains(account),
        })
        .collect())
}

/// Seals the message, numbers it, tells of it and keeps it.
pub(crate) fn post(
    act: &mut Act,
    permit: &Permit<Chat>,
    chat: &Chat,
    post: Post<'_>,
) -> Result<Message> {
    let id = act.new_id();
    let body = act.seal(
        permit,
        Place::new(id, MESSAGE_BODY),
        &post.content.to_bytes()?,
    );
    let number = act.next_number(permit, Series::Items);
    let change = act.emit(permit, Event::new(MESSAGE_SENT).item(id, number))?;
    let message = Message {
        id,
        chat: chat.id,
        number,
        change,
        author: chat.standing.account,
        body,
        sent_at: act.now(),
        thread: post.thread,
        quote: post.quote,
        state: State::default(),
    };
    store::insert_message(act, permit, &message, Some(post.token))?;
    Ok(message)
}

/// Gives a message other content, under its next version, and tells of it; the wording before is kept.
pub(crate) fn reword(
    act: &mut Act,
    permit: &Permit<Chat>,
    message: &Message,
    content: &Content,
) -> Result<Message> {
    let edits = message.state.edits + 1;
    let place = Place::new(message.id, MESSAGE_BODY).at(edits);
    let event = Event::new(MESSAGE_EDITED).item(message.id, message.number);
    let reworded = Message {
        body: act.seal(permit, place, &content.to_bytes()?),
        change: act.emit(permit, event)?,
        state: State {
            edits,
            edited_at: Some(act.now()),
            ..message.state
        },
        ..message.clone()
    };
    store::update_body(act, permit, message, &reworded)?;
    Ok(reworded)
}
