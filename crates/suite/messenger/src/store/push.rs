//! Browsers that are told, and up to where they were.

use act::{Act, Permit, Resource, Row, Sealed, Statement, params, plain};
use base::{AccountId, ChatId, Context, MessageId, Result, SessionId, TenantId, Timestamp};

use super::messages::{message_columns, take_messages};
use crate::{
    model::{Listener, Message, Name, PushDetail, PushId, Subscriber, Tenant, Topic},
    rules::{
        BEHIND_MAX, BROWSERS_MAX, HELD_PAGE, SUBSCRIBERS_PAGE, TENANTS_MAX, TOLD_AT_ONCE,
        TOLD_WITHIN,
    },
};

static PUSH_OF: Statement = Statement::read(
    "SELECT detail FROM messenger_push WHERE tenant = :tenant AND account = :account AND session = :session",
);

static SAVE_PUSH: Statement = Statement::write(
    "INSERT INTO messenger_push (tenant, account, session, id, keys_sealed, detail, created_at)
     VALUES (:tenant, :account, :session, :id, :keys_sealed, :detail, :created_at)
     ON CONFLICT (tenant, account, session) DO UPDATE SET id = excluded.id, keys_sealed = excluded.keys_sealed,
        detail = excluded.detail, created_at = excluded.created_at",
);

static DROP_OLDEST: Statement = Statement::write(
    "DELETE FROM messenger_push WHERE tenant = :tenant AND account = :account AND session IN
        (SELECT session FROM messenger_push WHERE tenant = :tenant AND account = :account
         ORDER BY created_at DESC, session LIMIT 1000 OFFSET :kept)",
);

static DROP_PUSH: Statement = Statement::write(
    "DELETE FROM messenger_push WHERE tenant = :tenant AND account = :account AND session = :session",
);

static LIST_PUSH_TENANTS: Statement = Statement::read(
    "SELECT DISTINCT tenant FROM messenger_push WHERE tenant >= :cell ORDER BY tenant LIMIT :limit",
);

static LIST_HELD: Statement = Statement::read(
    "SELECT tenant, account, session FROM messenger_push
     WHERE tenant >= :cell AND (tenant, account, session) > (:after_tenant, :after_account, :after_session)
     ORDER BY tenant, account, session LIMIT :limit",
);

/// Chats in which something was said lately that nobody was told of, of members with a browser.
static LIST_BEHIND: Statement = Statement::read(
    "SELECT DISTINCT m.tenant AS tenant, m.chat AS chat FROM messenger_push p
     JOIN messenger_member m ON m.tenant = p.tenant AND m.account = p.account
     JOIN db_resource r ON r.tenant = m.tenant AND r.id = m.chat
     LEFT JOIN messenger_push_chat t ON t.tenant = m.tenant AND t.chat = m.chat
     JOIN messenger_message s ON s.tenant = m.tenant AND s.chat = m.chat AND s.number = r.items_last
     WHERE p.tenant >= :cell AND r.items_last > COALESCE(t.told_number, 0) AND s.sent_at >= :since
     LIMIT :limit",
);

/// A chat as browsers are told of it.
static TOLD: Statement = Statement::read(
    "SELECT c.name_sealed, c.name_version, COALESCE(t.told_number, 0) AS told_number FROM messenger_chat c
     LEFT JOIN messenger_push_chat t ON t.tenant = c.tenant AND t.chat = c.id
     WHERE c.tenant = :tenant AND c.id = :chat AND c.disbanded_at IS NULL",
);

static UNTOLD: Statement = Statement::read(concat!(
    "SELECT ",
    message_columns!("m"),
    " FROM messenger_message m WHERE m.tenant = :tenant AND m.chat = :chat AND m.number > :told AND m.sent_at >= :since
     ORDER BY m.number DESC LIMIT :limit"
));

static LIST_SUBSCRIBERS: Statement = Statement::read(
    "SELECT p.account, p.session, p.id, p.keys_sealed, p.detail, p.created_at, m.read_number, m.history_from, m.muted_at,
        q.until AS quiet_until,
        (SELECT MAX(s.number) FROM messenger_message s
         WHERE s.tenant = :tenant AND s.chat = :chat AND s.author = m.account AND s.thread IS NULL) AS sent_number
     FROM messenger_member m
     CROSS JOIN messenger_push p
     LEFT JOIN messenger_quiet q ON q.tenant = m.tenant AND q.account = m.account
     WHERE m.tenant = :tenant AND m.chat = :chat AND p.tenant = :tenant AND p.account = m.account
        AND (p.account, p.session) > (:after_account, :after_session)
     ORDER BY p.account, p.session LIMIT :limit",
);

/// How far those who follow a thread have read there.
static LIST_FOLLOWERS: Statement = Statement::read(
    "SELECT t.account, t.read_number FROM messenger_thread t
     WHERE t.tenant = :tenant AND t.root = :root AND t.followed_at IS NOT NULL AND EXISTS
        (SELECT 1 FROM messenger_push p WHERE p.tenant = :tenant AND p.account = t.account)
     ORDER BY t.account LIMIT :limit",
);

static SETTLE_CHAT: Statement = Statement::write(
    "INSERT INTO messenger_push_chat (tenant, chat, told_number) VALUES (:tenant, :chat, :told_number)
     ON CONFLICT (tenant, chat) DO UPDATE SET told_number = excluded.told_number
     WHERE excluded.told_number > messenger_push_chat.told_number",
);

pub(super) const STATEMENTS: &[&Statement] = &[
    &PUSH_OF,
    &SAVE_PUSH,
    &DROP_OLDEST,
    &DROP_PUSH,
    &LIST_PUSH_TENANTS,
    &LIST_HELD,
    &LIST_BEHIND,
    &TOLD,
    &UNTOLD,
    &LIST_SUBSCRIBERS,
    &LIST_FOLLOWERS,
    &SETTLE_CHAT,
];

/// A browser that is told: whose, and of which session.
pub(crate) type Held = (AccountId, SessionId);

/// Before every other in lists of browsers.
pub(crate) const FIRST: Held = (AccountId::NIL, SessionId::NIL);

/// A chat as browsers are told of it.
#[derive(Debug)]
pub(crate) struct Told {
    /// Nothing for a chat of two.
    pub(crate) name: Option<Name>,
    /// Up to this number browsers were told.
    pub(crate) number: i64,
}

/// How much the caller's browser is told, if it is.
pub(crate) async fn find_push(act: &mut Act) -> Result<Option<PushDetail>> {
    let member = act.member()?;
    let params = params! { account: member.account, session: member.session };
    let row = act.row(&PUSH_OF, params).await?;
    row.map(|mut row| take_detail(&mut row)).transpose()
}

/// Has the caller's browser told; of many, the oldest is told no longer.
pub(crate) fn save_push(
    act: &mut Act,
    permit: &Permit<Tenant>,
    (id, keys): (PushId, Sealed),
    detail: PushDetail,
) -> Result<()> {
    let member = act.member()?;
    let params = params! {
        account: member.account, session: member.session, id: id, keys_sealed: keys, detail: plain(detail.name()),
        created_at: act.now(),
    };
    act.execute(permit, &SAVE_PUSH, params)?;
    let params = params! { account: member.account, kept: BROWSERS_MAX };
    act.execute(permit, &DROP_OLDEST, params)
}

pub(crate) fn drop_push<R: Resource>(
    act: &mut Act,
    permit: &Permit<R>,
    (account, session): Held,
) -> Result<()> {
    act.execute(
        permit,
        &DROP_PUSH,
        params! { account: account, session: session },
    )
}

/// The organisations that have browsers to tell.
pub(crate) async fn list_push_tenants(act: &mut Act) -> Result<Vec<TenantId>> {
    let rows = act
        .rows(&LIST_PUSH_TENANTS, params! { limit: TENANTS_MAX })
        .await?;
    rows.into_iter().map(|mut row| row.take("tenant")).collect()
}

/// Browsers that are told, after one of them.
pub(crate) async fn list_held(
    act: &mut Act,
    (tenant, (account, session)): (TenantId, Held),
) -> Result<Vec<(TenantId, Held)>> {
    let params = params! {
        after_tenant: tenant, after_account: account, after_session: session, limit: HELD_PAGE,
    };
    let rows = act.rows(&LIST_HELD, params).await?;
    rows.into_iter()
        .map(|mut row| Ok((row.take("tenant")?, take_held(&mut row)?)))
        .collect()
}

/// Chats of which browsers were not told everything of late.
pub(crate) async fn list_behind(act: &mut Act) -> Result<Vec<(TenantId, ChatId)>> {
    let params = params! { since: act.now().before(TOLD_WITHIN), limit: BEHIND_MAX };
    let rows = act.rows(&LIST_BEHIND, params).await?;
    rows.into_iter()
        .map(|mut row| Ok((row.take("tenant")?, row.take("chat")?)))
        .collect()
}

/// A chat as browsers are told of it; nothing when it was disbanded.
pub(crate) async fn find_told(act: &mut Act, chat: ChatId) -> Result<Option<Told>> {
    let Some(mut row) = act.row(&TOLD, params! { chat: chat }).await? else {
        return Ok(None);
    };
    let sealed: Option<Sealed> = row.take("name_sealed")?;
    let version = row.take("name_version")?;
    Ok(Some(Told {
        name: sealed.map(|sealed| Name { sealed, version }),
        number: row.take("told_number")?,
    }))
}

/// What was said after a number, not long ago, the newest first.
pub(crate) async fn untold(act: &mut Act, topic: &Topic, told: i64) -> Result<Vec<Message>> {
    let params = params! {
        chat: topic.chat, told: told, since: act.now().before(TOLD_WITHIN), limit: TOLD_AT_ONCE,
    };
    take_messages(act.rows(&UNTOLD, params).await?)
}

/// Members of a chat with browsers that are told, after one of them.
pub(crate) async fn list_subscribers(
    act: &mut Act,
    chat: ChatId,
    (account, session): Held,
) -> Result<Vec<Subscriber>> {
    let params = params! {
        chat: chat, after_account: account, after_session: session, limit: SUBSCRIBERS_PAGE,
    };
    let now = act.now();
    let rows = act.rows(&LIST_SUBSCRIBERS, params).await?;
    rows.into_iter()
        .map(|mut row| {
            let (account, session) = take_held(&mut row)?;
            let (read, sent): (i64, Option<i64>) =
                (row.take("read_number")?, row.take("sent_number")?);
            let muted: Option<Timestamp> = row.take("muted_at")?;
            let quiet: Option<Timestamp> = row.take("quiet_until")?;
            Ok(Subscriber {
                session,
                id: row.take("id")?,
                keys: row.take("keys_sealed")?,
                detail: take_detail(&mut row)?,
                listener: Listener {
                    account,
                    since: row.take("created_at")?,
                    read_number: read.max(sent.unwrap_or(0)),
                    history_from: row.take("history_from")?,
                    is_muted: muted.is_some(),
                    is_quiet: quiet.is_some_and(|until| now < until),
                },
            })
        })
        .collect()
}

/// Who follows a thread with a browser that is told, and how far they have read there.
pub(crate) async fn list_followers(
    act: &mut Act,
    root: MessageId,
    limit: u32,
) -> Result<Vec<(AccountId, i64)>> {
    let params = params! { root: root, limit: limit };
    let rows = act.rows(&LIST_FOLLOWERS, params).await?;
    rows.into_iter()
        .map(|mut row| Ok((row.take("account")?, row.take("read_number")?)))
        .collect()
}

/// Browsers were told of a chat up to a number.
pub(crate) fn settle_chat<R: Resource>(
    act: &mut Act,
    permit: &Permit<R>,
    chat: ChatId,
    number: i64,
) -> Result<()> {
    act.execute(
        permit,
        &SETTLE_CHAT,
        params! { chat: chat, told_number: number },
    )
}

fn take_held(row: &mut Row) -> Result<Held> {
    Ok((row.take("account")?, row.take("session")?))
}

fn take_detail(row: &mut Row) -> Result<PushDetail> {
    let detail: String = row.take("detail")?;
    PushDetail::from_name(&detail).context("a detail that does not exist")
}
