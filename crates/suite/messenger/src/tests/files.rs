//! Files: they come in parts, go out whole, and are seen by those who may.

use std::time::Duration;

use act::{Call, Content, Role, Scanner, Shown, Verdict};
use base::Result;
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, future::BoxFuture};
use picture::samples;
use serde_json::{Value, json};
use testkit::{Actor, House};

use super::kit::{add, changes, group, house, stream};
use crate::{
    Inspector, Settings, begin_upload, cancel_upload, expire_uploads, finish_upload,
    forward_messages, get_message, get_quota, get_upload, list_files, list_messages, live_file,
    module_with, put_part, read_file, read_thumbnail, recall_message, remove_member,
    rules::PART_BYTES, send_message, set_quota,
};

pub(super) fn pattern(bytes: usize) -> Vec<u8> {
    (0..bytes).map(|at| (at % 251) as u8).collect()
}

fn beginning(chat: &Value, name: &str, bytes: usize) -> Value {
    json!({ "chat": chat["id"], "client_id": format!("u-{name}"), "name": name, "size_bytes": bytes })
}

async fn put(by: &Actor, chat: &Value, upload: &Value, index: usize, bytes: &[u8]) -> Result<()> {
    let input = json!({ "chat": chat["id"], "upload": upload["id"], "index": index });
    let body = Bytes::copy_from_slice(bytes);
    by.calls_with(&put_part::OP, input, |call| Call { body, ..call })
        .await
        .map(|_| ())
}

/// Brings a file up to its end.
pub(super) async fn bring(by: &Actor, chat: &Value, name: &str, bytes: &[u8]) -> Value {
    let upload = by
        .does(&begin_upload::OP, beginning(chat, name, bytes.len()))
        .await;
    for (index, part) in bytes.chunks(PART_BYTES).enumerate() {
        put(by, chat, &upload, index, part).await.unwrap();
    }
    by.does(&finish_upload::OP, of_upload(chat, &upload)).await
}

fn of_upload(chat: &Value, upload: &Value) -> Value {
    json!({ "chat": chat["id"], "upload": upload["id"] })
}

pub(super) fn of_file(chat: &Value, file: &Value) -> Value {
    json!({ "chat": chat["id"], "file": file["id"] })
}

pub(super) fn carrying(chat: &Value, client_id: &str, files: &[&Value]) -> Value {
    let files: Vec<&Value> = files.iter().map(|file| &file["id"]).collect();
    json!({ "chat": chat["id"], "client_id": client_id, "body": { "text": "", "files": files } })
}

pub(super) async fn content(by: &Actor, chat: &Value, file: &Value) -> Content {
    let answer = by.calls(&read_file::OP, of_file(chat, file)).await.unwrap();
    answer.content.unwrap()
}

pub(super) async fn bytes_of(content: &Content, from: u64, end: u64) -> Vec<u8> {
    let pieces: Vec<Bytes> = content.source.open(from..end).try_collect().await.unwrap();
    pieces.concat()
}

pub(super) async fn used(by: &Actor) -> u64 {
    by.does(&get_quota::OP, json!({})).await["used_bytes"]
        .as_u64()
        .unwrap()
}

fn code(done: Result<()>) -> &'static str {
    done.unwrap_err().refusal().unwrap().code
}

#[tokio::test]
async fn a_file_comes_in_parts_and_goes_out_as_it_was() {
    let house = house().await;
    let [ana, bo] = house.people(["ana", "bo"]).await;
    let chat = group(&ana, &[&bo]).await;
    let bytes = pattern(2 * PART_BYTES + 1_000);
    let input = beginning(&chat, "plan.bin", bytes.len());
    let upload = ana.does(&begin_upload::OP, input.clone()).await;
    assert_eq!(
        (&upload["parts"], &upload["received"], &upload["part_bytes"]),
        (&json!(3), &json!([]), &json!(PART_BYTES))
    );
    let part = |index: usize| bytes.chunks(PART_BYTES).nth(index).unwrap();

    put(&ana, &chat, &upload, 2, part(2)).await.unwrap();
    put(&ana, &chat, &upload, 0, part(0)).await.unwrap();
    let finish = of_upload(&chat, &upload);
    let early = ana.is_refused(&finish_upload::OP, finish.clone()).await;
    assert_eq!(early.code, "messenger.upload_incomplete");
    // Another device, or the same one after a break, hears what is missing.
    let again = ana.does(&begin_upload::OP, input).await;
    let seen = ana.does(&get_upload::OP, finish.clone()).await;
    assert_eq!(
        (&again["id"], &again["received"]),
        (&upload["id"], &json!([0, 2]))
    );
    assert_eq!(seen["received"], json!([0, 2]));
    put(&ana, &chat, &upload, 1, part(1)).await.unwrap();
    // A part that is there stands.
    put(&ana, &chat, &upload, 1, &vec![0; PART_BYTES])
        .await
        .unwrap();
    let file = ana.does(&finish_upload::OP, finish.clone()).await;
    assert_eq!(ana.does(&finish_upload::OP, finish).await, file);
    assert_eq!(
        file,
        json!({
            "id": upload["id"], "name": "plan.bin", "media_type": "application/octet-stream",
            "size_bytes": bytes.len(), "width": null, "height": null, "has_thumbnail": false, "state": "ready",
        })
    );

    let sent = ana
        .does(&send_message::OP, carrying(&chat, "c-1", &[&file]))
        .await;
    assert_eq!(sent["body"]["files"], json!([file]));
    let page = bo
        .does(&list_messages::OP, json!({ "chat": chat["id"] }))
        .await;
    assert_eq!(page["items"][1], sent);
    let told = changes(&stream(&house, &ana), &chat, 1).await;
    assert_eq!(told["frames"][0]["message"]["body"]["files"], json!([file]));
    let content = content(&bo, &chat, &file).await;
    assert_eq!(
        (content.media, content.shown),
        ("application/octet-stream", Shown::Attachment)
    );
    assert_eq!(content.name, "plan.bin");
    assert!(bytes_of(&content, 0, u64::MAX).await == bytes);
    let border = PART_BYTES as u64;
    assert!(
        bytes_of(&content, border - 3, 2 * border + 2).await
            == bytes[PART_BYTES - 3..2 * PART_BYTES + 2]
    );
}

#[tokio::test]
async fn a_repeated_message_with_files_is_the_same_message() {
    let house = house().await;
    let [ana] = house.people(["ana"]).await;
    let chat = group(&ana, &[]).await;
    let file = bring(&ana, &chat, "a.txt", b"hello").await;
    let first = ana
        .does(&send_message::OP, carrying(&chat, "c-1", &[&file]))
        .await;
    let second = ana
        .does(&send_message::OP, carrying(&chat, "c-1", &[&file]))
        .await;
    assert_eq!(first, second);
    let other = ana
        .is_refused(&send_message::OP, carrying(&chat, "c-2", &[&file]))
        .await;
    assert_eq!(other.code, "messenger.file_absent", "it was sent before");
    let none =
        json!({ "chat": chat["id"], "client_id": "c-3", "body": { "text": " ", "files": [] } });
    assert_eq!(
        ana.is_refused(&send_message::OP, none).await.code,
        "messenger.text_empty"
    );
    let twice = ana
        .is_refused(&send_message::OP, carrying(&chat, "c-4", &[&file, &file]))
        .await;
    assert_eq!(twice.code, "messenger.files_too_many");
}

#[tokio::test]
async fn what_does_not_fit_is_refused() {
    let house = house().await;
    let [ana] = house.people(["ana"]).await;
    let chat = group(&ana, &[]).await;
    for (change, refusal) in [
        (json!({ "name": "a/b" }), "messenger.file_name_invalid"),
        (
            json!({ "name": "x\u{202e}gpj.exe" }),
            "messenger.file_name_invalid",
        ),
        (
            json!({ "size_bytes": 2_147_483_649_u64 }),
            "messenger.file_too_large",
        ),
        (json!({ "client_id": "" }), "messenger.client_id_invalid"),
    ] {
        let mut input = beginning(&chat, "a", 1);
        let change = change.as_object().unwrap().clone();
        input.as_object_mut().unwrap().extend(change);
        assert_eq!(ana.is_refused(&begin_upload::OP, input).await.code, refusal);
    }
    let upload = ana.does(&begin_upload::OP, beginning(&chat, "a", 10)).await;
    for (index, bytes, refusal) in [
        (0, 9, "messenger.part_length"),
        (0, 11, "messenger.part_length"),
        (0, 0, "messenger.part_length"),
        (1, 1, "messenger.part_absent"),
    ] {
        let put = put(&ana, &chat, &upload, index, &pattern(bytes)).await;
        assert_eq!(code(put), refusal);
    }
    let unfinished = carrying(&chat, "c-1", &[&upload]);
    let refusal = ana.is_refused(&send_message::OP, unfinished).await;
    assert_eq!(refusal.code, "messenger.file_unfinished");
    let other = ana
        .is_refused(&begin_upload::OP, beginning(&chat, "a", 11))
        .await;
    assert_eq!(other.code, "messenger.upload_other");
    put(&ana, &chat, &upload, 0, &pattern(10)).await.unwrap();
    ana.does(&finish_upload::OP, of_upload(&chat, &upload))
        .await;
    let late = put(&ana, &chat, &upload, 0, &pattern(10)).await;
    assert_eq!(code(late), "messenger.upload_finished");
    // There are files with nothing in them.
    let empty = bring(&ana, &chat, "empty", b"").await;
    let content = content(&ana, &chat, &empty).await;
    assert!(bytes_of(&content, 0, u64::MAX).await.is_empty());
}

#[tokio::test]
async fn files_are_for_the_chat_and_before_they_are_sent_for_their_author() {
    let house = house().await;
    let [ana, bo, eve] = house.people(["ana", "bo", "eve"]).await;
    let chat = group(&ana, &[&bo]).await;
    let elsewhere = group(&eve, &[&ana]).await;
    let upload = ana.does(&begin_upload::OP, beginning(&chat, "a", 3)).await;
    assert_eq!(
        code(put(&bo, &chat, &upload, 0, b"abc").await),
        "messenger.file_absent"
    );
    assert_eq!(
        code(put(&eve, &chat, &upload, 0, b"abc").await),
        "messenger.chat_absent"
    );
    assert_eq!(
        code(put(&ana, &elsewhere, &upload, 0, b"abc").await),
        "messenger.file_absent"
    );
    put(&ana, &chat, &upload, 0, b"abc").await.unwrap();
    let file = ana
        .does(&finish_upload::OP, of_upload(&chat, &upload))
        .await;
    for (who, place, refusal) in [
        (&bo, &chat, "messenger.file_absent"),
        (&eve, &chat, "messenger.chat_absent"),
        (&ana, &elsewhere, "messenger.file_absent"),
    ] {
        for operation in [&read_file::OP, &live_file::OP, &read_thumbnail::OP] {
            let refused = who.is_refused(operation, of_file(place, &file)).await;
            assert_eq!(refused.code, refusal);
        }
    }
    let taken = carrying(&chat, "c-1", &[&file]);
    assert_eq!(
        bo.is_refused(&send_message::OP, taken.clone()).await.code,
        "messenger.file_absent"
    );
    content(&ana, &chat, &file).await;
    ana.does(&send_message::OP, taken).await;
    content(&bo, &chat, &file).await;
    bo.does(&live_file::OP, of_file(&chat, &file)).await;

    let removal = json!({ "chat": chat["id"], "account": bo.account() });
    ana.does(&remove_member::OP, removal).await;
    for operation in [&read_file::OP, &live_file::OP] {
        let refused = bo.is_refused(operation, of_file(&chat, &file)).await;
        assert_eq!(refused.code, "messenger.chat_absent");
    }
}

#[tokio::test]
async fn a_removed_member_brings_no_further_part() {
    let house = house().await;
    let [ana, bo] = house.people(["ana", "bo"]).await;
    let chat = group(&ana, &[&bo]).await;
    let upload = bo
        .does(&begin_upload::OP, beginning(&chat, "a", PART_BYTES + 1))
        .await;
    put(&bo, &chat, &upload, 1, b"x").await.unwrap();
    let removal = json!({ "chat": chat["id"], "account": bo.account() });
    ana.does(&remove_member::OP, removal).await;
    let refused = put(&bo, &chat, &upload, 0, &pattern(PART_BYTES)).await;
    assert_eq!(code(refused), "messenger.chat_absent");
    add(&ana, &chat, &[&bo]).await;
    put(&bo, &chat, &upload, 0, &pattern(PART_BYTES))
        .await
        .unwrap();
    bo.does(&finish_upload::OP, of_upload(&chat, &upload)).await;
}

#[tokio::test]
async fn what_is_not_sent_within_a_day_goes_with_its_bytes() {
    let house = house().await;
    let [ana] = house.people(["ana"]).await;
    let chat = group(&ana, &[]).await;
    let sent = bring(&ana, &chat, "sent", b"12345").await;
    ana.does(&send_message::OP, carrying(&chat, "c-1", &[&sent]))
        .await;
    let waiting = bring(&ana, &chat, "waiting", b"1234567").await;
    let given_up = ana
        .does(&begin_upload::OP, beginning(&chat, "up", 11))
        .await;
    assert_eq!(used(&ana).await, 23);
    ana.does(&cancel_upload::OP, of_upload(&chat, &given_up))
        .await;
    assert_eq!(used(&ana).await, 12);

    let system = house.system("sweep", base::TenantId::NIL);
    house.passes(Duration::from_secs(86_399));
    let round = system.does(&expire_uploads::OP, json!({})).await;
    assert_eq!(round["files"], 0);
    house.passes(Duration::from_secs(1));
    let late = ana
        .is_refused(&send_message::OP, carrying(&chat, "c-2", &[&waiting]))
        .await;
    assert_eq!(
        late.code, "messenger.file_absent",
        "it has run out, though nobody tidied up yet"
    );
    let round = system.does(&expire_uploads::OP, json!({})).await;
    assert_eq!(round["files"], 1);

    assert_eq!(used(&ana).await, 5);
    let gone = ana
        .is_refused(&get_upload::OP, of_upload(&chat, &waiting))
        .await;
    assert_eq!(gone.code, "messenger.file_absent");
    content(&ana, &chat, &sent).await;
    let removed = house.runtime().remove_unnamed_blobs().await.unwrap();
    assert_eq!(removed.unnamed, 1, "the one part of what was not sent");
    assert_eq!(
        bytes_of(&content(&ana, &chat, &sent).await, 0, 9).await,
        b"12345"
    );
}

#[tokio::test]
async fn an_organisation_keeps_as_much_as_it_may() {
    let settings = Settings {
        quota_bytes: Some(100),
        scans: false,
        push: None,
    };
    let house = House::with(vec![module_with(settings)]).await;
    let [ana, bo] = house.people(["ana", "bo"]).await;
    let chat = group(&ana, &[&bo]).await;
    let full = |refusal: base::Refusal| assert_eq!(refusal.code, "messenger.quota_full");
    full(
        ana.is_refused(&begin_upload::OP, beginning(&chat, "a", 101))
            .await,
    );
    ana.does(&begin_upload::OP, beginning(&chat, "b", 60)).await;
    full(
        ana.is_refused(&begin_upload::OP, beginning(&chat, "c", 41))
            .await,
    );
    // Many at once find room for exactly as many as there is.
    let at_once = (0..8).map(|number| {
        let (bo, chat) = (bo.clone(), chat.clone());
        async move {
            let input = beginning(&chat, &format!("n{number}"), 15);
            bo.calls(&begin_upload::OP, input).await.is_ok()
        }
    });
    let began = futures_util::future::join_all(at_once).await;
    assert_eq!(began.into_iter().filter(|began| *began).count(), 2);
    assert_eq!(used(&ana).await, 90);

    let forbidden = bo
        .is_refused(&set_quota::OP, json!({ "allowed_bytes": 95 }))
        .await;
    assert_eq!(forbidden.code, "access.not_permitted");
    let mut member = *ana.caller().member().unwrap();
    member.role = Role::Administrator;
    let administrator = house.member(member);
    let more = administrator
        .is_refused(&set_quota::OP, json!({ "allowed_bytes": 101 }))
        .await;
    assert_eq!(more.code, "messenger.quota_invalid");
    let quota = administrator
        .does(&set_quota::OP, json!({ "allowed_bytes": 95 }))
        .await;
    assert_eq!(
        quota,
        json!({ "used_bytes": 90, "allowed_bytes": 95, "given_bytes": 100 })
    );
    full(
        ana.is_refused(&begin_upload::OP, beginning(&chat, "d", 6))
            .await,
    );
    ana.does(&begin_upload::OP, beginning(&chat, "d", 5)).await;
}

#[tokio::test]
async fn pictures_are_measured_and_get_a_small_one() {
    let house = house().await;
    let [ana, bo] = house.people(["ana", "bo"]).await;
    let chat = group(&ana, &[&bo]).await;
    let picture = samples::file(960, 240, samples::Format::Png);
    let file = bring(&ana, &chat, "photo.html", &picture).await;
    assert_eq!(
        (
            &file["media_type"],
            &file["width"],
            &file["height"],
            &file["has_thumbnail"]
        ),
        (&json!("image/png"), &json!(960), &json!(240), &json!(true))
    );
    let other = bring(&ana, &chat, "b.txt", b"text").await;
    ana.does(&send_message::OP, carrying(&chat, "c-1", &[&file, &other]))
        .await;
    let answer = bo
        .calls(&read_thumbnail::OP, of_file(&chat, &file))
        .await
        .unwrap();
    assert_eq!(answer.media, "image/jpeg");
    let size = picture::measure(&answer.body).unwrap();
    assert_eq!((size.width, size.height), (480, 120));
    let none = bo
        .is_refused(&read_thumbnail::OP, of_file(&chat, &other))
        .await;
    assert_eq!(none.code, "messenger.thumbnail_absent");

    let listed = |kind: Value| {
        let (bo, chat) = (bo.clone(), chat.clone());
        async move {
            let input = json!({ "chat": chat["id"], "kind": kind });
            let page = bo.does(&list_files::OP, input).await;
            let items = page["items"].as_array().unwrap().iter();
            items
                .map(|item| item["file"]["name"].clone())
                .collect::<Vec<_>>()
        }
    };
    assert_eq!(listed(json!("image")).await, [json!("photo.html")]);
    assert_eq!(listed(json!("file")).await, [json!("b.txt")]);
    let input = json!({ "chat": chat["id"], "limit": 1 });
    let first = bo.does(&list_files::OP, input).await;
    let input = json!({ "chat": chat["id"], "limit": 1, "cursor": first["next_cursor"] });
    let second = bo.does(&list_files::OP, input).await;
    assert_eq!(second["next_cursor"], Value::Null);
    assert_ne!(
        first["items"][0]["file"]["id"],
        second["items"][0]["file"]["id"]
    );
    assert_eq!(second["items"][0]["author"]["name"], "ana");
}

#[tokio::test]
async fn hostile_files_are_kept_as_files_and_shown_as_none() {
    let house = house().await;
    let [ana] = house.people(["ana"]).await;
    let chat = group(&ana, &[]).await;
    let mut cut = samples::file(64, 64, samples::Format::Png);
    cut.truncate(cut.len() / 2);
    for (name, bytes, media, shown) in [
        ("bomb.webp", samples::bomb(), "image/webp", true),
        ("deep.png", samples::deep(), "image/png", true),
        ("cut.png", cut, "image/png", true),
        (
            "polyglot.gif",
            b"GIF89a/*\0\0*/=alert(1)//".to_vec(),
            "image/gif",
            true,
        ),
        (
            "photo.png",
            b"<svg onload='alert(1)'/>".to_vec(),
            "image/svg+xml",
            false,
        ),
        ("photo.jpg", b"<html><script>".to_vec(), "text/html", false),
        ("a.pdf", b"%PDF-1.7 /JS".to_vec(), "application/pdf", false),
        (
            "无.txt",
            vec![0, 159, 146, 150],
            "application/octet-stream",
            false,
        ),
    ] {
        let file = bring(&ana, &chat, name, &bytes).await;
        assert_eq!(
            (&file["media_type"], &file["has_thumbnail"]),
            (&json!(media), &json!(false)),
            "{name}"
        );
        let input = json!({ "chat": chat["id"], "file": file["id"], "inline": true });
        let answer = ana
            .calls(&read_file::OP, input)
            .await
            .unwrap()
            .content
            .unwrap();
        let expected = match shown {
            true => (media, Shown::Inline),
            false => ("application/octet-stream", Shown::Attachment),
        };
        assert_eq!((answer.media, answer.shown), expected, "{name}");
        assert_eq!(bytes_of(&answer, 0, u64::MAX).await, bytes);
    }
}

#[tokio::test]
async fn forwarding_copies_no_bytes_and_outlives_a_recall() {
    let house = house().await;
    let [ana, bo, cy] = house.people(["ana", "bo", "cy"]).await;
    let chat = group(&ana, &[&bo]).await;
    let other = group(&bo, &[&cy]).await;
    let file = bring(&ana, &chat, "plan.txt", b"the plan").await;
    let sent = ana
        .does(&send_message::OP, carrying(&chat, "c-1", &[&file]))
        .await;
    let before = used(&ana).await;
    let input = json!({
        "chat": other["id"], "client_id": "c-2", "source": chat["id"], "messages": [sent["id"]],
    });
    let forwarded = bo.does(&forward_messages::OP, input).await;
    let copy = &forwarded["body"]["items"][0]["files"][0];
    assert_ne!(copy["id"], file["id"]);
    assert_eq!(
        (&copy["name"], &copy["size_bytes"]),
        (&json!("plan.txt"), &json!(8))
    );
    assert_eq!(used(&ana).await, before, "nothing was copied");
    let of_it = json!({ "chat": other["id"], "message": forwarded["id"] });
    assert_eq!(
        cy.does(&get_message::OP, of_it).await["body"],
        forwarded["body"]
    );
    assert_eq!(
        bytes_of(&content(&cy, &other, copy).await, 0, 99).await,
        b"the plan"
    );
    let elsewhere = cy.is_refused(&read_file::OP, of_file(&other, &file)).await;
    assert_eq!(elsewhere.code, "messenger.file_absent");

    let of_it = json!({ "chat": chat["id"], "message": sent["id"] });
    ana.does(&recall_message::OP, of_it).await;
    let gone = ana.is_refused(&read_file::OP, of_file(&chat, &file)).await;
    assert_eq!(gone.code, "messenger.file_absent");
    let page = ana
        .does(&list_files::OP, json!({ "chat": chat["id"] }))
        .await;
    assert_eq!(page["items"], json!([]));
    assert_eq!(
        bytes_of(&content(&cy, &other, copy).await, 0, 99).await,
        b"the plan"
    );
}

#[tokio::test]
async fn an_account_leaves_so_many_files_unsent() {
    let house = house().await;
    let [ana] = house.people(["ana"]).await;
    let chat = group(&ana, &[]).await;
    for number in 0..100 {
        ana.does(&begin_upload::OP, beginning(&chat, &number.to_string(), 1))
            .await;
    }
    let refusal = ana
        .is_refused(&begin_upload::OP, beginning(&chat, "more", 1))
        .await;
    assert_eq!(refusal.code, "messenger.unsent_too_many");
}

/// Finds harm where it is written.
pub(super) struct Reader;

impl Scanner for Reader {
    fn scan(&self, bytes: act::ByteStream) -> BoxFuture<'_, Result<Verdict>> {
        Box::pin(async move {
            let whole: Vec<Bytes> = bytes.boxed().try_collect().await?;
            match whole.concat().windows(4).any(|word| word == b"harm") {
                true => Ok(Verdict::Harmful),
                false => Ok(Verdict::Clean),
            }
        })
    }
}

#[tokio::test]
async fn where_files_are_looked_through_harmful_ones_are_given_to_nobody() {
    let settings = Settings {
        quota_bytes: None,
        scans: true,
        push: None,
    };
    let house = House::with(vec![module_with(settings)]).await;
    let [ana, bo] = house.people(["ana", "bo"]).await;
    let chat = group(&ana, &[&bo]).await;
    let fine = bring(&ana, &chat, "fine", b"all is well").await;
    let bad = bring(&ana, &chat, "bad", b"does harm").await;
    assert_eq!(
        (&fine["state"], &bad["state"]),
        (&json!("scanning"), &json!("scanning"))
    );
    let sent = ana
        .does(&send_message::OP, carrying(&chat, "c-1", &[&fine, &bad]))
        .await;
    let early = bo.is_refused(&read_file::OP, of_file(&chat, &fine)).await;
    assert_eq!(early.code, "messenger.file_scanning");

    let inspector = Inspector::new(house.runtime().clone(), std::sync::Arc::new(Reader));
    let inspected = inspector.round().await.unwrap();
    assert_eq!((inspected.clean, inspected.harmful), (1, 1));
    assert_eq!(
        inspector.round().await.unwrap(),
        crate::Inspected::default()
    );

    assert_eq!(
        bytes_of(&content(&bo, &chat, &fine).await, 0, 99).await,
        b"all is well"
    );
    for who in [&ana, &bo] {
        let refused = who.is_refused(&read_file::OP, of_file(&chat, &bad)).await;
        assert_eq!(refused.code, "messenger.file_blocked");
    }
    let told = changes(
        &stream(&house, &ana),
        &chat,
        sent["change"].as_i64().unwrap(),
    )
    .await;
    let frames = told["frames"].as_array().unwrap();
    assert_eq!(frames.len(), 2, "one for each file");
    assert_eq!(frames[1]["event"], "message.settled");
    assert_eq!(frames[1]["message"]["change"], frames[1]["change"]);
    let of_it = json!({ "chat": chat["id"], "message": sent["id"] });
    let seen = bo.does(&get_message::OP, of_it).await;
    assert_eq!(frames[1]["message"]["body"], seen["body"]);
    let states: Vec<_> = seen["body"]["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| &file["state"])
        .collect();
    assert_eq!(states, ["ready", "blocked"]);
    let other = group(&bo, &[]).await;
    let input = json!({
        "chat": other["id"], "client_id": "c-2", "source": chat["id"], "messages": [sent["id"]],
    });
    let forwarded = bo.does(&forward_messages::OP, input).await;
    let files = forwarded["body"]["items"][0]["files"].as_array().unwrap();
    assert_eq!(files.len(), 1, "the harmful one stays behind");
    let bad = bring(&ana, &chat, "bad again", b"more harm").await;
    inspector.round().await.unwrap();
    let refused = ana
        .is_refused(&send_message::OP, carrying(&chat, "c-3", &[&bad]))
        .await;
    assert_eq!(refused.code, "messenger.file_blocked");
}
