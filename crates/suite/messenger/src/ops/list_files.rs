//! List what was sent in a chat.

use std::collections::HashMap;

use act::{Act, Action, CURSOR_INVALID, Method, Operation, Permit};
use base::{AccountId, FileId, Result};

use crate::{
    model::{Chat, File},
    rules::{self, CHAT_ABSENT, FILES_PAGE, LIMIT_INVALID},
    steps,
    store::{self, Below},
    views, wire,
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
    let elsewhere = names_elsewhere(act, &permit, &chat, &files).await?;
    let items = files
        .iter()
        .map(|file| {
            let number = file.number.unwrap_or(0);
            let mut author = steps::person(&people, file.author);
            if let Some(name) = elsewhere.get(&number) {
                author.name.clone_from(name);
            }
            Ok(wire::ChatFile {
                file: steps::open_file(act, &permit, file)?,
                number,
                author,
                created_at: file.created_at,
            })
        })
        .collect::<Result<_>>()?;
    Ok(wire::Page { items, next_cursor })
}

/// What those were called elsewhere who sent files there and have no account here, by the numbers of their messages.
async fn names_elsewhere(
    act: &mut Act,
    permit: &Permit<Chat>,
    chat: &Chat,
    files: &[File],
) -> Result<HashMap<i64, String>> {
    let strangers = files.iter().filter(|file| file.author == AccountId::NIL);
    let mut numbers: Vec<i64> = strangers.filter_map(|file| file.number).collect();
    numbers.dedup();
    let mut names = HashMap::new();
    for message in store::messages_numbered(act, chat.id, &numbers).await? {
        let content = views::content(act, permit, &message)?;
        let name = content.imported.and_then(|from| from.author_name);
        names.extend(name.map(|name| (message.known(), name)));
    }
    Ok(names)
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
