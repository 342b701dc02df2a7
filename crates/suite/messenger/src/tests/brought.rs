//! Files that arrive with a workspace: nobody's at first, then those of its messages.

use std::time::Duration;

use act::{Call, Role, Shown};
use base::{FileId, Result, TenantId};
use bytes::Bytes;
use picture::samples;
use serde_json::{Value, json};
use testkit::{Actor, House};

use super::{
    files::{Reader, bytes_of, content, pattern, used},
    imports::{batch, begun, news, of, said},
    kit::house,
};
use crate::{
    Inspector, Settings, bring_chat, bring_file, bring_messages, bring_part, bring_whole,
    expire_uploads, get_upload, list_files, list_messages, module_with, open_chat, read_file,
    read_thumbnail, rules::PART_BYTES, send_message, set_quota,
};

fn beginning(import: &Value, chat: &Value, name: &str, bytes: usize) -> Value {
    let mut input = of(import, chat);
    input["external_id"] = json!(format!("1.0/{name}"));
    input["name"] = json!(name);
    input["size_bytes"] = json!(bytes);
    input
}

fn of_upload(import: &Value, chat: &Value, upload: &Value) -> Value {
    let mut input = of(import, chat);
    input["upload"] = upload["id"].clone();
    input
}

async fn put(by: &Actor, upload: Value, index: usize, bytes: &[u8]) -> Result<()> {
    let mut input = upload;
    input["index"] = json!(index);
    let body = Bytes::copy_from_slice(bytes);
    by.calls_with(&bring_part::OP, input, |call| Call { body, ..call })
        .await
        .map(|_| ())
}

/// Brings a file up to its end.
async fn brings(by: &Actor, import: &Value, chat: &Value, name: &str, bytes: &[u8]) -> Value {
    let input = beginning(import, chat, name, bytes.len());
    let upload = by.does(&bring_file::OP, input).await;
    let named = of_upload(import, chat, &upload);
    for (index, part) in bytes.chunks(PART_BYTES).enumerate() {
        put(by, named.clone(), index, part).await.unwrap();
    }
    by.does(&bring_whole::OP, named).await
}

fn carrying(second: u32, author: Option<&Actor>, text: &str, files: &[&Value]) -> Value {
    let files: Vec<_> = files.iter().map(|file| &file["id"]).collect();
    said(second, author, text, json!({ "files": files }))
}

fn code(done: Result<()>) -> &'static str {
    done.unwrap_err().refusal().unwrap().code
}

/// An import of ana's with one chat of bo's and cy's.
async fn arriving(house: &House) -> ([Actor; 3], Value, Value) {
    let [ana, bo, cy] = house.people(["ana", "bo", "cy"]).await;
    let import = begun(&ana).await;
    let chat = ana.does(&bring_chat::OP, news(&import, &bo, &[&cy])).await;
    ([ana, bo, cy], import, chat)
}

#[tokio::test]
async fn a_file_arrives_in_its_message_and_is_its_authors() {
    let house = house().await;
    let ([ana, bo, cy], import, chat) = arriving(&house).await;
    let bytes = pattern(PART_BYTES + 1_000);
    let input = beginning(&import, &chat, "plan.bin", bytes.len());
    let upload = ana.does(&bring_file::OP, input.clone()).await;
    assert_eq!(
        (&upload["parts"], &upload["received"], &upload["file"]),
        (&json!(2), &json!([]), &Value::Null)
    );
    let named = of_upload(&import, &chat, &upload);
    let parts: Vec<&[u8]> = bytes.chunks(PART_BYTES).collect();
    assert_eq!(
        code(put(&ana, named.clone(), 1, parts[0]).await),
        "messenger.part_length"
    );
    put(&ana, named.clone(), 1, parts[1]).await.unwrap();
    let early = ana.is_refused(&bring_whole::OP, named.clone()).await;
    assert_eq!(early.code, "messenger.upload_incomplete");
    // What goes on after a break finds it as far as it is.
    let again = ana.does(&bring_file::OP, input.clone()).await;
    assert_eq!(
        (&again["id"], &again["received"]),
        (&upload["id"], &json!([1]))
    );
    put(&ana, named.clone(), 0, parts[0]).await.unwrap();
    put(&ana, named.clone(), 0, &vec![0; PART_BYTES])
        .await
        .unwrap();
    let plan = ana.does(&bring_whole::OP, named.clone()).await;
    assert_eq!(ana.does(&bring_whole::OP, named).await, plan);
    let again = ana.does(&bring_file::OP, input.clone()).await;
    assert_eq!(
        (&again["file"], used(&ana).await),
        (&plan, bytes.len() as u64)
    );
    let picture = samples::file(900, 600, samples::Format::Png);
    let shown = brings(&ana, &import, &chat, "loom.png", &picture).await;
    assert_eq!(
        (&shown["width"], &shown["has_thumbnail"]),
        (&json!(900), &json!(true))
    );

    let loose = brings(&ana, &import, &chat, "loose.txt", b"a thread").await;

    let messages = [
        carrying(1, Some(&bo), "", &[&plan, &shown]),
        carrying(2, None, "no account", &[&loose]),
    ];
    let messages = batch(&import, &chat, &messages);
    let reached = ana.does(&bring_messages::OP, messages.clone()).await;
    assert_eq!(ana.does(&bring_messages::OP, messages).await, reached);
    // Begun again after it was sent, it is what it was.
    assert_eq!(ana.does(&bring_file::OP, input).await["file"], plan);
    ana.does(&open_chat::OP, of(&import, &chat)).await;

    let chat = json!({ "id": chat["chat"] });
    let page = json!({ "chat": chat["id"] });
    let read = cy.does(&list_messages::OP, page.clone()).await;
    assert_eq!(read["items"][0]["body"]["files"], json!([plan, shown]));
    assert_eq!(read["items"][0]["body"]["text"], "");
    let list = cy.does(&list_files::OP, page).await;
    let (stranger, own) = list["items"].as_array().unwrap().split_first().unwrap();
    assert_eq!(
        (&stranger["file"], &stranger["author"]["name"]),
        (&loose, &json!("Gone Girl"))
    );
    assert_eq!(own.len(), 2);
    for item in own {
        assert_eq!(item["author"]["id"], json!(bo.account()));
        assert_eq!(item["created_at"], "2020-01-01T00:00:01.000000Z");
    }
    let come = content(&cy, &chat, &plan).await;
    assert_eq!(come.shown, Shown::Attachment);
    assert!(bytes_of(&come, 0, u64::MAX).await == bytes);
    let small = json!({ "chat": chat["id"], "file": shown["id"] });
    assert!(cy.calls(&read_thumbnail::OP, small).await.is_ok());
}

#[tokio::test]
async fn only_who_brings_a_chat_brings_its_files() {
    let house = house().await;
    let ([ana, bo, _], import, chat) = arriving(&house).await;
    let mut dot = house.colleague_of(&ana, "dot").member();
    dot.role = Role::Administrator;
    let dot = house.member(dot);
    let input = |name: &str| beginning(&import, &chat, name, 5);
    let refusal = bo.is_refused(&bring_file::OP, input("a")).await;
    assert_eq!(refusal.code, "access.not_permitted");
    let upload = ana.does(&bring_file::OP, input("a")).await;
    let named = of_upload(&import, &chat, &upload);
    assert_eq!(
        code(put(&bo, named.clone(), 0, b"12345").await),
        "access.not_permitted"
    );
    // Another administrator goes on with it.
    put(&dot, named.clone(), 0, b"12345").await.unwrap();
    dot.does(&bring_whole::OP, named.clone()).await;

    // Nobody reaches it by the doors of chats, not even who brought it.
    let elsewhere = json!({ "chat": chat["chat"], "upload": upload["id"] });
    let hidden = ana.is_refused(&get_upload::OP, elsewhere).await;
    assert_eq!(hidden.code, "messenger.chat_absent");
    let other = ana
        .is_refused(&bring_file::OP, {
            let mut other = input("a");
            other["size_bytes"] = json!(6);
            other
        })
        .await;
    assert_eq!(other.code, "messenger.upload_other");
    for name in ["", "a/b", "..", "a\u{202e}b", "a\u{7}"] {
        let mut bad = input("bad");
        bad["name"] = json!(name);
        let refused = ana.is_refused(&bring_file::OP, bad).await;
        assert_eq!(refused.code, "messenger.file_name_invalid", "{name:?}");
    }
}

#[tokio::test]
async fn files_come_once_and_whole_and_only_until_the_chat_is_open() {
    let house = house().await;
    let ([ana, bo, _], import, chat) = arriving(&house).await;
    let input = |name: &str| beginning(&import, &chat, name, 5);
    let file = brings(&ana, &import, &chat, "a", b"12345").await;
    let begun = ana.does(&bring_file::OP, input("late")).await;
    let late = of_upload(&import, &chat, &begun);
    let absent: FileId = house.runtime().new_id();
    let absent = json!({ "id": absent });
    let two = [
        carrying(1, Some(&bo), "one", &[&file]),
        carrying(2, Some(&bo), "two", &[&file]),
    ];
    for (messages, expected) in [
        (&two[..], "messenger.import_too_much"),
        (
            &[carrying(1, None, "", &[&begun])][..],
            "messenger.file_unfinished",
        ),
        (
            &[carrying(1, None, "", &[&absent])][..],
            "messenger.file_absent",
        ),
        (&[carrying(1, None, "", &[])][..], "messenger.text_empty"),
    ] {
        let refused = ana.is_refused(&bring_messages::OP, batch(&import, &chat, messages));
        assert_eq!(refused.await.code, expected);
    }
    let first = batch(&import, &chat, &two[..1]);
    ana.does(&bring_messages::OP, first).await;
    let second = batch(&import, &chat, &two[1..]);
    let refused = ana.is_refused(&bring_messages::OP, second).await;
    assert_eq!(refused.code, "messenger.file_absent", "it is sent already");

    ana.does(&open_chat::OP, of(&import, &chat)).await;
    let refused = ana.is_refused(&bring_file::OP, input("b")).await;
    assert_eq!(refused.code, "messenger.import_opened");
    assert_eq!(
        code(put(&ana, late.clone(), 0, b"12345").await),
        "messenger.import_opened"
    );
    let refused = ana.is_refused(&bring_whole::OP, late).await;
    assert_eq!(refused.code, "messenger.import_opened");
    // What was left over is nobody's in the chat either.
    let of_chat = json!({ "chat": chat["chat"], "upload": begun["id"] });
    let refused = bo.is_refused(&get_upload::OP, of_chat).await;
    assert_eq!(refused.code, "messenger.file_absent");
    let sent = json!({
        "chat": chat["chat"], "client_id": "c-1", "body": { "text": "", "files": [begun["id"]] },
    });
    let refused = bo.is_refused(&send_message::OP, sent).await;
    assert_eq!(refused.code, "messenger.file_absent");
    let read = json!({ "chat": chat["chat"], "file": begun["id"] });
    let refused = bo.is_refused(&read_file::OP, read).await;
    assert_eq!(refused.code, "messenger.file_absent");
}

#[tokio::test]
async fn what_no_message_carries_waits_for_a_week_and_counts_until_then() {
    let house = house().await;
    let ([ana, ..], import, chat) = arriving(&house).await;
    let quota = json!({ "allowed_bytes": 20 });
    ana.does(&set_quota::OP, quota).await;
    let input = |name: &str, bytes| beginning(&import, &chat, name, bytes);
    let first = brings(&ana, &import, &chat, "first", b"0123456789").await;
    ana.does(&bring_file::OP, input("second", 10)).await;
    let full = ana.is_refused(&bring_file::OP, input("third", 1)).await;
    assert_eq!(full.code, "messenger.quota_full");

    let system = house.system("sweep", TenantId::NIL);
    let round = || system.does(&expire_uploads::OP, json!({}));
    house.passes(Duration::from_secs(5 * 86_400));
    // Whoever goes on keeps it for another week.
    ana.does(&bring_file::OP, input("first", 10)).await;
    house.passes(Duration::from_secs(2 * 86_400 - 1));
    assert_eq!(round().await["files"], 0);
    house.passes(Duration::from_secs(1));
    assert_eq!(round().await["files"], 1);
    assert_eq!(used(&ana).await, 10);
    let carried = batch(&import, &chat, &[carrying(1, None, "", &[&first])]);
    ana.does(&bring_messages::OP, carried).await;
    house.passes(Duration::from_secs(30 * 86_400));
    assert_eq!(
        (round().await["files"].clone(), used(&ana).await),
        (json!(0), 10)
    );
    // What is gone comes again.
    brings(&ana, &import, &chat, "second", b"9876543210").await;
}

#[tokio::test]
async fn files_that_do_harm_arrive_and_are_given_to_nobody() {
    let settings = Settings {
        scans: true,
        ..Settings::default()
    };
    let house = House::with(vec![module_with(settings)]).await;
    let ([ana, bo, _], import, chat) = arriving(&house).await;
    let inspector = Inspector::new(house.runtime().clone(), std::sync::Arc::new(Reader));
    let early = brings(&ana, &import, &chat, "early", b"harmful").await;
    assert_eq!(early["state"], "scanning");
    inspector.round().await.unwrap();
    let late = brings(&ana, &import, &chat, "late", b"harmful too").await;
    let clean = brings(&ana, &import, &chat, "clean", b"nothing").await;
    let carried = [carrying(1, Some(&bo), "", &[&early, &late, &clean])];
    ana.does(&bring_messages::OP, batch(&import, &chat, &carried))
        .await;
    inspector.round().await.unwrap();
    let more = [said(2, None, "and then", json!({}))];
    ana.does(&bring_messages::OP, batch(&import, &chat, &more))
        .await;
    ana.does(&open_chat::OP, of(&import, &chat)).await;

    let page = json!({ "chat": chat["chat"] });
    let read = bo.does(&list_messages::OP, page).await;
    let states: Vec<_> = read["items"][0]["body"]["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| file["state"].as_str().unwrap())
        .collect();
    assert_eq!(states, ["blocked", "blocked", "ready"]);
}
