//! What people take with them: an archive that is made while the server is killed, and that other programs open.

use std::{
    collections::BTreeMap,
    io::{Cursor, Read},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use hyper::Method;
use serde_json::{Value, json};
use system_tests::{Connection, Organisation, Person, Server};
use tempfile::TempDir;
use zip::ZipArchive;

use crate::{
    files::{self, Dice},
    ground::{Ground, Kind, variable},
    planted::{Planted, files_below},
};

/// Another node waits so long before it goes on with what a dead one led.
const GOES_ON_WITHIN: Duration = Duration::from_secs(90);

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_survives_the_death_of_its_server_on_sqlite() {
    survives(Kind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_survives_the_death_of_its_server_on_postgres() {
    survives(Kind::Postgres).await;
}

async fn survives(kind: Kind) {
    let Some(ground) = Ground::of(kind).await else {
        return;
    };
    let mut server = Server::start(ground.directory.path(), ground.options.clone()).await;
    let mut org = Organisation::new(&server.shared_client(), "export", &["ana", "bo"]).await;
    let bo = org.people[1].account.clone();
    let [ana, bo_himself] = org.people.first_chunk_mut::<2>().unwrap();
    let chat = ana.creates_chat("plans", &[bo]).await;
    for number in 0..120 {
        let text = format!("line {number} 第{number}行");
        ana.sends(&chat, &format!("c-{number}"), &text).await;
    }
    bo_himself.sends(&chat, "c-1", "not ana's").await;
    let mut sent = BTreeMap::new();
    for (name, bytes) in [
        ("empty.bin", Vec::new()),
        ("报告 (最终).txt", b"a report".to_vec()),
        ("large.bin", Dice(7).bytes(60 * 1024 * 1024 + 11)),
    ] {
        let file = files::bring(&mut ana.connection, &chat, name, &bytes).await;
        files::send(&mut ana.connection, &chat, name, &file).await;
        sent.insert(format!("files/{}/{name}", text(&file["id"])), bytes);
    }

    let export = begin(&mut ana.connection).await;
    until(&mut ana.connection, &export, |export| {
        export["state"] == "running" && export["size_bytes"].as_u64() > Some(1_000_000)
    })
    .await;
    server.restart_after_kill().await;
    ana.connection = server.client().connect().await;
    ana.connection.token = Some(ana.token.clone());
    let ready = until(&mut ana.connection, &export, |export| {
        export["state"] == "ready"
    })
    .await;
    assert_eq!(
        (&ready["messages"], &ready["files"]),
        (&json!(123), &json!(3))
    );

    let archive = fetched(&mut ana.connection, &export).await;
    assert_eq!(ready["size_bytes"], json!(archive.len()));
    in_ranges(&mut ana.connection, &export, &archive).await;
    let mut stranger = server.client().connect().await;
    stranger.token = Some(bo_himself.token.clone());
    let refused = stranger.get(&content_path(&export)).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (404, "messenger.export_absent")
    );

    let members = opened(&archive);
    let lines = members[&format!("messages/{chat}.jsonl")].clone();
    let lines: Vec<Value> = String::from_utf8(lines)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 123);
    for (number, line) in lines[..120].iter().enumerate() {
        assert_eq!(line["text"], format!("line {number} 第{number}行"));
    }
    for (name, bytes) in &sent {
        assert!(members[name] == *bytes, "{name}");
    }
    by_others(&archive, &members);
    let path = format!("/me/exports/{export}");
    ana.connection
        .call("DELETE", &path, &Value::Null)
        .await
        .ok();
    let gone = ana.connection.get(&content_path(&export)).await;
    assert_eq!(gone.status, 404);
    server.stop().await;
}

/// As [`files`] has it of uploads: `BASTIDE_TEST_FILE_MIB=2048` makes it a large one.
#[tokio::test(flavor = "multi_thread")]
async fn the_memory_of_a_server_does_not_grow_with_an_export() {
    let mib = variable("BASTIDE_TEST_FILE_MIB").map_or(96, |mib| mib.parse().unwrap());
    let ground = Ground::embedded();
    let server = Server::start(ground.directory.path(), ground.options.clone()).await;
    let mut ana = Person::founds(&server.shared_client(), "large", "ana").await;
    let chat = ana.creates_chat("files", &[]).await;
    let part = Dice(11).bytes(4 * 1024 * 1024);
    let (before, bytes) = (server.usage().1, mib / 4 * part.len());
    let connection = &mut ana.connection;
    let upload = files::begin(connection, &chat, "large.bin", bytes).await;
    for index in 0..mib / 4 {
        files::put(connection, &chat, &upload, index, &part)
            .await
            .ok();
    }
    let file = files::finish(connection, &chat, &upload).await;
    files::send(connection, &chat, "large", &file).await;
    let begun = Instant::now();
    let export = begin(connection).await;
    let ready = until(connection, &export, |export| export["state"] == "ready").await;
    let peak = server.peak_kib();
    println!(
        "{mib} MiB: exported in {:.1?}; {before} KiB before, {peak} KiB at the peak",
        begun.elapsed()
    );
    assert!(ready["size_bytes"].as_u64() > u64::try_from(bytes).ok());
    assert!(peak - before < 96 * 1024, "from {before} to {peak} KiB");
    server.stop().await;
}

/// For the scan: somebody's archive is made and fetched, and another one is given up on its way.
pub async fn told(owner: &mut Connection, guest: &mut Connection, chat: &str, planted: &Planted) {
    let export = begin(owner).await;
    until(owner, &export, |export| export["state"] == "ready").await;
    let archive = fetched(owner, &export).await;
    assert!(
        !planted.find_in(&archive).is_empty(),
        "what was planted is in it"
    );

    let large = Dice(31).bytes(40 * 1024 * 1024);
    let file = files::bring(guest, chat, "large", &large).await;
    files::send(guest, chat, "f-large", &file).await;
    let export = begin(guest).await;
    until(guest, &export, |export| export["state"] != "queued").await;
    let path = format!("/me/exports/{export}");
    guest.call("DELETE", &path, &Value::Null).await.ok();
}

async fn begin(connection: &mut Connection) -> String {
    let begun = connection.call("POST", "/me/exports", &json!({})).await;
    text(&begun.ok()["id"])
}

async fn until(connection: &mut Connection, export: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    let (path, begun) = (format!("/me/exports/{export}"), Instant::now());
    loop {
        let export = connection.call("GET", &path, &Value::Null).await.ok();
        if is_so(&export) {
            return export;
        }
        assert!(begun.elapsed() < GOES_ON_WITHIN, "it stays {export}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn content_path(export: &str) -> String {
    format!("/api/v1/me/exports/{export}/content")
}

async fn fetched(connection: &mut Connection, export: &str) -> Vec<u8> {
    let reply = connection.get(&content_path(export)).await;
    assert_eq!(reply.status, 200);
    reply.body.to_vec()
}

/// As a browser goes on with a download that broke off.
async fn in_ranges(connection: &mut Connection, export: &str, archive: &[u8]) {
    let middle = archive.len() / 3;
    for (range, expected) in [
        (format!("bytes=0-{}", middle - 1), &archive[..middle]),
        (format!("bytes={middle}-"), &archive[middle..]),
        ("bytes=-22".to_owned(), &archive[archive.len() - 22..]),
    ] {
        let path = content_path(export);
        let headers = [("range", range.as_str())];
        let reply = connection.request(Method::GET, &path, &headers, Default::default());
        let reply = reply.await.unwrap();
        assert_eq!(reply.status, 206);
        assert!(reply.body == expected, "{range}");
    }
}

fn opened(archive: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut zip = ZipArchive::new(Cursor::new(archive)).unwrap();
    let members = (0..zip.len()).map(|index| {
        let mut member = zip.by_index(index).unwrap();
        let mut bytes = Vec::new();
        member.read_to_end(&mut bytes).unwrap();
        (member.name().unwrap().into_owned(), bytes)
    });
    members.collect()
}

/// The programs that people have: Info-ZIP's and Python's, where the machine has them.
fn by_others(archive: &[u8], members: &BTreeMap<String, Vec<u8>>) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("archive.zip");
    std::fs::write(&path, archive).unwrap();
    if let Some(unzip) = program("unzip") {
        run(&unzip, &["-tqq".as_ref(), path.as_ref()]);
    }
    if let Some(python) = program("python3") {
        let out = folder.path().join("out");
        let extract: [&Path; 5] = [
            "-m".as_ref(),
            "zipfile".as_ref(),
            "-e".as_ref(),
            &path,
            &out,
        ];
        run(&python, &extract);
        let extracted = files_below(&out).into_iter().map(|path| {
            let name = path
                .strip_prefix(&out)
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned();
            (name, std::fs::read(path).unwrap())
        });
        let extracted: BTreeMap<String, Vec<u8>> = extracted.collect();
        assert!(extracted == *members, "{:?}", extracted.keys());
    }
}

/// A program of the machine; one that a run of everything must have.
fn program(name: &str) -> Option<PathBuf> {
    let paths = variable("PATH")?;
    let found = paths.split(':').map(|folder| Path::new(folder).join(name));
    let found = found.into_iter().find(|path| path.is_file());
    let is_required = variable("BASTIDE_TEST_REQUIRE_SERVICES").is_some();
    assert!(found.is_some() || !is_required, "this run wants {name}");
    found
}

#[expect(
    clippy::disallowed_methods,
    reason = "other programs read what ours wrote"
)]
fn run(program: &Path, arguments: &[&Path]) {
    let output = std::process::Command::new(program)
        .args(arguments)
        .output()
        .unwrap();
    let told = [output.stdout, output.stderr].concat();
    let told = String::from_utf8_lossy(&told);
    assert!(output.status.success(), "{}: {told}", program.display());
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
