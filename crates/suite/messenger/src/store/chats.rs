//! Chats, as their members see them.

use act::{Act, Permit, ResourceRef, Row, Sealed, Statement, Value, params, plain};
use base::{AccountId, ChatId, Context, Result, Timestamp};

use super::{
    Came, insert_member, messages::message_columns, take_days, take_joined_message, take_retention,
    take_role,
};
use crate::{
    model::{
        About, Announcement, CHAT, Chat, DIRECTORY, EVERYONE, Keeping, MemberRole, Message, Name,
        Overview, Pair, Shape, Standing, Tenant,
    },
    rules::{CHAT_ABSENT, MENTIONS_COUNTED_MAX, UNREAD_COUNTED_MAX},
    settings::{Settings, Word},
};

/// Columns of a chat, its state as a resource, and a membership of it.
macro_rules! chat_columns {
    () => {
        "r.version, r.key_id, r.items_last, r.changes_last, c.id, c.kind, c.name_sealed, c.name_version,
            c.pair_low, c.pair_high, c.members_count, c.created_at, c.purged_number,
            m.role, m.read_number, m.muted_at, m.history_from, m.changes_from"
    };
}

/// What a chat is set to. Lists join it to the page alone, and sort narrow rows.
macro_rules! setting_columns {
    ($table:literal) => {
        concat!(
            $table,
            ".visibility, ",
            $table,
            ".joining, ",
            $table,
            ".posting, ",
            $table,
            ".mention_all, ",
            $table,
            ".history"
        )
    };
}

macro_rules! chat_from {
    () => {
        " FROM messenger_member m
             JOIN messenger_chat c ON c.tenant = m.tenant AND c.id = m.chat
             JOIN db_resource r ON r.tenant = m.tenant AND r.id = m.chat"
    };
}

macro_rules! of_account {
    () => {
        " WHERE m.tenant = :tenant AND m.account = :account AND m.chat = :chat AND c.disbanded_at IS NULL"
    };
}

/// One chat as `:account` is in it, without what it is set to.
macro_rules! chat_of_account {
    () => {
        concat!("SELECT ", chat_columns!(), chat_from!(), of_account!())
    };
}

/// The number of the last message that `:account` sent to chat `$chat`, its answers in threads apart.
macro_rules! sent_number {
    ($chat:literal) => {
        concat!(
            "(SELECT MAX(s.number) FROM messenger_message s
                WHERE s.tenant = :tenant AND s.chat = ",
            $chat,
            " AND s.author = :account AND s.thread IS NULL)"
        )
    };
}

/// The number of the last message of chat `$chat`, those in threads apart.
macro_rules! last_number {
    ($chat:literal) => {
        concat!(
            "(SELECT MAX(x.number) FROM messenger_message x
                WHERE x.tenant = :tenant AND x.chat = ",
            $chat,
            " AND x.thread IS NULL)"
        )
    };
}
pub(super) use last_number;

/// Chats with what lists show of them: `$chats` chooses the rows, `$order` their order.
macro_rules! overviews {
    ($chats:expr, $order:literal) => {
        concat!(
            "SELECT p.*, ",
            setting_columns!("w"),
            ", w.description_sealed, w.description_version, w.announcement_sealed, w.announced_by, w.announced_at,
                w.retention_days AS own_days, y.retention_min_days, y.retention_days, y.retention_max_days,
                CASE WHEN p.role = 'member' THEN 0 ELSE (SELECT COUNT(*) FROM messenger_request q
                    WHERE q.tenant = :tenant AND q.chat = p.id) END AS requests, ",
            message_columns!("l"),
            ", ",
            sent_number!("p.id"),
            " AS sent_number,
                (SELECT COUNT(*) FROM (SELECT 1 FROM messenger_mention n
                    WHERE n.tenant = :tenant AND n.chat = p.id AND n.account IN (:account, :everyone)
                    AND n.number > p.read_number AND n.number > COALESCE(",
            sent_number!("p.id"),
            ", 0)
                    LIMIT :mentions_max) AS counted) AS mentions,
                (SELECT COUNT(*) FROM (SELECT 1 FROM messenger_message h
                    WHERE h.tenant = :tenant AND h.chat = p.id AND h.thread IS NOT NULL
                    AND h.number > p.read_number AND h.number > COALESCE(",
            sent_number!("p.id"),
            ", 0)
                    LIMIT :in_threads_max) AS hidden) AS in_threads
             FROM (",
            $chats,
            ") AS p
             JOIN messenger_chat w ON w.tenant = :tenant AND w.id = p.id
             LEFT JOIN messenger_policy y ON y.tenant = :tenant
             LEFT JOIN messenger_message l ON l.tenant = :tenant AND l.chat = p.id AND l.number = ",
            last_number!("p.id"),
            " ",
            $order
        )
    };
}

static CHAT_OF: Statement = Statement::read(concat!(
    "SELECT ",
    chat_columns!(),
    ", ",
    setting_columns!("c"),
    chat_from!(),
    of_account!()
));

/// The chats of an account by their ids.
static CHATS_AFTER: Statement = Statement::read(concat!(
    "SELECT ",
    chat_columns!(),
    ", ",
    setting_columns!("c"),
    chat_from!(),
    " WHERE m.tenant = :tenant AND m.account = :account AND m.chat > :after AND c.disbanded_at IS NULL
     ORDER BY m.chat LIMIT :limit"
));

/// The chat together with what the account sent there under a token: sending reads once.
static CHAT_AND_SENT: Statement = Statement::read(concat!(
    "SELECT ",
    chat_columns!(),
    ", ",
    setting_columns!("c"),
    ", ",
    message_columns!("s"),
    chat_from!(),
    " LEFT JOIN messenger_message s ON s.tenant = m.tenant AND s.chat = m.chat AND s.author = m.account
        AND s.client_token = :client_token",
    of_account!()
));

static OVERVIEW: Statement = Statement::read(overviews!(chat_of_account!(), ""));

/// Begins with the account's chats, out of an index that holds nothing else: without statistics, SQLite would rather go
/// through all memberships of the tenant (`CROSS JOIN` keeps the order there). Sorts narrow rows; the last messages are
/// joined to the page alone.
static LIST_OVERVIEWS: Statement = Statement::read(overviews!(
    concat!(
        "SELECT ",
        chat_columns!(),
        ", COALESCE(t.sent_at, c.created_at) AS active_at
         FROM messenger_member own
         CROSS JOIN messenger_member m
         JOIN messenger_chat c ON c.tenant = m.tenant AND c.id = m.chat
         JOIN db_resource r ON r.tenant = m.tenant AND r.id = m.chat
         LEFT JOIN messenger_message t ON t.tenant = m.tenant AND t.chat = m.chat AND t.number = ",
        last_number!("m.chat"),
        "
         WHERE own.tenant = :tenant AND own.account = :account
            AND m.tenant = :tenant AND m.chat = own.chat AND m.account = :account AND c.disbanded_at IS NULL
            AND (COALESCE(t.sent_at, c.created_at), c.id) < (:before_at, :before_id)
         ORDER BY COALESCE(t.sent_at, c.created_at) DESC, c.id DESC LIMIT :limit"
    ),
    "ORDER BY p.active_at DESC, p.id DESC"
));

static TENANT: Statement =
    Statement::read("SELECT version, key_id FROM db_resource WHERE tenant = :tenant AND id = :id");

static FIND_DIRECT: Statement = Statement::read(
    "SELECT id FROM messenger_chat WHERE tenant = :tenant AND pair_low = :low AND pair_high = :high",
);

static COUNT_OWNED: Statement = Statement::read(
    "SELECT count(*) AS owned FROM messenger_member m JOIN messenger_chat c ON c.tenant = m.tenant AND c.id = m.chat
     WHERE m.tenant = :tenant AND m.account = :account AND m.role = 'owner' AND c.disbanded_at IS NULL",
);

static INSERT_CHAT: Statement = Statement::append(
    "INSERT INTO messenger_chat (tenant, id, kind, name_sealed, name_version, pair_low, pair_high, members_count, created_at)
     VALUES (:tenant, :id, :kind, :name_sealed, 1, :pair_low, :pair_high, :members_count, :created_at)",
);

static SET_SETTINGS: Statement = Statement::write(
    "UPDATE messenger_chat SET visibility = :visibility, joining = :joining, posting = :posting,
        mention_all = :mention_all, history = :history WHERE tenant = :tenant AND id = :chat",
);

static DESCRIBE_CHAT: Statement = Statement::write(
    "UPDATE messenger_chat SET description_sealed = :description_sealed, description_version = :description_version
     WHERE tenant = :tenant AND id = :chat",
);

static ANNOUNCE: Statement = Statement::write(
    "UPDATE messenger_chat SET announcement_sealed = :announcement_sealed, announced_by = :announced_by,
        announced_at = :announced_at WHERE tenant = :tenant AND id = :chat",
);

static RENAME_CHAT: Statement = Statement::write(
    "UPDATE messenger_chat SET name_sealed = :name_sealed, name_version = :name_version
     WHERE tenant = :tenant AND id = :chat",
);

pub(super) const STATEMENTS: &[&Statement] = &[
    &CHAT_OF,
    &CHATS_AFTER,
    &CHAT_AND_SENT,
    &OVERVIEW,
    &LIST_OVERVIEWS,
    &TENANT,
    &FIND_DIRECT,
    &COUNT_OWNED,
    &INSERT_CHAT,
    &RENAME_CHAT,
    &SET_SETTINGS,
    &DESCRIBE_CHAT,
    &ANNOUNCE,
];

/// The chat, as the calling member sees it.
///
/// # Errors
/// [`CHAT_ABSENT`], also when the caller is not in it.
pub(crate) async fn chat(act: &mut Act, id: ChatId) -> Result<Chat> {
    let account = act.member()?.account;
    let chat = find_chat_of(act, account, id).await?;
    chat.ok_or_else(|| CHAT_ABSENT.into())
}

/// The chat as this account sees it, if it is in it.
pub(crate) async fn find_chat_of(
    act: &mut Act,
    account: AccountId,
    id: ChatId,
) -> Result<Option<Chat>> {
    let row = act
        .row(&CHAT_OF, params! { account: account, chat: id })
        .await?;
    row.map(|row| take_chat(act, account, row)).transpose()
}

/// The chats of this account, by their ids after one of them.
pub(crate) async fn chats_of(
    act: &mut Act,
    account: AccountId,
    after: ChatId,
    limit: u32,
) -> Result<Vec<Chat>> {
    let params = params! { account: account, after: after, limit: limit };
    let rows = act.rows(&CHATS_AFTER, params).await?;
    rows.into_iter()
        .map(|row| take_chat(act, account, row))
        .collect()
}

/// The chat, and what the caller already sent there under this token.
///
/// # Errors
/// As [`chat`].
pub(crate) async fn chat_and_sent(
    act: &mut Act,
    id: ChatId,
    client_token: Value,
) -> Result<(Chat, Option<Message>)> {
    let account = act.member()?.account;
    let params = params! { account: account, chat: id, client_token: client_token };
    let mut row = act.row(&CHAT_AND_SENT, params).await?.ok_or(CHAT_ABSENT)?;
    let sent = take_joined_message(&mut row)?;
    Ok((take_chat(act, account, row)?, sent))
}

/// The chat with what lists show of it.
///
/// # Errors
/// As [`chat`].
pub(crate) async fn overview(act: &mut Act, id: ChatId) -> Result<Overview> {
    let account = act.member()?.account;
    let params = params! {
        account: account, chat: id, everyone: EVERYONE, mentions_max: MENTIONS_COUNTED_MAX,
        in_threads_max: UNREAD_COUNTED_MAX,
    };
    let row = act.row(&OVERVIEW, params).await?;
    take_overview(act, account, row.ok_or(CHAT_ABSENT)?)
}

/// Where a page of chats begins: below this activity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Activity {
    pub(crate) at: Timestamp,
    pub(crate) chat: ChatId,
}

impl Activity {
    /// Above all that can be.
    pub(crate) const NEWEST: Self = Self {
        at: Timestamp::from_micros(i64::MAX),
        chat: ChatId::from_bytes([0xff; 16]),
    };
}

/// The caller's chats, newest activity first.
pub(crate) async fn list_overviews(
    act: &mut Act,
    below: Activity,
    limit: u32,
) -> Result<Vec<Overview>> {
    let account = act.member()?.account;
    let params = params! {
        account: account, everyone: EVERYONE, mentions_max: MENTIONS_COUNTED_MAX,
        in_threads_max: UNREAD_COUNTED_MAX,
        before_at: below.at, before_id: below.chat, limit: limit,
    };
    let rows = act.rows(&LIST_OVERVIEWS, params).await?;
    rows.into_iter()
        .map(|row| take_overview(act, account, row))
        .collect()
}

/// The directory of the caller's tenant.
pub(crate) async fn tenant(act: &mut Act) -> Result<Tenant> {
    let role = act.caller().member().map(|member| member.role);
    let id = act.tenant();
    let row = act.row(&TENANT, params! { id: id }).await?;
    let mut row = row.context("a tenant without its directory")?;
    Ok(Tenant {
        role,
        reference: ResourceRef::take(DIRECTORY, id, id, &mut row)?,
    })
}

/// The chat of these two, if there is one.
pub(crate) async fn find_direct(act: &mut Act, pair: Pair) -> Result<Option<ChatId>> {
    let row = act
        .row(&FIND_DIRECT, params! { low: pair.low, high: pair.high })
        .await?;
    row.map(|mut row| row.take("id")).transpose()
}

/// How many chats an account owns.
pub(crate) async fn count_owned(act: &mut Act, account: AccountId) -> Result<i64> {
    let row = act.row(&COUNT_OWNED, params! { account: account }).await?;
    row.map_or(Ok(0), |mut row| row.take("owned"))
}

/// A chat about to be: one member for each of `members`, the group's with its owner.
pub(crate) fn insert_chat(
    act: &mut Act,
    permit: &Permit<Chat>,
    id: ChatId,
    shape: &Shape,
    members: &[(AccountId, MemberRole)],
) -> Result<()> {
    let (kind, name, pair) = match shape {
        Shape::Group(name) => ("group", Some(&name.sealed), None),
        Shape::Direct(pair) => ("direct", None, Some(pair)),
    };
    let count = i64::try_from(members.len()).context("counting members")?;
    let params = params! {
        id: id, kind: plain(kind), name_sealed: name, pair_low: pair.map(|pair| pair.low),
        pair_high: pair.map(|pair| pair.high), members_count: count, created_at: act.now(),
    };
    act.execute(permit, &INSERT_CHAT, params)?;
    for (account, role) in members {
        insert_member(act, permit, id, (*account, *role), Came::WITH_THE_CHAT)?;
    }
    Ok(())
}

pub(crate) fn update_name(
    act: &mut Act,
    permit: &Permit<Chat>,
    chat: ChatId,
    name: &Name,
) -> Result<()> {
    let params = params! { chat: chat, name_sealed: &name.sealed, name_version: name.version };
    act.execute(permit, &RENAME_CHAT, params)
}

pub(crate) fn update_settings(
    act: &mut Act,
    permit: &Permit<Chat>,
    chat: ChatId,
    settings: Settings,
) -> Result<()> {
    let params = params! {
        chat: chat, visibility: plain(settings.visibility.word()), joining: plain(settings.joining.word()),
        posting: plain(settings.posting.word()), mention_all: plain(settings.mention_all.word()),
        history: plain(settings.history.word()),
    };
    act.execute(permit, &SET_SETTINGS, params)
}

/// A new description under the next version; none takes it away.
pub(crate) fn update_description(
    act: &mut Act,
    permit: &Permit<Chat>,
    chat: ChatId,
    (description, version): (Option<&Sealed>, i64),
) -> Result<()> {
    let params =
        params! { chat: chat, description_sealed: description, description_version: version };
    act.execute(permit, &DESCRIBE_CHAT, params)
}

/// A new announcement; none takes it away.
pub(crate) fn update_announcement(
    act: &mut Act,
    permit: &Permit<Chat>,
    chat: ChatId,
    announcement: Option<&Announcement>,
) -> Result<()> {
    let params = params! {
        chat: chat, announcement_sealed: announcement.map(|one| &one.text),
        announced_by: announcement.map(|one| one.by), announced_at: announcement.map(|one| one.at),
    };
    act.execute(permit, &ANNOUNCE, params)
}

fn take_chat(act: &Act, account: AccountId, mut row: Row) -> Result<Chat> {
    let id = row.take("id")?;
    let kind: String = row.take("kind")?;
    let name: Option<Sealed> = row.take("name_sealed")?;
    let pair: (Option<AccountId>, Option<AccountId>) =
        (row.take("pair_low")?, row.take("pair_high")?);
    let shape = match (kind.as_str(), name, pair) {
        ("group", Some(sealed), _) => Some(Shape::Group(Name {
            sealed,
            version: row.take("name_version")?,
        })),
        ("direct", _, (Some(low), Some(high))) => Some(Shape::Direct(Pair { low, high })),
        _ => None,
    };
    Ok(Chat {
        id,
        shape: shape.context("a chat of neither kind")?,
        settings: Settings::take(&mut row)?,
        members_count: row.take("members_count")?,
        created_at: row.take("created_at")?,
        items_last: row.take("items_last")?,
        changes_last: row.take("changes_last")?,
        purged_number: row.take("purged_number")?,
        standing: Standing {
            account,
            role: take_role(&mut row)?,
            read_number: row.take("read_number")?,
            muted_at: row.take("muted_at")?,
            history_from: row.take("history_from")?,
            changes_from: row.take("changes_from")?,
        },
        reference: ResourceRef::take(CHAT, act.tenant(), id, &mut row)?,
    })
}

pub(super) fn take_about(row: &mut Row) -> Result<About> {
    let text: Option<Sealed> = row.take("announcement_sealed")?;
    let by: Option<AccountId> = row.take("announced_by")?;
    let at: Option<Timestamp> = row.take("announced_at")?;
    let announcement = match (text, by, at) {
        (Some(text), Some(by), Some(at)) => Some(Announcement { text, by, at }),
        _ => None,
    };
    Ok(About {
        description: row.take("description_sealed")?,
        description_version: row.take("description_version")?,
        announcement,
    })
}

fn take_overview(act: &Act, account: AccountId, mut row: Row) -> Result<Overview> {
    let sent_number: Option<i64> = row.take("sent_number")?;
    let mentions = row.take("mentions")?;
    let requests = row.take("requests")?;
    let about = take_about(&mut row)?;
    let keeping = Keeping {
        own: take_days(&mut row, "own_days")?,
        bounds: take_retention(&mut row)?,
    };
    let in_threads = row.take("in_threads")?;
    let last = take_joined_message(&mut row)?;
    Ok(Overview {
        sent_number: sent_number.unwrap_or(0),
        mentions,
        in_threads,
        about,
        requests,
        keeping,
        last,
        chat: take_chat(act, account, row)?,
    })
}
