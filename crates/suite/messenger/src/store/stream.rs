//! Chats as the stream sees them.

use act::{Act, ResourceRef, Row, Statement, params};
use base::{ChatId, Result};

use super::{chats::last_number, rows_among};
use crate::{
    model::{CHAT, Followed, Topic},
    rules::CHAT_ABSENT,
};

static TOPIC: Statement = Statement::read(
    "SELECT r.version, r.key_id, r.changes_last FROM messenger_chat c
     JOIN db_resource r ON r.tenant = c.tenant AND r.id = c.id
     WHERE c.tenant = :tenant AND c.id = :chat",
);

/// As [`LIST_OVERVIEWS`] goes through them: newest activity first.
static LIST_TOPICS: Statement = Statement::read(concat!(
    "SELECT m.chat, r.changes_last, r.version, m.history_from, m.changes_from FROM messenger_member m
     CROSS JOIN messenger_chat c
     JOIN db_resource r ON r.tenant = c.tenant AND r.id = c.id
     LEFT JOIN messenger_message t ON t.tenant = c.tenant AND t.chat = c.id AND t.number = ",
    last_number!("c.id"),
    "
     WHERE m.tenant = :tenant AND m.account = :account AND c.tenant = :tenant AND c.id = m.chat
         AND c.disbanded_at IS NULL
     ORDER BY COALESCE(t.sent_at, c.created_at) DESC, c.id DESC LIMIT :limit"
));

static TOPICS_AMONG: Statement = Statement::read(
    "SELECT id AS chat, changes_last, version FROM db_resource WHERE tenant = :tenant AND id IN
        (:a0, :a1, :a2, :a3, :a4, :a5, :a6, :a7, :a8, :a9,
         :a10, :a11, :a12, :a13, :a14, :a15, :a16, :a17, :a18, :a19)",
);

pub(super) const STATEMENTS: &[&Statement] = &[&TOPIC, &LIST_TOPICS, &TOPICS_AMONG];

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

/// The caller's chats, newest activity first.
pub(crate) async fn list_topics(act: &mut Act, limit: u32) -> Result<Vec<Followed>> {
    let account = act.member()?.account;
    let params = params! { account: account, limit: limit };
    let rows = act.rows(&LIST_TOPICS, params).await?;
    rows.into_iter()
        .map(|mut row| {
            Ok(Followed {
                history_from: row.take("history_from")?,
                changes_from: row.take("changes_from")?,
                chat: row.take("chat")?,
                change: row.take("changes_last")?,
                version: row.take("version")?,
            })
        })
        .collect()
}

/// Where those of `chats` stand that there are, as chat, last change and version.
pub(crate) async fn topics_among(
    act: &mut Act,
    chats: &[ChatId],
) -> Result<Vec<(ChatId, i64, i64)>> {
    let rows = rows_among(act, &TOPICS_AMONG, (chats, ChatId::NIL), params! {}).await?;
    rows.into_iter().map(take_topic).collect()
}

fn take_topic(mut row: Row) -> Result<(ChatId, i64, i64)> {
    Ok((
        row.take("chat")?,
        row.take("changes_last")?,
        row.take("version")?,
    ))
}
