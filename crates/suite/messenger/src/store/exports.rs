//! Exports, the parts of their archives, and what goes into them.

use act::{
    Act, ContentKey, Kind, Params, Permit, Relation, Resource, ResourceRef, Row, Sealed, Statement,
    params, plain,
};
use base::{AccountId, Context, Result, TenantId, Timestamp};

use super::{
    files::{files, size, take_file, take_size},
    messages::{message_columns, take_messages},
};
use crate::{
    content::FilePlace,
    model::{
        ArchivePart, Chat, Export, ExportId, ExportState, Exported, Failure, File, Message, SHELF,
        Shelf,
    },
    rules::{EXPORT_ABSENT, EXPORT_PAGE},
    steps,
};

/// Exports with their shelf; `$which` chooses them.
macro_rules! exports {
    ($which:literal) => {
        concat!(
            "SELECT e.id, e.account, e.state, e.reason, e.step, e.key_sealed, e.work_sealed, e.chats, e.chats_done, e.messages,
                e.files, e.size_bytes, e.files_bytes, e.failures, e.created_at, e.finished_at, e.expires_at,
                r.version, r.key_id
             FROM messenger_export e JOIN db_resource r ON r.tenant = e.tenant AND r.id = e.account
             WHERE e.tenant = :tenant AND ",
            $which
        )
    };
}

static SHELF_OF: Statement = Statement::read(
    "SELECT version, key_id FROM db_resource WHERE tenant = :tenant AND id = :account",
);

static FIND_EXPORT: Statement = Statement::read(exports!("e.id = :id"));

static LIST_EXPORTS: Statement = Statement::read(exports!(
    "e.account = :account ORDER BY e.id DESC LIMIT :limit"
));

/// What there is to take: chats, and the bytes of the files that the account sent there and reads today.
static EXPECTED: Statement = Statement::read(
    "SELECT (SELECT COUNT(*) FROM messenger_member m
            JOIN messenger_chat c ON c.tenant = m.tenant AND c.id = m.chat
            WHERE m.tenant = :tenant AND m.account = :account AND c.disbanded_at IS NULL) AS chats,
        (SELECT CAST(COALESCE(SUM(t.size_bytes), 0) AS BIGINT) FROM messenger_member m
            JOIN messenger_chat c ON c.tenant = m.tenant AND c.id = m.chat
            JOIN messenger_file f ON f.tenant = m.tenant AND f.chat = m.chat AND f.author = m.account
                AND f.number >= m.history_from AND f.withdrawn_at IS NULL
            JOIN messenger_content t ON t.tenant = f.tenant AND t.id = f.content
            WHERE m.tenant = :tenant AND m.account = :account AND c.disbanded_at IS NULL) AS files_bytes",
);

static INSERT_EXPORT: Statement = Statement::append(
    "INSERT INTO messenger_export (tenant, id, account, state, step, key_sealed, chats, chats_done, messages, files,
        size_bytes, files_bytes, failures, created_at, due_at)
     VALUES (:tenant, :id, :account, :state, 0, :key_sealed, :chats, 0, 0, 0, 0, :files_bytes, 0, :created_at, :created_at)",
);

/// Once only: whoever comes second with the same step runs again, and finds the next one.
static SAVE_STEP: Statement = Statement::write(
    "UPDATE messenger_export SET state = :state, step = :step + 1, work_sealed = :work_sealed, chats_done = :chats_done,
        messages = :messages, files = :files, size_bytes = :size_bytes, failures = 0, due_at = :due_at,
        finished_at = :finished_at, expires_at = :expires_at
     WHERE tenant = :tenant AND id = :id AND step = :step AND due_at IS NOT NULL",
)
.exactly_one();

static POSTPONE_STEP: Statement = Statement::write(
    "UPDATE messenger_export SET failures = :failures, due_at = :due_at
     WHERE tenant = :tenant AND id = :id AND step = :step AND due_at IS NOT NULL",
)
.exactly_one();

static END_EXPORT: Statement = Statement::write(
    "UPDATE messenger_export SET state = :state, reason = :reason, work_sealed = NULL, due_at = NULL,
        finished_at = COALESCE(finished_at, :now), expires_at = :expires_at
     WHERE tenant = :tenant AND id = :id AND state = :from",
)
.exactly_one();

static DELETE_EXPORT: Statement =
    Statement::write("DELETE FROM messenger_export WHERE tenant = :tenant AND id = :id")
        .exactly_one();

static DELETE_EXPORT_PARTS: Statement = Statement::write(
    "DELETE FROM messenger_export_part WHERE tenant = :tenant AND export = :id AND part >= :from AND part < :until",
);

static DELETE_ENTRIES: Statement =
    Statement::write("DELETE FROM messenger_export_entry WHERE tenant = :tenant AND export = :id");

static INSERT_EXPORT_PART: Statement = Statement::append(
    "INSERT INTO messenger_export_part (tenant, export, part, blob, size_bytes)
     VALUES (:tenant, :export, :part, :blob, :size_bytes)",
);

static INSERT_ENTRIES: Statement = Statement::append(
    "INSERT INTO messenger_export_entry (tenant, export, step, entries_sealed)
     VALUES (:tenant, :export, :step, :entries_sealed)",
);

static LIST_ENTRIES: Statement = Statement::read(
    "SELECT step, entries_sealed FROM messenger_export_entry
     WHERE tenant = :tenant AND export = :export AND step > :after ORDER BY step LIMIT :limit",
);

/// All of them: there are at most as many as an archive of the greatest size has, a part and what is left for each step.
static LIST_EXPORT_PARTS: Statement = Statement::read(
    "SELECT part, blob, size_bytes FROM messenger_export_part
     WHERE tenant = :tenant AND export = :export ORDER BY part",
);

/// Of all tenants: each gets a step before any gets its next one.
static LIST_DUE: Statement = Statement::read(
    "SELECT tenant, id FROM messenger_export
     WHERE due_at <= :now AND tenant >= :cell ORDER BY due_at, id LIMIT :limit",
);

/// Of all tenants.
static LIST_OUTDATED_EXPORTS: Statement = Statement::read(
    "SELECT tenant, id FROM messenger_export
     WHERE expires_at <= :now AND tenant >= :cell ORDER BY expires_at, id LIMIT :limit",
);

/// What the account said there and reads today.
static OWN_MESSAGES: Statement = Statement::read(concat!(
    "SELECT ",
    message_columns!("m"),
    " FROM messenger_message m
     WHERE m.tenant = :tenant AND m.chat = :chat AND m.author = :author AND m.number > :after
        AND m.number >= :history_from AND m.recalled_at IS NULL ORDER BY m.number LIMIT :limit"
));

static OWN_FILES: Statement = Statement::read(files!(
    "f.chat = :chat AND f.author = :author AND f.number >= :history_from AND f.withdrawn_at IS NULL
        AND c.state = 'ready' AND (f.number, f.id) > (:after, :after_id) ORDER BY f.number, f.id LIMIT :limit"
));

/// What names a blob.
pub(super) static NAMED_EXPORT: Statement = Statement::read(
    "SELECT blob FROM messenger_export_part WHERE blob = :blob AND tenant >= :cell",
);

pub(super) const STATEMENTS: &[&Statement] = &[
    &SHELF_OF,
    &FIND_EXPORT,
    &LIST_EXPORTS,
    &EXPECTED,
    &INSERT_EXPORT,
    &SAVE_STEP,
    &POSTPONE_STEP,
    &END_EXPORT,
    &DELETE_EXPORT,
    &DELETE_EXPORT_PARTS,
    &DELETE_ENTRIES,
    &INSERT_EXPORT_PART,
    &INSERT_ENTRIES,
    &LIST_ENTRIES,
    &LIST_EXPORT_PARTS,
    &LIST_DUE,
    &LIST_OUTDATED_EXPORTS,
    &OWN_MESSAGES,
    &OWN_FILES,
    &NAMED_EXPORT,
];

/// The caller's shelf, once there is one.
pub(crate) async fn find_shelf(act: &mut Act) -> Result<Option<Shelf>> {
    let account = act.member()?.account;
    let row = act.row(&SHELF_OF, params! { account: account }).await?;
    row.map(|mut row| {
        let reference = ResourceRef::take(SHELF, act.tenant(), account, &mut row)?;
        Ok(Shelf { reference })
    })
    .transpose()
}

/// One export.
///
/// # Errors
/// [`EXPORT_ABSENT`].
pub(crate) async fn export(act: &mut Act, id: ExportId) -> Result<Export> {
    let row = act.row(&FIND_EXPORT, params! { id: id }).await?;
    take_export(act, row.ok_or(EXPORT_ABSENT)?)
}

/// The caller's exports, the youngest first. There are few: a new one takes the place of those that are over.
pub(crate) async fn list_exports(act: &mut Act) -> Result<Vec<Export>> {
    let account = act.member()?.account;
    let params = params! { account: account, limit: EXPORT_PAGE };
    let rows = act.rows(&LIST_EXPORTS, params).await?;
    rows.into_iter().map(|row| take_export(act, row)).collect()
}

/// How many chats the caller is in, and how many bytes of files they sent there.
pub(crate) async fn expected(act: &mut Act) -> Result<(i64, u64)> {
    let account = act.member()?.account;
    let row = act.row(&EXPECTED, params! { account: account }).await?;
    let mut row = row.context("an aggregate without a row")?;
    Ok((row.take("chats")?, take_size(&mut row, "files_bytes")?))
}

pub(crate) fn insert_export(act: &mut Act, permit: &Permit<Shelf>, export: &Export) -> Result<()> {
    let params = params! {
        id: export.id, account: export.account, state: plain(export.state.name()), key_sealed: &export.key,
        chats: export.chats, files_bytes: size(export.files_bytes)?, created_at: export.created_at,
    };
    act.execute(permit, &INSERT_EXPORT, params)
}

/// What a step made of an export.
#[derive(Debug)]
pub(crate) struct After {
    pub(crate) state: ExportState,
    pub(crate) progress: Exported,
    /// What is still to be done; nothing when it is ready.
    pub(crate) work: Option<Sealed>,
    pub(crate) expires_at: Option<Timestamp>,
}

/// Notes a step.
pub(crate) fn save_step(
    act: &mut Act,
    permit: &Permit<Export>,
    before: &Export,
    after: &After,
) -> Result<()> {
    let is_underway = after.state.is_underway();
    let (due_at, finished_at) = match is_underway {
        true => (Some(act.now()), None),
        false => (None, Some(act.now())),
    };
    let params = params! {
        id: before.id, step: before.step, state: plain(after.state.name()), work_sealed: after.work.as_ref(),
        chats_done: after.progress.chats, messages: after.progress.messages, files: after.progress.files,
        size_bytes: size(after.progress.size_bytes)?, due_at: due_at, finished_at: finished_at,
        expires_at: after.expires_at,
    };
    act.execute(permit, &SAVE_STEP, params)?;
    match is_underway {
        true => Ok(()),
        false => act.execute(permit, &DELETE_ENTRIES, params! { id: before.id }),
    }
}

/// Has the next step wait, after one that failed.
pub(crate) fn postpone_step(
    act: &mut Act,
    permit: &Permit<Export>,
    export: &Export,
    failures: i64,
    due_at: Timestamp,
) -> Result<()> {
    let params = params! { id: export.id, step: export.step, failures: failures, due_at: due_at };
    act.execute(permit, &POSTPONE_STEP, params)
}

/// Ends an export: its archive goes, and the word of it later.
pub(crate) fn end_export(
    act: &mut Act,
    permit: &Permit<Export>,
    export: &Export,
    (state, reason): (ExportState, Option<Failure>),
    forgotten_at: Timestamp,
) -> Result<()> {
    let params = params! {
        id: export.id, from: plain(export.state.name()), state: plain(state.name()),
        reason: reason.map(|reason| plain(reason.name())), now: act.now(), expires_at: forgotten_at,
    };
    act.execute(permit, &END_EXPORT, params)?;
    delete_archive(act, permit, export.id)
}

/// Removes an export with its archive.
pub(crate) fn delete_export<R: Resource>(
    act: &mut Act,
    permit: &Permit<R>,
    id: ExportId,
) -> Result<()> {
    delete_archive(act, permit, id)?;
    act.execute(permit, &DELETE_EXPORT, params! { id: id })
}

fn delete_archive<R: Resource>(act: &mut Act, permit: &Permit<R>, id: ExportId) -> Result<()> {
    delete_export_parts(act, permit, id, (0, u32::MAX))?;
    act.execute(permit, &DELETE_ENTRIES, params! { id: id })
}

/// Removes parts of an archive, from one number up to another.
pub(crate) fn delete_export_parts<R: Resource>(
    act: &mut Act,
    permit: &Permit<R>,
    id: ExportId,
    (from, until): (u32, u32),
) -> Result<()> {
    let params = params! { id: id, from: i64::from(from), until: i64::from(until) };
    act.execute(permit, &DELETE_EXPORT_PARTS, params)
}

pub(crate) fn insert_export_part(
    act: &mut Act,
    permit: &Permit<Export>,
    export: ExportId,
    part: &ArchivePart,
) -> Result<()> {
    let params = params! {
        export: export, part: i64::from(part.number), blob: part.blob, size_bytes: size(part.size_bytes)?,
    };
    act.execute(permit, &INSERT_EXPORT_PART, params)
}

/// Keeps what the directory will say of the members that a step completed.
pub(crate) fn insert_entries(
    act: &mut Act,
    permit: &Permit<Export>,
    export: &Export,
    entries: &Sealed,
) -> Result<()> {
    let params = params! { export: export.id, step: export.step, entries_sealed: entries };
    act.execute(permit, &INSERT_ENTRIES, params)
}

/// What steps after one of them completed, in their order.
pub(crate) async fn list_entries(
    act: &mut Act,
    export: ExportId,
    after: i64,
) -> Result<Vec<(i64, Sealed)>> {
    let params = params! { export: export, after: after, limit: EXPORT_PAGE };
    let rows = act.rows(&LIST_ENTRIES, params).await?;
    rows.into_iter()
        .map(|mut row| Ok((row.take("step")?, row.take("entries_sealed")?)))
        .collect()
}

/// The archive of an export, to be read in order.
pub(crate) async fn archive(
    act: &mut Act,
    export: &Export,
    key: &ContentKey,
) -> Result<act::Parts> {
    let params = params! { export: export.id };
    let rows = act.rows(&LIST_EXPORT_PARTS, params).await?;
    let parts = rows.into_iter().map(|mut row| {
        let number: i64 = row.take("part")?;
        Ok(act::StoredPart {
            place: steps::archive_place(
                export.id,
                u32::try_from(number).context("the number of a part")?,
            ),
            blob: row.take("blob")?,
            size_bytes: take_size(&mut row, "size_bytes")?,
        })
    });
    let parts = parts.collect::<Result<_>>()?;
    Ok(act.parts(key, parts))
}

/// Exports of all organisations of which a step is due.
pub(crate) async fn list_due(act: &mut Act, limit: u32) -> Result<Vec<(TenantId, ExportId)>> {
    let params = params! { now: act.now(), limit: limit };
    named(act, &LIST_DUE, params).await
}

/// Exports of all organisations that have had their time.
pub(crate) async fn list_outdated_exports(
    act: &mut Act,
    limit: u32,
) -> Result<Vec<(TenantId, ExportId)>> {
    let params = params! { now: act.now(), limit: limit };
    named(act, &LIST_OUTDATED_EXPORTS, params).await
}

async fn named(
    act: &mut Act,
    statement: &'static Statement,
    params: Params,
) -> Result<Vec<(TenantId, ExportId)>> {
    let rows = act.rows(statement, params).await?;
    rows.into_iter()
        .map(|mut row| Ok((row.take("tenant")?, row.take("id")?)))
        .collect()
}

/// What a member said in a chat after a number, and reads today.
pub(crate) async fn own_messages(act: &mut Act, chat: &Chat, after: i64) -> Result<Vec<Message>> {
    let params = params! {
        chat: chat.id, author: chat.standing.account, after: after,
        history_from: chat.standing.history_from, limit: EXPORT_PAGE,
    };
    take_messages(act.rows(&OWN_MESSAGES, params).await?)
}

/// The files that a member sent to a chat after one of them, and gets today.
pub(crate) async fn own_files(act: &mut Act, chat: &Chat, after: FilePlace) -> Result<Vec<File>> {
    let params = params! {
        chat: chat.id, author: chat.standing.account, after: after.number, after_id: after.file,
        history_from: chat.standing.history_from, limit: EXPORT_PAGE,
    };
    let rows = act.rows(&OWN_FILES, params).await?;
    rows.into_iter().map(take_file).collect()
}

fn take_export(act: &Act, mut row: Row) -> Result<Export> {
    let (state, reason): (String, Option<String>) = (row.take("state")?, row.take("reason")?);
    let account: AccountId = row.take("account")?;
    let caller = act.caller().member().map(|member| member.account);
    let kind: Kind = SHELF;
    Ok(Export {
        id: row.take("id")?,
        account,
        state: ExportState::from_name(&state).context("a state of export that does not exist")?,
        reason: reason.as_deref().and_then(Failure::from_name),
        step: row.take("step")?,
        key: row.take("key_sealed")?,
        work: row.take("work_sealed")?,
        progress: Exported {
            chats: row.take("chats_done")?,
            messages: row.take("messages")?,
            files: row.take("files")?,
            size_bytes: take_size(&mut row, "size_bytes")?,
        },
        chats: row.take("chats")?,
        files_bytes: take_size(&mut row, "files_bytes")?,
        failures: row.take("failures")?,
        created_at: row.take("created_at")?,
        finished_at: row.take("finished_at")?,
        expires_at: row.take("expires_at")?,
        relation: match caller == Some(account) {
            true => Relation::Own,
            false => Relation::None,
        },
        shelf: ResourceRef::take(kind, act.tenant(), account, &mut row)?,
    })
}
