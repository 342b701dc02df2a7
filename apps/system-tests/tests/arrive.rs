//! A team arrives with the export of another messenger: cut off half-way, brought to its end, and brought again.

use std::{collections::HashMap, path::Path, process::Stdio, time::Duration};

use hyper::Method;
use serde_json::{Value, json};
use system_tests::{Connection, Organisation, Person, Server, binary};
use tokio::process::Command;

use crate::{
    export::{self, Colleague, Made, Said},
    files::content_path,
    ground::{Ground, Kind, variable},
    planted::Planted,
};

/// Messages of the archive; `BASTIDE_IMPORT_MESSAGES` makes it larger.
const MESSAGES: usize = 3_000;

#[tokio::test(flavor = "multi_thread")]
async fn a_team_arrives_once_however_often_it_is_cut_off_on_sqlite() {
    arrives(Kind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_team_arrives_once_however_often_it_is_cut_off_on_postgres() {
    arrives(Kind::Postgres).await;
}

/// A chat arrives in words of its own, for the scan, and is read by its owner.
pub async fn told(owner: &mut Connection, planted: &mut Planted, run: &str) {
    let mut word = |name: &str| planted.word(run, name);
    let (label, workspace, external) =
        (word("import-label"), word("workspace"), word("external-id"));
    let (name, about) = (word("arriving-chat"), word("arriving-about"));
    let (text, author, emoji) = (
        word("arriving-text"),
        word("author-name"),
        word("own-emoji"),
    );
    let me = owner.call("GET", "/me", &Value::Null).await.ok()["account"]["id"].clone();
    let begin = json!({ "source": "slack", "workspace": workspace, "label": label });
    let import = owner.call("POST", "/imports", &begin).await.ok();
    let path = format!("/imports/{}", import["id"].as_str().unwrap());
    let chat = json!({
        "external_id": external, "name": name, "description": about, "created_at": "2020-01-01T00:00:00Z", "owner": me,
    });
    let chat = owner
        .call("POST", &format!("{path}/chats"), &chat)
        .await
        .ok()["chat"]
        .clone();
    let file = brings(owner, &format!("{path}/chats"), &chat, &mut word).await;
    let message = json!({
        "external_id": external, "author_name": author, "sent_at": "2020-01-01T00:00:01Z", "text": text,
        "reactions": [{ "emoji": format!(":{emoji}:"), "accounts": [me] }], "files": [file],
    });
    let batch = json!({ "chat": chat, "messages": [message] });
    owner
        .call("POST", &format!("{path}/messages"), &batch)
        .await
        .ok();
    let open = json!({ "chat": chat });
    owner
        .call("POST", &format!("{path}/open"), &open)
        .await
        .ok();
    owner
        .call("POST", &format!("{path}/finish"), &json!({}))
        .await
        .ok();
    owner.call("GET", &path, &Value::Null).await.ok();
    let messages = format!("/chats/{}/messages", chat.as_str().unwrap());
    let read = owner.call("GET", &messages, &Value::Null).await.ok();
    assert_eq!(read["items"][0]["imported"]["author_name"], author);
}

/// A file with a name and a body of its own.
async fn brings(
    owner: &mut Connection,
    chats: &str,
    chat: &Value,
    word: &mut impl FnMut(&str) -> String,
) -> Value {
    let (name, body) = (word("arriving-file-name"), word("arriving-file-body"));
    let external = word("arriving-file-external-id");
    let path = format!("{chats}/{}/files", chat.as_str().unwrap());
    let input = json!({ "external_id": external, "name": name, "size_bytes": body.len() });
    let begun = owner.call("POST", &path, &input).await.ok();
    let path = format!("{path}/{}", begun["id"].as_str().unwrap());
    let part = format!("/api/v1{path}/parts/0");
    let octets = [("content-type", "application/octet-stream")];
    let put = owner.request(Method::PUT, &part, &octets, body.into());
    put.await.unwrap().ok();
    let finish = format!("{path}/finish");
    let file = owner.call("POST", &finish, &json!({})).await.ok();
    assert_eq!(file["name"], name);
    file["id"].clone()
}

struct Desk<'a> {
    place: &'a Path,
    server: &'a Server,
}

impl Desk<'_> {
    fn command(&self, more: &[&str]) -> Command {
        let mut command = Command::new(binary());
        let server = format!("https://localhost:{}", self.server.address.port());
        command
            .args(["import", "slack", "--json", "--server", &server])
            .arg(self.place.join("export.zip"))
            .arg("--token-file")
            .arg(self.place.join("token"))
            .arg("--ca")
            .arg(self.place.join("tls/authority.pem"))
            .args(more)
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    async fn runs(&self, more: &[&str]) -> Value {
        let output = self.command(more).output().await.unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{errors}");
        serde_json::from_slice(&output.stdout).unwrap()
    }
}

async fn arrives(kind: Kind) {
    let Some(ground) = Ground::of(kind).await else {
        return;
    };
    let place = ground.directory.path();
    let wanted =
        variable("BASTIDE_IMPORT_MESSAGES").map_or(MESSAGES, |count| count.parse().unwrap());
    let mut options = ground.options.clone();
    if wanted > MESSAGES {
        // Bringing needs few requests; reading all of it again and again, to compare, needs many.
        let lifted = ("BASTIDE_API_RATE_PER_MINUTE".to_owned(), "0".to_owned());
        options.variables.push(lifted);
    }
    let server = Server::start(place, options).await;
    let org = Organisation::new(&server.shared_client(), "mill", &["ana", "bo", "cy"]).await;
    let mails: Vec<String> = org
        .people
        .iter()
        .map(|person| person.mail.to_uppercase())
        .collect();
    let colleague = |id, name, mail| Colleague { id, name, mail };
    let people = [
        colleague("U1", "Ana", Some(mails[0].as_str())),
        colleague("U2", "Bo", Some(mails[1].as_str())),
        colleague("U3", "Cy", Some(mails[2].as_str())),
        colleague("U9", "Dee", Some("dee@elsewhere.example")),
    ];
    let made = export::make(&place.join("export.zip"), &people, wanted, 7);
    std::fs::write(place.join("token"), &org.people[0].token).unwrap();
    let desk = Desk {
        place,
        server: &server,
    };

    // What would come, and nothing is there afterwards.
    let dry = desk.runs(&["--dry-run"]).await;
    is_as_made(&dry, &made);
    assert_eq!(dry["messages_present"], 0);
    assert_eq!(imports(&org.people[0]).await, json!([]));

    // Killed within a file, and gone on with from there.
    let there = killed_within_a_file(&desk, &org.people[0], &made).await;

    // Killed half-way: some chats are whole, one is in between, others are not there.
    let mut child = desk.command(&[]).spawn().unwrap();
    let half = i64::try_from(made.messages() / 2).unwrap();
    let brought = loop {
        let brought = imports(&org.people[0]).await[0]["messages"]
            .as_i64()
            .unwrap_or(0);
        if brought >= half {
            break brought;
        }
        assert!(
            child.try_wait().unwrap().is_none(),
            "it was cut off while it ran"
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    child.start_kill().unwrap();
    child.wait().await.unwrap();
    let after = received(&org.people[0], &made).await;
    assert!(
        after.is_none_or(|parts| parts >= there),
        "what was there stayed"
    );

    let whole = desk.runs(&[]).await;
    is_as_made(&whole, &made);
    let present = whole["messages_present"].as_i64().unwrap();
    let total = i64::try_from(made.messages()).unwrap();
    assert!(
        present >= brought.min(half) && present < total,
        "{present} of {total}"
    );
    let import = imports(&org.people[0]).await[0].clone();
    assert_eq!(import["messages"], total);
    assert!(import["finished_at"].is_string());

    // In the order of the archive, for those who were there.
    let bo_is = org.people[1].account.clone();
    let mut bo = connected(&org.people[1]).await;
    let chats = chats(&mut bo).await;
    assert_eq!(chats.len(), made.said.len());
    for (name, said) in &made.said {
        let chat = chats.iter().find(|chat| {
            chat["name"] == name.as_str() || (chat["kind"] == "direct" && name == "Bo, Cy")
        });
        let chat = chat.unwrap_or_else(|| panic!("{name} is here"));
        assert_eq!((&chat["unread"], &chat["mentions"]), (&json!(0), &json!(0)));
        let messages = history(&org.people[1], chat).await;
        is_as_said(&messages, said, &bo_is);
        files_are_as_said(&org.people[1], chat, &messages, said).await;
    }

    // Once more, and nothing is another.
    let before = dump(&org).await;
    let again = desk.runs(&[]).await;
    is_as_made(&again, &made);
    assert_eq!(again["messages_present"], total);
    assert_eq!(dump(&org).await, before);
    assert_eq!(again["files"]["sent_bytes"], 0);
    let seconds = whole["seconds"].as_f64().unwrap();
    #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
    let rate = (total - present) as f64 / seconds;
    println!("{kind:?}: {total} messages, cut off after {brought}; {rate:.0} messages a second");
    server.stop().await;
}

/// The counts of a report are those of the archive.
fn is_as_made(report: &Value, made: &Made) {
    assert_eq!(report["messages"], made.messages(), "{report}");
    assert_eq!(
        report["replies"],
        made.count(|said| usize::from(said.below.is_some()))
    );
    assert_eq!(report["reactions"], made.count(|said| said.reactions));
    let files = &report["files"];
    let carried = u64::try_from(made.sent().count()).unwrap();
    let bytes: usize = made.sent().map(|sent| sent.bytes.len()).sum();
    assert_eq!(
        [&files["named"], &files["linked"], &files["carried"]],
        [
            &json!(made.files + carried),
            &json!(made.files),
            &json!(carried)
        ]
    );
    assert_eq!(files["carried_bytes"], bytes);
    assert_eq!(report["skipped"]["notice: channel_join"], made.notices);
    let chats = &report["chats"];
    assert_eq!(
        [
            &chats["public"],
            &chats["private"],
            &chats["groups"],
            &chats["direct"]
        ],
        [&json!(3), &json!(1), &json!(1), &json!(1)]
    );
    let unmatched = report["people"]["unmatched"].as_array().unwrap();
    assert_eq!(unmatched.len(), 1);
    let of_dee = made.count(|said| usize::from(said.author == "U9"));
    assert_eq!(unmatched[0]["messages"], of_dee);
    assert_eq!(report["people"]["matched"], 3);
}

/// What is read is what was said: every message, in its order and place.
fn is_as_said(messages: &[Value], said: &[Said], bo_is: &str) {
    assert_eq!(messages.len(), said.len());
    let texts: HashMap<&str, &str> = messages
        .iter()
        .map(|message| {
            let text = message["body"]["text"].as_str().unwrap();
            (message["id"].as_str().unwrap(), text)
        })
        .collect();
    for (place, (message, said)) in messages.iter().zip(said).enumerate() {
        assert_eq!(message["number"], place + 1);
        assert_eq!(message["body"]["text"], said.text);
        let sent_us = base::Timestamp::parse(message["sent_at"].as_str().unwrap())
            .unwrap()
            .micros();
        assert_eq!(u64::try_from(sent_us).unwrap(), said.sent_us);
        assert_eq!(message["author"] == bo_is, said.author == "U2");
        assert_eq!(message["imported"]["source"], "slack");
        let name = if said.author == "U9" {
            json!("Dee")
        } else {
            Value::Null
        };
        assert_eq!(message["imported"]["author_name"], name);
        let below = message["thread"].as_str().map(|root| texts[root]);
        assert_eq!(below, said.below.as_deref());
        let reactions = message["reactions"].as_array().unwrap();
        let count: i64 = reactions
            .iter()
            .map(|reaction| reaction["count"].as_i64().unwrap())
            .sum();
        assert_eq!(count, i64::try_from(said.reactions).unwrap());
        assert_eq!(message["edited_at"].is_string(), said.is_edited);
    }
}

/// Runs until some parts of the large file are there, and not all, and ends the run then. Answers how many there were.
async fn killed_within_a_file(desk: &Desk<'_>, owner: &Person, made: &Made) -> usize {
    let mut child = desk.command(&[]).spawn().unwrap();
    loop {
        assert!(child.try_wait().unwrap().is_none(), "it is under way");
        match received(owner, made).await {
            Some(parts @ 1..10) => {
                child.start_kill().unwrap();
                child.wait().await.unwrap();
                return parts;
            }
            Some(0) | None => tokio::time::sleep(Duration::from_millis(10)).await,
            Some(_) => panic!("all of it came at once"),
        }
    }
}

/// How many parts of the large file are there, asked by the name under which it is brought.
async fn received(owner: &Person, made: &Made) -> Option<usize> {
    let import = imports(owner).await[0].clone();
    if import["chats"].as_i64().unwrap_or(0) == 0 || import["finished_at"].is_string() {
        return None;
    }
    let path = format!("/imports/{}/chats", import["id"].as_str().unwrap());
    let mut connection = connected(owner).await;
    let chat = json!({ "external_id": "C1", "name": "?", "created_at": "2020-01-01T00:00:00Z" });
    let chat = connection.call("POST", &path, &chat).await.ok();
    if chat["opened_at"].is_string() {
        return None;
    }
    let large = made.large();
    let bytes = large.bytes.len();
    let called = format!(
        "{}/{}/{bytes}-{:08x}",
        large.message, large.id, made.large_crc32
    );
    let path = format!("{path}/{}/files", chat["chat"].as_str().unwrap());
    let input = json!({ "external_id": called, "name": large.name, "size_bytes": bytes });
    let begun = connection.call("POST", &path, &input).await.ok();
    Some(begun["received"].as_array().unwrap().len())
}

/// Every file is in its message, and has the bytes that the archive has.
async fn files_are_as_said(person: &Person, chat: &Value, messages: &[Value], said: &[Said]) {
    let mut connection = connected(person).await;
    for (message, said) in messages.iter().zip(said) {
        let files = message["body"]["files"].as_array().unwrap();
        let names: Vec<_> = files
            .iter()
            .map(|file| (file["name"].clone(), file["size_bytes"].clone()))
            .collect();
        let expected = said.files.iter();
        let expected: Vec<_> = expected
            .map(|sent| (json!(sent.name), json!(sent.bytes.len())))
            .collect();
        assert_eq!(names, expected);
        for (file, sent) in files.iter().zip(&said.files) {
            let path = content_path(chat["id"].as_str().unwrap(), file);
            let mut reply = connection.get(&path).await;
            while reply.status == 429 {
                tokio::time::sleep(Duration::from_secs(1)).await;
                reply = connection.get(&path).await;
            }
            assert_eq!(reply.status, 200);
            assert!(
                reply.body[..] == sent.bytes[..],
                "{} is as it was",
                sent.name
            );
        }
    }
    let path = format!("/chats/{}/files?limit=100", chat["id"].as_str().unwrap());
    let list = connection.call("GET", &path, &Value::Null).await.ok();
    let count = said.iter().map(|said| said.files.len()).sum::<usize>();
    assert_eq!(list["items"].as_array().unwrap().len(), count.min(100));
}

/// A connection of its own: those that are idle for long are closed.
async fn connected(person: &Person) -> Connection {
    let mut connection = person.client.connect().await;
    connection.token = Some(person.token.clone());
    connection
}

async fn imports(person: &Person) -> Value {
    let mut connection = connected(person).await;
    let list = connection.call("GET", "/imports", &Value::Null).await;
    list.ok()["items"].clone()
}

async fn chats(connection: &mut Connection) -> Vec<Value> {
    let page = connection
        .call("GET", "/chats?limit=100", &Value::Null)
        .await;
    page.ok()["items"].as_array().unwrap().clone()
}

/// Everything that was said in a chat, answers in threads among it, by number.
async fn history(person: &Person, chat: &Value) -> Vec<Value> {
    let connection = &mut connected(person).await;
    let messages = format!("/chats/{}/messages", chat["id"].as_str().unwrap());
    let mut all = pages(connection, &messages).await;
    let roots: Vec<Value> = all
        .iter()
        .filter(|message| message["replies"].is_object())
        .cloned()
        .collect();
    for root in roots {
        let thread = format!("{messages}/{}/thread", root["id"].as_str().unwrap());
        let replies = pages(connection, &thread).await;
        assert_eq!(root["replies"]["count"], replies.len());
        all.extend(replies);
    }
    all.sort_by_key(|message| message["number"].as_i64());
    all
}

async fn pages(connection: &mut Connection, path: &str) -> Vec<Value> {
    let mut all: Vec<Value> = Vec::new();
    loop {
        let after = all
            .last()
            .map_or(0, |last| last["number"].as_i64().unwrap());
        let path = format!("{path}?after={after}&limit=100");
        let reply = connection.call("GET", &path, &Value::Null).await;
        if reply.status == 429 {
            tokio::time::sleep(Duration::from_secs(1)).await;
            continue;
        }
        let page = reply.ok();
        all.extend(page["items"].as_array().unwrap().iter().cloned());
        if page["has_after"] != true {
            return all;
        }
    }
}

/// All that people see of all chats.
async fn dump(org: &Organisation) -> Vec<Value> {
    let mut all = Vec::new();
    for person in &org.people {
        let mut connection = connected(person).await;
        for chat in chats(&mut connection).await {
            all.extend(history(person, &chat).await);
            all.push(chat);
        }
    }
    all
}
