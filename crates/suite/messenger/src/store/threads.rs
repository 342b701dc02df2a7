//! Threads: the answers below a message, and who follows them.

use act::{Act, Number, Permit, Resource, Row, Statement, params};
use base::{AccountId, Context, MessageId, Result, Timestamp};

use super::messages::{message_columns, take_joined_message, take_messages};
use crate::{
    model::{Chat, Following, Message, Thread},
    rules::UNREAD_COUNTED_MAX,
};

static REPLIES_BEFORE: Statement = Statement::read(concat!(
    "SELECT ",
    message_columns!("m"),
    " FROM messenger_message m WHERE m.tenant = :tenant AND m.thread = :root AND m.number < :before
     ORDER BY m.number DESC LIMIT :limit"
));

static REPLIES_AFTER: Statement = Statement::read(concat!(
    "SELECT ",
    message_columns!("m"),
    " FROM messenger_message m WHERE m.tenant = :tenant AND m.thread = :root AND m.number > :after
     ORDER BY m.number LIMIT :limit"
));

static FOLLOWING: Statement = Statement::read(
    "SELECT followed_at, read_number FROM messenger_thread
     WHERE tenant = :tenant AND root = :root AND account = :account",
);

static COUNT_UNREAD: Statement = Statement::read(
    "SELECT COUNT(*) AS unread FROM (SELECT 1 FROM messenger_message m
        WHERE m.tenant = :tenant AND m.thread = :root AND m.number > :read_number AND m.author <> :account
        LIMIT :unread_max) AS counted",
);

/// The threads that an account follows in chats that it is in, the last answer first.
static LIST_THREADS: Statement = Statement::read(concat!(
    "SELECT t.followed_at, t.read_number, ",
    message_columns!("m"),
    ", (SELECT COUNT(*) FROM (SELECT 1 FROM messenger_message u
        WHERE u.tenant = :tenant AND u.thread = t.root AND u.number > t.read_number AND u.author <> :account
        LIMIT :unread_max) AS counted) AS unread
     FROM messenger_thread t
     JOIN messenger_message m ON m.tenant = t.tenant AND m.id = t.root
     JOIN messenger_member w ON w.tenant = t.tenant AND w.chat = m.chat AND w.account = t.account
     JOIN messenger_chat c ON c.tenant = t.tenant AND c.id = m.chat AND c.disbanded_at IS NULL
     WHERE t.tenant = :tenant AND t.account = :account AND t.followed_at IS NOT NULL AND m.number >= w.history_from
        AND (m.replied_at, m.id) < (:before_at, :before_id)
     ORDER BY m.replied_at DESC, m.id DESC LIMIT :limit"
));

static COUNT_REPLIES: Statement = Statement::write(
    "UPDATE messenger_message SET replies = replies + :added, replied_at = :at, reply_last = :number
     WHERE tenant = :tenant AND id = :root",
)
.exactly_one();

/// Whoever is drawn into a thread hears of it; whoever turned away from it before stays away.
static DRAW_IN: Statement = Statement::write(
    "INSERT INTO messenger_thread (tenant, chat, root, account, followed_at, read_number)
     VALUES (:tenant, :chat, :root, :account, :at, 0) ON CONFLICT (tenant, root, account) DO NOTHING",
);

static FOLLOW: Statement = Statement::write(
    "INSERT INTO messenger_thread (tenant, chat, root, account, followed_at, read_number)
     VALUES (:tenant, :chat, :root, :account, :followed_at, :read_number)
     ON CONFLICT (tenant, root, account) DO UPDATE SET followed_at = excluded.followed_at,
        read_number = CASE WHEN excluded.read_number > messenger_thread.read_number
            THEN excluded.read_number ELSE messenger_thread.read_number END",
);

pub(super) const STATEMENTS: &[&Statement] = &[
    &REPLIES_BEFORE,
    &REPLIES_AFTER,
    &FOLLOWING,
    &COUNT_UNREAD,
    &LIST_THREADS,
    &COUNT_REPLIES,
    &DRAW_IN,
    &FOLLOW,
];

/// The answers of a thread next below a number, ascending.
pub(crate) async fn replies_before(
    act: &mut Act,
    root: MessageId,
    before: i64,
    limit: u32,
) -> Result<Vec<Message>> {
    let params = params! { root: root, before: before, limit: limit };
    let mut found = take_messages(act.rows(&REPLIES_BEFORE, params).await?)?;
    found.reverse();
    Ok(found)
}

/// The answers of a thread next above a number, ascending.
pub(crate) async fn replies_after(
    act: &mut Act,
    root: MessageId,
    after: i64,
    limit: u32,
) -> Result<Vec<Message>> {
    let params = params! { root: root, after: after, limit: limit };
    take_messages(act.rows(&REPLIES_AFTER, params).await?)
}

/// How an account stands to a thread.
pub(crate) async fn following(
    act: &mut Act,
    root: MessageId,
    account: AccountId,
) -> Result<Following> {
    let row = act
        .row(&FOLLOWING, params! { root: root, account: account })
        .await?;
    row.map_or(Ok(Following::default()), |mut row| take_following(&mut row))
}

/// Answers of others after what an account has read there, up to [`UNREAD_COUNTED_MAX`].
pub(crate) async fn unread_replies(
    act: &mut Act,
    root: MessageId,
    account: AccountId,
    read_number: i64,
) -> Result<i64> {
    let params = params! {
        root: root, account: account, read_number: read_number, unread_max: UNREAD_COUNTED_MAX,
    };
    let row = act.row(&COUNT_UNREAD, params).await?;
    row.context("an aggregate without a row")?.take("unread")
}

/// Where a page of threads begins: below this last answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LastReply {
    pub(crate) at: Timestamp,
    pub(crate) root: MessageId,
}

impl LastReply {
    /// Above all that can be.
    pub(crate) const NEWEST: Self = Self {
        at: Timestamp::from_micros(i64::MAX),
        root: MessageId::from_bytes([0xff; 16]),
    };
}

/// The threads that the caller follows, the last answer first.
pub(crate) async fn list_threads(
    act: &mut Act,
    below: LastReply,
    limit: u32,
) -> Result<Vec<Thread>> {
    let account = act.member()?.account;
    let params = params! {
        account: account, before_at: below.at, before_id: below.root, limit: limit, unread_max: UNREAD_COUNTED_MAX,
    };
    let rows = act.rows(&LIST_THREADS, params).await?;
    rows.into_iter()
        .map(|mut row| {
            Ok(Thread {
                following: take_following(&mut row)?,
                unread: row.take("unread")?,
                root: take_joined_message(&mut row)?.context("a thread without its root")?,
            })
        })
        .collect()
}

/// Answers below a message: how many, and the last of them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Answered {
    pub(crate) count: i64,
    pub(crate) last_at: Timestamp,
    pub(crate) last_number: Number,
}

/// Counts answers at the thread's root.
pub(crate) fn count_replies<R: Resource>(
    act: &mut Act,
    permit: &Permit<R>,
    root: MessageId,
    answered: Answered,
) -> Result<()> {
    let params = params! {
        root: root, added: answered.count, at: answered.last_at, number: answered.last_number,
    };
    act.execute(permit, &COUNT_REPLIES, params)
}

/// Has accounts hear of a thread, unless they have turned away from it.
pub(crate) fn draw_into_thread(
    act: &mut Act,
    permit: &Permit<Chat>,
    root: &Message,
    accounts: &[AccountId],
) -> Result<()> {
    for account in accounts {
        let params = params! { chat: root.chat, root: root.id, account: *account, at: act.now() };
        act.execute(permit, &DRAW_IN, params)?;
    }
    Ok(())
}

/// Whether an account hears of a thread from now on; how far it has read there never goes back.
pub(crate) fn update_following(
    act: &mut Act,
    permit: &Permit<Chat>,
    root: &Message,
    account: AccountId,
    since: Option<Timestamp>,
    read_number: Number,
) -> Result<()> {
    let params = params! {
        chat: root.chat, root: root.id, account: account, followed_at: since, read_number: read_number,
    };
    act.execute(permit, &FOLLOW, params)
}

fn take_following(row: &mut Row) -> Result<Following> {
    Ok(Following {
        since: row.take("followed_at")?,
        read_number: row.take("read_number")?,
    })
}
