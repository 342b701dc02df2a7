//! Give up a file that was not sent.

use act::{Act, Action, Method, Operation};
use base::Result;

use crate::{
    rules::{self, CHAT_ABSENT, FILE_ABSENT},
    store, wire,
};

pub static OP: Operation = Operation::write("messenger.upload.cancel", Action::Post)
    .http(Method::Delete, "/chats/{chat}/uploads/{upload}")
    .summary("Gives up a file that was not sent, whole or not; its bytes count no longer.")
    .refusing(&[CHAT_ABSENT, FILE_ABSENT]);

pub async fn run(act: &mut Act, input: wire::OfUpload) -> Result<wire::Done> {
    let chat = store::chat(act, input.chat).await?;
    let permit = act.permit(&chat).await?;
    let file = store::file(act, chat.id, input.upload).await?;
    rules::is_mine_unsent(&file, chat.standing.account, act.now())?;

    store::delete_file(act, &permit, &store::Gone::of(&file))?;
    Ok(wire::Done {})
}
