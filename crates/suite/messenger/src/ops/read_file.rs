//! Fetch a file, whole or a part of it.

use std::sync::Arc;

use act::{Act, Action, Carrier, Content, Live, Method, Operation, Shown};
use base::{Context, Result};

use super::live_file;
use crate::{
    media,
    rules::{self, CHAT_ABSENT, FILE_ABSENT, FILE_BLOCKED, FILE_SCANNING, FILE_UNFINISHED},
    steps, store, wire,
};

pub static OP: Operation = Operation::read("messenger.file.read", Action::Read)
    .http(Method::Get, "/chats/{chat}/files/{file}/content")
    .carrying(Carrier::StreamOut)
    .summary("Gives a file, whole or in a range, to be kept; pictures, sounds and films are shown in their place if asked.")
    .refusing(&[
        CHAT_ABSENT,
        FILE_ABSENT,
        FILE_BLOCKED,
        FILE_SCANNING,
        FILE_UNFINISHED,
    ]);

pub async fn run(act: &mut Act, input: wire::ReadFile) -> Result<wire::Done> {
    let chat = store::chat(act, input.chat).await?;
    let permit = act.permit(&chat).await?;
    let file = store::file(act, chat.id, input.file).await?;
    rules::may_fetch(&file, &chat.standing)?;
    let meta = steps::open_meta(act, &permit, &file)?;
    let shown = meta.media_type.as_deref().and_then(media::shown);
    let (media, shown) = match shown {
        Some(media) if input.inline == Some(true) => (media, Shown::Inline),
        Some(media) => (media, Shown::Attachment),
        None => (media::UNKNOWN, Shown::Attachment),
    };

    let parts = store::list_parts(act, file.content.id).await?;
    let key = steps::open_key(act, &permit, &file)?;
    let of = wire::OfFile {
        chat: chat.id,
        file: file.id,
    };
    let content = Content {
        media,
        shown,
        name: meta.name,
        tag: file.content.id.to_string(),
        live: Live {
            operation: &live_file::OP,
            input: serde_json::to_value(of).context("naming a file")?,
        },
        source: Arc::new(steps::bytes_of(act, &key, &file.content, &parts)),
    };
    act.answer_with_content(content);
    Ok(wire::Done {})
}
