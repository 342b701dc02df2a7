//! What was answered to a card that one has sent.

use act::{Act, Action, CURSOR_INVALID, Method, Operation};
use base::{AccountId, Result};

use crate::{
    rules::{
        self, ANSWERS_PAGE, CARD_NONE, CARD_OTHERS, CHAT_ABSENT, LIMIT_INVALID, MESSAGE_ABSENT,
        RECALLED,
    },
    steps, store, views, wire,
};

pub static OP: Operation = Operation::read("messenger.card.answers", Action::Read)
    .http(Method::Get, "/chats/{chat}/messages/{message}/answers")
    .summary("Gives the sender of a card what people answered, the latest of each.")
    .refusing(&[
        CHAT_ABSENT,
        MESSAGE_ABSENT,
        RECALLED,
        CARD_NONE,
        CARD_OTHERS,
        LIMIT_INVALID,
        CURSOR_INVALID,
    ]);

pub async fn run(
    act: &mut Act,
    input: wire::ListAnswers,
) -> Result<wire::Page<wire::PersonAnswer>> {
    let limit = rules::page_size(input.limit, ANSWERS_PAGE)?;
    let after = steps::after(act, input.cursor.as_deref()).await?;
    let account = act.member()?.account;
    let chat = store::chat(act, input.chat).await?;
    let permit = act.permit(&chat).await?;
    let message = store::message(act, &chat, input.message).await?;
    views::card(act, &permit, &message)?;
    rules::is_sender(&message, account)?;
    let found = store::list_answers(act, message.id, after, limit + 1).await?;
    let (answers, next_cursor) =
        steps::page(act, found, limit, |last| last.account.to_bytes()).await?;
    let accounts: Vec<AccountId> = answers.iter().map(|answer| answer.account).collect();
    let people = steps::people(act, &accounts).await?;
    let items = answers
        .iter()
        .map(|answer| {
            Ok(wire::PersonAnswer {
                account: steps::person(&people, answer.account),
                answer: views::open_answer(act, &permit, answer)?,
                answered_at: answer.answered_at,
            })
        })
        .collect::<Result<_>>()?;
    Ok(wire::Page { items, next_cursor })
}
