//! Files as chats show them, and the contents behind them.

use act::{Act, Number, Params, Permit, Resource, Row, Sealed, Statement, Value, params, plain};
use base::{
    AccountId, BlobId, ChatId, ContentId, Context, FileId, MessageId, Result, TenantId, Timestamp,
};

use super::rows_among;
use crate::{
    model::{Chat, Content, ContentState, File, FileKind, Message, Part},
    rules::FILE_ABSENT,
};

/// Columns of a file and of its content.
macro_rules! file_columns {
    () => {
        "f.id, f.chat, f.author, f.number, f.kind, f.key_sealed, f.meta_sealed, f.created_at, f.expires_at, f.withdrawn_at,
            c.id AS content, c.state, c.size_bytes, c.thumbnail"
    };
}

/// Files with their contents; `$which` chooses them.
macro_rules! files {
    ($which:literal) => {
        concat!(
            "SELECT ",
            $crate::store::files::file_columns!(),
            " FROM messenger_file f JOIN messenger_content c ON c.tenant = f.tenant AND c.id = f.content
             WHERE f.tenant = :tenant AND ",
            $which
        )
    };
}
pub(super) use {file_columns, files};

static FIND_FILE: Statement = Statement::read(files!("f.chat = :chat AND f.id = :id"));

static FILE_BY_TOKEN: Statement = Statement::read(files!(
    "f.chat = :chat AND f.author = :author AND f.client_token = :client_token"
));

static FILES_AMONG: Statement = Statement::read(files!(
    "f.chat = :chat AND f.id IN (:a0, :a1, :a2, :a3, :a4, :a5, :a6, :a7, :a8, :a9,
        :a10, :a11, :a12, :a13, :a14, :a15, :a16, :a17, :a18, :a19)"
));

static LIST_FILES: Statement = Statement::read(files!(
    "f.chat = :chat AND f.number >= :from AND f.withdrawn_at IS NULL AND f.kind IN (:kind, :other_kind)
        AND (f.number, f.id) < (:before, :before_id) ORDER BY f.number DESC, f.id DESC LIMIT :limit"
));

static FILE_OF_CONTENT: Statement =
    Statement::read(files!("f.content = :content ORDER BY f.chat, f.id LIMIT 1"));

/// The messages that carry a content, wherever it is shown.
static CARRIERS: Statement = Statement::read(
    "SELECT m.chat, m.number, m.id FROM messenger_file f
     JOIN messenger_message m ON m.tenant = f.tenant AND m.chat = f.chat AND m.number = f.number
     WHERE f.tenant = :tenant AND f.content = :content AND f.withdrawn_at IS NULL ORDER BY m.chat, m.number LIMIT :limit",
);

static TOUCH_MESSAGE: Statement = Statement::write(
    "UPDATE messenger_message SET change = :change WHERE tenant = :tenant AND chat = :chat AND number = :number",
);

static COUNT_UNSENT: Statement = Statement::read(
    "SELECT COUNT(*) AS unsent FROM messenger_file WHERE tenant = :tenant AND author = :author AND number IS NULL",
);

static LIST_PARTS: Statement = Statement::read(
    "SELECT part, blob, size_bytes FROM messenger_content_part
     WHERE tenant = :tenant AND content = :content ORDER BY part",
);

static HAS_PART: Statement = Statement::read(
    "SELECT part FROM messenger_content_part WHERE tenant = :tenant AND content = :content AND part = :part",
);

static INSERT_CONTENT: Statement = Statement::append(
    "INSERT INTO messenger_content (tenant, id, state, size_bytes, files, thumbnail, created_at)
     VALUES (:tenant, :id, :state, :size_bytes, 1, NULL, :created_at)",
);

static INSERT_PART: Statement = Statement::append(
    "INSERT INTO messenger_content_part (tenant, content, part, blob, size_bytes)
     VALUES (:tenant, :content, :part, :blob, :size_bytes)",
);

static INSERT_FILE: Statement = Statement::append(
    "INSERT INTO messenger_file (tenant, chat, id, content, author, number, kind, key_sealed, meta_sealed, client_token,
        created_at, expires_at)
     VALUES (:tenant, :chat, :id, :content, :author, :number, :kind, :key_sealed, :meta_sealed, :client_token,
        :created_at, :expires_at)",
);

static SETTLE_CONTENT: Statement = Statement::write(
    "UPDATE messenger_content SET state = :state, thumbnail = COALESCE(:thumbnail, thumbnail)
     WHERE tenant = :tenant AND id = :content AND state = :from",
)
.exactly_one();

static DESCRIBE_FILE: Statement = Statement::write(
    "UPDATE messenger_file SET kind = :kind, meta_sealed = :meta_sealed, expires_at = :expires_at
     WHERE tenant = :tenant AND chat = :chat AND id = :id AND number IS NULL",
)
.exactly_one();

/// Once only: whoever comes second runs again, and finds it sent or gone.
static SEND_FILE: Statement = Statement::write(
    "UPDATE messenger_file SET number = :number, expires_at = NULL
     WHERE tenant = :tenant AND chat = :chat AND id = :id AND author = :author AND number IS NULL",
)
.exactly_one();

/// With the message that was recalled; the rows go with it when its time is over.
static WITHDRAW_FILES: Statement = Statement::write(
    "UPDATE messenger_file SET withdrawn_at = :at WHERE tenant = :tenant AND chat = :chat AND number = :number",
);

/// A picture that its card shows no more.
static WITHDRAW_FILE: Statement = Statement::write(
    "UPDATE messenger_file SET withdrawn_at = :at
     WHERE tenant = :tenant AND chat = :chat AND id = :id AND number = :number",
)
.exactly_one();

/// Takes hold of the content's row, so that it does not go meanwhile.
static SHOW_CONTENT: Statement = Statement::write(
    "UPDATE messenger_content SET files = files + 1 WHERE tenant = :tenant AND id = :content",
)
.exactly_one();

static DELETE_FILE: Statement = Statement::write(
    "DELETE FROM messenger_file WHERE tenant = :tenant AND chat = :chat AND id = :id
        AND COALESCE(number, 0) = :number",
)
.exactly_one();

static LEAVE_CONTENT: Statement = Statement::write(
    "UPDATE messenger_content SET files = files - 1 WHERE tenant = :tenant AND id = :content",
)
.exactly_one();

/// What nothing shows any more goes, in this order: its bytes from the count, its parts, itself.
static FREE_STORAGE: Statement = Statement::write(
    "UPDATE messenger_storage SET used_bytes = used_bytes - COALESCE((SELECT c.size_bytes FROM messenger_content c
        WHERE c.tenant = :tenant AND c.id = :content AND c.files = 0), 0)
     WHERE tenant = :tenant",
);

static DELETE_PARTS: Statement = Statement::write(
    "DELETE FROM messenger_content_part WHERE tenant = :tenant AND content IN
        (SELECT c.id FROM messenger_content c WHERE c.tenant = :tenant AND c.id = :content AND c.files = 0)",
);

static DELETE_CONTENT: Statement = Statement::write(
    "DELETE FROM messenger_content WHERE tenant = :tenant AND id = :content AND files = 0",
);

/// Of all tenants: the round takes what has run out wherever it is.
static LIST_EXPIRED: Statement = Statement::read(
    "SELECT f.tenant, f.chat, f.id, f.content FROM messenger_file f
     WHERE f.expires_at <= :now AND f.tenant >= :cell ORDER BY f.expires_at LIMIT :limit",
);

/// Of all tenants: what is to be looked through.
static LIST_SCANNING: Statement = Statement::read(
    "SELECT tenant, id FROM messenger_content WHERE state = 'scanning' AND tenant >= :cell ORDER BY id LIMIT :limit",
);

static NAMED_PART: Statement = Statement::read(
    "SELECT blob FROM messenger_content_part WHERE blob = :blob AND tenant >= :cell",
);

static NAMED_THUMBNAIL: Statement = Statement::read(
    "SELECT thumbnail FROM messenger_content WHERE thumbnail = :blob AND tenant >= :cell",
);

/// What names a blob.
pub(crate) static BLOBS: &[&Statement] =
    &[&NAMED_PART, &NAMED_THUMBNAIL, &super::exports::NAMED_EXPORT];

pub(super) const STATEMENTS: &[&Statement] = &[
    &FIND_FILE,
    &FILE_BY_TOKEN,
    &FILES_AMONG,
    &LIST_FILES,
    &FILE_OF_CONTENT,
    &CARRIERS,
    &TOUCH_MESSAGE,
    &COUNT_UNSENT,
    &LIST_PARTS,
    &HAS_PART,
    &INSERT_CONTENT,
    &INSERT_PART,
    &INSERT_FILE,
    &SETTLE_CONTENT,
    &DESCRIBE_FILE,
    &SEND_FILE,
    &WITHDRAW_FILES,
    &WITHDRAW_FILE,
    &SHOW_CONTENT,
    &DELETE_FILE,
    &LEAVE_CONTENT,
    &FREE_STORAGE,
    &DELETE_PARTS,
    &DELETE_CONTENT,
    &LIST_EXPIRED,
    &LIST_SCANNING,
    &NAMED_PART,
    &NAMED_THUMBNAIL,
];

/// One file of a chat.
///
/// # Errors
/// [`FILE_ABSENT`].
pub(crate) async fn file(act: &mut Act, chat: ChatId, id: FileId) -> Result<File> {
    let row = act.row(&FIND_FILE, params! { chat: chat, id: id }).await?;
    take_file(row.ok_or(FILE_ABSENT)?)
}

/// What the account began there under this token.
pub(crate) async fn find_file_by_token(
    act: &mut Act,
    chat: &Chat,
    token: Value,
) -> Result<Option<File>> {
    let author = chat.standing.account;
    let params = params! { chat: chat.id, author: author, client_token: token };
    let row = act.row(&FILE_BY_TOKEN, params).await?;
    row.map(take_file).transpose()
}

/// Those of these files that are in the chat, in no order.
pub(crate) async fn files_among(act: &mut Act, chat: ChatId, ids: &[FileId]) -> Result<Vec<File>> {
    let rows = rows_among(
        act,
        &FILES_AMONG,
        (ids, FileId::NIL),
        params! { chat: chat },
    )
    .await?;
    rows.into_iter().map(take_file).collect()
}

/// These files of a chat, in the order in which they are named.
///
/// # Errors
/// [`FILE_ABSENT`] with `field` when one of them is not there.
pub(crate) async fn files_of(
    act: &mut Act,
    chat: ChatId,
    ids: &[FileId],
    field: &'static str,
) -> Result<Vec<File>> {
    let found = files_among(act, chat, ids).await?;
    ids.iter()
        .map(|id| {
            let file = found.iter().find(|file| file.id == *id).cloned();
            file.ok_or_else(|| FILE_ABSENT.at(field))
        })
        .collect()
}

/// Where a page of files begins: below this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Below {
    pub(crate) number: i64,
    pub(crate) file: FileId,
}

impl Below {
    /// Above all that can be.
    pub(crate) const NEWEST: Self = Self {
        number: i64::MAX,
        file: FileId::from_bytes([0xff; 16]),
    };
}

/// What was sent in a chat, newest first.
pub(crate) async fn list_files(
    act: &mut Act,
    chat: &Chat,
    kind: Option<FileKind>,
    below: Below,
    limit: u32,
) -> Result<Vec<File>> {
    let (one, other) = match kind {
        Some(kind) => (kind, kind),
        None => (FileKind::Image, FileKind::Other),
    };
    let params = params! {
        chat: chat.id, from: chat.standing.history_from, kind: plain(one.name()), other_kind: plain(other.name()),
        before: below.number, before_id: below.file, limit: limit,
    };
    let rows = act.rows(&LIST_FILES, params).await?;
    rows.into_iter().map(take_file).collect()
}

/// One of the files that show a content: all of them open it.
///
/// # Errors
/// [`FILE_ABSENT`].
pub(crate) async fn file_of_content(act: &mut Act, content: ContentId) -> Result<File> {
    let row = act
        .row(&FILE_OF_CONTENT, params! { content: content })
        .await?;
    take_file(row.ok_or(FILE_ABSENT)?)
}

/// A message that carries a content.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Carrying {
    pub(crate) chat: ChatId,
    pub(crate) number: i64,
    pub(crate) message: MessageId,
}

/// The messages that carry a content, wherever it is shown, at most so many.
pub(crate) async fn messages_with(
    act: &mut Act,
    content: ContentId,
    limit: u32,
) -> Result<Vec<Carrying>> {
    let params = params! { content: content, limit: limit };
    let rows = act.rows(&CARRIERS, params).await?;
    rows.into_iter()
        .map(|mut row| {
            Ok(Carrying {
                chat: row.take("chat")?,
                number: row.take("number")?,
                message: row.take("id")?,
            })
        })
        .collect()
}

/// Notes the change that concerns a message, as it is told.
pub(crate) fn touch_message<R: Resource>(
    act: &mut Act,
    permit: &Permit<R>,
    message: &Carrying,
    change: Number,
) -> Result<()> {
    let params = params! { chat: message.chat, number: message.number, change: change };
    act.execute(permit, &TOUCH_MESSAGE, params)
}

/// How many files of an account wait to be sent.
pub(crate) async fn count_unsent(act: &mut Act, author: AccountId) -> Result<i64> {
    let row = act.row(&COUNT_UNSENT, params! { author: author }).await?;
    row.map_or(Ok(0), |mut row| row.take("unsent"))
}

/// The parts that have come, in order.
pub(crate) async fn list_parts(act: &mut Act, content: ContentId) -> Result<Vec<Part>> {
    let rows = act.rows(&LIST_PARTS, params! { content: content }).await?;
    rows.into_iter()
        .map(|mut row| {
            let number: i64 = row.take("part")?;
            Ok(Part {
                number: u32::try_from(number).context("the number of a part")?,
                blob: row.take("blob")?,
                size_bytes: take_size(&mut row, "size_bytes")?,
            })
        })
        .collect()
}

/// Whether a part has come before.
pub(crate) async fn has_part(act: &mut Act, content: ContentId, number: u32) -> Result<bool> {
    let params = params! { content: content, part: i64::from(number) };
    Ok(act.row(&HAS_PART, params).await?.is_some())
}

/// A file about to be, and its content with it. The token finds it again, unless its id does.
pub(crate) fn insert_upload<R: Resource>(
    act: &mut Act,
    permit: &Permit<R>,
    file: &File,
    token: Option<Value>,
) -> Result<()> {
    let content = &file.content;
    let params = params! {
        id: content.id, state: plain(content.state.name()), size_bytes: size(content.size_bytes)?,
        created_at: file.created_at,
    };
    act.execute(permit, &INSERT_CONTENT, params)?;
    insert_file(act, permit, file, None, token)
}

fn insert_file<R: Resource>(
    act: &mut Act,
    permit: &Permit<R>,
    file: &File,
    number: Option<Number>,
    token: Option<Value>,
) -> Result<()> {
    let params = params! {
        chat: file.chat, id: file.id, content: file.content.id, author: file.author, number: number,
        kind: plain(file.kind.name()), key_sealed: &file.key, meta_sealed: &file.meta, client_token: token,
        created_at: file.created_at, expires_at: file.expires_at,
    };
    act.execute(permit, &INSERT_FILE, params)
}

pub(crate) fn insert_part<R: Resource>(
    act: &mut Act,
    permit: &Permit<R>,
    content: ContentId,
    part: &Part,
) -> Result<()> {
    let params = params! {
        content: content, part: i64::from(part.number), blob: part.blob, size_bytes: size(part.size_bytes)?,
    };
    act.execute(permit, &INSERT_PART, params)
}

/// What becomes of a content; one that is no longer as it was read has the act run again.
pub(crate) fn update_content<R: Resource>(
    act: &mut Act,
    permit: &Permit<R>,
    content: &Content,
    state: ContentState,
    thumbnail: Option<BlobId>,
) -> Result<()> {
    let params = params! {
        content: content.id, from: plain(content.state.name()), state: plain(state.name()), thumbnail: thumbnail,
    };
    act.execute(permit, &SETTLE_CONTENT, params)
}

/// What a file is, now that its bytes are known.
pub(crate) fn update_meta<R: Resource>(
    act: &mut Act,
    permit: &Permit<R>,
    file: &File,
    kind: FileKind,
    meta: &Sealed,
    expires_at: Timestamp,
) -> Result<()> {
    let params = params! {
        chat: file.chat, id: file.id, kind: plain(kind.name()), meta_sealed: meta, expires_at: expires_at,
    };
    act.execute(permit, &DESCRIBE_FILE, params)
}

/// Sends files with the message of this number.
pub(crate) fn send_files(
    act: &mut Act,
    permit: &Permit<Chat>,
    files: &[File],
    number: Number,
) -> Result<()> {
    for file in files {
        let params = params! { chat: file.chat, id: file.id, author: file.author, number: number };
        act.execute(permit, &SEND_FILE, params)?;
    }
    Ok(())
}

/// Has the files of a message go with it.
pub(crate) fn withdraw_files(
    act: &mut Act,
    permit: &Permit<Chat>,
    message: &Message,
) -> Result<()> {
    let params = params! { chat: message.chat, number: message.number, at: act.now() };
    act.execute(permit, &WITHDRAW_FILES, params)
}

/// Has one file of a message go, which stays.
pub(crate) fn withdraw_file(
    act: &mut Act,
    permit: &Permit<Chat>,
    message: &Message,
    file: FileId,
) -> Result<()> {
    let params = params! { chat: message.chat, number: message.number, id: file, at: act.now() };
    act.execute(permit, &WITHDRAW_FILE, params)
}

/// Shows a content in another chat, as `file` says, with the message of this number there.
pub(crate) fn show_again(
    act: &mut Act,
    permit: &Permit<Chat>,
    file: &File,
    number: Number,
) -> Result<()> {
    let content = params! { content: file.content.id };
    act.execute(permit, &SHOW_CONTENT, content)?;
    insert_file(act, permit, file, Some(number), None)
}

/// Takes a file out of its chat, as it was read; its content goes with the last file that shows it.
pub(crate) fn delete_file<R: Resource>(
    act: &mut Act,
    permit: &Permit<R>,
    file: &Gone,
) -> Result<()> {
    let params = params! { chat: file.chat, id: file.id, number: file.number.unwrap_or(0) };
    act.execute(permit, &DELETE_FILE, params)?;
    let content = || -> Params {
        params! { content: file.content }
    };
    for statement in [
        &LEAVE_CONTENT,
        &FREE_STORAGE,
        &DELETE_PARTS,
        &DELETE_CONTENT,
    ] {
        act.execute(permit, statement, content())?;
    }
    Ok(())
}

/// A file that is to be taken out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Gone {
    pub(crate) chat: ChatId,
    pub(crate) id: FileId,
    pub(crate) number: Option<i64>,
    pub(crate) content: ContentId,
}

impl Gone {
    pub(crate) const fn of(file: &File) -> Self {
        Self {
            chat: file.chat,
            id: file.id,
            number: file.number,
            content: file.content.id,
        }
    }
}

/// Files that were not sent in time, by organisation.
pub(crate) async fn list_expired(act: &mut Act, limit: u32) -> Result<Vec<(TenantId, Gone)>> {
    let params = params! { now: act.now(), limit: limit };
    let rows = act.rows(&LIST_EXPIRED, params).await?;
    rows.into_iter()
        .map(|mut row| {
            let gone = Gone {
                chat: row.take("chat")?,
                id: row.take("id")?,
                number: None,
                content: row.take("content")?,
            };
            Ok((row.take("tenant")?, gone))
        })
        .collect()
}

/// Contents that wait to be looked through, by organisation.
pub(crate) async fn list_scanning(act: &mut Act, limit: u32) -> Result<Vec<(TenantId, ContentId)>> {
    let rows = act.rows(&LIST_SCANNING, params! { limit: limit }).await?;
    rows.into_iter()
        .map(|mut row| Ok((row.take("tenant")?, row.take("id")?)))
        .collect()
}

pub(super) fn take_file(mut row: Row) -> Result<File> {
    let (state, kind): (String, String) = (row.take("state")?, row.take("kind")?);
    Ok(File {
        id: row.take("id")?,
        chat: row.take("chat")?,
        author: row.take("author")?,
        number: row.take("number")?,
        kind: FileKind::from_name(&kind).context("a kind of file that does not exist")?,
        key: row.take("key_sealed")?,
        meta: row.take("meta_sealed")?,
        created_at: row.take("created_at")?,
        expires_at: row.take("expires_at")?,
        withdrawn_at: row.take("withdrawn_at")?,
        content: Content {
            id: row.take("content")?,
            state: ContentState::from_name(&state)
                .context("a state of content that does not exist")?,
            size_bytes: take_size(&mut row, "size_bytes")?,
            thumbnail: row.take("thumbnail")?,
        },
    })
}

pub(super) fn take_size(row: &mut Row, column: &'static str) -> Result<u64> {
    let size: i64 = row.take(column)?;
    u64::try_from(size).context("a size below nothing")
}

pub(super) fn size(bytes: u64) -> Result<i64> {
    i64::try_from(bytes).context("a size beyond what is counted")
}
