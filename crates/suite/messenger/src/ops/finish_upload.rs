//! Finish a file: all of it has come.

use std::sync::Arc;

use act::{Act, Action, Method, Operation};
use base::Result;

use crate::{
    operator::Settings,
    rules::{self, CHAT_ABSENT, FILE_ABSENT, UPLOAD_INCOMPLETE},
    steps, store, wire,
};

pub static OP: Operation = Operation::write("messenger.upload.finish", Action::Post)
    .http(Method::Post, "/chats/{chat}/uploads/{upload}/finish")
    .harmless_again("a file that is whole is answered as it is")
    .summary("Finishes a file whose parts have all come: it can be sent then, within a day.")
    .refusing(&[CHAT_ABSENT, FILE_ABSENT, UPLOAD_INCOMPLETE]);

pub async fn run(
    act: &mut Act,
    input: wire::OfUpload,
    settings: Arc<Settings>,
) -> Result<wire::File> {
    let chat = store::chat(act, input.chat).await?;
    let permit = act.permit(&chat).await?;
    let file = store::file(act, chat.id, input.upload).await?;
    rules::is_mine_unsent(&file, chat.standing.account, act.now())?;
    let Some(state) = rules::next(file.content.state, settings.once_whole()) else {
        return steps::open_file(act, &permit, &file);
    };
    steps::complete(act, &permit, &file, (state, rules::UNSENT_KEPT)).await
}
