//! See how far a file has come.

use act::{Act, Action, Method, Operation};
use base::Result;

use crate::{
    rules::{self, CHAT_ABSENT, FILE_ABSENT},
    steps, store, wire,
};

pub static OP: Operation = Operation::read("messenger.upload.get", Action::Read)
    .http(Method::Get, "/chats/{chat}/uploads/{upload}")
    .summary("Says which parts of a file have come, so that the others can follow.")
    .refusing(&[CHAT_ABSENT, FILE_ABSENT]);

pub async fn run(act: &mut Act, input: wire::OfUpload) -> Result<wire::Upload> {
    let chat = store::chat(act, input.chat).await?;
    let permit = act.permit(&chat).await?;
    let file = store::file(act, chat.id, input.upload).await?;
    rules::is_mine_unsent(&file, chat.standing.account, act.now())?;
    let parts = store::list_parts(act, file.content.id).await?;
    steps::open_upload(act, &permit, &file, &parts)
}
