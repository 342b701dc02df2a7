//! What people answered to cards.

use act::{Act, Permit, Row, Statement, params};
use base::{AccountId, MessageId, Result};

use super::rows_among;
use crate::model::{Answer, Chat, Message};

/// The latest answer of each person stands.
static SAVE_ANSWER: Statement = Statement::write(
    "INSERT INTO messenger_answer (tenant, message, account, answer, answer_sealed, answered_at)
     VALUES (:tenant, :message, :account, :answer, :answer_sealed, :answered_at)
     ON CONFLICT (tenant, message, account) DO UPDATE SET answer = excluded.answer,
        answer_sealed = excluded.answer_sealed, answered_at = excluded.answered_at",
);

static LIST_ANSWERS: Statement = Statement::read(
    "SELECT message, account, answer, answer_sealed, answered_at FROM messenger_answer
     WHERE tenant = :tenant AND message = :message AND account > :after ORDER BY account LIMIT :limit",
);

static OWN_ANSWERS: Statement = Statement::read(
    "SELECT message, account, answer, answer_sealed, answered_at FROM messenger_answer
     WHERE tenant = :tenant AND account = :account AND message IN
        (:a0, :a1, :a2, :a3, :a4, :a5, :a6, :a7, :a8, :a9,
         :a10, :a11, :a12, :a13, :a14, :a15, :a16, :a17, :a18, :a19)",
);

pub(super) const STATEMENTS: &[&Statement] = &[&SAVE_ANSWER, &LIST_ANSWERS, &OWN_ANSWERS];

pub(crate) fn save_answer(
    act: &mut Act,
    permit: &Permit<Chat>,
    message: &Message,
    answer: &Answer,
) -> Result<()> {
    let params = params! {
        message: message.id, account: answer.account, answer: answer.id, answer_sealed: &answer.sealed,
        answered_at: answer.answered_at,
    };
    act.execute(permit, &SAVE_ANSWER, params)
}

/// The answers to a card, by account after one of them.
pub(crate) async fn list_answers(
    act: &mut Act,
    message: MessageId,
    after: AccountId,
    limit: u32,
) -> Result<Vec<Answer>> {
    let params = params! { message: message, after: after, limit: limit };
    let rows = act.rows(&LIST_ANSWERS, params).await?;
    rows.into_iter().map(take_answer).collect()
}

/// What an account answered to these cards.
pub(crate) async fn own_answers(
    act: &mut Act,
    account: AccountId,
    messages: &[MessageId],
) -> Result<Vec<Answer>> {
    let which = (messages, MessageId::NIL);
    let rows = rows_among(act, &OWN_ANSWERS, which, params! { account: account }).await?;
    rows.into_iter().map(take_answer).collect()
}

fn take_answer(mut row: Row) -> Result<Answer> {
    Ok(Answer {
        id: row.take("answer")?,
        message: row.take("message")?,
        account: row.take("account")?,
        sealed: row.take("answer_sealed")?,
        answered_at: row.take("answered_at")?,
    })
}
