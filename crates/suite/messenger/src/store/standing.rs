//! How one account stands to a chat: what it has read, begun to write, and whether it is disturbed.

use act::{Act, Permit, Statement, params};
use base::{AccountId, ChatId, Context, MessageId, Result, Timestamp};

use crate::{
    model::{Chat, Draft},
    rules::UNREAD_COUNTED_MAX,
};

static SET_MUTED: Statement = Statement::write(
    "UPDATE messenger_member SET muted_at = :muted_at WHERE tenant = :tenant AND chat = :chat AND account = :account",
);

static MARK_READ: Statement = Statement::write(
    "UPDATE messenger_member SET read_number = :read_number
     WHERE tenant = :tenant AND chat = :chat AND account = :account AND read_number < :read_number",
);

static SENT_NUMBER: Statement = Statement::read(
    "SELECT MAX(number) AS sent_number FROM messenger_message
     WHERE tenant = :tenant AND chat = :chat AND author = :account AND thread IS NULL",
);

static COUNT_IN_THREADS: Statement = Statement::read(
    "SELECT COUNT(*) AS in_threads FROM (SELECT 1 FROM messenger_message
        WHERE tenant = :tenant AND chat = :chat AND thread IS NOT NULL AND number > :read_number
        LIMIT :in_threads_max) AS counted",
);

static DRAFT_OF: Statement = Statement::read(
    "SELECT text_sealed, saved_at FROM messenger_draft WHERE tenant = :tenant AND chat = :chat AND account = :account",
);

static SAVE_DRAFT: Statement = Statement::write(
    "INSERT INTO messenger_draft (tenant, chat, account, text_sealed, saved_at)
     VALUES (:tenant, :chat, :account, :text_sealed, :saved_at)
     ON CONFLICT (tenant, chat, account) DO UPDATE SET text_sealed = excluded.text_sealed, saved_at = excluded.saved_at",
);

static DELETE_DRAFT: Statement = Statement::write(
    "DELETE FROM messenger_draft WHERE tenant = :tenant AND chat = :chat AND account = :account",
);

static THREAD_DRAFT_OF: Statement = Statement::read(
    "SELECT text_sealed, saved_at FROM messenger_thread_draft
     WHERE tenant = :tenant AND chat = :chat AND account = :account AND root = :root",
);

static SAVE_THREAD_DRAFT: Statement = Statement::write(
    "INSERT INTO messenger_thread_draft (tenant, chat, account, root, text_sealed, saved_at)
     VALUES (:tenant, :chat, :account, :root, :text_sealed, :saved_at)
     ON CONFLICT (tenant, chat, account, root)
        DO UPDATE SET text_sealed = excluded.text_sealed, saved_at = excluded.saved_at",
);

static DELETE_THREAD_DRAFT: Statement = Statement::write(
    "DELETE FROM messenger_thread_draft
     WHERE tenant = :tenant AND chat = :chat AND account = :account AND root = :root",
);

static FORGET_THREAD_DRAFTS: Statement = Statement::write(
    "DELETE FROM messenger_thread_draft WHERE tenant = :tenant AND chat = :chat AND account = :account",
);

pub(super) const STATEMENTS: &[&Statement] = &[
    &SET_MUTED,
    &MARK_READ,
    &SENT_NUMBER,
    &COUNT_IN_THREADS,
    &DRAFT_OF,
    &SAVE_DRAFT,
    &DELETE_DRAFT,
    &THREAD_DRAFT_OF,
    &SAVE_THREAD_DRAFT,
    &DELETE_THREAD_DRAFT,
    &FORGET_THREAD_DRAFTS,
];

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

/// The number of the caller's own last message; 0 if there is none.
pub(crate) async fn sent_number(act: &mut Act, chat: &Chat) -> Result<i64> {
    let params = params! { chat: chat.id, account: chat.standing.account };
    let row = act.row(&SENT_NUMBER, params).await?;
    let mut row = row.context("an aggregate without a row")?;
    Ok(row.take::<Option<i64>>("sent_number")?.unwrap_or(0))
}

/// Answers in threads after a number, up to [`UNREAD_COUNTED_MAX`]: they are unread there and not in the chat.
pub(crate) async fn count_in_threads(act: &mut Act, chat: &Chat, read_number: i64) -> Result<i64> {
    let params = params! {
        chat: chat.id, read_number: read_number, in_threads_max: UNREAD_COUNTED_MAX,
    };
    let row = act.row(&COUNT_IN_THREADS, params).await?;
    row.context("an aggregate without a row")?
        .take("in_threads")
}

/// What the caller has begun to write in a chat, or in the thread below a message of it.
pub(crate) async fn find_draft(
    act: &mut Act,
    chat: &Chat,
    root: Option<MessageId>,
) -> Result<Option<Draft>> {
    let account = chat.standing.account;
    let row = match root {
        None => {
            let params = params! { chat: chat.id, account: account };
            act.row(&DRAFT_OF, params).await?
        }
        Some(root) => {
            let params = params! { chat: chat.id, account: account, root: root };
            act.row(&THREAD_DRAFT_OF, params).await?
        }
    };
    let Some(mut row) = row else {
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
    (chat, root): (&Chat, Option<MessageId>),
    draft: &Draft,
) -> Result<()> {
    let (account, text) = (chat.standing.account, &draft.text);
    match root {
        None => {
            let params = params! {
                chat: chat.id, account: account, text_sealed: text, saved_at: draft.saved_at,
            };
            act.execute(permit, &SAVE_DRAFT, params)
        }
        Some(root) => {
            let params = params! {
                chat: chat.id, account: account, root: root, text_sealed: text, saved_at: draft.saved_at,
            };
            act.execute(permit, &SAVE_THREAD_DRAFT, params)
        }
    }
}

pub(crate) fn delete_draft(
    act: &mut Act,
    permit: &Permit<Chat>,
    chat: &Chat,
    root: Option<MessageId>,
) -> Result<()> {
    let account = chat.standing.account;
    match root {
        None => act.execute(
            permit,
            &DELETE_DRAFT,
            params! { chat: chat.id, account: account },
        ),
        Some(root) => {
            let params = params! { chat: chat.id, account: account, root: root };
            act.execute(permit, &DELETE_THREAD_DRAFT, params)
        }
    }
}

/// Everything that an account has begun to write in a chat.
pub(super) fn forget_drafts(
    act: &mut Act,
    permit: &Permit<Chat>,
    chat: ChatId,
    account: AccountId,
) -> Result<()> {
    for statement in [&DELETE_DRAFT, &FORGET_THREAD_DRAFTS] {
        let params = params! { chat: chat, account: account };
        act.execute(permit, statement, params)?;
    }
    Ok(())
}
