//! List what was sent in a chat.

use act::{Act, Action, CURSOR_INVALID, Method, Operation};
use base::{AccountId, FileId, Result};

use crate::{
    model::File,
    rules::{self, CHAT_ABSENT, FILES_PAGE, LIMIT_INVALID},
    steps,
    store::{self, Below},
    wire,
};

pub static OP: Operation = Operation::read("messenger.file.list", Action::Read)
    .http(Method::Get, "/chats/{chat}/files")
    .summary("Lists the files of a chat, newest first: all of them, pictures, or what is none.")
    .refusing(&[CHAT_ABSENT, LIMIT_INVALID, CURSOR_INVALID]);

pub async fn run(act: &mut Act, input: wire::ListFiles) -> Result<wire::Page<wire::ChatFile>> {
    let limit = rules::page_size(input.limit, FILES_PAGE)?;
    let below = match &input.cursor {
        None => Below::NEWEST,
        Some(cursor) => read_place(&act.read_cursor(cursor).await?).ok_or(CURSOR_INVALID)?,
    };
    let chat = store::chat(act, input.chat).await?;
    let permit = act.permit(&chat).await?;

    let kind = input.kind.map(wire::FileKind::model);
    let found = store::list_files(act, &chat, kind, below, limit + 1).await?;
    let (files, next_cursor) = steps::page(act, found, limit, place).await?;
    let authors: Vec<AccountId> = files.iter().map(|file| file.author).collect();
    let people = steps::people(act, &authors).await?;
    let items = files
        .iter()
        .map(|file| {
            Ok(wire::ChatFile {
                file: steps::open_file(act, &permit, file)?,
                number: file.number.unwrap_or(0),
                author: steps::person(&people, file.author),
                created_at: file.created_at,
            })
        })
        .collect::<Result<_>>()?;
    Ok(wire::Page { items, next_cursor })
}

fn place(file: &File) -> Vec<u8> {
    let number = file.number.unwrap_or(0).to_be_bytes();
    [number.as_slice(), &file.id.to_bytes()].concat()
}

fn read_place(bytes: &[u8]) -> Option<Below> {
    let (number, file) = bytes.split_first_chunk::<8>()?;
    Some(Below {
        number: i64::from_be_bytes(*number),
        file: FileId::from_bytes(file.try_into().ok()?),
    })
}
