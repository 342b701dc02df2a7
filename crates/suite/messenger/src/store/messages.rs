//! What is said.

use act::{Act, Permit, Row, Statement, Value, params};
use base::{AccountId, ChatId, MessageId, Result};

use crate::{
    model::{Chat, Message},
    rules::MESSAGE_ABSENT,
};

static INSERT_MESSAGE: Statement = Statement::append(
    "INSERT INTO messenger_message (tenant, chat, number, id, author, change, client_token, body_sealed, sent_at)
     VALUES (:tenant, :chat, :number, :id, :author, :change, :client_token, :body_sealed, :sent_at)",
);

static INSERT_MENTION: Statement = Statement::append(
    "INSERT INTO messenger_mention (tenant, chat, account, number) VALUES (:tenant, :chat, :account, :number)",
);

static FIND_MESSAGE: Statement = Statement::read(
    "SELECT chat, number, id AS message, author, change, body_sealed, sent_at FROM messenger_message
     WHERE tenant = :tenant AND id = :id AND chat = :chat",
);

static MESSAGES_BEFORE: Statement = Statement::read(
    "SELECT chat, number, id AS message, author, change, body_sealed, sent_at FROM messenger_message
     WHERE tenant = :tenant AND chat = :chat AND number < :before ORDER BY number DESC LIMIT :limit",
);

static MESSAGES_AFTER: Statement = Statement::read(
    "SELECT chat, number, id AS message, author, change, body_sealed, sent_at FROM messenger_message
     WHERE tenant = :tenant AND chat = :chat AND number > :after ORDER BY number LIMIT :limit",
);

pub(super) const STATEMENTS: &[&Statement] = &[
    &INSERT_MESSAGE,
    &INSERT_MENTION,
    &FIND_MESSAGE,
    &MESSAGES_BEFORE,
    &MESSAGES_AFTER,
];

pub(crate) fn insert_message(
    act: &mut Act,
    permit: &Permit<Chat>,
    message: &Message,
    client_token: Option<Value>,
) -> Result<()> {
    let params = params! {
        chat: message.chat, number: message.number, id: message.id, author: message.author,
        change: message.change, client_token: client_token, body_sealed: &message.body, sent_at: message.sent_at,
    };
    act.execute(permit, &INSERT_MESSAGE, params)
}

/// Notes whom a message names, so that their unread mentions can be counted.
pub(crate) fn insert_mentions(
    act: &mut Act,
    permit: &Permit<Chat>,
    message: &Message,
    accounts: &[AccountId],
) -> Result<()> {
    for account in accounts {
        let params = params! { chat: message.chat, account: *account, number: message.number };
        act.execute(permit, &INSERT_MENTION, params)?;
    }
    Ok(())
}

/// One message of a chat.
///
/// # Errors
/// [`MESSAGE_ABSENT`].
pub(crate) async fn message(act: &mut Act, chat: ChatId, id: MessageId) -> Result<Message> {
    let row = act
        .row(&FIND_MESSAGE, params! { chat: chat, id: id })
        .await?;
    take_message(&mut row.ok_or(MESSAGE_ABSENT)?)
}

/// The messages next below a number, ascending.
pub(crate) async fn messages_before(
    act: &mut Act,
    chat: ChatId,
    before: i64,
    limit: u32,
) -> Result<Vec<Message>> {
    let params = params! { chat: chat, before: before, limit: limit };
    let rows = act.rows(&MESSAGES_BEFORE, params).await?;
    rows.into_iter()
        .rev()
        .map(|mut row| take_message(&mut row))
        .collect()
}

/// The messages next above a number, ascending.
pub(crate) async fn messages_after(
    act: &mut Act,
    chat: ChatId,
    after: i64,
    limit: u32,
) -> Result<Vec<Message>> {
    let params = params! { chat: chat, after: after, limit: limit };
    let rows = act.rows(&MESSAGES_AFTER, params).await?;
    rows.into_iter()
        .map(|mut row| take_message(&mut row))
        .collect()
}

/// A message that was joined to its chat, if there is one.
pub(super) fn take_joined_message(row: &mut Row, chat: ChatId) -> Result<Option<Message>> {
    let Some(id) = row.take::<Option<MessageId>>("message")? else {
        return Ok(None);
    };
    Ok(Some(Message {
        id,
        chat,
        number: row.take("number")?,
        change: row.take("change")?,
        author: row.take("author")?,
        body: row.take("body_sealed")?,
        sent_at: row.take("sent_at")?,
    }))
}

fn take_message(row: &mut Row) -> Result<Message> {
    Ok(Message {
        id: row.take("message")?,
        chat: row.take("chat")?,
        number: row.take("number")?,
        change: row.take("change")?,
        author: row.take("author")?,
        body: row.take("body_sealed")?,
        sent_at: row.take("sent_at")?,
    })
}
