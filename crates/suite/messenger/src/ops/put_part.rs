//! Bring one part of a file.

use act::{Act, Action, Audit, Carrier, Method, Operation};
use base::Result;

use super::begin_upload;
use crate::{
    rules::{
        self, CHAT_ABSENT, FILE_ABSENT, PART_ABSENT, PART_LENGTH, POSTING_MANAGERS, UPLOAD_FINISHED,
    },
    steps, store, wire,
};

pub static OP: Operation = Operation::write("messenger.upload.put", Action::Post)
    .http(Method::Put, "/chats/{chat}/uploads/{upload}/parts/{index}")
    .carrying(Carrier::BytesIn {
        media: &["application/octet-stream"],
        bytes_max: rules::PART_BYTES,
    })
    .audited(Audit::Covered(begin_upload::OP.name))
    .summary("Brings one part of a file, in any order; a part that is there stands. Four of an account come at once.")
    .refusing(&[
        CHAT_ABSENT,
        FILE_ABSENT,
        PART_ABSENT,
        PART_LENGTH,
        UPLOAD_FINISHED,
        POSTING_MANAGERS,
    ]);

pub async fn run(act: &mut Act, input: wire::PutPart) -> Result<wire::Part> {
    let chat = store::chat(act, input.chat).await?;
    let permit = act.permit(&chat).await?;
    let file = store::file(act, chat.id, input.upload).await?;
    rules::may_post(&chat)?;
    rules::may_go_on(&file, chat.standing.account, act.now())?;
    steps::take_part(act, &permit, &file, input.index).await
}
