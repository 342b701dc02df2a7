//! Who is in a chat.

use act::{Act, Permit, Row, Statement, params, plain};
use base::{AccountId, ChatId, Context, Result};

use super::{AMONG, among, forget_draft};
use crate::{
    model::{Chat, EVERYONE, MemberRole, Membership},
    rules::MEMBERS_MAX,
};

static COUNT_MEMBERS: Statement = Statement::write(
    "UPDATE messenger_chat SET members_count = :members_count WHERE tenant = :tenant AND id = :chat",
);

static INSERT_MEMBER: Statement = Statement::append(
    "INSERT INTO messenger_member (tenant, chat, account, role, joined_at, read_number, muted_at)
     VALUES (:tenant, :chat, :account, :role, :joined_at, :read_number, NULL)",
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
    "SELECT account FROM messenger_member WHERE tenant = :tenant AND chat = :chat ORDER BY account LIMIT :limit",
);

static MEMBERS_AMONG: Statement = Statement::read(
    "SELECT account FROM messenger_member WHERE tenant = :tenant AND chat = :chat AND account IN
        (:a0, :a1, :a2, :a3, :a4, :a5, :a6, :a7, :a8, :a9,
         :a10, :a11, :a12, :a13, :a14, :a15, :a16, :a17, :a18, :a19)",
);

pub(super) const STATEMENTS: &[&Statement] = &[
    &COUNT_MEMBERS,
    &INSERT_MEMBER,
    &DELETE_MEMBER,
    &SET_ROLE,
    &LIST_MEMBERS,
    &LIST_ACCOUNTS,
    &MEMBERS_AMONG,
];

pub(super) fn insert_member(
    act: &mut Act,
    permit: &Permit<Chat>,
    chat: ChatId,
    (account, role): (AccountId, MemberRole),
    read_number: i64,
) -> Result<()> {
    let params = params! {
        chat: chat, account: account, role: plain(role.name()), joined_at: act.now(), read_number: read_number,
    };
    act.execute(permit, &INSERT_MEMBER, params)
}

/// Brings accounts in; what was said before they came counts as read.
pub(crate) fn insert_members(
    act: &mut Act,
    permit: &Permit<Chat>,
    chat: &Chat,
    accounts: &[AccountId],
) -> Result<()> {
    for account in accounts {
        let member = (*account, MemberRole::Member);
        insert_member(act, permit, chat.id, member, chat.items_last)?;
    }
    let added = i64::try_from(accounts.len()).context("counting members")?;
    count_members(act, permit, chat, chat.members_count + added)
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
    forget_draft(act, permit, chat.id, account)?;
    count_members(act, permit, chat, chat.members_count - 1)
}

fn count_members(act: &mut Act, permit: &Permit<Chat>, chat: &Chat, count: i64) -> Result<()> {
    let params = params! { chat: chat.id, members_count: count };
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

/// All accounts of a chat.
pub(crate) async fn list_accounts(act: &mut Act, chat: ChatId) -> Result<Vec<AccountId>> {
    let params = params! { chat: chat, limit: MEMBERS_MAX };
    let rows = act.rows(&LIST_ACCOUNTS, params).await?;
    rows.into_iter()
        .map(|mut row| row.take("account"))
        .collect()
}

/// Those of `accounts` that are in the chat, in no order.
pub(crate) async fn members_among(
    act: &mut Act,
    chat: ChatId,
    accounts: &[AccountId],
) -> Result<Vec<AccountId>> {
    let mut found = Vec::new();
    for some in accounts.chunks(AMONG) {
        let mut params = among(some, EVERYONE);
        params.extend(params! { chat: chat });
        for mut row in act.rows(&MEMBERS_AMONG, params).await? {
            found.push(row.take("account")?);
        }
    }
    Ok(found)
}

pub(super) fn take_role(row: &mut Row) -> Result<MemberRole> {
    let role: String = row.take("role")?;
    MemberRole::from_name(&role).context("a role that does not exist")
}
