//! Finish a file of another messenger: all of it has come.

use std::sync::Arc;

use act::{Act, Action, Method, Operation};
use base::{AccountId, Result};

use crate::{
    operator::Settings,
    rules::{
        self, FILE_ABSENT, IMPORT_ABSENT, IMPORT_CHAT_ABSENT, IMPORT_FINISHED, IMPORT_OPENED,
        UPLOAD_INCOMPLETE,
    },
    steps, store, wire,
};

pub static OP: Operation = Operation::write("messenger.import.whole", Action::Administer)
    .http(
        Method::Post,
        "/imports/{import}/chats/{chat}/files/{upload}/finish",
    )
    .harmless_again("a file that is whole is answered as it is")
    .summary(
        "Finishes a file whose parts have all come: a message can carry it then, within a week.",
    )
    .refusing(&[
        IMPORT_ABSENT,
        IMPORT_CHAT_ABSENT,
        IMPORT_FINISHED,
        IMPORT_OPENED,
        FILE_ABSENT,
        UPLOAD_INCOMPLETE,
    ]);

pub async fn run(
    act: &mut Act,
    input: wire::OfBrought,
    settings: Arc<Settings>,
) -> Result<wire::File> {
    act.throttle(&rules::IMPORTING, &act.member()?.account.to_bytes())?;
    let (arrival, permit) = steps::arriving(act, input.import, input.chat).await?;
    let file = store::file(act, arrival.chat, input.upload).await?;
    rules::is_mine_unsent(&file, AccountId::NIL, act.now())?;
    let Some(state) = rules::next(file.content.state, settings.once_whole()) else {
        return steps::open_file(act, &permit, &file);
    };
    steps::complete(act, &permit, &file, (state, rules::BROUGHT_KEPT)).await
}
