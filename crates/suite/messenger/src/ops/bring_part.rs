//! Bring one part of a file of another messenger.

use act::{Act, Action, Audit, Carrier, Method, Operation};
use base::{AccountId, Result};

use super::bring_file;
use crate::{
    rules::{
        self, FILE_ABSENT, IMPORT_ABSENT, IMPORT_CHAT_ABSENT, IMPORT_FINISHED, IMPORT_OPENED,
        PART_ABSENT, PART_LENGTH, UPLOAD_FINISHED,
    },
    steps, store, wire,
};

pub static OP: Operation = Operation::write("messenger.import.part", Action::Administer)
    .http(
        Method::Put,
        "/imports/{import}/chats/{chat}/files/{upload}/parts/{index}",
    )
    .carrying(Carrier::BytesIn {
        media: &["application/octet-stream"],
        bytes_max: rules::PART_BYTES,
    })
    .audited(Audit::Covered(bring_file::OP.name))
    .summary("Brings one part of a file for a chat that arrives, in any order; a part that is there stands.")
    .refusing(&[
        IMPORT_ABSENT,
        IMPORT_CHAT_ABSENT,
        IMPORT_FINISHED,
        IMPORT_OPENED,
        FILE_ABSENT,
        PART_ABSENT,
        PART_LENGTH,
        UPLOAD_FINISHED,
    ]);

pub async fn run(act: &mut Act, input: wire::BringPart) -> Result<wire::Part> {
    let (arrival, permit) = steps::arriving(act, input.import, input.chat).await?;
    let file = store::file(act, arrival.chat, input.upload).await?;
    rules::may_go_on(&file, AccountId::NIL, act.now())?;
    steps::take_part(act, &permit, &file, input.index).await
}
