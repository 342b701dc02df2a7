//! Edit what one has said.

use act::{Act, Action, Method, Operation};
use base::Result;

use crate::{
    content::{Body, Content, TextBody},
    posting,
    rules::{
        self, CHAT_ABSENT, EDIT_KIND, EDIT_LATE, EDIT_OTHERS, EDITS_TOO_MANY, MENTION_ALL_MANAGERS,
        MENTIONS_TOO_MANY, MESSAGE_ABSENT, POSTING_MANAGERS, RECALLED, TEXT_CONTROL, TEXT_EMPTY,
        TEXT_INPUT_BYTES_MAX, TEXT_TOO_LONG,
    },
    steps, store, views, wire,
};

pub static OP: Operation = Operation::write("messenger.message.edit", Action::Post)
    .http(Method::Patch, "/chats/{chat}/messages/{message}")
    .input_max(TEXT_INPUT_BYTES_MAX)
    .summary(
        "Edits one's own text, at most 20 times and within the organisation's window; every wording is kept.",
    )
    .refusing(&[
        CHAT_ABSENT,
        MESSAGE_ABSENT,
        POSTING_MANAGERS,
        MENTION_ALL_MANAGERS,
        EDIT_OTHERS,
        EDIT_KIND,
        EDIT_LATE,
        EDITS_TOO_MANY,
        RECALLED,
        TEXT_EMPTY,
        TEXT_TOO_LONG,
        TEXT_CONTROL,
        MENTIONS_TOO_MANY,
    ]);

pub async fn run(act: &mut Act, input: wire::EditMessage) -> Result<wire::Message> {
    rules::may_keep(&input.text, "text")?;
    let named = rules::mentions_in(&input.text)?;
    let account = act.member()?.account;
    act.throttle(&rules::MARKING, &account.to_bytes())?;
    let chat = store::chat(act, input.chat).await?;
    let permit = act.permit(&chat).await?;
    let message = store::message(act, &chat, input.message).await?;
    let policy = store::policy(act).await?;
    rules::may_post(&chat)?;
    rules::may_edit(&message, account, policy, act.now())?;
    let content = views::content(act, &permit, &message)?;
    let Body::Text(before) = content.body else {
        return Err(EDIT_KIND.into());
    };
    if before.files.is_empty() {
        rules::may_say(&input.text)?;
    }
    let view = views::one(act, &permit, &chat, &message).await?;
    if before.text == input.text {
        return Ok(view);
    }
    let mentions = posting::of_members(act, &chat, named).await?;
    rules::may_mention(&chat, &mentions)?;
    let (was, is) = (
        rules::mentioned(&before.mentions),
        rules::mentioned(&mentions),
    );
    let after = Content {
        client_id: content.client_id,
        imported: content.imported,
        body: Body::Text(TextBody {
            text: input.text,
            mentions,
            files: before.files,
        }),
    };

    let files = views::files(act, &permit, chat.id, std::slice::from_ref(&after)).await?;

    let edited = posting::reword(act, &permit, &message, &after)?;
    store::delete_mentions(act, &permit, &message, &steps::without(&was, &is))?;
    store::insert_mentions(act, &permit, &message, &steps::without(&is, &was))?;
    Ok(wire::Message {
        quote: view.quote,
        reactions: view.reactions,
        ..wire::Message::of(&edited, after, &files)
    })
}
