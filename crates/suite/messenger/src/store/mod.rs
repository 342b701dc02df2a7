//! Every SQL statement of the domain, and the functions that run them.

mod statements;

use act::{Act, Permit, ResourceRef, Row, Sealed, Value, params, plain};
use base::{AccountId, ChatId, Context, MessageId, Result, Timestamp};

use crate::{
    model::{
        CHAT, Chat, DIRECTORY, Draft, EVERYONE, MemberRole, Membership, Message, Name, Overview,
        Pair, Shape, Standing, Tenant, Topic,
    },
    rules::{CHAT_ABSENT, MEMBERS_MAX, MENTIONS_COUNTED_MAX, MESSAGE_ABSENT},
};
use statements::{
    AMONG, AMONG_NAMES, CHAT_AND_SENT, CHAT_OF, COUNT_MEMBERS, COUNT_OWNED, DELETE_DRAFT,
    DELETE_MEMBER, DRAFT_OF, FIND_DIRECT, FIND_MESSAGE, INSERT_CHAT, INSERT_MEMBER, INSERT_MENTION,
    INSERT_MESSAGE, LIST_ACCOUNTS, LIST_MEMBERS, LIST_OVERVIEWS, LIST_TOPICS, MARK_READ,
    MEMBERS_AMONG, MESSAGES_AFTER, MESSAGES_BEFORE, OVERVIEW, RENAME_CHAT, SAVE_DRAFT, SENT_NUMBER,
    SET_MUTED, SET_ROLE, TENANT, TOPIC, TOPICS_AMONG,
};

pub use statements::STATEMENTS;

/// The chat, as the calling member sees it.
///
/// # Errors
/// [`CHAT_ABSENT`], also when the caller is not in it.
pub(crate) async fn chat(act: &mut Act, id: ChatId) -> Result<Chat> {
    let account = act.member()?.account;
    let row = act
        .row(&CHAT_OF, params! { account: account, chat: id })
        .await?;
    take_chat(act, account, row.ok_or(CHAT_ABSENT)?)
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
    let sent = take_joined_message(&mut row, id)?;
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
        before_at: below.at, before_id: below.chat, limit: limit,
    };
    let rows = act.rows(&LIST_OVERVIEWS, params).await?;
    rows.into_iter()
        .map(|row| take_overview(act, account, row))
        .collect()
}

/// The chat as the stream sees it.
///
/// # Errors
/// [`CHAT_ABSENT`].
pub(crate) async fn topic(act: &mut Act, id: ChatId) -> Result<Topic> {
    let row = act.row(&TOPIC, params! { chat: id }).await?;
    let mut row = row.ok_or(CHAT_ABSENT)?;
    Ok(Topic {
        chat: id,
        changes_last: row.take("changes_last")?,
        reference: ResourceRef::take(CHAT, act.tenant(), id, &mut row)?,
    })
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
        insert_member(act, permit, id, (*account, *role), 0)?;
    }
    Ok(())
}

fn insert_member(
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
    let gone = || params! { chat: chat.id, account: account };
    act.execute(permit, &DELETE_MEMBER, gone())?;
    act.execute(permit, &DELETE_DRAFT, gone())?;
    count_members(act, permit, chat, chat.members_count - 1)
}

fn count_members(act: &mut Act, permit: &Permit<Chat>, chat: &Chat, count: i64) -> Result<()> {
    let params = params! { chat: chat.id, members_count: count };
    act.execute(permit, &COUNT_MEMBERS, params)
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

pub(crate) fn update_muted(
    act: &mut Act,
    permit: &Permit<Chat>,
    chat: &Chat,
    since: Option<Timestamp>,
) -> Result<()> {
    let params = params! { chat: chat.id, account: chat.standing.account, muted_at: since };
    act.execute(permit, &SET_MUTED, params)
}

/// Never goes back: of two positions the later number stands.
pub(crate) fn update_position(
    act: &mut Act,
    permit: &Permit<Chat>,
    chat: &Chat,
    number: i64,
) -> Result<()> {
    let params = params! { chat: chat.id, account: chat.standing.account, read_number: number };
    act.execute(permit, &MARK_READ, params)
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
        let padded = some.iter().chain(std::iter::repeat(&EVERYONE));
        let mut params = params! { chat: chat };
        params.extend(
            AMONG_NAMES
                .into_iter()
                .zip(padded.map(|account| act::IntoValue::into_value(*account))),
        );
        for mut row in act.rows(&MEMBERS_AMONG, params).await? {
            found.push(row.take("account")?);
        }
    }
    Ok(found)
}

/// The caller's chats as chat, last change and version; newest activity first.
pub(crate) async fn list_topics(act: &mut Act, limit: u32) -> Result<Vec<(ChatId, i64, i64)>> {
    let account = act.member()?.account;
    let params = params! { account: account, limit: limit };
    let rows = act.rows(&LIST_TOPICS, params).await?;
    rows.into_iter().map(take_topic).collect()
}

/// Where those of `chats` stand that there are, as chat, last change and version.
pub(crate) async fn topics_among(
    act: &mut Act,
    chats: &[ChatId],
) -> Result<Vec<(ChatId, i64, i64)>> {
    let mut found = Vec::new();
    for some in chats.chunks(AMONG) {
        let padded = some.iter().copied().chain(std::iter::repeat(ChatId::NIL));
        let params = AMONG_NAMES
            .into_iter()
            .zip(padded.map(act::IntoValue::into_value))
            .collect();
        for row in act.rows(&TOPICS_AMONG, params).await? {
            found.push(take_topic(row)?);
        }
    }
    Ok(found)
}

fn take_topic(mut row: Row) -> Result<(ChatId, i64, i64)> {
    Ok((
        row.take("chat")?,
        row.take("changes_last")?,
        row.take("version")?,
    ))
}

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

/// The number of the caller's own last message; 0 if there is none.
pub(crate) async fn sent_number(act: &mut Act, chat: &Chat) -> Result<i64> {
    let params = params! { chat: chat.id, account: chat.standing.account };
    let row = act.row(&SENT_NUMBER, params).await?;
    let mut row = row.context("an aggregate without a row")?;
    Ok(row.take::<Option<i64>>("sent_number")?.unwrap_or(0))
}

/// What the caller has begun to write.
pub(crate) async fn find_draft(act: &mut Act, chat: &Chat) -> Result<Option<Draft>> {
    let params = params! { chat: chat.id, account: chat.standing.account };
    let Some(mut row) = act.row(&DRAFT_OF, params).await? else {
        return Ok(None);
    };
    Ok(Some(Draft {
        text: row.take("text_sealed")?,
        saved_at: row.take("saved_at")?,
    }))
}

pub(crate) fn save_draft(
    act: &mut Act,
    permit: &Permit<Chat>,
    chat: &Chat,
    draft: &Draft,
) -> Result<()> {
    let params = params! {
        chat: chat.id, account: chat.standing.account, text_sealed: &draft.text, saved_at: draft.saved_at,
    };
    act.execute(permit, &SAVE_DRAFT, params)
}

pub(crate) fn delete_draft(act: &mut Act, permit: &Permit<Chat>, chat: &Chat) -> Result<()> {
    let params = params! { chat: chat.id, account: chat.standing.account };
    act.execute(permit, &DELETE_DRAFT, params)
}

fn take_role(row: &mut Row) -> Result<MemberRole> {
    let role: String = row.take("role")?;
    MemberRole::from_name(&role).context("a role that does not exist")
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
        members_count: row.take("members_count")?,
        created_at: row.take("created_at")?,
        items_last: row.take("items_last")?,
        changes_last: row.take("changes_last")?,
        standing: Standing {
            account,
            role: take_role(&mut row)?,
            read_number: row.take("read_number")?,
            muted_at: row.take("muted_at")?,
        },
        reference: ResourceRef::take(CHAT, act.tenant(), id, &mut row)?,
    })
}

fn take_overview(act: &Act, account: AccountId, mut row: Row) -> Result<Overview> {
    let sent_number: Option<i64> = row.take("sent_number")?;
    let mentions = row.take("mentions")?;
    let last = take_joined_message(&mut row, ChatId::NIL)?;
    let chat = take_chat(act, account, row)?;
    Ok(Overview {
        sent_number: sent_number.unwrap_or(0),
        mentions,
        last: last.map(|last| Message {
            chat: chat.id,
            ..last
        }),
        chat,
    })
}

/// A message that was joined to its chat, if there is one.
fn take_joined_message(row: &mut Row, chat: ChatId) -> Result<Option<Message>> {
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
