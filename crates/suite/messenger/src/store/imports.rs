//! Imports: workspaces that are brought, their chats before anybody is in them, and what was said there.

use act::{Act, Permit, ResourceRef, Row, Statement, Value, params, plain};
use base::{AccountId, ChatId, MessageId, Result, Timestamp};

use super::{Answered, rows_among, take_role};
use crate::{
    model::{Arrival, CHAT, Import, ImportId, MemberRole, Message, Name, Pair, Progress, Tenant},
    rules::{IMPORT_ABSENT, IMPORT_CHAT_ABSENT, IMPORTS_MAX, MEMBERS_MAX},
    settings::{Visibility, Word},
};

macro_rules! imports {
    ($which:literal) => {
        concat!(
            "SELECT i.id, i.source, i.label_sealed, i.started_by, i.started_at, i.finished_at,
                (SELECT COUNT(*) FROM messenger_import_chat c WHERE c.tenant = i.tenant AND c.import = i.id) AS chats,
                (SELECT COUNT(*) FROM messenger_import_chat c
                 WHERE c.tenant = i.tenant AND c.import = i.id AND c.opened_at IS NOT NULL) AS opened,
                (SELECT CAST(COALESCE(SUM(c.messages), 0) AS BIGINT) FROM messenger_import_chat c
                 WHERE c.tenant = i.tenant AND c.import = i.id) AS messages,
                (SELECT CAST(COALESCE(SUM(c.replies), 0) AS BIGINT) FROM messenger_import_chat c
                 WHERE c.tenant = i.tenant AND c.import = i.id) AS replies,
                (SELECT CAST(COALESCE(SUM(c.reactions), 0) AS BIGINT) FROM messenger_import_chat c
                 WHERE c.tenant = i.tenant AND c.import = i.id) AS reactions
             FROM messenger_import i WHERE i.tenant = :tenant AND ",
            $which
        )
    };
}

macro_rules! arrivals {
    ($which:literal) => {
        concat!(
            "SELECT r.version, r.key_id, c.chat, c.pair_low, c.pair_high, c.visibility, c.messages, c.replies, c.reactions, c.pins,
                c.reached_at, c.opened_at
             FROM messenger_import_chat c JOIN db_resource r ON r.tenant = c.tenant AND r.id = c.chat
             WHERE c.tenant = :tenant AND c.import = :import AND ",
            $which
        )
    };
}

static FIND_IMPORT: Statement = Statement::read(imports!("i.id = :import"));

static FIND_IMPORT_OF: Statement = Statement::read(imports!("i.token = :token"));

static LIST_IMPORTS: Statement =
    Statement::read(imports!("i.id > :after ORDER BY i.id LIMIT :limit"));

static INSERT_IMPORT: Statement = Statement::append(
    "INSERT INTO messenger_import (tenant, id, token, source, label_sealed, started_by, started_at, finished_at)
     VALUES (:tenant, :id, :token, :source, :label_sealed, :started_by, :started_at, NULL)",
);

static FINISH_IMPORT: Statement = Statement::write(
    "UPDATE messenger_import SET finished_at = :at
     WHERE tenant = :tenant AND id = :import AND finished_at IS NULL",
)
.exactly_one();

static FIND_ARRIVAL: Statement = Statement::read(arrivals!("c.chat = :chat"));

static FIND_ARRIVAL_OF: Statement = Statement::read(arrivals!("c.token = :token"));

static INSERT_ARRIVAL: Statement = Statement::append(
    "INSERT INTO messenger_import_chat
        (tenant, import, token, chat, pair_low, pair_high, visibility, messages, replies, reactions, pins, reached_at,
         opened_at)
     VALUES (:tenant, :import, :token, :chat, :pair_low, :pair_high, :visibility, 0, 0, 0, 0, NULL, NULL)",
);

static INSERT_CHAT: Statement = Statement::append(
    "INSERT INTO messenger_chat
        (tenant, id, kind, name_sealed, name_version, members_count, created_at, description_sealed, description_version)
     VALUES (:tenant, :id, 'group', :name_sealed, :name_version, 0, :created_at, :description_sealed,
         :description_version)",
);

/// Two batches of one chat at once meet here: the later one runs again and sees what the other brought.
static ADVANCE_ARRIVAL: Statement = Statement::write(
    "UPDATE messenger_import_chat
     SET messages = :messages, replies = :replies, reactions = :reactions, pins = :pins, reached_at = :reached_at
     WHERE tenant = :tenant AND chat = :chat AND messages = :before AND opened_at IS NULL",
)
.exactly_one();

static OPEN_ARRIVAL: Statement = Statement::write(
    "UPDATE messenger_import_chat SET opened_at = :at
     WHERE tenant = :tenant AND chat = :chat AND messages = :before AND opened_at IS NULL",
)
.exactly_one();

static STAGE_MEMBER: Statement = Statement::write(
    "INSERT INTO messenger_import_member (tenant, chat, account, role, joined_at)
     VALUES (:tenant, :chat, :account, :role, :joined_at) ON CONFLICT (tenant, chat, account) DO NOTHING",
);

static LIST_STAGED: Statement = Statement::read(
    "SELECT account, role FROM messenger_import_member
     WHERE tenant = :tenant AND chat = :chat ORDER BY account LIMIT :limit",
);

/// All that was said counts as read.
static ADMIT_STAGED: Statement = Statement::write(
    "INSERT INTO messenger_member (tenant, chat, account, role, joined_at, read_number)
     SELECT i.tenant, i.chat, i.account, i.role, i.joined_at, r.items_last
     FROM messenger_import_member i JOIN db_resource r ON r.tenant = i.tenant AND r.id = i.chat
     WHERE i.tenant = :tenant AND i.chat = :chat",
);

static FORGET_STAGED: Statement =
    Statement::write("DELETE FROM messenger_import_member WHERE tenant = :tenant AND chat = :chat");

/// Nobody comes in from the list of public chats before this.
static OPEN_CHAT: Statement = Statement::write(
    "UPDATE messenger_chat SET members_count = :members_count, visibility = :visibility
     WHERE tenant = :tenant AND id = :chat",
);

static MAKE_DIRECT: Statement = Statement::write(
    "UPDATE messenger_chat SET kind = 'direct', name_sealed = NULL, pair_low = :low, pair_high = :high
     WHERE tenant = :tenant AND id = :chat",
);

static MAKE_OWNER: Statement = Statement::write(
    "UPDATE messenger_member SET role = 'owner' WHERE tenant = :tenant AND chat = :chat AND account = :account",
);

static INSERT_IMPORTED: Statement = Statement::append(
    "INSERT INTO messenger_message
        (tenant, chat, number, id, author, change, body_sealed, sent_at, thread, edits, edited_at, pinned_at, pinned_by,
         reactions, replies, replied_at, reply_last)
     VALUES (:tenant, :chat, :number, :id, :author, :change, :body_sealed, :sent_at, :thread, :edits, :edited_at,
         :pinned_at, :pinned_by, :reactions, :replies, :replied_at, :reply_last)",
);

static IMPORTED_AMONG: Statement = Statement::read(
    "SELECT id, thread FROM messenger_message WHERE tenant = :tenant AND chat = :chat AND id IN
        (:a0, :a1, :a2, :a3, :a4, :a5, :a6, :a7, :a8, :a9,
         :a10, :a11, :a12, :a13, :a14, :a15, :a16, :a17, :a18, :a19)",
);

pub(super) const STATEMENTS: &[&Statement] = &[
    &FIND_IMPORT,
    &FIND_IMPORT_OF,
    &LIST_IMPORTS,
    &INSERT_IMPORT,
    &FINISH_IMPORT,
    &FIND_ARRIVAL,
    &FIND_ARRIVAL_OF,
    &INSERT_ARRIVAL,
    &INSERT_CHAT,
    &ADVANCE_ARRIVAL,
    &OPEN_ARRIVAL,
    &STAGE_MEMBER,
    &LIST_STAGED,
    &ADMIT_STAGED,
    &FORGET_STAGED,
    &OPEN_CHAT,
    &MAKE_DIRECT,
    &MAKE_OWNER,
    &INSERT_IMPORTED,
    &IMPORTED_AMONG,
];

/// One import of the organisation.
///
/// # Errors
/// [`IMPORT_ABSENT`].
pub(crate) async fn import(act: &mut Act, id: ImportId) -> Result<Import> {
    let row = act.row(&FIND_IMPORT, params! { import: id }).await?;
    take_import(row.ok_or(IMPORT_ABSENT)?)
}

/// The import of the workspace behind this token, if it was begun.
pub(crate) async fn find_import(act: &mut Act, token: Value) -> Result<Option<Import>> {
    let row = act.row(&FIND_IMPORT_OF, params! { token: token }).await?;
    row.map(take_import).transpose()
}

/// All imports of the organisation, the oldest first, up to [`IMPORTS_MAX`].
pub(crate) async fn list_imports(act: &mut Act) -> Result<Vec<Import>> {
    let params = params! { after: ImportId::NIL, limit: IMPORTS_MAX };
    let rows = act.rows(&LIST_IMPORTS, params).await?;
    rows.into_iter().map(take_import).collect()
}

pub(crate) fn insert_import(
    act: &mut Act,
    permit: &Permit<Tenant>,
    import: &Import,
    token: Value,
) -> Result<()> {
    let params = params! {
        id: import.id, token: token, source: plain(import.source.as_str()), label_sealed: &import.label,
        started_by: import.started_by, started_at: import.started_at,
    };
    act.execute(permit, &INSERT_IMPORT, params)
}

pub(crate) fn update_finished(
    act: &mut Act,
    permit: &Permit<Tenant>,
    import: ImportId,
) -> Result<()> {
    let params = params! { import: import, at: act.now() };
    act.execute(permit, &FINISH_IMPORT, params)
}

/// A chat of an import, as the caller stands to it.
///
/// # Errors
/// [`IMPORT_CHAT_ABSENT`].
pub(crate) async fn arrival(act: &mut Act, import: &Import, chat: ChatId) -> Result<Arrival> {
    let row = act
        .row(&FIND_ARRIVAL, params! { import: import.id, chat: chat })
        .await?;
    take_arrival(act, row.ok_or(IMPORT_CHAT_ABSENT)?)
}

/// The chat that is behind this token, if it has come.
pub(crate) async fn find_arrival(
    act: &mut Act,
    import: &Import,
    token: Value,
) -> Result<Option<Arrival>> {
    let row = act
        .row(
            &FIND_ARRIVAL_OF,
            params! { import: import.id, token: token },
        )
        .await?;
    row.map(|row| take_arrival(act, row)).transpose()
}

/// A chat that comes: what it is from the beginning.
pub(crate) struct NewArrival<'a> {
    pub(crate) import: ImportId,
    pub(crate) token: Value,
    pub(crate) chat: ChatId,
    pub(crate) pair: Option<Pair>,
    pub(crate) name: &'a Name,
    pub(crate) visibility: Visibility,
    /// As the name; its version is 0 while there is none.
    pub(crate) description: Option<&'a Name>,
    pub(crate) created_at: Timestamp,
}

pub(crate) fn insert_arrival(
    act: &mut Act,
    permit: &Permit<Arrival>,
    new: NewArrival<'_>,
) -> Result<()> {
    let params = params! {
        id: new.chat, name_sealed: &new.name.sealed, name_version: new.name.version, created_at: new.created_at,
        description_sealed: new.description.map(|text| &text.sealed),
        description_version: new.description.map_or(0, |text| text.version),
    };
    act.execute(permit, &INSERT_CHAT, params)?;
    let params = params! {
        import: new.import, token: new.token, chat: new.chat, pair_low: new.pair.map(|pair| pair.low),
        pair_high: new.pair.map(|pair| pair.high), visibility: plain(new.visibility.word()),
    };
    act.execute(permit, &INSERT_ARRIVAL, params)
}

/// Notes who will be in a chat once it is opened; whoever is noted already stays as they are.
pub(crate) fn stage_members(
    act: &mut Act,
    permit: &Permit<Arrival>,
    chat: ChatId,
    members: &[(AccountId, MemberRole)],
) -> Result<()> {
    for (account, role) in members {
        let params = params! {
            chat: chat, account: *account, role: plain(role.name()), joined_at: act.now(),
        };
        act.execute(permit, &STAGE_MEMBER, params)?;
    }
    Ok(())
}

/// Who will be in a chat once it is opened.
pub(crate) async fn list_staged(
    act: &mut Act,
    chat: ChatId,
) -> Result<Vec<(AccountId, MemberRole)>> {
    let params = params! { chat: chat, limit: MEMBERS_MAX + 1 };
    let rows = act.rows(&LIST_STAGED, params).await?;
    rows.into_iter()
        .map(|mut row| Ok((row.take("account")?, take_role(&mut row)?)))
        .collect()
}

/// Lets those in who were noted, and makes the chat theirs.
pub(crate) fn admit_staged(
    act: &mut Act,
    permit: &Permit<Arrival>,
    arrival: &Arrival,
    count: i64,
    pair: Option<Pair>,
) -> Result<()> {
    let of_chat = params! { chat: arrival.chat };
    act.execute(permit, &ADMIT_STAGED, of_chat.clone())?;
    act.execute(permit, &FORGET_STAGED, of_chat)?;
    let params = params! {
        chat: arrival.chat, members_count: count, visibility: plain(arrival.visibility.word()),
    };
    act.execute(permit, &OPEN_CHAT, params)?;
    if let Some(pair) = pair {
        let params = params! { chat: arrival.chat, low: pair.low, high: pair.high };
        act.execute(permit, &MAKE_DIRECT, params)?;
    }
    let params = params! { chat: arrival.chat, at: act.now(), before: arrival.messages };
    act.execute(permit, &OPEN_ARRIVAL, params)
}

/// Has one of the members own a chat that was just opened.
pub(crate) fn make_owner(
    act: &mut Act,
    permit: &Permit<Arrival>,
    chat: ChatId,
    account: AccountId,
) -> Result<()> {
    act.execute(
        permit,
        &MAKE_OWNER,
        params! { chat: chat, account: account },
    )
}

/// Says how far a chat is, given how far it was when it was read.
pub(crate) fn update_arrival(
    act: &mut Act,
    permit: &Permit<Arrival>,
    before: &Arrival,
    after: &Arrival,
) -> Result<()> {
    let params = params! {
        chat: after.chat, messages: after.messages, replies: after.replies, reactions: after.reactions,
        pins: after.pins, reached_at: after.reached_at, before: before.messages,
    };
    act.execute(permit, &ADVANCE_ARRIVAL, params)
}

/// Those of `ids` that are messages of the chat, each with its thread's root.
pub(crate) async fn imported_among(
    act: &mut Act,
    chat: ChatId,
    ids: &[MessageId],
) -> Result<Vec<(MessageId, Option<MessageId>)>> {
    let which = (ids, MessageId::NIL);
    let rows = rows_among(act, &IMPORTED_AMONG, which, params! { chat: chat }).await?;
    rows.into_iter()
        .map(|mut row| Ok((row.take("id")?, row.take("thread")?)))
        .collect()
}

/// A message as it stood where it comes from.
pub(crate) fn insert_imported(
    act: &mut Act,
    permit: &Permit<Arrival>,
    message: &Message,
    answered: Option<Answered>,
) -> Result<()> {
    let state = &message.state;
    let params = params! {
        chat: message.chat, number: message.number, id: message.id, author: message.author, change: message.change,
        body_sealed: &message.body, sent_at: message.sent_at, thread: message.thread, edits: state.edits,
        edited_at: state.edited_at, pinned_at: state.pinned.map(|mark| mark.at),
        pinned_by: state.pinned.map(|mark| mark.by), reactions: state.reactions,
        replies: answered.map_or(0, |answered| answered.count),
        replied_at: answered.map(|answered| answered.last_at),
        reply_last: answered.map(|answered| answered.last_number),
    };
    act.execute(permit, &INSERT_IMPORTED, params)
}

fn take_import(mut row: Row) -> Result<Import> {
    Ok(Import {
        id: row.take("id")?,
        source: row.take("source")?,
        label: row.take("label_sealed")?,
        started_by: row.take("started_by")?,
        started_at: row.take("started_at")?,
        finished_at: row.take("finished_at")?,
        progress: Progress {
            chats: row.take("chats")?,
            opened: row.take("opened")?,
            messages: row.take("messages")?,
            replies: row.take("replies")?,
            reactions: row.take("reactions")?,
        },
    })
}

fn take_arrival(act: &Act, mut row: Row) -> Result<Arrival> {
    let chat = row.take("chat")?;
    let pair: (Option<AccountId>, Option<AccountId>) =
        (row.take("pair_low")?, row.take("pair_high")?);
    Ok(Arrival {
        chat,
        pair: match pair {
            (Some(low), Some(high)) => Some(Pair { low, high }),
            _ => None,
        },
        visibility: Visibility::take(&mut row, "visibility")?,
        messages: row.take("messages")?,
        replies: row.take("replies")?,
        reactions: row.take("reactions")?,
        pins: row.take("pins")?,
        reached_at: row.take("reached_at")?,
        opened_at: row.take("opened_at")?,
        role: act.caller().member().map(|member| member.role),
        reference: ResourceRef::take(CHAT, act.tenant(), chat, &mut row)?,
    })
}
