//! Exports: what goes into them, who gets them, and what is left when something happens in the middle.

use std::{
    collections::BTreeMap,
    io::{Cursor, Read},
    sync::Arc,
    time::Duration,
};

use act::{Act, Announcement, Call, Card, Directory};
use base::{AccountId, Result, TenantId};
use bytes::Bytes;
use futures_util::{TryStreamExt, future::BoxFuture};
use serde_json::{Value, json};
use testkit::{Actor, House, HouseBuilder};
use zip::ZipArchive;

use super::{
    files::{Reader, bring, carrying, pattern},
    kit::{add, group, house, say},
};
use crate::{
    Exporter, Inspector, Settings, begin_export, change_chat, continue_export, create_chat,
    delete_export, direct_chat, due_exports, edit_message, expire_exports, forward_messages,
    get_export, list_exports, live_export, module, module_with, react_message, read_export,
    recall_message, remove_member, rules::PART_BYTES, send_message, stumble_export,
};

const NONE: Value = Value::Null;

async fn begin(by: &Actor) -> Value {
    by.does(&begin_export::OP, json!({})).await
}

fn of(export: &Value) -> Value {
    json!({ "export": export["id"] })
}

async fn made(house: &House) {
    Exporter::new(house.runtime().clone())
        .round()
        .await
        .unwrap();
}

/// One step of what is due first.
async fn step(house: &House) -> Value {
    let exporter = house.system("exporter", TenantId::NIL);
    let due = exporter.does(&due_exports::OP, json!({})).await;
    let due = due["exports"][0].clone();
    exporter.does(&continue_export::OP, due).await
}

async fn archive(by: &Actor, export: &Value) -> Vec<u8> {
    let answer = by.calls(&read_export::OP, of(export)).await.unwrap();
    let content = answer.content.unwrap();
    assert_eq!(content.media, "application/zip");
    let pieces: Vec<Bytes> = content
        .source
        .open(0..u64::MAX)
        .try_collect()
        .await
        .unwrap();
    let whole = pieces.concat();
    assert_eq!(content.source.size_bytes(), whole.len() as u64);
    whole
}

/// The members of an archive, by name.
async fn members(by: &Actor, export: &Value) -> BTreeMap<String, Vec<u8>> {
    let mut zip = ZipArchive::new(Cursor::new(archive(by, export).await)).unwrap();
    let read = (0..zip.len()).map(|index| {
        let mut member = zip.by_index(index).unwrap();
        let mut bytes = Vec::new();
        member.read_to_end(&mut bytes).unwrap();
        (member.name().unwrap().into_owned(), bytes)
    });
    read.collect()
}

/// What an account says in a chat, as its archive has it.
fn lines(members: &BTreeMap<String, Vec<u8>>, chat: &Value) -> Vec<Value> {
    let name = format!("messages/{}.jsonl", chat["id"].as_str().unwrap());
    let text = members.get(&name).map(Vec::as_slice).unwrap_or_default();
    let lines = std::str::from_utf8(text).unwrap().lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn texts(lines: &[Value]) -> Vec<&str> {
    lines
        .iter()
        .map(|line| line["text"].as_str().unwrap())
        .collect()
}

fn of_message(chat: &Value, message: &Value) -> Value {
    json!({ "chat": chat["id"], "message": message["id"] })
}

async fn seen(by: &Actor, export: &Value) -> Value {
    by.does(&get_export::OP, of(export)).await
}

async fn sends_file(by: &Actor, chat: &Value, name: &str, bytes: &[u8]) -> Value {
    let file = bring(by, chat, name, bytes).await;
    let message = carrying(chat, name, &[&file]);
    by.does(&send_message::OP, message).await
}

#[tokio::test]
async fn people_take_what_they_said_and_sent_and_nothing_else() {
    let house = house().await;
    let [ana, bo] = house.people(["ana", "bo"]).await;
    let chat = group(&ana, &[&bo]).await;
    let direct = json!({ "account": bo.account() });
    let direct = ana.does(&direct_chat::OP, direct).await;
    let first = say(&ana, &chat, "a rough wording").await;
    let edit = json!({ "chat": chat["id"], "message": first["id"], "text": "a good wording" });
    ana.does(&edit_message::OP, edit).await;
    let emoji =
        json!({ "chat": chat["id"], "message": first["id"], "emoji": "👍", "present": true });
    bo.does(&react_message::OP, emoji).await;
    let withdrawn = say(&ana, &chat, "not meant").await;
    ana.does(&recall_message::OP, of_message(&chat, &withdrawn))
        .await;
    let others = say(&bo, &chat, "what bo says").await;
    let bytes = pattern(70_000);
    let sent = sends_file(&ana, &chat, "计划: final?.bin", &bytes).await;
    sends_file(&bo, &chat, "bo.bin", b"of bo").await;
    let taken_back = sends_file(&ana, &chat, "back.bin", b"taken back").await;
    ana.does(&recall_message::OP, of_message(&chat, &taken_back))
        .await;
    let forward = json!({
        "chat": direct["id"], "client_id": "f-1", "source": chat["id"], "messages": [others["id"]],
    });
    ana.does(&forward_messages::OP, forward).await;

    let begun = begin(&ana).await;
    assert_eq!(
        (&begun["state"], &begun["chats"]),
        (&json!("queued"), &json!(2))
    );
    assert_eq!(begun["files_bytes"], json!(bytes.len()));
    made(&house).await;
    let ready = seen(&ana, &begun).await;
    assert_eq!(
        (
            &ready["state"],
            &ready["chats_done"],
            &ready["messages"],
            &ready["files"]
        ),
        (&json!("ready"), &json!(2), &json!(3), &json!(1))
    );
    let list = ana.does(&list_exports::OP, json!({})).await;
    assert_eq!(list["items"], json!([ready]));

    let members = members(&ana, &begun).await;
    let file = &sent["body"]["files"][0];
    let path = format!("files/{}/计划_ final_.bin", file["id"].as_str().unwrap());
    assert_eq!(members.get(&path), Some(&bytes));
    let said = lines(&members, &chat);
    assert_eq!(texts(&said), ["a good wording", ""]);
    assert_eq!(said[0]["wordings"][0]["text"], "a rough wording");
    assert_eq!(
        (&said[0]["reactions"], &said[0]["id"]),
        (&json!(1), &first["id"])
    );
    assert_eq!(said[0]["sent_at"], first["sent_at"]);
    assert_eq!(
        said[1]["files"],
        json!([{
            "id": file["id"], "name": "计划: final?.bin", "media_type": "application/octet-stream",
            "size_bytes": bytes.len(), "path": path,
        }])
    );
    let forwarded = lines(&members, &direct);
    assert_eq!(forwarded[0]["forwarded"][0]["text"], "what bo says");
    assert_eq!(forwarded[0]["forwarded"][0]["author_name"], "bo");
    let mut chats: Vec<Value> = serde_json::from_slice(&members["chats.json"]).unwrap();
    chats.sort_by_key(|chat| chat["kind"].to_string());
    assert_eq!(
        chats,
        [
            json!({ "id": direct["id"], "kind": "direct", "name": "bo" }),
            json!({ "id": chat["id"], "kind": "group", "name": "news" }),
        ]
    );
    assert!(members.contains_key("README.txt") && members.len() == 5);
    assert!(house.audit().has_written("messenger.export.begin"));
}

#[tokio::test]
async fn an_archive_is_its_owners_alone_and_goes_after_a_week() {
    let house = house().await;
    let [ana, bo] = house.people(["ana", "bo"]).await;
    let [eve] = house.people(["eve"]).await;
    let chat = group(&ana, &[&bo]).await;
    say(&ana, &chat, "mine").await;
    let export = begin(&ana).await;
    for stranger in [&bo, &eve] {
        for operation in [
            &get_export::OP,
            &delete_export::OP,
            &read_export::OP,
            &live_export::OP,
        ] {
            let refused = stranger.is_refused(operation, of(&export)).await;
            assert_eq!(
                refused.code, "messenger.export_absent",
                "{}",
                operation.name
            );
        }
        let list = stranger.does(&list_exports::OP, json!({})).await;
        assert_eq!(list["items"], json!([]));
    }
    let early = ana.is_refused(&read_export::OP, of(&export)).await;
    assert_eq!(early.code, "messenger.export_unfinished");

    made(&house).await;
    archive(&ana, &export).await;
    ana.does(&live_export::OP, of(&export)).await;
    let reconciler = house.system("reconciler", TenantId::NIL);
    house.passes(Duration::from_secs(7 * 86_400 - 60));
    let none = reconciler.does(&expire_exports::OP, json!({})).await;
    assert_eq!(none["exports"], 0);
    house.passes(Duration::from_secs(60));
    let some = reconciler.does(&expire_exports::OP, json!({})).await;
    assert_eq!(some["exports"], 1);
    for operation in [&read_export::OP, &live_export::OP] {
        let gone = ana.is_refused(operation, of(&export)).await;
        assert_eq!(gone.code, "messenger.export_gone");
    }
    let expired = seen(&ana, &export).await;
    assert_eq!(
        (&expired["state"], &expired["expires_at"]),
        (&json!("expired"), &NONE)
    );
    let removed = house.runtime().remove_unnamed_blobs().await.unwrap();
    assert!(removed.unnamed > 0, "its parts are gone");
    house.passes(Duration::from_secs(30 * 86_400));
    reconciler.does(&expire_exports::OP, json!({})).await;
    let list = ana.does(&list_exports::OP, json!({})).await;
    assert_eq!(list["items"], json!([]));
}

#[tokio::test]
async fn every_device_hears_that_one_is_begun_over_or_gone() {
    let house = house().await;
    let [ana] = house.people(["ana"]).await;
    let is_told = || {
        let told = house.heard().take();
        told.iter().any(|announcement| match announcement {
            Announcement::Notice {
                account, notice, ..
            } => (*account, *notice) == (ana.account(), "export"),
            _ => false,
        })
    };
    let export = begin(&ana).await;
    assert!(is_told());
    step(&house).await;
    assert!(!is_told(), "how far it is, is asked for");
    made(&house).await;
    assert!(is_told());
    ana.does(&delete_export::OP, of(&export)).await;
    assert!(is_told());
}

#[tokio::test]
async fn one_is_made_at_a_time_and_three_are_kept() {
    let house = house().await;
    let [ana] = house.people(["ana"]).await;
    let mut export = begin(&ana).await;
    let second = ana.is_refused(&begin_export::OP, json!({})).await;
    assert_eq!(second.code, "messenger.export_underway");
    // The same key again is the same export.
    ana.does(&delete_export::OP, of(&export)).await;
    let keyed = |call| Call {
        idempotency_key: Some("once".to_owned()),
        ..call
    };
    for _ in 0..2 {
        let answer = ana.calls_with(&begin_export::OP, json!({}), keyed).await;
        export = serde_json::from_slice(&answer.unwrap().body).unwrap();
    }
    made(&house).await;
    for _ in 0..2 {
        begin(&ana).await;
        made(&house).await;
    }
    let list = ana.does(&list_exports::OP, json!({})).await;
    assert_eq!(list["items"].as_array().unwrap().len(), 3);
    let fourth = ana.is_refused(&begin_export::OP, json!({})).await;
    assert_eq!(fourth.code, "messenger.exports_too_many");
    ana.does(&delete_export::OP, of(&export)).await;
    begin(&ana).await;
    assert!(house.audit().has_written("messenger.export.delete"));
}

#[tokio::test]
async fn an_export_goes_on_where_it_was_after_a_restart() {
    let house = house().await;
    let [ana] = house.people(["ana"]).await;
    let chat = group(&ana, &[]).await;
    let large = pattern(5 * PART_BYTES + 12_345);
    say(&ana, &chat, "before").await;
    let sent = sends_file(&ana, &chat, "large.bin", &large).await;
    say(&ana, &chat, "after").await;
    let export = begin(&ana).await;
    let running = step(&house).await;
    assert_eq!(
        (&running["state"], &running["files"]),
        (&json!("running"), &json!(0))
    );
    assert!(running["size_bytes"].as_u64().unwrap() >= 4 * PART_BYTES as u64);

    let house = house.restarts(vec![module()]).await;
    made(&house).await;
    let ana = house.member(*ana.caller().member().unwrap());
    assert_eq!(seen(&ana, &export).await["state"], "ready");
    let members = members(&ana, &export).await;
    let id = sent["body"]["files"][0]["id"].as_str().unwrap();
    assert!(members[&format!("files/{id}/large.bin")] == large);
    assert_eq!(texts(&lines(&members, &chat)), ["before", "", "after"]);
}

#[tokio::test]
async fn two_nodes_do_each_step_once() {
    let house = house().await;
    let [ana] = house.people(["ana"]).await;
    let chat = group(&ana, &[]).await;
    let bytes = pattern(9 * PART_BYTES);
    sends_file(&ana, &chat, "large.bin", &bytes).await;
    let export = begin(&ana).await;
    let nodes = [1, 2].map(|_| Exporter::new(house.runtime().clone()));
    let rounds = tokio::join!(nodes[0].round(), nodes[1].round());
    rounds.0.unwrap();
    rounds.1.unwrap();
    made(&house).await;
    let members = members(&ana, &export).await;
    assert!(members.values().any(|member| *member == bytes));
    assert_eq!(members.len(), 4);
}

#[tokio::test]
async fn who_is_removed_in_the_middle_takes_no_more_of_the_chat() {
    let house = house().await;
    let [ana, bo] = house.people(["ana", "bo"]).await;
    let chat = group(&bo, &[&ana]).await;
    let large = pattern(5 * PART_BYTES);
    sends_file(&ana, &chat, "large.bin", &large).await;
    let other = ana
        .does(&create_chat::OP, json!({ "name": "later", "members": [] }))
        .await;
    say(&ana, &other, "still here").await;
    let export = begin(&ana).await;
    step(&house).await;
    let removal = json!({ "chat": chat["id"], "account": ana.account() });
    bo.does(&remove_member::OP, removal).await;

    made(&house).await;
    let ready = seen(&ana, &export).await;
    assert_eq!(
        (&ready["state"], &ready["files"]),
        (&json!("ready"), &json!(0))
    );
    let members = members(&ana, &export).await;
    let has_file = members.keys().any(|name| name.starts_with("files/"));
    assert!(!has_file, "what was begun of it is taken out");
    assert_eq!(texts(&lines(&members, &other)), ["still here"]);
    let size = archive(&ana, &export).await.len();
    assert!(size < PART_BYTES, "{size} bytes");
}

#[tokio::test]
async fn what_is_taken_back_in_the_middle_is_taken_out() {
    let house = house().await;
    let [ana] = house.people(["ana"]).await;
    let chat = group(&ana, &[]).await;
    let sent = sends_file(&ana, &chat, "large.bin", &pattern(5 * PART_BYTES)).await;
    sends_file(&ana, &chat, "small.bin", b"small").await;
    let export = begin(&ana).await;
    step(&house).await;
    ana.does(&recall_message::OP, of_message(&chat, &sent))
        .await;
    made(&house).await;
    let members = members(&ana, &export).await;
    let files: Vec<_> = members
        .keys()
        .filter(|name| name.starts_with("files/"))
        .collect();
    assert!(
        files.len() == 1 && files[0].ends_with("/small.bin"),
        "{files:?}"
    );
}

#[tokio::test]
async fn newcomers_take_what_they_read_today() {
    let house = house().await;
    let [ana, bo] = house.people(["ana", "bo"]).await;
    let chat = group(&ana, &[&bo]).await;
    let since = json!({ "chat": chat["id"], "history": "since_joined" });
    ana.does(&change_chat::OP, since).await;
    say(&bo, &chat, "long ago").await;
    let removal = json!({ "chat": chat["id"], "account": bo.account() });
    ana.does(&remove_member::OP, removal).await;
    add(&ana, &chat, &[&bo]).await;
    say(&bo, &chat, "today").await;
    let export = begin(&bo).await;
    made(&house).await;
    assert_eq!(
        texts(&lines(&members(&bo, &export).await, &chat)),
        ["today"]
    );
}

#[tokio::test]
async fn many_messages_take_several_steps_and_keep_their_order() {
    let house = house().await;
    let [ana] = house.people(["ana"]).await;
    let chat = group(&ana, &[]).await;
    let words: Vec<String> = (0..230).map(|number| format!("word {number}")).collect();
    for word in &words {
        say(&ana, &chat, word).await;
        house.passes(Duration::from_secs(1));
    }
    let export = begin(&ana).await;
    made(&house).await;
    assert_eq!(texts(&lines(&members(&ana, &export).await, &chat)), words);
}

#[tokio::test]
async fn many_chats_take_several_steps_and_are_all_there() {
    let house = house().await;
    let [ana] = house.people(["ana"]).await;
    let mut chats = Vec::new();
    for number in 0..130 {
        let group = json!({ "name": format!("group {number}"), "members": [] });
        let chat = ana.does(&create_chat::OP, group).await;
        say(&ana, &chat, &format!("in {number}")).await;
        chats.push(chat);
        house.passes(Duration::from_secs(60));
    }
    let export = begin(&ana).await;
    let first = step(&house).await;
    assert_eq!(
        (&first["state"], &first["chats_done"]),
        (&json!("running"), &json!(0))
    );
    let mut states = Vec::new();
    while states.last() != Some(&json!("ready")) {
        states.push(step(&house).await["state"].clone());
    }
    assert!(states.len() > 2, "{states:?}");
    assert_eq!(seen(&ana, &export).await["chats_done"], 130);
    let members = members(&ana, &export).await;
    let named: Vec<Value> = serde_json::from_slice(&members["chats.json"]).unwrap();
    assert_eq!(named.len(), 130);
    for (number, chat) in chats.iter().enumerate() {
        assert!(named.iter().any(|one| one["id"] == chat["id"]));
        assert_eq!(texts(&lines(&members, chat)), [format!("in {number}")]);
    }
}

#[tokio::test]
async fn an_export_that_cannot_be_made_is_given_up() {
    let house = house().await;
    let [ana] = house.people(["ana"]).await;
    let chat = group(&ana, &[]).await;
    sends_file(&ana, &chat, "lost.bin", b"lost").await;
    let export = begin(&ana).await;
    let blobs = &house.runtime().ports().blobs;
    for blob in blobs.list(None, 100).await.unwrap() {
        blobs.delete(blob.id).await.unwrap();
    }
    let exporter = Exporter::new(house.runtime().clone());
    for failure in 1..=8 {
        assert!(exporter.round().await.is_err(), "failure {failure}");
        assert_eq!(exporter.round().await.unwrap().done, 0, "it waits");
        house.passes(Duration::from_secs(300));
    }
    let failed = seen(&ana, &export).await;
    assert_eq!(
        (&failed["state"], &failed["failure"]),
        (&json!("failed"), &json!("trouble"))
    );
    let refused = ana.is_refused(&read_export::OP, of(&export)).await;
    assert_eq!(refused.code, "messenger.export_gone");
    // The next one takes its place, and what is over hears of no more trouble.
    let within = json!({ "tenant": ana.caller().tenant(), "export": export["id"] });
    let system = house.system("exporter", TenantId::NIL);
    let still = system.does(&stumble_export::OP, within).await;
    assert_eq!(still["state"], "failed");
    let next = begin(&ana).await;
    let list = ana.does(&list_exports::OP, json!({})).await;
    assert_eq!(list["items"], json!([next]));
}

/// A directory from which everybody has gone.
struct Deserted;

impl Directory for Deserted {
    fn cards<'a>(&'a self, _: &'a mut Act, _: &'a [AccountId]) -> BoxFuture<'a, Result<Vec<Card>>> {
        Box::pin(async { Ok(Vec::new()) })
    }
}

#[tokio::test]
async fn nothing_more_is_made_for_who_is_suspended() {
    let house = HouseBuilder::new(vec![module()]).directory(Arc::new(Deserted));
    let house = house.build().await;
    let [ana] = house.people(["ana"]).await;
    let export = begin(&ana).await;
    made(&house).await;
    let failed = seen(&ana, &export).await;
    assert_eq!(
        (&failed["state"], &failed["failure"]),
        (&json!("failed"), &json!("suspended"))
    );
}

#[tokio::test]
async fn files_that_are_given_to_nobody_are_in_no_archive() {
    let settings = Settings {
        scans: true,
        ..Settings::default()
    };
    let house = House::with(vec![module_with(settings)]).await;
    let [ana] = house.people(["ana"]).await;
    let chat = group(&ana, &[]).await;
    let fine = sends_file(&ana, &chat, "fine", b"all is well").await;
    sends_file(&ana, &chat, "bad", b"does harm").await;
    let inspector = Inspector::new(Arc::clone(house.runtime()), Arc::new(Reader));
    assert_eq!(inspector.round().await.unwrap().harmful, 1);
    sends_file(&ana, &chat, "waiting", b"is looked through later").await;

    let export = begin(&ana).await;
    made(&house).await;

    let members = members(&ana, &export).await;
    let files: Vec<&String> = members
        .keys()
        .filter(|name| name.starts_with("files/"))
        .collect();
    let id = fine["body"]["files"][0]["id"].as_str().unwrap();
    assert_eq!(files, [&format!("files/{id}/fine")]);
    // They are named where they were sent, and lead nowhere.
    let lines = lines(&members, &chat);
    let paths: Vec<bool> = lines
        .iter()
        .map(|line| line["files"][0]["path"].is_string())
        .collect();
    assert_eq!(paths, [true, false, false]);
}
