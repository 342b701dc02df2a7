//! Begin to bring a file into a chat.

use std::sync::Arc;

use act::{Act, Action, IntoValue, Method, Operation, Value};
use base::Result;

use crate::{
    operator::Settings,
    rules::{
        self, CHAT_ABSENT, CLIENT_ID_INVALID, FILE_NAME_INVALID, FILE_TOO_LARGE, POSTING_MANAGERS,
        QUOTA_FULL, UNSENT_TOO_MANY, UPLOAD_OTHER,
    },
    steps, store, wire,
};

pub static OP: Operation = Operation::write("messenger.upload.begin", Action::Post)
    .http(Method::Post, "/chats/{chat}/uploads")
    .created()
    .not_idempotent("the client id in the input does this, and is kept with the file")
    .summary(
        "Begins a file of a chat, at most 2 GiB in parts of 4 MiB; the same client id again goes on with it. \
         What is not sent within a day goes.",
    )
    .refusing(&[
        CHAT_ABSENT,
        CLIENT_ID_INVALID,
        FILE_NAME_INVALID,
        FILE_TOO_LARGE,
        UNSENT_TOO_MANY,
        UPLOAD_OTHER,
        QUOTA_FULL,
        POSTING_MANAGERS,
    ]);

pub async fn run(
    act: &mut Act,
    input: wire::BeginUpload,
    settings: Arc<Settings>,
) -> Result<wire::Upload> {
    rules::may_be_client_id(&input.client_id)?;
    let name = rules::file_name(&input.name)?;
    rules::may_be_so_large(input.size_bytes)?;
    let account = act.member()?.account;
    act.throttle(&rules::UPLOADING, &account.to_bytes())?;
    let chat = store::chat(act, input.chat).await?;
    let permit = act.permit(&chat).await?;
    let token = client_token(act, &input.client_id).await?;
    if let Some(begun) = store::find_file_by_token(act, &chat, token.clone()).await? {
        let parts = store::list_parts(act, begun.content.id).await?;
        let upload = steps::open_upload(act, &permit, &begun, &parts)?;
        return match upload.name == name && upload.size_bytes == input.size_bytes {
            true => Ok(upload),
            false => Err(UPLOAD_OTHER.at("client_id")),
        };
    }
    rules::may_post(&chat)?;
    rules::may_begin(store::count_unsent(act, account).await?)?;
    let storage = store::storage(act).await?;
    rules::finds_room(&storage, settings.quota_bytes, input.size_bytes)?;

    let beginning = steps::Beginning {
        id: act.new_id(),
        chat: chat.id,
        author: account,
        name,
        size_bytes: input.size_bytes,
        kept: rules::UNSENT_KEPT,
    };
    let file = steps::new_file(act, &permit, beginning)?;
    let allowed = rules::allowed(&storage, settings.quota_bytes);
    store::take_storage(act, &permit, input.size_bytes, allowed)?;
    store::insert_upload(act, &permit, &file, Some(token))?;
    steps::open_upload(act, &permit, &file, &[])
}

/// Makes a repeated upload single; two at once meet in the unique index, and the later one runs again.
async fn client_token(act: &Act, client_id: &str) -> Result<Value> {
    let hash = act.keyed_hash("messenger.upload_client_id", client_id.as_bytes());
    Ok(hash.await?.into_value())
}
