//! Answer a card. One's latest answer stands.

use act::{Act, Action, Method, Operation, Place};
use base::{Context, Result};

use crate::{
    content::CARD_ANSWER,
    model::Answer,
    rules::{self, ANSWER_INVALID, CARD_CLOSED, CARD_NONE, CHAT_ABSENT, MESSAGE_ABSENT, RECALLED},
    store, views, wire,
};

pub static OP: Operation = Operation::write("messenger.card.answer", Action::Mark)
    .http(Method::Put, "/chats/{chat}/messages/{message}/answer")
    .summary("Answers a card; its sender sees the answer, and one's latest one stands.")
    .refusing(&[
        CHAT_ABSENT,
        MESSAGE_ABSENT,
        RECALLED,
        CARD_NONE,
        CARD_CLOSED,
        ANSWER_INVALID,
    ]);

pub async fn run(act: &mut Act, input: wire::AnswerCard) -> Result<wire::OwnAnswer> {
    let account = act.member()?.account;
    act.throttle(&rules::MARKING, &account.to_bytes())?;
    let chat = store::chat(act, input.chat).await?;
    let permit = act.permit(&chat).await?;
    let message = store::message(act, &chat, input.message).await?;
    let (_, card) = views::card(act, &permit, &message)?;
    card.check_answer(&input.answer)?;

    let id = act.new_id();
    let json = serde_json::to_vec(&input.answer).context("writing an answer")?;
    let answer = Answer {
        id,
        message: message.id,
        account,
        sealed: act.seal(&permit, Place::new(id, CARD_ANSWER), &json),
        answered_at: act.now(),
    };
    store::save_answer(act, &permit, &message, &answer)?;
    let topic = Some(chat.id.to_bytes());
    let number = Some(message.known());
    act.notify(message.author, "card.answered", topic, number);
    act.notify(account, "answer", topic, number);
    Ok(wire::OwnAnswer {
        answer: input.answer,
        answered_at: answer.answered_at,
    })
}
