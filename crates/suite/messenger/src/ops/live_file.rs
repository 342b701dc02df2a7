//! Ask whether a file that is being fetched may still be.

use act::{Act, Action, Audit, Operation};
use base::Result;

use super::read_file;
use crate::{
    rules::{self, CHAT_ABSENT, FILE_ABSENT, FILE_BLOCKED, FILE_SCANNING, FILE_UNFINISHED},
    store, wire,
};

pub static OP: Operation = Operation::read("messenger.file.live", Action::Read)
    .audited(Audit::Covered(read_file::OP.name))
    .summary(
        "Says whether a file that leaves may still go: its reader is in the chat, and it is there.",
    )
    .refusing(&[
        CHAT_ABSENT,
        FILE_ABSENT,
        FILE_BLOCKED,
        FILE_SCANNING,
        FILE_UNFINISHED,
    ]);

pub async fn run(act: &mut Act, input: wire::OfFile) -> Result<wire::Done> {
    let chat = store::chat(act, input.chat).await?;
    act.permit(&chat).await?;
    let file = store::file(act, chat.id, input.file).await?;
    rules::may_fetch(&file, &chat.standing)?;
    Ok(wire::Done {})
}
