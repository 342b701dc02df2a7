//! Doors: groups as those see them who are not inside, who asks to be let in, who was removed, and links.

use act::{Act, Permit, Resource, ResourceRef, Row, Statement, Value, params};
use base::{AccountId, ChatId, Result, Timestamp};

use super::{role_named, rows_among, take_about};
use crate::{
    model::{CHAT, Chat, Door, EVERYONE, Link, MemberRole, Name, Request},
    rules::{CHAT_ABSENT, LINK_INVALID},
    settings::Settings,
};

/// Groups as `:account` stands before them, with what `$columns` and `$join` add.
macro_rules! doors {
    ($columns:literal, $join:literal, $where:literal) => {
        concat!(
            "SELECT r.version, r.key_id, r.items_last, c.id, c.name_sealed, c.name_version, c.members_count, c.created_at,
                c.visibility, c.joining, c.posting, c.mention_all, c.history, c.description_sealed, c.description_version,
                c.announcement_sealed, c.announced_by, c.announced_at, m.role, q.asked_at, x.removed_at",
            $columns,
            " FROM messenger_chat c
             JOIN db_resource r ON r.tenant = c.tenant AND r.id = c.id",
            $join,
            " LEFT JOIN messenger_member m ON m.tenant = c.tenant AND m.chat = c.id AND m.account = :account
             LEFT JOIN messenger_request q ON q.tenant = c.tenant AND q.chat = c.id AND q.account = :account
             LEFT JOIN messenger_removal x ON x.tenant = c.tenant AND x.chat = c.id AND x.account = :account
             WHERE c.tenant = :tenant AND c.kind = 'group' AND c.disbanded_at IS NULL AND ",
            $where
        )
    };
}

static DOOR: Statement = Statement::read(doors!("", "", "c.id = :chat"));

static DOOR_BY_LINK: Statement = Statement::read(doors!(
    ", k.made_by, k.made_at, k.expires_at, k.uses, k.uses_max, b.role AS maker_role",
    " JOIN messenger_link k ON k.tenant = c.tenant AND k.chat = c.id
     LEFT JOIN messenger_member b ON b.tenant = c.tenant AND b.chat = c.id AND b.account = k.made_by",
    "k.token = :token"
));

static LIST_PUBLIC: Statement = Statement::read(doors!(
    "",
    "",
    "c.visibility = 'public' AND c.id < :before ORDER BY c.id DESC LIMIT :limit"
));

static LINK_OF: Statement = Statement::read(
    "SELECT k.made_by, k.made_at, k.expires_at, k.uses, k.uses_max, b.role AS maker_role FROM messenger_link k
     LEFT JOIN messenger_member b ON b.tenant = k.tenant AND b.chat = k.chat AND b.account = k.made_by
     WHERE k.tenant = :tenant AND k.chat = :chat",
);

static SAVE_LINK: Statement = Statement::write(
    "INSERT INTO messenger_link (tenant, chat, token, made_by, made_at, expires_at, uses, uses_max)
     VALUES (:tenant, :chat, :token, :made_by, :made_at, :expires_at, 0, :uses_max)
     ON CONFLICT (tenant, chat) DO UPDATE SET token = excluded.token, made_by = excluded.made_by,
        made_at = excluded.made_at, expires_at = excluded.expires_at, uses = 0, uses_max = excluded.uses_max",
);

/// Two who use the last use at once: the second runs again and finds it used up.
static USE_LINK: Statement = Statement::write(
    "UPDATE messenger_link SET uses = uses + 1
     WHERE tenant = :tenant AND chat = :chat AND token = :token AND (uses_max IS NULL OR uses < uses_max)",
)
.exactly_one();

static DELETE_LINK: Statement =
    Statement::write("DELETE FROM messenger_link WHERE tenant = :tenant AND chat = :chat");

static INSERT_REQUEST: Statement = Statement::write(
    "INSERT INTO messenger_request (tenant, chat, account, asked_at) VALUES (:tenant, :chat, :account, :asked_at)
     ON CONFLICT (tenant, chat, account) DO NOTHING",
);

static DELETE_REQUEST: Statement = Statement::write(
    "DELETE FROM messenger_request WHERE tenant = :tenant AND chat = :chat AND account = :account",
);

static DELETE_REQUESTS: Statement =
    Statement::write("DELETE FROM messenger_request WHERE tenant = :tenant AND chat = :chat");

static REQUEST_OF: Statement = Statement::read(
    "SELECT account, asked_at FROM messenger_request
     WHERE tenant = :tenant AND chat = :chat AND account = :account",
);

static LIST_REQUESTS: Statement = Statement::read(
    "SELECT account, asked_at FROM messenger_request
     WHERE tenant = :tenant AND chat = :chat AND account > :after ORDER BY account LIMIT :limit",
);

static COUNT_REQUESTS: Statement = Statement::read(
    "SELECT (SELECT COUNT(*) FROM messenger_request WHERE tenant = :tenant AND chat = :chat) AS in_chat,
        (SELECT COUNT(*) FROM messenger_request WHERE tenant = :tenant AND account = :account) AS of_account",
);

static INSERT_REMOVAL: Statement = Statement::write(
    "INSERT INTO messenger_removal (tenant, chat, account, removed_at) VALUES (:tenant, :chat, :account, :removed_at)
     ON CONFLICT (tenant, chat, account) DO UPDATE SET removed_at = excluded.removed_at",
);

static DELETE_REMOVAL: Statement = Statement::write(
    "DELETE FROM messenger_removal WHERE tenant = :tenant AND chat = :chat AND account = :account",
);

/// Those who ask to be let in or were removed.
static OUTSIDE_AMONG: Statement = Statement::read(
    "SELECT account FROM messenger_request WHERE tenant = :tenant AND chat = :chat AND account IN
        (:a0, :a1, :a2, :a3, :a4, :a5, :a6, :a7, :a8, :a9,
         :a10, :a11, :a12, :a13, :a14, :a15, :a16, :a17, :a18, :a19)
     UNION SELECT account FROM messenger_removal WHERE tenant = :tenant AND chat = :chat AND account IN
        (:a0, :a1, :a2, :a3, :a4, :a5, :a6, :a7, :a8, :a9,
         :a10, :a11, :a12, :a13, :a14, :a15, :a16, :a17, :a18, :a19)",
);

static LIST_MANAGERS: Statement = Statement::read(
    "SELECT account FROM messenger_member WHERE tenant = :tenant AND chat = :chat AND role <> 'member'
     ORDER BY account LIMIT :limit",
);

static DISBAND: Statement = Statement::write(
    "UPDATE messenger_chat SET disbanded_at = :disbanded_at WHERE tenant = :tenant AND id = :chat",
);

pub(super) const STATEMENTS: &[&Statement] = &[
    &DOOR,
    &DOOR_BY_LINK,
    &LIST_PUBLIC,
    &LINK_OF,
    &SAVE_LINK,
    &USE_LINK,
    &DELETE_LINK,
    &INSERT_REQUEST,
    &DELETE_REQUEST,
    &DELETE_REQUESTS,
    &REQUEST_OF,
    &LIST_REQUESTS,
    &COUNT_REQUESTS,
    &INSERT_REMOVAL,
    &DELETE_REMOVAL,
    &OUTSIDE_AMONG,
    &LIST_MANAGERS,
    &DISBAND,
];

/// The door of a group, which the caller may or may not know of: its permit decides.
///
/// # Errors
/// [`CHAT_ABSENT`].
pub(crate) async fn door(act: &mut Act, chat: ChatId) -> Result<Door> {
    let account = act.member()?.account;
    let params = params! { account: account, chat: chat };
    let row = act.row(&DOOR, params).await?.ok_or(CHAT_ABSENT)?;
    take_door(act.tenant(), row, None)
}

/// The door that a link leads to.
///
/// # Errors
/// [`LINK_INVALID`].
pub(crate) async fn door_by_link(act: &mut Act, token: Value) -> Result<Door> {
    let account = act.member()?.account;
    let params = params! { account: account, token: token };
    let mut row = act.row(&DOOR_BY_LINK, params).await?.ok_or(LINK_INVALID)?;
    let link = take_link(&mut row)?;
    take_door(act.tenant(), row, Some(link))
}

/// The doors of public groups, those that were made last first, before one of them.
pub(crate) async fn list_public(act: &mut Act, before: ChatId, limit: u32) -> Result<Vec<Door>> {
    let account = act.member()?.account;
    let params = params! { account: account, before: before, limit: limit };
    let rows = act.rows(&LIST_PUBLIC, params).await?;
    let tenant = act.tenant();
    rows.into_iter()
        .map(|row| take_door(tenant, row, None))
        .collect()
}

fn take_door(tenant: base::TenantId, mut row: Row, link: Option<Link>) -> Result<Door> {
    let id = row.take("id")?;
    let asked_at: Option<Timestamp> = row.take("asked_at")?;
    let removed_at: Option<Timestamp> = row.take("removed_at")?;
    Ok(Door {
        id,
        name: Name {
            sealed: row.take("name_sealed")?,
            version: row.take("name_version")?,
        },
        about: take_about(&mut row)?,
        settings: Settings::take(&mut row)?,
        members_count: row.take("members_count")?,
        created_at: row.take("created_at")?,
        items_last: row.take("items_last")?,
        role: take_role_of_some(&mut row, "role")?,
        is_requested: asked_at.is_some(),
        is_removed: removed_at.is_some(),
        link,
        reference: ResourceRef::take(CHAT, tenant, id, &mut row)?,
    })
}

fn take_link(row: &mut Row) -> Result<Link> {
    Ok(Link {
        made_by: row.take("made_by")?,
        made_at: row.take("made_at")?,
        expires_at: row.take("expires_at")?,
        uses: row.take("uses")?,
        uses_max: row.take("uses_max")?,
        maker_role: take_role_of_some(row, "maker_role")?,
    })
}

/// The role of somebody who may not be inside.
fn take_role_of_some(row: &mut Row, column: &'static str) -> Result<Option<MemberRole>> {
    let role: Option<String> = row.take(column)?;
    role.as_deref().map(role_named).transpose()
}

/// The link of a chat, good or not.
pub(crate) async fn find_link(act: &mut Act, chat: ChatId) -> Result<Option<Link>> {
    let row = act.row(&LINK_OF, params! { chat: chat }).await?;
    row.map(|mut row| take_link(&mut row)).transpose()
}

/// Keeps a link, in the place of the one before.
pub(crate) fn save_link(
    act: &mut Act,
    permit: &Permit<Chat>,
    chat: ChatId,
    (token, link): (Value, &Link),
) -> Result<()> {
    let params = params! {
        chat: chat, token: token, made_by: link.made_by, made_at: link.made_at, expires_at: link.expires_at,
        uses_max: link.uses_max,
    };
    act.execute(permit, &SAVE_LINK, params)
}

/// Counts one more use.
pub(crate) fn use_link(
    act: &mut Act,
    permit: &Permit<Door>,
    chat: ChatId,
    token: Value,
) -> Result<()> {
    act.execute(permit, &USE_LINK, params! { chat: chat, token: token })
}

pub(crate) fn delete_link(act: &mut Act, permit: &Permit<Chat>, chat: ChatId) -> Result<()> {
    act.execute(permit, &DELETE_LINK, params! { chat: chat })
}

/// Has the caller ask to be let in; once is enough.
pub(crate) fn insert_request(
    act: &mut Act,
    permit: &Permit<Door>,
    chat: ChatId,
    request: Request,
) -> Result<()> {
    let params = params! { chat: chat, account: request.account, asked_at: request.asked_at };
    act.execute(permit, &INSERT_REQUEST, params)
}

pub(crate) fn delete_request<R: Resource>(
    act: &mut Act,
    permit: &Permit<R>,
    chat: ChatId,
    account: AccountId,
) -> Result<()> {
    let params = params! { chat: chat, account: account };
    act.execute(permit, &DELETE_REQUEST, params)
}

pub(crate) async fn find_request(
    act: &mut Act,
    chat: ChatId,
    account: AccountId,
) -> Result<Option<Request>> {
    let params = params! { chat: chat, account: account };
    let row = act.row(&REQUEST_OF, params).await?;
    row.map(take_request).transpose()
}

/// Requests by account, after one of them.
pub(crate) async fn list_requests(
    act: &mut Act,
    chat: ChatId,
    after: AccountId,
    limit: u32,
) -> Result<Vec<Request>> {
    let params = params! { chat: chat, after: after, limit: limit };
    let rows = act.rows(&LIST_REQUESTS, params).await?;
    rows.into_iter().map(take_request).collect()
}

fn take_request(mut row: Row) -> Result<Request> {
    Ok(Request {
        account: row.take("account")?,
        asked_at: row.take("asked_at")?,
    })
}

/// How many ask to be let into the chat, and into how many chats the account does.
pub(crate) async fn count_requests(
    act: &mut Act,
    chat: ChatId,
    account: AccountId,
) -> Result<(i64, i64)> {
    let params = params! { chat: chat, account: account };
    let row = act.row(&COUNT_REQUESTS, params).await?;
    row.map_or(Ok((0, 0)), |mut row| {
        Ok((row.take("in_chat")?, row.take("of_account")?))
    })
}

/// Notes that somebody was removed.
pub(crate) fn insert_removal(
    act: &mut Act,
    permit: &Permit<Chat>,
    chat: ChatId,
    account: AccountId,
) -> Result<()> {
    let params = params! { chat: chat, account: account, removed_at: act.now() };
    act.execute(permit, &INSERT_REMOVAL, params)
}

/// Forgets that accounts, now inside, asked to be let in or were removed.
pub(crate) fn settle_outside<R: Resource>(
    act: &mut Act,
    permit: &Permit<R>,
    chat: ChatId,
    accounts: &[AccountId],
) -> Result<()> {
    for account in accounts {
        delete_request(act, permit, chat, *account)?;
        let params = params! { chat: chat, account: *account };
        act.execute(permit, &DELETE_REMOVAL, params)?;
    }
    Ok(())
}

/// Those of `accounts` that ask to be let in or were removed, in no order.
pub(crate) async fn outside_among(
    act: &mut Act,
    chat: ChatId,
    accounts: &[AccountId],
) -> Result<Vec<AccountId>> {
    let rows = rows_among(
        act,
        &OUTSIDE_AMONG,
        (accounts, EVERYONE),
        params! { chat: chat },
    )
    .await?;
    rows.into_iter()
        .map(|mut row| row.take("account"))
        .collect()
}

/// The owner and the managers of a chat.
pub(crate) async fn list_managers(act: &mut Act, chat: ChatId) -> Result<Vec<AccountId>> {
    let limit = crate::rules::MANAGERS_MAX + 1;
    let params = params! { chat: chat, limit: limit };
    let rows = act.rows(&LIST_MANAGERS, params).await?;
    rows.into_iter()
        .map(|mut row| row.take("account"))
        .collect()
}

/// From now on the chat is nobody's; nobody waits before it, and no link leads to it.
pub(crate) fn disband(act: &mut Act, permit: &Permit<Chat>, chat: ChatId) -> Result<()> {
    let params = params! { chat: chat, disbanded_at: act.now() };
    act.execute(permit, &DISBAND, params)?;
    act.execute(permit, &DELETE_REQUESTS, params! { chat: chat })?;
    delete_link(act, permit, chat)
}
