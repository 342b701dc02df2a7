//! Who has read a message. Nothing is written for each reader: it follows from how far members have read.

use act::{Act, Statement, params};
use base::{AccountId, Context, Result};

use crate::model::Message;

/// Members who were there when `:number` was said, its author apart, and `$has_read` it.
macro_rules! readers {
    ($columns:literal, $has_read:literal, $rest:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM messenger_member m
             WHERE m.tenant = :tenant AND m.chat = :chat AND m.account <> :author AND m.joined_at <= :sent_at AND ",
            $has_read,
            " (m.read_number >= :number OR EXISTS (SELECT 1 FROM messenger_message s
                WHERE s.tenant = :tenant AND s.chat = :chat AND s.author = m.account AND s.number > :number
                    AND s.thread IS NULL)) ",
            $rest
        )
    };
}

static READERS: Statement = Statement::read(readers!(
    "m.account",
    "",
    "AND m.account > :after ORDER BY m.account LIMIT :limit"
));
static NON_READERS: Statement = Statement::read(readers!(
    "m.account",
    "NOT",
    "AND m.account > :after ORDER BY m.account LIMIT :limit"
));
static COUNT_READERS: Statement = Statement::read(readers!("COUNT(*) AS readers", "", ""));
static COUNT_NON_READERS: Statement = Statement::read(readers!("COUNT(*) AS readers", "NOT", ""));

pub(super) const STATEMENTS: &[&Statement] =
    &[&READERS, &NON_READERS, &COUNT_READERS, &COUNT_NON_READERS];

/// Which of the members are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Readers {
    Have,
    HaveNot,
}

/// Those who have read a message, or have not, by account after one of them.
pub(crate) async fn list_readers(
    act: &mut Act,
    message: &Message,
    which: Readers,
    after: AccountId,
    limit: u32,
) -> Result<Vec<AccountId>> {
    let statement = match which {
        Readers::Have => &READERS,
        Readers::HaveNot => &NON_READERS,
    };
    let params = params! {
        chat: message.chat, number: message.number, author: message.author, sent_at: message.sent_at,
        after: after, limit: limit,
    };
    let rows = act.rows(statement, params).await?;
    rows.into_iter()
        .map(|mut row| row.take("account"))
        .collect()
}

pub(crate) async fn count_readers(act: &mut Act, message: &Message, which: Readers) -> Result<i64> {
    let statement = match which {
        Readers::Have => &COUNT_READERS,
        Readers::HaveNot => &COUNT_NON_READERS,
    };
    let params = params! {
        chat: message.chat, number: message.number, author: message.author, sent_at: message.sent_at,
    };
    let row = act.row(statement, params).await?;
    row.context("an aggregate without a row")?.take("readers")
}
