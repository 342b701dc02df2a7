//! Files over the wire: cut anywhere and gone on with, fetched in ranges, kept from those who may not have them, and harmless
//! whatever they are.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use bytes::Bytes;
use hyper::Method;
use serde_json::{Value, json};
use system_tests::{Client, Connection, Organisation, Person, Reply, Server};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    process::{Child, Command},
};
use tokio_rustls::client::TlsStream;

use crate::{
    ground::{Ground, variable},
    picture,
};

const PART_BYTES: usize = 4 * 1024 * 1024;
const OCTETS: [(&str, &str); 1] = [("content-type", "application/octet-stream")];

/// Numbers that look random and are the same in every run (SplitMix64).
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.roll() % u64::try_from(end).unwrap()).unwrap()
    }

    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        let words = (0..count.div_ceil(8)).flat_map(|_| self.roll().to_le_bytes());
        words.take(count).collect()
    }
}

pub async fn begin(connection: &mut Connection, chat: &str, name: &str, bytes: usize) -> Value {
    let input = json!({ "client_id": format!("u-{name}"), "name": name, "size_bytes": bytes });
    connection
        .call("POST", &format!("/chats/{chat}/uploads"), &input)
        .await
        .ok()
}

pub async fn put(
    connection: &mut Connection,
    chat: &str,
    upload: &Value,
    index: usize,
    bytes: &[u8],
) -> Reply {
    let path = part_path(chat, upload, index);
    let body = Bytes::copy_from_slice(bytes);
    let put = connection.request(Method::PUT, &path, &OCTETS, body);
    put.await.unwrap()
}

pub fn part_path(chat: &str, upload: &Value, index: usize) -> String {
    let id = upload["id"].as_str().unwrap();
    format!("/api/v1/chats/{chat}/uploads/{id}/parts/{index}")
}

pub async fn finish(connection: &mut Connection, chat: &str, upload: &Value) -> Value {
    let id = upload["id"].as_str().unwrap();
    let path = format!("/chats/{chat}/uploads/{id}/finish");
    connection.call("POST", &path, &json!({})).await.ok()
}

/// Brings a file up to its end, without a break.
pub async fn bring(connection: &mut Connection, chat: &str, name: &str, bytes: &[u8]) -> Value {
    let upload = begin(connection, chat, name, bytes.len()).await;
    for (index, part) in bytes.chunks(PART_BYTES).enumerate() {
        put(connection, chat, &upload, index, part).await.ok();
    }
    finish(connection, chat, &upload).await
}

pub async fn send(connection: &mut Connection, chat: &str, name: &str, file: &Value) -> Value {
    let input = json!({ "client_id": name, "body": { "text": "", "files": [file["id"]] } });
    connection
        .call("POST", &format!("/chats/{chat}/messages"), &input)
        .await
        .ok()
}

pub fn content_path(chat: &str, file: &Value) -> String {
    let id = file["id"].as_str().unwrap();
    format!("/api/v1/chats/{chat}/files/{id}/content")
}

/// A request that is written by hand, so that it can be left anywhere.
struct Raw {
    tls: TlsStream<TcpStream>,
}

impl Raw {
    async fn head(client: &Client, token: &str, method: &str, path: &str, more: &str) -> Self {
        let mut tls = client.tls().await.unwrap();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\n{more}\r\n",
            client.host()
        );
        tls.write_all(head.as_bytes()).await.unwrap();
        Self { tls }
    }

    /// Sends a part of a part, and is gone.
    async fn breaks_off(client: &Client, token: &str, path: &str, part: &[u8], sent: usize) {
        let more = format!(
            "Content-Type: application/octet-stream\r\nContent-Length: {}\r\n",
            part.len()
        );
        let mut raw = Self::head(client, token, "PUT", path, &more).await;
        // The server may have closed before us; either way nothing of it counts.
        drop(raw.tls.write_all(&part[..sent]).await);
    }

    /// The status, and what has come of the body so far.
    async fn answer(&mut self) -> (u16, Vec<u8>) {
        let mut read = Vec::new();
        let mut buffer = vec![0; 16 * 1024];
        loop {
            let count = self.tls.read(&mut buffer).await.unwrap();
            assert!(count > 0, "an answer has a head");
            read.extend_from_slice(&buffer[..count]);
            if let Some(end) = read.windows(4).position(|end| end == b"\r\n\r\n") {
                let head = String::from_utf8_lossy(&read[..end]).into_owned();
                let status = head.split(' ').nth(1).unwrap().parse().unwrap();
                return (status, read.split_off(end + 4));
            }
        }
    }
}

/// What comes of a file from a place on, until so much has come; the connection is dropped then.
async fn fetch_some(client: &Client, token: &str, path: &str, from: usize, most: usize) -> Vec<u8> {
    let range = format!("Range: bytes={from}-\r\n");
    let mut raw = Raw::head(client, token, "GET", path, &range).await;
    let (status, mut come) = raw.answer().await;
    assert_eq!(status, 206);
    let mut buffer = vec![0; 64 * 1024];
    while come.len() < most {
        match raw.tls.read(&mut buffer).await {
            Ok(0) | Err(_) => break,
            Ok(count) => come.extend_from_slice(&buffer[..count]),
        }
    }
    come
}

/// Brings and fetches a file with breaks at random places; whichever node is asked next goes on.
async fn cut_and_gone_on_with(nodes: &[&Server], bytes: usize) {
    let mut dice = Dice(7);
    let content = dice.bytes(bytes);
    let mut org = Organisation::new(&nodes[0].shared_client(), "files", &["ana", "bo"]).await;
    let bo = org.people[1].account.clone();
    let chat = org.people[0].creates_chat("files", &[bo]).await;
    let (ana, bo) = (org.people[0].token.clone(), org.people[1].token.clone());
    let upload = begin(&mut org.people[0].connection, &chat, "large.bin", bytes).await;
    let parts: Vec<&[u8]> = content.chunks(PART_BYTES).collect();
    assert_eq!(upload["parts"], json!(parts.len()));

    let status = format!("/chats/{chat}/uploads/{}", upload["id"].as_str().unwrap());
    let (mut broken, mut rounds) = (0, 0);
    loop {
        rounds += 1;
        let client = nodes[dice.below(nodes.len())].client();
        let mut connection = client.connect().await;
        connection.token = Some(ana.clone());
        let seen = connection.call("GET", &status, &Value::Null).await.ok();
        let received: Vec<usize> = serde_json::from_value(seen["received"].clone()).unwrap();
        let missing: Vec<usize> = (0..parts.len())
            .filter(|part| !received.contains(part))
            .collect();
        if missing.is_empty() {
            break;
        }
        for _ in 0..3 {
            let index = missing[dice.below(missing.len())];
            put(&mut connection, &chat, &upload, index, parts[index])
                .await
                .ok();
        }
        let index = missing[dice.below(missing.len())];
        let sent = dice.below(parts[index].len());
        let path = part_path(&chat, &upload, index);
        Raw::breaks_off(&client, &ana, &path, parts[index], sent).await;
        broken += 1;
    }
    let file = finish(&mut org.people[0].connection, &chat, &upload).await;
    assert_eq!(file["size_bytes"], json!(bytes));
    send(&mut org.people[0].connection, &chat, "m-1", &file).await;

    let path = content_path(&chat, &file);
    let (mut fetched, mut cuts) = (Vec::new(), 0);
    while fetched.len() < bytes {
        let client = nodes[dice.below(nodes.len())].client();
        let most = (1 + dice.below(bytes / 3)).min(bytes - fetched.len());
        let come = fetch_some(&client, &bo, &path, fetched.len(), most).await;
        fetched.extend_from_slice(&come);
        cuts += 1;
    }
    assert!(fetched == content, "byte for byte");
    let whole = org.people[1].connection.get(&path).await;
    assert!(
        whole.status == 200 && whole.body == content,
        "and in one piece"
    );
    for node in nodes {
        let peak_mib = node.peak_kib() / 1024;
        println!(
            "{bytes} bytes, {rounds} rounds, {broken} broken off, {cuts} fetches; peak {peak_mib} MiB"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_cut_anywhere_and_gone_on_with() {
    let ground = Ground::embedded();
    let server = Server::start(ground.directory.path(), ground.options.clone()).await;
    cut_and_gone_on_with(&[&server], 64 * 1024 * 1024 - 4_321).await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_gone_on_with_at_another_node() {
    let Some(ground) = Ground::cell().await else {
        return;
    };
    let (first, second) = two(&ground).await;
    cut_and_gone_on_with(&[&first, &second], 64 * 1024 * 1024 - 4_321).await;
    first.stop().await;
    second.stop().await;
}

/// A file of the largest size there is, once by hand: `BASTIDE_TEST_FILE_MIB=2048`.
#[tokio::test(flavor = "multi_thread")]
async fn the_memory_of_a_server_does_not_grow_with_a_file() {
    let mib = variable("BASTIDE_TEST_FILE_MIB").map_or(96, |mib| mib.parse().unwrap());
    let ground = Ground::embedded();
    let server = Server::start(ground.directory.path(), ground.options.clone()).await;
    let mut ana = Person::founds(&server.shared_client(), "large", "ana").await;
    let chat = ana.creates_chat("files", &[]).await;
    let part = Dice(11).bytes(PART_BYTES);
    let parts = mib / 4;
    let before = server.usage().1;
    let begun = Instant::now();
    let upload = begin(&mut ana.connection, &chat, "large.bin", parts * PART_BYTES).await;
    for index in 0..parts {
        put(&mut ana.connection, &chat, &upload, index, &part)
            .await
            .ok();
    }
    let file = finish(&mut ana.connection, &chat, &upload).await;
    let uploaded = begun.elapsed();
    let begun = Instant::now();
    let mut raw = Raw::head(
        &server.client(),
        &ana.token,
        "GET",
        &content_path(&chat, &file),
        "",
    )
    .await;
    let (status, come) = raw.answer().await;
    assert_eq!(status, 200);
    let (mut count, mut at) = (come.len(), 0);
    check_piece(&part, &mut at, &come);
    let mut buffer = vec![0; 256 * 1024];
    while count < parts * PART_BYTES {
        let read = raw.tls.read(&mut buffer).await.unwrap();
        assert!(read > 0, "it ends after {count} bytes");
        check_piece(&part, &mut at, &buffer[..read]);
        count += read;
    }
    let peak = server.peak_kib();
    println!(
        "{mib} MiB: up in {uploaded:.1?}, down in {:.1?}; {before} KiB before, {peak} KiB at the peak",
        begun.elapsed()
    );
    assert!(peak - before < 96 * 1024, "from {before} to {peak} KiB");
    server.stop().await;
}

/// Whether a piece is what comes next of a part that repeats.
fn check_piece(part: &[u8], at: &mut usize, mut piece: &[u8]) {
    while !piece.is_empty() {
        let count = piece.len().min(part.len() - *at);
        assert!(piece[..count] == part[*at..*at + count], "byte for byte");
        *at = (*at + count) % part.len();
        piece = &piece[count..];
    }
}

/// Brings and sends files until the server dies, and answers what was acknowledged: parts of the last one, and files sent.
async fn work_until_killed(
    client: Client,
    token: String,
    chat: String,
    round: u32,
    parts: std::sync::Arc<Vec<Vec<u8>>>,
) -> (Option<(Value, Vec<usize>)>, Vec<Value>) {
    let mut connection = client.connect().await;
    connection.token = Some(token);
    let size: usize = parts.iter().map(Vec::len).sum();
    let mut sent = Vec::new();
    for number in 0.. {
        let name = format!("k-{round}-{number}");
        let input = json!({ "client_id": name, "name": name, "size_bytes": size });
        let path = format!("/chats/{chat}/uploads");
        let Ok(upload) = connection.try_call("POST", &path, &input).await else {
            return (None, sent);
        };
        let upload = upload.ok();
        let mut put = Vec::new();
        for (index, part) in parts.iter().enumerate() {
            let path = part_path(&chat, &upload, index);
            let body = Bytes::copy_from_slice(part);
            match connection.request(Method::PUT, &path, &OCTETS, body).await {
                Ok(reply) => drop(reply.ok()),
                Err(_) => return (Some((upload, put)), sent),
            }
            put.push(index);
        }
        let finish = format!("{path}/{}/finish", upload["id"].as_str().unwrap());
        let Ok(file) = connection.try_call("POST", &finish, &json!({})).await else {
            return (Some((upload, put)), sent);
        };
        let file = file.ok();
        let input = json!({ "client_id": name, "body": { "text": "", "files": [file["id"]] } });
        let messages = format!("/chats/{chat}/messages");
        match connection.try_call("POST", &messages, &input).await {
            Ok(reply) => drop(reply.ok()),
            Err(_) => return (None, sent),
        }
        sent.push(file);
    }
    unreachable!("it goes on until something fails")
}

async fn killed_while_files_come(ground: Ground) {
    const ROUNDS: u32 = 8;
    let mut dice = Dice(23);
    let parts = std::sync::Arc::new(vec![
        dice.bytes(PART_BYTES),
        dice.bytes(PART_BYTES),
        dice.bytes(999),
    ]);
    let content = parts.concat();
    let mut server = Server::start(ground.directory.path(), ground.options.clone()).await;
    let mut ana = Person::founds(&server.shared_client(), "killed", "ana").await;
    let chat = ana.creates_chat("files", &[]).await;
    let (mut kept, mut gone_on) = (0, 0);
    for round in 0..ROUNDS {
        let parts_of = std::sync::Arc::clone(&parts);
        let work = work_until_killed(
            server.client(),
            ana.token.clone(),
            chat.clone(),
            round,
            parts_of,
        );
        let work = tokio::spawn(work);
        let moment = 150 + u64::try_from(dice.below(500)).unwrap();
        tokio::time::sleep(Duration::from_millis(moment)).await;
        server.restart_after_kill().await;
        let (open, sent) = work.await.unwrap();
        let mut connection = server.client().connect().await;
        connection.token = Some(ana.token.clone());
        for file in sent.iter().rev().take(2) {
            let whole = connection.get(&content_path(&chat, file)).await;
            assert!(
                whole.status == 200 && whole.body == content,
                "what was sent is there"
            );
            kept += 1;
        }
        let Some((upload, put_before)) = open else {
            continue;
        };
        let path = format!("/chats/{chat}/uploads/{}", upload["id"].as_str().unwrap());
        let seen = connection.call("GET", &path, &Value::Null).await.ok();
        let received: Vec<usize> = serde_json::from_value(seen["received"].clone()).unwrap();
        assert!(
            put_before.iter().all(|part| received.contains(part)),
            "what was acknowledged is there"
        );
        // Unless its finish was done and not acknowledged.
        if seen["file"].is_null() {
            for (index, part) in parts.iter().enumerate() {
                put(&mut connection, &chat, &upload, index, part).await.ok();
            }
        }
        let file = finish(&mut connection, &chat, &upload).await;
        let whole = connection.get(&content_path(&chat, &file)).await;
        assert!(whole.body == content, "gone on with, it is whole");
        gone_on += 1;
    }
    println!("{kept} files looked at that were sent, {gone_on} gone on with after {ROUNDS} kills");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_come_outlive_kills_on_sqlite() {
    killed_while_files_come(Ground::embedded()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_come_outlive_kills_on_postgres() {
    if let Some(ground) = Ground::postgres().await {
        killed_while_files_come(ground).await;
    }
}

pub async fn two(ground: &Ground) -> (Server, Server) {
    let place = |name: &str| ground.directory.path().join(name);
    let (one, two) = (place("one"), place("two"));
    tokio::join!(
        Server::start(&one, ground.options.clone()),
        Server::start(&two, ground.options.clone())
    )
}

/// Begins to fetch, slowly, and answers how long the bytes went on coming after `cut` was done.
pub async fn goes_on_after<F: Future<Output = ()>>(
    client: &Client,
    token: &str,
    path: &str,
    cut: F,
) -> Duration {
    let mut raw = Raw::head(client, token, "GET", path, "").await;
    let (status, _) = raw.answer().await;
    assert_eq!(status, 200);
    let mut buffer = vec![0; 64 * 1024];
    for _ in 0..10 {
        raw.tls.read_exact(&mut buffer).await.unwrap();
    }
    cut.await;
    let begun = Instant::now();
    loop {
        // Some megabytes in a second: the file lasts far longer than it may, and what lies ready on the way is soon read.
        tokio::time::sleep(Duration::from_millis(10)).await;
        match raw.tls.read(&mut buffer).await {
            Ok(0) | Err(_) => return begun.elapsed(),
            Ok(_) => assert!(begun.elapsed() < Duration::from_secs(30), "it never ends"),
        }
    }
}

async fn removal_ends_transfers(nodes: &[&Server]) {
    let mut org = Organisation::new(&nodes[0].shared_client(), "gone", &["ana", "bo"]).await;
    let bo = org.people[1].account.clone();
    let chat = org.people[0]
        .creates_chat("files", std::slice::from_ref(&bo))
        .await;
    let content = Dice(3).bytes(48 * 1024 * 1024);
    let file = bring(&mut org.people[0].connection, &chat, "film.bin", &content).await;
    send(&mut org.people[0].connection, &chat, "m-1", &file).await;
    let path = content_path(&chat, &file);
    for node in nodes {
        let input = json!({ "accounts": [bo] });
        let members = format!("/chats/{chat}/members");
        org.people[0]
            .connection
            .call("POST", &members, &input)
            .await;
        let token = org.people[1].token.clone();
        let mut bo_there = node.client().connect().await;
        bo_there.token = Some(token.clone());
        let upload = begin(&mut bo_there, &chat, &format!("own-{}", node.pid()), 5).await;

        let owner = &mut org.people[0].connection;
        let removal = format!("{members}/{bo}");
        let cut = async { drop(owner.call("DELETE", &removal, &Value::Null).await.ok()) };
        let after = goes_on_after(&node.client(), &token, &path, cut).await;
        println!("a download went on for {after:.1?}");
        assert!(after < Duration::from_secs(5), "it went on for {after:?}");
        let refused = put(&mut bo_there, &chat, &upload, 0, b"12345").await;
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (404, "messenger.chat_absent")
        );
        assert_eq!(bo_there.get(&path).await.status, 404);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_member_is_cut_off_in_the_middle() {
    let ground = Ground::embedded();
    let server = Server::start(ground.directory.path(), ground.options.clone()).await;
    removal_ends_transfers(&[&server]).await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_member_is_cut_off_at_both_nodes() {
    let Some(ground) = Ground::cell().await else {
        return;
    };
    let (first, second) = two(&ground).await;
    removal_ends_transfers(&[&first, &second]).await;
    first.stop().await;
    second.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_files_neither_run_nor_crash_anything() {
    let ground = Ground::embedded();
    let server = Server::start(ground.directory.path(), ground.options.clone()).await;
    let mut ana = Person::founds(&server.shared_client(), "hostile", "ana").await;
    let chat = ana.creates_chat("files", &[]).await;
    let noise = |x: u32, y: u32| {
        (x * 7 + y * 13)
            .to_le_bytes()
            .first_chunk::<3>()
            .copied()
            .unwrap()
    };
    let script = b"<script>fetch('/api/v1/me')</script>".to_vec();
    let polyglot = [b"GIF89a\x01\0\x01\0/*".as_slice(), &script, b"*/=1;"].concat();
    let mut packed = picture::png(8, 8, noise);
    packed.extend(b"PK\x03\x04 and a jar behind it");
    let svg = b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>";
    let cases: Vec<(&str, Vec<u8>, &str, bool, bool)> = vec![
        (
            "promise.png",
            picture::promise(30_000, 30_000),
            "image/png",
            true,
            false,
        ),
        (
            "pixels.png",
            picture::bomb_in_pixels(1 << 30),
            "image/png",
            true,
            false,
        ),
        (
            "profile.png",
            picture::bomb_in_profile(1 << 28),
            "image/png",
            true,
            false,
        ),
        (
            "wide.png",
            picture::promise(10_000, 10_000),
            "image/png",
            true,
            false,
        ),
        (
            "honest.png",
            picture::png(640, 480, noise),
            "image/png",
            true,
            true,
        ),
        ("polyglot.gif", polyglot, "image/gif", true, false),
        ("jar.png", packed, "image/png", true, true),
        ("photo.svg", svg.to_vec(), "image/svg+xml", false, false),
        ("photo.jpg", script.clone(), "text/html", false, false),
        (
            "page.html",
            b"<!doctype html><body>".to_vec(),
            "text/html",
            false,
            false,
        ),
        (
            "paper.pdf",
            b"%PDF-1.7\n/OpenAction".to_vec(),
            "application/pdf",
            false,
            false,
        ),
        (
            "报告 (最终稿).txt",
            b"text".to_vec(),
            "text/plain",
            false,
            false,
        ),
        ("تقرير.csv", b"a,b".to_vec(), "text/csv", false, false),
        (
            "🎂 with spaces; and=signs\".txt",
            b"x".to_vec(),
            "text/plain",
            false,
            false,
        ),
    ];
    let before = server.usage().1;
    for (name, bytes, media, is_shown, has_thumbnail) in cases {
        let file = bring(&mut ana.connection, &chat, name, &bytes).await;
        assert_eq!(file["name"], name);
        assert_eq!(file["media_type"], media, "{name}");
        if name != "pixels.png" && name != "profile.png" {
            assert_eq!(file["has_thumbnail"], has_thumbnail, "{name}");
        }
        let path = format!("{}?inline=true", content_path(&chat, &file));
        let shown = ana.connection.get(&path).await;
        assert!(shown.status == 200 && shown.body == bytes, "{name}");
        let header = |name: &str| shown.headers[name].to_str().unwrap().to_owned();
        let disposition = header("content-disposition");
        let (kind, served) = match is_shown {
            true => ("inline; ", media),
            false => ("attachment; ", "application/octet-stream"),
        };
        assert!(disposition.starts_with(kind), "{name}: {disposition}");
        assert_eq!(header("content-type"), served, "{name}");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert!(header("content-security-policy").starts_with("sandbox; default-src 'none'"));
        if has_thumbnail {
            let id = file["id"].as_str().unwrap();
            let path = format!("/api/v1/chats/{chat}/files/{id}/thumbnail");
            let thumbnail = ana.connection.get(&path).await;
            assert!(
                thumbnail.status == 200 && thumbnail.body.len() > 100,
                "{name}"
            );
        }
    }
    for name in [
        "a/b",
        "..",
        "a\u{0}b",
        "a\nb",
        "a\u{202e}b",
        &"n".repeat(256),
    ] {
        let input = json!({ "client_id": "bad", "name": name, "size_bytes": 1 });
        let path = format!("/chats/{chat}/uploads");
        let refused = ana.connection.call("POST", &path, &input).await;
        assert_eq!(refused.status, 422, "{name:?}");
    }
    let grown = server.peak_kib().saturating_sub(before) / 1024;
    println!("hostile files: {grown} MiB more at the peak");
    assert!(grown < 400, "{grown} MiB more at the peak");
    server.stop().await;
}

/// A ClamAV daemon with one signature; it ends with its owner.
struct OwnClamd {
    _process: Child,
    url: String,
}

/// What the signature finds.
const HARMFUL: &[u8] = b"a harmful thing that only this test knows";

impl OwnClamd {
    /// None where the machine has no ClamAV.
    async fn start(folder: &Path) -> Option<Self> {
        let program =
            variable("BASTIDE_TEST_CLAMD").unwrap_or_else(|| "/usr/sbin/clamd".to_owned());
        if !Path::new(&program).is_file() {
            println!("there is no {program}: files are not looked through in this run");
            return None;
        }
        let hex: String = HARMFUL.iter().map(|byte| format!("{byte:02x}")).collect();
        std::fs::write(folder.join("own.ndb"), format!("Test.Harmful:0:*:{hex}\n")).unwrap();
        let socket = folder.join("clamd.sock");
        let settings = format!(
            "DatabaseDirectory {0}\nLocalSocket {1}\nForeground yes\nStreamMaxLength 2100M\nLogFile {0}/clamd.log\n",
            folder.display(),
            socket.display()
        );
        let path = folder.join("clamd.conf");
        std::fs::write(&path, settings).unwrap();
        let process = Command::new(program)
            .arg("--config-file")
            .arg(&path)
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        for _ in 0..600 {
            if socket.exists() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert!(socket.exists(), "clamd listens");
        Some(Self {
            _process: process,
            url: format!("unix://{}", socket.display()),
        })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn clamav_finds_what_does_harm_before_anybody_has_it() {
    let mut ground = Ground::embedded();
    let folder = tempfile::TempDir::new().unwrap();
    let Some(clamd) = OwnClamd::start(folder.path()).await else {
        return;
    };
    ground.set("BASTIDE_ANTIVIRUS_URL", &clamd.url);
    let server = Server::start(ground.directory.path(), ground.options.clone()).await;
    let mut ana = Person::founds(&server.shared_client(), "scanned", "ana").await;
    let chat = ana.creates_chat("files", &[]).await;
    let mut content = Dice(5).bytes(6 * 1024 * 1024);
    let fine = bring(&mut ana.connection, &chat, "fine.bin", &content).await;
    // Across the border of two parts.
    let at = PART_BYTES - 20;
    content[at..at + HARMFUL.len()].copy_from_slice(HARMFUL);
    let bad = bring(&mut ana.connection, &chat, "bad.bin", &content).await;
    assert_eq!(
        (&fine["state"], &bad["state"]),
        (&json!("scanning"), &json!("scanning"))
    );
    send(&mut ana.connection, &chat, "m-1", &fine).await;
    send(&mut ana.connection, &chat, "m-2", &bad).await;
    for (file, status, code) in [(&fine, 200, ""), (&bad, 403, "messenger.file_blocked")] {
        let reply = loop {
            let reply = ana.connection.get(&content_path(&chat, file)).await;
            if reply.code() != "messenger.file_scanning" {
                break reply;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        };
        assert_eq!((reply.status, reply.code().as_str()), (status, code));
    }
    server.stop().await;
}
