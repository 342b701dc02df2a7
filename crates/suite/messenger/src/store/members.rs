//! Who is in a chat.

use act::{Act, Number, Permit, Resource, Row, Statement, params, plain};
use base::{AccountId, ChatId, Context, Result};

use super::{forget_drafts, rows_among};
use crate::{
    model::{Chat, Door, EVERYONE, MemberRole, Membership},
    rules::{MEMBER_ABSENT, MEMBERS_MAX},
    settings::History,
    wire,
};

static COUNT_MEMBERS: Statement = Statement::write(
    "UPDATE messenger_chat SET members_count = :members_count WHERE tenant = :tenant AND id = :chat",
);

static INSERT_MEMBER: Statement = Statement::append(
    "INSERT INTO messenger_member
        (tenant, chat, account, role, joined_at, read_number, muted_at, history_from, changes_from)
     VALUES (:tenant, :chat, :account, :role, :joined_at, :read_number, NULL, :history_from, :changes_from)",
);

static DELETE_MEMBER: Statement = Statement::write(
    "DELETE FROM messenger_member WHERE tenant = :tenant AND chat = :chat AND account = :account",
);

static SET_ROLE: Statement = Statement::write(
    "UPDATE messenger_member SET role = :role WHERE tenant = :tenant AND chat = :chat AND account = :account",
);

static LIST_MEMBERS: Statement = Statement::read(
    "SELECT m.account, m.role, m.joined_at, m.read_number,
        (SELECT MAX(s.number) FROM messenger_message s
         WHERE s.tenant = :tenant AND s.chat = :chat AND s.author = m.account AND s.thread IS NULL) AS sent_number
     FROM messenger_member m WHERE m.tenant = :tenant AND m.chat = :chat AND m.account > :after
     ORDER BY m.account LIMIT :limit",
);

static LIST_ACCOUNTS: Statement = Statement::read(
    "SELECT account, history_from FROM messenger_member
     WHERE tenant = :tenant AND chat = :chat ORDER BY account LIMIT :limit",
);

static MEMBERS_AMONG: Statement = Statement::read(
    "SELECT account FROM messenger_member WHERE tenant = :tenant AND chat = :chat AND account IN
        (:a0, :a1, :a2, :a3, :a4, :a5, :a6, :a7, :a8, :a9,
         :a10, :a11, :a12, :a13, :a14, :a15, :a16, :a17, :a18, :a19)",
);

static ROLE_OF: Statement = Statement::read(
    "SELECT role FROM messenger_member WHERE tenant = :tenant AND chat = :chat AND account = :account",
);

static COUNT_MANAGERS: Statement = Statement::read(
    "SELECT COUNT(*) AS managers FROM messenger_member
     WHERE tenant = :tenant AND chat = :chat AND role = 'manager'",
);

pub(super) const STATEMENTS: &[&Statement] = &[
    &ROLE_OF,
    &COUNT_MANAGERS,
    &COUNT_MEMBERS,
    &INSERT_MEMBER,
    &DELETE_MEMBER,
    &SET_ROLE,
    &LIST_MEMBERS,
    &LIST_ACCOUNTS,
    &MEMBERS_AMONG,
];

/// From where a member has read, and from where they may.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Came {
    pub(crate) read_number: i64,
    pub(crate) history_from: Number,
    pub(crate) changes_from: Number,
}

impl Came {
    pub(crate) const WITH_THE_CHAT: Self = Self::later(0);

    /// Reads everything; what was said up to a number counts as read.
    const fn later(read_number: i64) -> Self {
        Self {
            read_number,
            history_from: Number::Known(0),
            changes_from: Number::Known(0),
        }
    }

    /// As the chat says it: told of by `message`, which is the first thing that newcomers read where history is not theirs.
    pub(crate) const fn told_by(chat: &Chat, message: &wire::Message) -> Self {
        Self::at(chat.settings.history, chat.items_last, message)
    }

    /// As [`Came::told_by`], for one who does not see the chat yet.
    pub(crate) const fn at(history: History, items_last: i64, message: &wire::Message) -> Self {
        match history {
            History::All => Self::later(items_last),
            History::SinceJoined => Self {
                read_number: items_last,
                history_from: message.number,
                changes_from: message.change,
            },
        }
    }
}

pub(super) fn insert_member<R: Resource>(
    act: &mut Act,
    permit: &Permit<R>,
    chat: ChatId,
    (account, role): (AccountId, MemberRole),
    came: Came,
) -> Result<()> {
    let params = params! {
        chat: chat, account: account, role: plain(role.name()), joined_at: act.now(), read_number: came.read_number,
        history_from: came.history_from, changes_from: came.changes_from,
    };
    act.execute(permit, &INSERT_MEMBER, params)
}

/// Brings accounts in; what was said before they came counts as read.
pub(crate) fn insert_members(
    act: &mut Act,
    permit: &Permit<Chat>,
    chat: &Chat,
    accounts: &[AccountId],
    came: Came,
) -> Result<()> {
    for account in accounts {
        let member = (*account, MemberRole::Member);
        insert_member(act, permit, chat.id, member, came)?;
    }
    let added = i64::try_from(accounts.len()).context("counting members")?;
    count_members(act, permit, chat.id, chat.members_count + added)
}

/// Brings the caller in, who was before the door until now.
pub(crate) fn insert_self(
    act: &mut Act,
    permit: &Permit<Door>,
    door: &Door,
    (account, came): (AccountId, Came),
) -> Result<()> {
    let member = (account, MemberRole::Member);
    insert_member(act, permit, door.id, member, came)?;
    count_members(act, permit, door.id, door.members_count + 1)
}

/// Takes an account out, with what it had begun to write.
pub(crate) fn delete_member(
    act: &mut Act,
    permit: &Permit<Chat>,
    chat: &Chat,
    account: AccountId,
) -> Result<()> {
    let gone = params! { chat: chat.id, account: account };
    act.execute(permit, &DELETE_MEMBER, gone)?;
    forget_drafts(act, permit, chat.id, account)?;
    count_members(act, permit, chat.id, chat.members_count - 1)
}

fn count_members<R: Resource>(
    act: &mut Act,
    permit: &Permit<R>,
    chat: ChatId,
    count: i64,
) -> Result<()> {
    let params = params! { chat: chat, members_count: count };
    act.execute(permit, &COUNT_MEMBERS, params)
}

pub(crate) fn update_role(
    act: &mut Act,
    permit: &Permit<Chat>,
    chat: ChatId,
    account: AccountId,
    role: MemberRole,
) -> Result<()> {
    let params = params! { chat: chat, account: account, role: plain(role.name()) };
    act.execute(permit, &SET_ROLE, params)
}

/// Members by account, after one of them.
pub(crate) async fn list_members(
    act: &mut Act,
    chat: ChatId,
    after: AccountId,
    limit: u32,
) -> Result<Vec<Membership>> {
    let params = params! { chat: chat, after: after, limit: limit };
    let rows = act.rows(&LIST_MEMBERS, params).await?;
    rows.into_iter()
        .map(|mut row| {
            let marked: i64 = row.take("read_number")?;
            let sent: Option<i64> = row.take("sent_number")?;
            Ok(Membership {
                account: row.take("account")?,
                role: take_role(&mut row)?,
                joined_at: row.take("joined_at")?,
                read_number: marked.max(sent.unwrap_or(0)),
            })
        })
        .collect()
}

/// All accounts of a chat, and from which message on each of them reads.
pub(crate) async fn list_accounts(act: &mut Act, chat: ChatId) -> Result<Vec<(AccountId, i64)>> {
    let params = params! { chat: chat, limit: MEMBERS_MAX };
    let rows = act.rows(&LIST_ACCOUNTS, params).await?;
    rows.into_iter()
        .map(|mut row| Ok((row.take("account")?, row.take("history_from")?)))
        .collect()
}

/// Those of `accounts` that are in the chat, in no order.
pub(crate) async fn members_among(
    act: &mut Act,
    chat: ChatId,
    accounts: &[AccountId],
) -> Result<Vec<AccountId>> {
    let rows = rows_among(
        act,
        &MEMBERS_AMONG,
        (accounts, EVERYONE),
        params! { chat: chat },
    )
    .await?;
    rows.into_iter()
        .map(|mut row| row.take("account"))
        .collect()
}

/// The role of a member.
///
/// # Errors
/// [`MEMBER_ABSENT`].
pub(crate) async fn role_of(act: &mut Act, chat: ChatId, account: AccountId) -> Result<MemberRole> {
    let params = params! { chat: chat, account: account };
    let row = act.row(&ROLE_OF, params).await?;
    take_role(&mut row.ok_or(MEMBER_ABSENT)?)
}

/// How many managers a chat has, its owner apart.
pub(crate) async fn count_managers(act: &mut Act, chat: ChatId) -> Result<i64> {
    let row = act.row(&COUNT_MANAGERS, params! { chat: chat }).await?;
    row.map_or(Ok(0), |mut row| row.take("managers"))
}

pub(super) fn take_role(row: &mut Row) -> Result<MemberRole> {
    let role: String = row.take("role")?;
    role_named(&role)
}

pub(super) fn role_named(name: &str) -> Result<MemberRole> {
    MemberRole::from_name(name).context("a role that does not exist")
}
