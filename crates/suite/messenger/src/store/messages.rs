//! What is said, and what happens to it afterwards.

use act::{Act, Number, Permit, Resource, Row, Statement, Value, params};
use base::{AccountId, ChatId, MessageId, Result, Timestamp};

use super::rows_among;
use crate::{
    model::{Chat, Mark, Message, Replies, State, Wording},
    rules::{self, MESSAGE_ABSENT, PINS_MAX},
};

/// Columns of the table that goes by this name in a statement.
macro_rules! columns_of {
    ($t:literal, $first:literal $(, $more:literal)*) => {
        concat!($t, ".", $first $(, ", ", $t, ".", $more)*)
    };
}

/// Columns of a message, of the table that goes by this name in a statement.
macro_rules! message_columns {
    ($t:literal) => {
        $crate::store::messages::columns_of! {
            $t, "id AS message", "chat", "number", "author", "change", "body_sealed", "sent_at", "thread", "quote",
            "edits", "edited_at", "recalled_at", "recalled_by", "pinned_at", "pinned_by", "reactions", "replies",
            "replied_at", "reply_last"
        }
    };
}
pub(super) use {columns_of, message_columns};

/// Messages of which `$which` is true.
macro_rules! messages {
    ($which:literal) => {
        concat!(
            "SELECT ",
            message_columns!("m"),
            " FROM messenger_message m WHERE m.tenant = :tenant AND ",
            $which
        )
    };
}

static INSERT_MESSAGE: Statement = Statement::append(
    "INSERT INTO messenger_message
        (tenant, chat, number, id, author, change, client_token, body_sealed, sent_at, thread, quote)
     VALUES (:tenant, :chat, :number, :id, :author, :change, :client_token, :body_sealed, :sent_at, :thread, :quote)",
);

static INSERT_MENTION: Statement = Statement::append(
    "INSERT INTO messenger_mention (tenant, chat, account, number) VALUES (:tenant, :chat, :account, :number)",
);

static DELETE_MENTION: Statement = Statement::write(
    "DELETE FROM messenger_mention
     WHERE tenant = :tenant AND chat = :chat AND account = :account AND number = :number",
);

static FIND_MESSAGE: Statement = Statement::read(messages!("m.id = :id AND m.chat = :chat"));

static MESSAGES_BEFORE: Statement = Statement::read(messages!(
    "m.chat = :chat AND m.number < :before AND m.number >= :history_from AND m.thread IS NULL
     ORDER BY m.number DESC LIMIT :limit"
));

static MESSAGES_AFTER: Statement = Statement::read(messages!(
    "m.chat = :chat AND m.number > :after AND m.number >= :history_from AND m.thread IS NULL
     ORDER BY m.number LIMIT :limit"
));

static MESSAGES_FROM: Statement = Statement::read(messages!(
    "m.chat = :chat AND m.number >= :least ORDER BY m.number LIMIT :limit"
));

static MESSAGES_NUMBERED: Statement = Statement::read(messages!(
    "m.chat = :chat AND m.number IN
        (:a0, :a1, :a2, :a3, :a4, :a5, :a6, :a7, :a8, :a9,
         :a10, :a11, :a12, :a13, :a14, :a15, :a16, :a17, :a18, :a19)"
));

static MESSAGES_AMONG: Statement = Statement::read(messages!(
    "m.chat = :chat AND m.id IN
        (:a0, :a1, :a2, :a3, :a4, :a5, :a6, :a7, :a8, :a9,
         :a10, :a11, :a12, :a13, :a14, :a15, :a16, :a17, :a18, :a19)"
));

static PINNED: Statement = Statement::read(messages!(
    "m.chat = :chat AND m.pinned_at IS NOT NULL ORDER BY m.pinned_at DESC, m.number DESC LIMIT :limit"
));

static LAST_NUMBER: Statement = Statement::read(
    "SELECT MAX(number) AS last FROM messenger_message WHERE tenant = :tenant AND chat = :chat AND thread IS NULL",
);

static EDIT_MESSAGE: Statement = Statement::write(
    "UPDATE messenger_message
     SET body_sealed = :body_sealed, edits = :edits + 1, edited_at = :edited_at, change = :change
     WHERE tenant = :tenant AND chat = :chat AND number = :number AND edits = :edits AND recalled_at IS NULL",
)
.exactly_one();

static INSERT_EDIT: Statement = Statement::append(
    "INSERT INTO messenger_edit (tenant, message, edit, body_sealed, written_at)
     VALUES (:tenant, :message, :edit, :body_sealed, :written_at)",
);

static LIST_EDITS: Statement = Statement::read(
    "SELECT edit, body_sealed, written_at FROM messenger_edit
     WHERE tenant = :tenant AND message = :message ORDER BY edit LIMIT :limit",
);

static RECALL_MESSAGE: Statement = Statement::write(
    "UPDATE messenger_message SET recalled_at = :at, recalled_by = :by, pinned_at = NULL, pinned_by = NULL, change = :change
     WHERE tenant = :tenant AND chat = :chat AND number = :number AND recalled_at IS NULL",
)
.exactly_one();

static PIN_MESSAGE: Statement = Statement::write(
    "UPDATE messenger_message SET pinned_at = :at, pinned_by = :by, change = :change
     WHERE tenant = :tenant AND chat = :chat AND number = :number AND pinned_at IS NULL AND recalled_at IS NULL",
)
.exactly_one();

static UNPIN_MESSAGE: Statement = Statement::write(
    "UPDATE messenger_message SET pinned_at = NULL, pinned_by = NULL, change = :change
     WHERE tenant = :tenant AND chat = :chat AND number = :number AND pinned_at IS NOT NULL",
)
.exactly_one();

pub(super) const STATEMENTS: &[&Statement] = &[
    &INSERT_MESSAGE,
    &INSERT_MENTION,
    &DELETE_MENTION,
    &FIND_MESSAGE,
    &MESSAGES_BEFORE,
    &MESSAGES_AFTER,
    &MESSAGES_FROM,
    &MESSAGES_NUMBERED,
    &MESSAGES_AMONG,
    &PINNED,
    &LAST_NUMBER,
    &EDIT_MESSAGE,
    &INSERT_EDIT,
    &LIST_EDITS,
    &RECALL_MESSAGE,
    &PIN_MESSAGE,
    &UNPIN_MESSAGE,
];

pub(crate) fn insert_message<R: Resource>(
    act: &mut Act,
    permit: &Permit<R>,
    message: &Message,
    client_token: Option<Value>,
) -> Result<()> {
    let params = params! {
        chat: message.chat, number: message.number, id: message.id, author: message.author,
        change: message.change, client_token: client_token, body_sealed: &message.body, sent_at: message.sent_at,
        thread: message.thread, quote: message.quote,
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

/// These are not named any more.
pub(crate) fn delete_mentions(
    act: &mut Act,
    permit: &Permit<Chat>,
    message: &Message,
    accounts: &[AccountId],
) -> Result<()> {
    for account in accounts {
        let params = params! { chat: message.chat, account: *account, number: message.number };
        act.execute(permit, &DELETE_MENTION, params)?;
    }
    Ok(())
}

/// One message of a chat that the caller reads from the beginning of their history on.
///
/// # Errors
/// [`MESSAGE_ABSENT`], also for what was said before.
pub(crate) async fn message(act: &mut Act, chat: &Chat, id: MessageId) -> Result<Message> {
    let row = act
        .row(&FIND_MESSAGE, params! { chat: chat.id, id: id })
        .await?;
    let message = take_message(&mut row.ok_or(MESSAGE_ABSENT)?)?;
    rules::may_see(chat, message.number)?;
    Ok(message)
}

/// The messages that the caller reads next below a number, those of threads apart, ascending.
pub(crate) async fn messages_before(
    act: &mut Act,
    chat: &Chat,
    before: i64,
    limit: u32,
) -> Result<Vec<Message>> {
    let history_from = chat.standing.history_from;
    let params =
        params! { chat: chat.id, before: before, history_from: history_from, limit: limit };
    let mut found = take_messages(act.rows(&MESSAGES_BEFORE, params).await?)?;
    found.reverse();
    Ok(found)
}

/// The messages that the caller reads next above a number, those of threads apart, ascending.
pub(crate) async fn messages_after(
    act: &mut Act,
    chat: &Chat,
    after: i64,
    limit: u32,
) -> Result<Vec<Message>> {
    let history_from = chat.standing.history_from;
    let params = params! { chat: chat.id, after: after, history_from: history_from, limit: limit };
    take_messages(act.rows(&MESSAGES_AFTER, params).await?)
}

/// The messages from a number on, those of threads with them, ascending.
pub(crate) async fn messages_from(
    act: &mut Act,
    chat: ChatId,
    least: i64,
    limit: u32,
) -> Result<Vec<Message>> {
    let params = params! { chat: chat, least: least, limit: limit };
    take_messages(act.rows(&MESSAGES_FROM, params).await?)
}

/// The messages of these numbers, in no order.
pub(crate) async fn messages_numbered(
    act: &mut Act,
    chat: ChatId,
    numbers: &[i64],
) -> Result<Vec<Message>> {
    // Numbers begin with 1.
    let rows = rows_among(
        act,
        &MESSAGES_NUMBERED,
        (numbers, 0),
        params! { chat: chat },
    )
    .await?;
    take_messages(rows)
}

/// Those of `ids` that are messages of the chat, in no order.
pub(crate) async fn messages_among(
    act: &mut Act,
    chat: ChatId,
    ids: &[MessageId],
) -> Result<Vec<Message>> {
    let which = (ids, MessageId::NIL);
    take_messages(rows_among(act, &MESSAGES_AMONG, which, params! { chat: chat }).await?)
}

/// The pinned messages of a chat, the newest pin first: all there are, whoever may see them.
pub(crate) async fn pinned(act: &mut Act, chat: ChatId) -> Result<Vec<Message>> {
    let params = params! { chat: chat, limit: PINS_MAX };
    take_messages(act.rows(&PINNED, params).await?)
}

/// The number of the chat's last message outside of threads; 0 if there is none.
pub(crate) async fn last_number(act: &mut Act, chat: ChatId) -> Result<i64> {
    let row = act.row(&LAST_NUMBER, params! { chat: chat }).await?;
    let last = row.map(|mut row| row.take::<Option<i64>>("last"));
    Ok(last.transpose()?.flatten().unwrap_or(0))
}

/// Gives the message another body, sealed under the next version, and keeps the one before.
pub(crate) fn update_body(
    act: &mut Act,
    permit: &Permit<Chat>,
    before: &Message,
    after: &Message,
) -> Result<()> {
    let kept = params! {
        message: before.id, edit: before.state.edits, body_sealed: &before.body,
        written_at: before.state.edited_at.unwrap_or(before.sent_at),
    };
    act.execute(permit, &INSERT_EDIT, kept)?;
    let params = params! {
        chat: before.chat, number: before.number, edits: before.state.edits, body_sealed: &after.body,
        edited_at: act.now(), change: after.change,
    };
    act.execute(permit, &EDIT_MESSAGE, params)
}

/// What a message said before it was edited, oldest first.
pub(crate) async fn list_wordings(
    act: &mut Act,
    message: MessageId,
    limit: i64,
) -> Result<Vec<Wording>> {
    let params = params! { message: message, limit: limit };
    let rows = act.rows(&LIST_EDITS, params).await?;
    rows.into_iter()
        .map(|mut row| {
            Ok(Wording {
                edit: row.take("edit")?,
                body: row.take("body_sealed")?,
                written_at: row.take("written_at")?,
            })
        })
        .collect()
}

pub(crate) fn update_recalled(
    act: &mut Act,
    permit: &Permit<Chat>,
    message: &Message,
    mark: Mark,
    change: Number,
) -> Result<()> {
    act.execute(permit, &RECALL_MESSAGE, marked(message, mark, change))
}

pub(crate) fn update_pinned(
    act: &mut Act,
    permit: &Permit<Chat>,
    message: &Message,
    mark: Mark,
    change: Number,
) -> Result<()> {
    act.execute(permit, &PIN_MESSAGE, marked(message, mark, change))
}

pub(crate) fn update_unpinned(
    act: &mut Act,
    permit: &Permit<Chat>,
    message: &Message,
    change: Number,
) -> Result<()> {
    let params = params! { chat: message.chat, number: message.number, change: change };
    act.execute(permit, &UNPIN_MESSAGE, params)
}

fn marked(message: &Message, mark: Mark, change: Number) -> act::Params {
    params! { chat: message.chat, number: message.number, at: mark.at, by: mark.by, change: change }
}

/// A message that was joined to its chat, if there is one.
pub(super) fn take_joined_message(row: &mut Row) -> Result<Option<Message>> {
    let Some(id) = row.take::<Option<MessageId>>("message")? else {
        return Ok(None);
    };
    take_rest(row, id).map(Some)
}

pub(super) fn take_messages(rows: Vec<Row>) -> Result<Vec<Message>> {
    rows.into_iter()
        .map(|mut row| take_message(&mut row))
        .collect()
}

fn take_message(row: &mut Row) -> Result<Message> {
    let id = row.take("message")?;
    take_rest(row, id)
}

fn take_rest(row: &mut Row, id: MessageId) -> Result<Message> {
    Ok(Message {
        id,
        chat: row.take("chat")?,
        number: row.take("number")?,
        change: row.take("change")?,
        author: row.take("author")?,
        body: row.take("body_sealed")?,
        sent_at: row.take("sent_at")?,
        thread: row.take("thread")?,
        quote: row.take("quote")?,
        state: State {
            edits: row.take("edits")?,
            edited_at: row.take("edited_at")?,
            recalled: take_mark(row, "recalled_at", "recalled_by")?,
            pinned: take_mark(row, "pinned_at", "pinned_by")?,
            reactions: row.take("reactions")?,
            replies: take_replies(row)?,
        },
    })
}

fn take_mark(row: &mut Row, at: &'static str, by: &'static str) -> Result<Option<Mark>> {
    let mark: (Option<Timestamp>, Option<AccountId>) = (row.take(at)?, row.take(by)?);
    Ok(match mark {
        (Some(at), Some(by)) => Some(Mark { by, at }),
        _ => None,
    })
}

fn take_replies(row: &mut Row) -> Result<Option<Replies>> {
    let count: i64 = row.take("replies")?;
    let last: (Option<Timestamp>, Option<i64>) = (row.take("replied_at")?, row.take("reply_last")?);
    Ok(match last {
        (Some(last_at), Some(last_number)) => Some(Replies {
            count,
            last_at,
            last_number,
        }),
        _ => None,
    })
}
