//! Bring a file of a chat of another messenger, before the message that carries it.

use std::sync::Arc;

use act::{Act, Action, Method, Operation};
use base::{AccountId, Result};

use crate::{
    arriving,
    operator::Settings,
    rules::{
        self, FILE_NAME_INVALID, FILE_TOO_LARGE, IMPORT_ABSENT, IMPORT_CHAT_ABSENT,
        IMPORT_FINISHED, IMPORT_NAME_INVALID, IMPORT_OPENED, QUOTA_FULL, UNSENT_TOO_MANY,
        UPLOAD_OTHER,
    },
    steps, store, wire,
};

pub static OP: Operation = Operation::write("messenger.import.file", Action::Administer)
    .http(Method::Post, "/imports/{import}/chats/{chat}/files")
    .harmless_again("the same external id is the same file")
    .summary(
        "Begins a file for a chat that arrives, at most 2 GiB in parts of 4 MiB, or says how far it is. \
         What no message carries within a week goes.",
    )
    .refusing(&[
        IMPORT_ABSENT,
        IMPORT_CHAT_ABSENT,
        IMPORT_FINISHED,
        IMPORT_OPENED,
        IMPORT_NAME_INVALID,
        FILE_NAME_INVALID,
        FILE_TOO_LARGE,
        UNSENT_TOO_MANY,
        UPLOAD_OTHER,
        QUOTA_FULL,
    ]);

pub async fn run(
    act: &mut Act,
    input: wire::BringFile,
    settings: Arc<Settings>,
) -> Result<wire::Upload> {
    rules::may_be_called(&input.external_id, "external_id")?;
    let name = rules::file_name(&input.name)?;
    rules::may_be_so_large(input.size_bytes)?;
    act.throttle(&rules::IMPORTING, &act.member()?.account.to_bytes())?;
    let (arrival, permit) = steps::arriving(act, input.import, input.chat).await?;
    let id = arriving::file_id(act, arrival.chat, &input.external_id).await?;
    let begun = store::files_among(act, arrival.chat, &[id]).await?;
    if let Some(begun) = begun.first() {
        let parts = store::list_parts(act, begun.content.id).await?;
        let upload = steps::open_upload(act, &permit, begun, &parts)?;
        if upload.name != name || upload.size_bytes != input.size_bytes {
            return Err(UPLOAD_OTHER.at("external_id"));
        }
        if rules::is_soon_gone(begun, act.now()) {
            store::keep_longer(act, &permit, begun, rules::BROUGHT_KEPT)?;
        }
        return Ok(upload);
    }
    rules::may_begin_brought(store::count_unsent(act, AccountId::NIL).await?)?;
    let storage = store::storage(act).await?;
    rules::finds_room(&storage, settings.quota_bytes, input.size_bytes)?;

    let beginning = steps::Beginning {
        id,
        chat: arrival.chat,
        // Whoever goes on with the import goes on with its files.
        author: AccountId::NIL,
        name,
        size_bytes: input.size_bytes,
        kept: rules::BROUGHT_KEPT,
    };
    let file = steps::new_file(act, &permit, beginning)?;
    let allowed = rules::allowed(&storage, settings.quota_bytes);
    store::take_storage(act, &permit, input.size_bytes, allowed)?;
    store::insert_upload(act, &permit, &file, None)?;
    steps::open_upload(act, &permit, &file, &[])
}
