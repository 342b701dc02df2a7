//! Fetch the small picture of a file.

use act::{Act, Action, Carrier, Method, Operation};
use base::Result;

use crate::{
    rules::{
        self, CHAT_ABSENT, FILE_ABSENT, FILE_BLOCKED, FILE_SCANNING, FILE_UNFINISHED,
        THUMBNAIL_ABSENT,
    },
    steps, store, wire,
};

pub static OP: Operation = Operation::read("messenger.thumbnail.read", Action::Read)
    .http(Method::Get, "/chats/{chat}/files/{file}/thumbnail")
    .carrying(Carrier::BytesOut)
    .summary(
        "Gives the small picture of a file, JPEG or WebP, 480 pixels on its longer side at most.",
    )
    .refusing(&[
        CHAT_ABSENT,
        FILE_ABSENT,
        FILE_BLOCKED,
        FILE_SCANNING,
        FILE_UNFINISHED,
        THUMBNAIL_ABSENT,
    ]);

pub async fn run(act: &mut Act, input: wire::OfFile) -> Result<wire::Done> {
    let chat = store::chat(act, input.chat).await?;
    let permit = act.permit(&chat).await?;
    let file = store::file(act, chat.id, input.file).await?;
    rules::may_fetch(&file, &chat.standing)?;
    let blob = file.content.thumbnail.ok_or(THUMBNAIL_ABSENT)?;
    let key = steps::open_key(act, &permit, &file)?;
    let place = steps::thumbnail_place(file.content.id);
    let bytes = act.get_part(&key, place, blob).await?;
    let bytes = bytes.ok_or(THUMBNAIL_ABSENT)?;
    act.answer_with(picture::media_of(&bytes), bytes);
    Ok(wire::Done {})
}
