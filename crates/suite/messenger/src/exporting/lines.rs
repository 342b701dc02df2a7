//! What stands in an archive of chats and messages, as JSON.

use act::{Act, Permit, Place};
use base::{Context, FileId, Result};

use crate::{
    content::{Body, CHAT_NAME, Content, MESSAGE_BODY, TextBody},
    model::{Chat, Message, Shape},
    rules::{self, EDITS_MAX},
    steps::{self, People},
    store, views, wire,
};

/// A chat, without an end of line.
pub(super) fn chat(
    act: &Act,
    permit: &Permit<Chat>,
    chat: &Chat,
    people: &People,
) -> Result<Vec<u8>> {
    let (kind, name) = match (&chat.shape, chat.other()) {
        (Shape::Group(name), _) => {
            let place = Place::new(chat.id, CHAT_NAME).at(name.version);
            let name = act.open_text(permit, place, &name.sealed)?;
            (wire::ChatKind::Group, name)
        }
        (Shape::Direct(_), Some(other)) => {
            (wire::ChatKind::Direct, steps::person(people, other).name)
        }
        (Shape::Direct(_), None) => (wire::ChatKind::Direct, String::new()),
    };
    let chat = wire::ExportedChat {
        id: chat.id,
        kind,
        name: &name,
    };
    serde_json::to_vec(&chat).context("writing a chat")
}

/// A message with its end of line; nothing for those by which the chat itself tells something.
pub(super) async fn message(
    act: &mut Act,
    permit: &Permit<Chat>,
    message: &Message,
) -> Result<Option<Vec<u8>>> {
    let content = views::content(act, permit, message)?;
    let kind = match &content.body {
        Body::Text(_) => "text",
        Body::Forward(_) => "forward",
        Body::Card(_) => "card",
        Body::Unknown => "unknown",
        Body::System(_) => return Ok(None),
    };
    let shown = views::files(act, permit, message.chat, std::slice::from_ref(&content)).await?;
    let mut line = wire::ExportedMessage {
        number: message.known(),
        id: message.id,
        sent_at: message.sent_at,
        kind,
        text: None,
        mentions: Vec::new(),
        files: Vec::new(),
        forwarded: Vec::new(),
        card: None,
        thread: message.thread,
        quote: message.quote,
        edited_at: message.state.edited_at,
        wordings: wordings(act, permit, message).await?,
        reactions: message.state.reactions,
        imported: content.imported,
    };
    match content.body {
        Body::Text(TextBody {
            text,
            mentions,
            files: ids,
        }) => {
            line.text = Some(text);
            line.mentions = mentions;
            line.files = files(&shown, &ids);
        }
        Body::Forward(forward) => {
            let items = forward.items.into_iter();
            let items = items.map(|item| wire::ExportedForward {
                author_name: item.name,
                sent_at: item.sent_at,
                files: files(&shown, &item.body.files),
                text: item.body.text,
            });
            line.forwarded = items.collect();
        }
        Body::Card(card) => {
            line.files = files(&shown, &card.images());
            line.card = Some(card);
        }
        Body::System(_) | Body::Unknown => {}
    }
    let mut bytes = serde_json::to_vec(&line).context("writing a message")?;
    bytes.push(b'\n');
    Ok(Some(bytes))
}

/// What a message said before it was edited.
async fn wordings(
    act: &mut Act,
    permit: &Permit<Chat>,
    message: &Message,
) -> Result<Vec<wire::ExportedWording>> {
    if message.state.edits == 0 {
        return Ok(Vec::new());
    }
    let mut before = Vec::new();
    for wording in store::list_wordings(act, message.id, EDITS_MAX).await? {
        let place = Place::new(message.id, MESSAGE_BODY).at(wording.edit);
        let content = Content::from_bytes(&act.open(permit, place, &wording.body)?)?;
        if let Body::Text(text) = content.body {
            before.push(wire::ExportedWording {
                text: text.text,
                written_at: wording.written_at,
            });
        }
    }
    Ok(before)
}

/// The files of a text, and where they stand in the archive if they are given out.
fn files(shown: &wire::Files, ids: &[FileId]) -> Vec<wire::ExportedFile> {
    let files = ids.iter().filter_map(|id| shown.get(id));
    files
        .map(|file| wire::ExportedFile {
            id: file.id,
            name: file.name.clone(),
            media_type: file.media_type.clone(),
            size_bytes: file.size_bytes,
            path: (file.state == wire::FileState::Ready)
                .then(|| rules::member_of_file(file.id, &file.name)),
        })
        .collect()
}
