//! Withdraw a message.

use act::{Act, Action, Event, Method, Operation};
use base::Result;

use crate::{
    content::Body,
    model::Mark,
    rules::{
        self, CHAT_ABSENT, MESSAGE_ABSENT, MESSAGE_RECALLED, RECALL_KIND, RECALL_LATE, RECALLED,
    },
    store, views, wire,
};

pub static OP: Operation = Operation::write("messenger.message.recall", Action::Post)
    .http(Method::Delete, "/chats/{chat}/messages/{message}")
    .summary(
        "Recalls a message: its author within the organisation's window, managers at any time. A marker stays.",
    )
    .refusing(&[CHAT_ABSENT, MESSAGE_ABSENT, RECALLED, RECALL_LATE, RECALL_KIND]);

pub async fn run(act: &mut Act, input: wire::OfMessage) -> Result<wire::Message> {
    let account = act.member()?.account;
    act.throttle(&rules::MARKING, &account.to_bytes())?;
    let chat = store::chat(act, input.chat).await?;
    let permit = act.permit(&chat).await?;
    let message = store::message(act, &chat, input.message).await?;
    let policy = store::policy(act).await?;
    let is_own = message.author == account;
    if !(is_own && rules::is_recallable(&message, policy, act.now())) {
        let managing = act.permit_for(&chat, Action::Moderate).await;
        match is_own {
            true => managing.map_err(|_| RECALL_LATE)?,
            false => managing?,
        };
    }
    rules::stands(&message)?;
    let content = views::content(act, &permit, &message)?;
    let mentioned = match &content.body {
        Body::System(_) => return Err(RECALL_KIND.into()),
        Body::Text(text) => rules::mentioned(&text.mentions),
        Body::Forward(_) | Body::Card(_) | Body::Unknown => Vec::new(),
    };

    let event = Event::new(MESSAGE_RECALLED).item(message.id, message.number);
    let change = act.emit(&permit, event)?;
    let mark = Mark {
        by: account,
        at: act.now(),
    };
    store::update_recalled(act, &permit, &message, mark, change)?;
    store::withdraw_files(act, &permit, &message)?;
    store::delete_mentions(act, &permit, &message, &mentioned)?;
    Ok(
        wire::Message::of(&message, content, &wire::Files::new()).withdrawn(
            account,
            act.now(),
            change,
        ),
    )
}
