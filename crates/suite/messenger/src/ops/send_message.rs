//! Send a message to a chat, into a thread of it, or in answer to another message.

use act::{Act, Action, Method, Operation, Permit};
use base::{AccountId, MessageId, Result};

use crate::{
    content::{Body, Content, Mention, TextBody},
    model::{Chat, Message},
    posting::{self, Post},
    rules::{
        self, CHAT_ABSENT, CLIENT_ID_INVALID, FILE_ABSENT, FILE_BLOCKED, FILE_UNFINISHED,
        FILES_TOO_MANY, MENTION_ALL_MANAGERS, MENTIONS_TOO_MANY, MESSAGE_ABSENT, POSTING_MANAGERS,
        RECALLED, TEXT_CONTROL, TEXT_EMPTY, TEXT_INPUT_BYTES_MAX, TEXT_TOO_LONG, THREAD_ROOT,
    },
    steps,
    store::{self, Answered},
    views, wire,
};

pub static OP: Operation = Operation::write("messenger.message.send", Action::Post)
    .http(Method::Post, "/chats/{chat}/messages")
    .created()
    .input_max(TEXT_INPUT_BYTES_MAX)
    .not_idempotent("the client id in the input does this, and is kept with the message")
    .summary(
        "Sends a message to a chat or a thread; the same client id again gives the same message.",
    )
    .refusing(&[
        CHAT_ABSENT,
        MESSAGE_ABSENT,
        THREAD_ROOT,
        RECALLED,
        TEXT_EMPTY,
        TEXT_TOO_LONG,
        TEXT_CONTROL,
        MENTIONS_TOO_MANY,
        CLIENT_ID_INVALID,
        POSTING_MANAGERS,
        MENTION_ALL_MANAGERS,
        FILES_TOO_MANY,
        FILE_ABSENT,
        FILE_UNFINISHED,
        FILE_BLOCKED,
    ]);

pub async fn run(act: &mut Act, input: wire::SendMessage) -> Result<wire::Message> {
    rules::may_be_client_id(&input.client_id)?;
    rules::may_attach(&input.body.files)?;
    match input.body.files.is_empty() {
        true => rules::may_say(&input.body.text)?,
        false => rules::may_keep(&input.body.text, "body.text")?,
    }
    let named = rules::mentions_in(&input.body.text)?;
    act.throttle(&rules::SENDING, &act.member()?.account.to_bytes())?;
    let token = posting::client_token(act, &input.client_id).await?;
    let (chat, sent) = store::chat_and_sent(act, input.chat, token.clone()).await?;
    let permit = act.permit(&chat).await?;
    if let Some(sent) = sent {
        return views::one(act, &permit, &chat, &sent).await;
    }
    rules::may_post(&chat)?;
    let root = find(act, &chat, input.thread).await?;
    if let Some(root) = &root {
        rules::may_begin_thread(root)?;
    }
    let quoted = find(act, &chat, input.reply_to).await?;
    let quote = quote_of(act, &permit, quoted.as_ref())?;
    let files = steps::attached(act, &chat, &input.body.files, "body.files").await?;
    let mentions = posting::of_members(act, &chat, named).await?;
    rules::may_mention(&chat, &mentions)?;
    let mentioned = rules::mentioned(&mentions);
    let content = Content {
        client_id: Some(input.client_id),
        imported: None,
        body: Body::Text(TextBody {
            text: input.body.text,
            mentions: mentions.clone(),
            files: input.body.files,
        }),
    };

    let post = Post {
        content: &content,
        token,
        thread: input.thread,
        quote: input.reply_to,
    };
    let message = posting::post(act, &permit, &chat, post)?;
    store::send_files(act, &permit, &files, message.number)?;
    store::insert_mentions(act, &permit, &message, &mentioned)?;
    if let Some(root) = &root {
        answer(act, &permit, root, &message, &mentions)?;
    }
    let shown = steps::open_files(act, &permit, &files)?;
    Ok(wire::Message {
        quote,
        ..wire::Message::of(&message, content, &shown)
    })
}

async fn find(act: &mut Act, chat: &Chat, id: Option<MessageId>) -> Result<Option<Message>> {
    match id {
        None => Ok(None),
        Some(id) => store::message(act, chat, id).await.map(Some),
    }
}

fn quote_of(
    act: &Act,
    permit: &Permit<Chat>,
    quoted: Option<&Message>,
) -> Result<Option<wire::Quote>> {
    quoted
        .map(|message| Ok(views::quote(message, views::content(act, permit, message)?)))
        .transpose()
}

/// An answer counts at its root, and draws those into the thread whom it concerns.
fn answer(
    act: &mut Act,
    permit: &Permit<Chat>,
    root: &Message,
    message: &Message,
    mentions: &[Mention],
) -> Result<()> {
    let answered = Answered {
        count: 1,
        last_at: message.sent_at,
        last_number: message.number,
    };
    store::count_replies(act, permit, root.id, answered)?;
    let named = mentions.iter().filter_map(|mention| match mention {
        Mention::Everyone => None,
        Mention::Account(account) => Some(*account),
    });
    let concerned: Vec<AccountId> = std::iter::once(root.author)
        .chain(named)
        .filter(|account| *account != message.author && *account != AccountId::NIL)
        .collect();
    store::draw_into_thread(act, permit, root, &concerned)?;
    let since = Some(act.now());
    store::update_following(act, permit, root, message.author, since, message.number)
}
