//! Reactions. An emoji is sealed once for its chat, and found by a keyed hash.

use act::{Act, Number, Permit, Resource, Row, Statement, Value, params};
use base::{AccountId, ChatId, Context, Result, Timestamp};

use super::rows_among;
use crate::{
    model::{Chat, Emoji, EmojiId, Message, Reaction},
    rules::{REACTION_ACCOUNTS_SHOWN, REACTIONS_PAGE},
};

/// The reactions to some messages: of each emoji the first accounts, and `:account` wherever it is among the others.
static REACTIONS_TO: Statement = Statement::read(
    "SELECT p.number, p.account, p.reacted_at, p.total, e.id, e.emoji_sealed FROM (
        SELECT r.chat, r.number, r.token, r.account, r.reacted_at,
            COUNT(*) OVER (PARTITION BY r.number, r.token) AS total,
            ROW_NUMBER() OVER (PARTITION BY r.number, r.token ORDER BY r.reacted_at, r.account) AS place
        FROM messenger_reaction r
        WHERE r.tenant = :tenant AND r.chat = :chat AND r.number IN
            (:a0, :a1, :a2, :a3, :a4, :a5, :a6, :a7, :a8, :a9,
             :a10, :a11, :a12, :a13, :a14, :a15, :a16, :a17, :a18, :a19)
     ) AS p
     JOIN messenger_emoji e ON e.tenant = :tenant AND e.chat = p.chat AND e.token = p.token
     WHERE p.place <= :shown OR p.account = :account
     ORDER BY p.number, p.reacted_at, p.account",
);

/// Everyone who reacted to one message, in the order of accounts and emoji.
static LIST_REACTIONS: Statement = Statement::read(
    "SELECT r.number, r.account, r.reacted_at, 0 AS total, e.id, e.emoji_sealed
     FROM messenger_reaction r
     JOIN messenger_emoji e ON e.tenant = r.tenant AND e.chat = r.chat AND e.token = r.token
     WHERE r.tenant = :tenant AND r.chat = :chat AND r.number = :number
     ORDER BY r.reacted_at, r.account, e.id LIMIT :limit",
);

static COUNT_REACTED: Statement = Statement::read(
    "SELECT COUNT(DISTINCT token) AS emoji,
        COUNT(CASE WHEN token = :token THEN 1 END) AS same,
        COUNT(CASE WHEN token = :token AND account = :account THEN 1 END) AS own,
        (SELECT COUNT(*) FROM messenger_emoji e
         WHERE e.tenant = :tenant AND e.chat = :chat AND e.token = :token) AS known
     FROM messenger_reaction WHERE tenant = :tenant AND chat = :chat AND number = :number",
);

static INSERT_EMOJI: Statement = Statement::write(
    "INSERT INTO messenger_emoji (tenant, chat, token, id, emoji_sealed)
     VALUES (:tenant, :chat, :token, :id, :emoji_sealed) ON CONFLICT (tenant, chat, token) DO NOTHING",
);

/// Two devices that react at once meet here: the later one runs again.
static INSERT_REACTION: Statement = Statement::append(
    "INSERT INTO messenger_reaction (tenant, chat, number, token, account, reacted_at)
     VALUES (:tenant, :chat, :number, :token, :account, :reacted_at)",
);

static DELETE_REACTION: Statement = Statement::write(
    "DELETE FROM messenger_reaction
     WHERE tenant = :tenant AND chat = :chat AND number = :number AND token = :token AND account = :account",
)
.exactly_one();

static ADD_REACTIONS: Statement = Statement::write(
    "UPDATE messenger_message SET reactions = reactions + :added, change = :change
     WHERE tenant = :tenant AND chat = :chat AND number = :number AND recalled_at IS NULL",
)
.exactly_one();

pub(super) const STATEMENTS: &[&Statement] = &[
    &REACTIONS_TO,
    &LIST_REACTIONS,
    &COUNT_REACTED,
    &INSERT_EMOJI,
    &INSERT_REACTION,
    &DELETE_REACTION,
    &ADD_REACTIONS,
];

/// What is known of an emoji on a message before somebody reacts with it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reacted {
    /// Different emoji on the message.
    pub(crate) emoji: i64,
    /// Accounts that reacted with this one.
    pub(crate) same: i64,
    pub(crate) is_own: bool,
    /// Whether the chat has seen the emoji before.
    pub(crate) is_known: bool,
}

/// The reactions to messages of these numbers: of each emoji those who came first, and `account` in any case.
pub(crate) async fn reactions_to(
    act: &mut Act,
    chat: ChatId,
    numbers: &[i64],
    account: Option<AccountId>,
) -> Result<Vec<Reaction>> {
    let account = account.unwrap_or(AccountId::NIL);
    let rest = params! { chat: chat, account: account, shown: REACTION_ACCOUNTS_SHOWN };
    // Numbers begin with 1.
    let rows = rows_among(act, &REACTIONS_TO, (numbers, 0), rest).await?;
    rows.into_iter().map(take_reaction).collect()
}

/// Who reacted to a message, in the order of time, up to [`REACTIONS_PAGE`].
pub(crate) async fn list_reactions(
    act: &mut Act,
    chat: ChatId,
    number: i64,
) -> Result<Vec<Reaction>> {
    let params = params! { chat: chat, number: number, limit: REACTIONS_PAGE };
    let rows = act.rows(&LIST_REACTIONS, params).await?;
    rows.into_iter().map(take_reaction).collect()
}

pub(crate) async fn reacted(
    act: &mut Act,
    message: &Message,
    token: Value,
    account: AccountId,
) -> Result<Reacted> {
    let params =
        params! { chat: message.chat, number: message.number, token: token, account: account };
    let row = act.row(&COUNT_REACTED, params).await?;
    let mut row = row.context("an aggregate without a row")?;
    Ok(Reacted {
        emoji: row.take("emoji")?,
        same: row.take("same")?,
        is_own: row.take::<i64>("own")? > 0,
        is_known: row.take::<i64>("known")? > 0,
    })
}

/// Keeps an emoji of a chat; the one that is there already stays.
pub(crate) fn insert_emoji<R: Resource>(
    act: &mut Act,
    permit: &Permit<R>,
    chat: ChatId,
    token: Value,
    emoji: &Emoji,
) -> Result<()> {
    let params = params! { chat: chat, token: token, id: emoji.id, emoji_sealed: &emoji.sealed };
    act.execute(permit, &INSERT_EMOJI, params)
}

/// Keeps a reaction that the message counts already.
pub(crate) fn insert_counted_reaction<R: Resource>(
    act: &mut Act,
    permit: &Permit<R>,
    message: &Message,
    token: Value,
    account: AccountId,
    reacted_at: Timestamp,
) -> Result<()> {
    let params = params! {
        chat: message.chat, number: message.number, token: token, account: account, reacted_at: reacted_at,
    };
    act.execute(permit, &INSERT_REACTION, params)
}

pub(crate) fn insert_reaction(
    act: &mut Act,
    permit: &Permit<Chat>,
    message: &Message,
    token: Value,
    account: AccountId,
    change: Number,
) -> Result<()> {
    insert_counted_reaction(act, permit, message, token, account, act.now())?;
    add_reactions(act, permit, message, 1, change)
}

pub(crate) fn delete_reaction(
    act: &mut Act,
    permit: &Permit<Chat>,
    message: &Message,
    token: Value,
    account: AccountId,
    change: Number,
) -> Result<()> {
    let params =
        params! { chat: message.chat, number: message.number, token: token, account: account };
    act.execute(permit, &DELETE_REACTION, params)?;
    add_reactions(act, permit, message, -1, change)
}

fn add_reactions(
    act: &mut Act,
    permit: &Permit<Chat>,
    message: &Message,
    added: i64,
    change: Number,
) -> Result<()> {
    let params =
        params! { chat: message.chat, number: message.number, added: added, change: change };
    act.execute(permit, &ADD_REACTIONS, params)
}

fn take_reaction(mut row: Row) -> Result<Reaction> {
    Ok(Reaction {
        number: row.take("number")?,
        emoji: Emoji {
            id: row.take::<EmojiId>("id")?,
            sealed: row.take("emoji_sealed")?,
        },
        account: row.take("account")?,
        count: row.take("total")?,
        reacted_at: row.take::<Timestamp>("reacted_at")?,
    })
}
