//! What is not kept any longer, and what is held all the same.

use act::{Act, Permit, Resource, Row, Statement, params};
use base::{ChatId, Context, Result, TenantId, Timestamp};

use super::{Gone, delete_file};
use crate::{
    model::{Chat, Hold, HoldId, Tenant, Topic},
    rules::{DISBANDED_KEPT, PURGED_CHATS, PURGED_MESSAGES},
};

static SAVE_RETENTION: Statement = Statement::write(
    "UPDATE messenger_chat SET retention_days = :days WHERE tenant = :tenant AND id = :chat",
);

/// Of all tenants: chats that have messages from before the moment up to which theirs are purged. As [`crate::model::Retention::of_chat`]
/// says it; and nothing where a hold stands, or where messages still arrive and have to find their threads' roots.
static LIST_OUTDATED: Statement = Statement::read(
    "SELECT o.tenant, o.chat, o.purged_number, o.cut FROM (
        SELECT b.tenant, b.chat, b.purged_number,
            CASE WHEN b.disbanded_at < :disbanded_before THEN :now
                WHEN b.days < b.least THEN :now - b.least * :day
                ELSE :now - b.days * :day END AS cut
        FROM (
            SELECT c.tenant, c.id AS chat, c.purged_number, c.disbanded_at, COALESCE(y.retention_min_days, 0) AS least,
                CASE WHEN COALESCE(c.retention_days, y.retention_days, y.retention_max_days) > y.retention_max_days
                    THEN y.retention_max_days
                    ELSE COALESCE(c.retention_days, y.retention_days, y.retention_max_days) END AS days
            FROM messenger_chat c LEFT JOIN messenger_policy y ON y.tenant = c.tenant
            WHERE c.tenant >= :cell AND NOT EXISTS (SELECT 1 FROM messenger_hold h
                WHERE h.tenant = c.tenant AND h.released_at IS NULL AND (h.chat IS NULL OR h.chat = c.id))
                AND NOT EXISTS (SELECT 1 FROM messenger_import_chat a
                    WHERE a.tenant = c.tenant AND a.chat = c.id AND a.opened_at IS NULL)
        ) AS b
     ) AS o
     WHERE o.cut IS NOT NULL AND (SELECT m.sent_at FROM messenger_message m
        WHERE m.tenant = o.tenant AND m.chat = o.chat AND m.number > o.purged_number
        ORDER BY m.number LIMIT 1) < o.cut
     ORDER BY o.tenant, o.chat LIMIT :limit",
);

static LIST_OLDEST: Statement = Statement::read(
    "SELECT number, sent_at FROM messenger_message
     WHERE tenant = :tenant AND chat = :chat AND number > :after ORDER BY number LIMIT :limit",
);

static FILES_UP_TO: Statement = Statement::read(
    "SELECT id, number, content FROM messenger_file
     WHERE tenant = :tenant AND chat = :chat AND number <= :number",
);

static PURGE_EDITS: Statement = Statement::write(
    "DELETE FROM messenger_edit WHERE tenant = :tenant AND message IN (SELECT m.id FROM messenger_message m
        WHERE m.tenant = :tenant AND m.chat = :chat AND m.number <= :number AND m.edits > 0)",
);

static PURGE_ANSWERS: Statement = Statement::write(
    "DELETE FROM messenger_answer WHERE tenant = :tenant AND message IN (SELECT m.id FROM messenger_message m
        WHERE m.tenant = :tenant AND m.chat = :chat AND m.number <= :number)",
);

static PURGE_THREADS: Statement = Statement::write(
    "DELETE FROM messenger_thread WHERE tenant = :tenant AND root IN (SELECT m.id FROM messenger_message m
        WHERE m.tenant = :tenant AND m.chat = :chat AND m.number <= :number AND m.replies > 0)",
);

static PURGE_THREAD_DRAFTS: Statement = Statement::write(
    "DELETE FROM messenger_thread_draft WHERE tenant = :tenant AND chat = :chat AND root IN
        (SELECT m.id FROM messenger_message m
         WHERE m.tenant = :tenant AND m.chat = :chat AND m.number <= :number)",
);

static PURGE_REACTIONS: Statement = Statement::write(
    "DELETE FROM messenger_reaction WHERE tenant = :tenant AND chat = :chat AND number <= :number",
);

static PURGE_MENTIONS: Statement = Statement::write(
    "DELETE FROM messenger_mention WHERE tenant = :tenant AND chat = :chat AND number <= :number",
);

static PURGE_MESSAGES: Statement = Statement::write(
    "DELETE FROM messenger_message WHERE tenant = :tenant AND chat = :chat AND number <= :number",
);

static PURGED_UP_TO: Statement = Statement::write(
    "UPDATE messenger_chat SET purged_number = :number WHERE tenant = :tenant AND id = :chat AND purged_number < :number",
);

static INSERT_HOLD: Statement = Statement::append(
    "INSERT INTO messenger_hold (tenant, id, chat, reason_sealed, placed_by, placed_at)
     VALUES (:tenant, :id, :chat, :reason_sealed, :placed_by, :placed_at)",
);

static LIST_HOLDS: Statement = Statement::read(
    "SELECT id, chat, reason_sealed, placed_by, placed_at FROM messenger_hold
     WHERE tenant = :tenant AND released_at IS NULL AND id > :after ORDER BY id LIMIT :limit",
);

static COUNT_HOLDS: Statement = Statement::read(
    "SELECT COUNT(*) AS holds, (SELECT COUNT(*) FROM messenger_chat c WHERE c.tenant = :tenant AND c.id = :chat) AS chats
     FROM messenger_hold WHERE tenant = :tenant AND released_at IS NULL",
);

static FIND_HOLD: Statement = Statement::read(
    "SELECT id, chat, reason_sealed, placed_by, placed_at FROM messenger_hold
     WHERE tenant = :tenant AND id = :id AND released_at IS NULL",
);

static RELEASE_HOLD: Statement = Statement::write(
    "UPDATE messenger_hold SET released_by = :by, released_at = :at
     WHERE tenant = :tenant AND id = :id AND released_at IS NULL",
)
.exactly_one();

pub(super) const STATEMENTS: &[&Statement] = &[
    &SAVE_RETENTION,
    &LIST_OUTDATED,
    &LIST_OLDEST,
    &FILES_UP_TO,
    &PURGE_EDITS,
    &PURGE_ANSWERS,
    &PURGE_THREADS,
    &PURGE_THREAD_DRAFTS,
    &PURGE_REACTIONS,
    &PURGE_MENTIONS,
    &PURGE_MESSAGES,
    &PURGED_UP_TO,
    &INSERT_HOLD,
    &LIST_HOLDS,
    &COUNT_HOLDS,
    &FIND_HOLD,
    &RELEASE_HOLD,
];

pub(crate) fn update_retention(
    act: &mut Act,
    permit: &Permit<Chat>,
    chat: ChatId,
    days: Option<u32>,
) -> Result<()> {
    let params = params! { chat: chat, days: days.map(i64::from) };
    act.execute(permit, &SAVE_RETENTION, params)
}

/// A chat of some organisation whose beginning is to be purged.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Outdated {
    pub(crate) tenant: TenantId,
    pub(crate) chat: ChatId,
    purged_number: i64,
    /// What was said before this is not kept.
    cut: Timestamp,
}

/// Chats of all organisations that keep more than they should.
pub(crate) async fn list_outdated(act: &mut Act) -> Result<Vec<Outdated>> {
    const DAY_US: i64 = 86_400_000_000;
    let params = params! {
        now: act.now(), disbanded_before: act.now().before(DISBANDED_KEPT), day: DAY_US, limit: PURGED_CHATS,
    };
    let rows = act.rows(&LIST_OUTDATED, params).await?;
    rows.into_iter()
        .map(|mut row| {
            Ok(Outdated {
                tenant: row.take("tenant")?,
                chat: row.take("chat")?,
                purged_number: row.take("purged_number")?,
                cut: row.take("cut")?,
            })
        })
        .collect()
}

/// The beginning of a chat that goes, and the files in it.
pub(crate) struct Beginning {
    pub(crate) chat: ChatId,
    /// Its last message.
    pub(crate) number: i64,
    pub(crate) messages: usize,
    files: Vec<Gone>,
}

/// As much of a chat's beginning as goes at once. Numbers decide, not times: what stands after something that is kept is
/// kept too.
pub(crate) async fn beginning(act: &mut Act, of: Outdated) -> Result<Option<Beginning>> {
    let params = params! { chat: of.chat, after: of.purged_number, limit: PURGED_MESSAGES };
    let mut numbers = Vec::new();
    for mut row in act.rows(&LIST_OLDEST, params).await? {
        if row.take::<Timestamp>("sent_at")? >= of.cut {
            break;
        }
        numbers.push(row.take::<i64>("number")?);
    }
    let Some(number) = numbers.last().copied() else {
        return Ok(None);
    };
    let params = params! { chat: of.chat, number: number };
    let files = act.rows(&FILES_UP_TO, params).await?;
    let files = files.into_iter().map(|mut row| {
        Ok(Gone {
            chat: of.chat,
            id: row.take("id")?,
            number: row.take("number")?,
            content: row.take("content")?,
        })
    });
    Ok(Some(Beginning {
        chat: of.chat,
        number,
        messages: numbers.len(),
        files: files.collect::<Result<_>>()?,
    }))
}

/// Removes a chat's beginning with everything that hangs on it.
pub(crate) fn purge_beginning(
    act: &mut Act,
    permit: &Permit<Topic>,
    beginning: &Beginning,
) -> Result<()> {
    for file in &beginning.files {
        delete_file(act, permit, file)?;
    }
    for statement in [
        &PURGE_EDITS,
        &PURGE_ANSWERS,
        &PURGE_THREADS,
        &PURGE_THREAD_DRAFTS,
        &PURGE_REACTIONS,
        &PURGE_MENTIONS,
        &PURGE_MESSAGES,
        &PURGED_UP_TO,
    ] {
        let params = params! { chat: beginning.chat, number: beginning.number };
        act.execute(permit, statement, params)?;
    }
    Ok(())
}

pub(crate) fn insert_hold<R: Resource>(
    act: &mut Act,
    permit: &Permit<R>,
    hold: &Hold,
) -> Result<()> {
    let params = params! {
        id: hold.id, chat: hold.chat, reason_sealed: &hold.reason, placed_by: hold.placed_by, placed_at: hold.placed_at,
    };
    act.execute(permit, &INSERT_HOLD, params)
}

/// How many holds stand, and whether there is a chat of this id.
pub(crate) async fn count_holds(act: &mut Act, chat: Option<ChatId>) -> Result<(i64, bool)> {
    let params = params! { chat: chat.unwrap_or(ChatId::NIL) };
    let row = act.row(&COUNT_HOLDS, params).await?;
    let mut row = row.context("an aggregate without a row")?;
    Ok((row.take("holds")?, row.take::<i64>("chats")? > 0))
}

/// The holds that stand, by their ids after one of them: the order in which they were placed.
pub(crate) async fn list_holds(act: &mut Act, after: HoldId, limit: u32) -> Result<Vec<Hold>> {
    let params = params! { after: after, limit: limit };
    let rows = act.rows(&LIST_HOLDS, params).await?;
    rows.into_iter().map(take_hold).collect()
}

/// A hold that stands.
pub(crate) async fn find_hold(act: &mut Act, id: HoldId) -> Result<Option<Hold>> {
    let row = act.row(&FIND_HOLD, params! { id: id }).await?;
    row.map(take_hold).transpose()
}

pub(crate) fn release_hold(act: &mut Act, permit: &Permit<Tenant>, hold: &Hold) -> Result<()> {
    let by = act.member()?.account;
    let params = params! { id: hold.id, by: by, at: act.now() };
    act.execute(permit, &RELEASE_HOLD, params)
}

fn take_hold(mut row: Row) -> Result<Hold> {
    Ok(Hold {
        id: row.take("id")?,
        chat: row.take("chat")?,
        reason: row.take("reason_sealed")?,
        placed_by: row.take("placed_by")?,
        placed_at: row.take("placed_at")?,
    })
}
