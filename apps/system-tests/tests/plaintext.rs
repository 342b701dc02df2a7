//! Nothing that people write lies readable anywhere: a byte scan of all that the server keeps and says, while it runs and
//! after it has ended.

use std::{fs, path::Path};

use hyper::Method;
use serde_json::{Value, json};
use system_tests::{Connection, Server, Socket};
use tempfile::TempDir;

use crate::{
    afterwards, arrive, attached, doors,
    ground::{Ground, variable},
    http2,
    nats::{OwnNats, Tap},
    own_export, picture,
    planted::{Planted, files_below, from_base32, hex, nameless_files},
    push_service::PushService,
    told,
};

const PASSWORD: &str = "planted-horse-battery-staple-7";

#[tokio::test(flavor = "multi_thread")]
async fn planted_text_is_nowhere_around_a_server_over_sqlite() {
    let mut ground = Ground::embedded();
    let temporary = traced(&mut ground);
    let push = PushService::start().await;
    push.named_in(&mut ground.options, ground.directory.path());
    let data = ground.directory.path();
    let server = Server::start(data, ground.options.clone()).await;
    let story = Story::told(&server, &server, &push).await;

    let live = story.planted.is_nowhere_below(data);
    let was_scanned = |name: &str| live.iter().any(|path| path.starts_with(data.join(name)));
    for name in [
        "bastide.db",
        "bastide.db-wal",
        "kms.db",
        "blobs",
        "server.log",
    ] {
        assert!(was_scanned(name), "{name} is among {live:?}");
    }
    let log = fs::read_to_string(server.log_path()).unwrap();
    assert!(log.contains("\"TRACE\""), "the log holds all there is");
    // The scan looks where the data is: ids are not sealed.
    assert!(story.is_marked(&fs::read(data.join("bastide.db-wal")).unwrap()));
    story.scan_process(&server).await;
    story.scan_temporary(temporary.path());
    server.stop().await;
    story.planted.is_nowhere_below(data);
    story.scan_temporary(temporary.path());
    // The log is carried into the database when the last connection closes, and stays when that one only read.
    let kept = ["bastide.db", "bastide.db-wal"].map(|name| fs::read(data.join(name)));
    let mut kept = kept.iter().flatten();
    assert!(kept.any(|bytes| story.is_marked(bytes)));
}

#[tokio::test(flavor = "multi_thread")]
async fn planted_text_is_nowhere_around_a_cell() {
    let Some(mut ground) = Ground::cell().await else {
        return;
    };
    let temporary = traced(&mut ground);
    let push = PushService::start().await;
    push.named_in(&mut ground.options, ground.directory.path());
    // Of its own, so that the traffic is this cell's.
    let mut nats = OwnNats::reserve(ground.directory.path());
    nats.start();
    ground.set("BASTIDE_BUS_URL", &nats.url());
    let tap = Tap::on(&nats).await;
    let (one, two) = (
        ground.directory.path().join("one"),
        ground.directory.path().join("two"),
    );
    let (first, second) = tokio::join!(
        Server::start(&one, ground.options.clone()),
        Server::start(&two, ground.options.clone())
    );
    let story = Story::told(&first, &second, &push).await;

    for node in [&first, &second] {
        story.scan_process(node).await;
    }
    let said = tap.heard().await;
    story.planted.is_not_in("the traffic of the bus", &said);
    assert!(story.is_marked(&said), "the bus carried news of the chat");
    let schemas = ["BASTIDE_DATABASE_URL", "BASTIDE_KMS_DATABASE_URL"];
    let dumps = schemas.map(|name| dump(&ground, name));
    for rows in &dumps {
        story.planted.is_not_in("a dump of the database", rows);
    }
    assert!(story.is_marked(&dumps[0]), "the dump has the chat");
    // The services' own files: the database's with its write-ahead log, the bucket, and all their logs.
    let services = variable("BASTIDE_TEST_SERVICES_DIR").unwrap();
    let services = Path::new(&services);
    let live = story.planted.is_nowhere_below(services);
    for name in ["postgres/data/pg_wal", "s3", "postgres.log", "s3.log"] {
        let folder = services.join(name);
        assert!(live.iter().any(|path| path.starts_with(&folder)), "{name}");
    }
    story.scan_temporary(temporary.path());
    story.planted.is_nowhere_below(ground.directory.path());
    first.stop().await;
    second.stop().await;
    story.planted.is_nowhere_below(ground.directory.path());
    story.planted.is_nowhere_below(services);
    story.scan_temporary(temporary.path());
}

/// The most that a server ever writes: everything into its log, and temporary files where they are found.
fn traced(ground: &mut Ground) -> TempDir {
    let temporary = TempDir::new().unwrap();
    ground.set("BASTIDE_LOG", "trace");
    let path = temporary.path().display().to_string();
    ground.set("TMPDIR", &path);
    temporary
}

/// Every row of the schema that a variable's address names.
#[expect(
    clippy::disallowed_methods,
    reason = "the database's own tool reads it without our code in between"
)]
fn dump(ground: &Ground, name: &str) -> Vec<u8> {
    let variables = ground.options.variables.iter();
    let mut url = variables
        .filter(|(given, _)| given == name)
        .map(|(_, url)| url);
    let url = url.next_back().unwrap();
    let schema = url.split_once("search_path%3D").unwrap().1;
    let schema = schema.split('&').next().unwrap();
    let programs = variable("BASTIDE_TEST_POSTGRES_BIN").unwrap();
    let output = std::process::Command::new(Path::new(&programs).join("pg_dump"))
        .args(["--data-only", "--schema", schema, "--dbname", url])
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    output.stdout
}

/// What was done and said, and what of it must be found nowhere.
struct Story {
    planted: Planted,
    /// The chat's id, which is not hidden, in the forms in which it is kept and carried.
    marks: [Vec<u8>; 2],
}

impl Story {
    /// Two people, one at each node, who do everything there is with words and secrets of their own.
    async fn told(first: &Server, second: &Server, push: &PushService) -> Self {
        let mut planted = Planted::new();
        let folder = TempDir::new().unwrap();
        // Other than in any other run: the services' files hold what other tests left.
        let run: String = folder
            .path()
            .to_string_lossy()
            .chars()
            .rev()
            .take(6)
            .collect();
        let mut word = |name: &str| planted.word(&run, name);
        let mut owner = first.client().connect().await;
        let (mail, mail_guest) = (word("owner@mail.example"), word("guest@mail.example"));
        let (organisation, chat_name) = (word("organisation"), word("chat"));
        let (owner_name, guest_name, title) = (word("owner"), word("guest"), word("title"));
        let (message, draft, client_id) = (word("message"), word("draft"), word("client-id"));
        let (query, key, refused) = (word("query"), word("key"), word("refused"));
        let (agent, wrong, renamed) = (word("agent"), word("wrong-password"), word("renamed"));
        let chinese = "机密内容不可外传";
        planted.text("message in Chinese", chinese);
        planted.text("password", PASSWORD);

        let input = json!({
            "kind": "organisation", "organisation": organisation, "name": owner_name, "mail": mail,
            "password": PASSWORD, "locale": "en", "zone": "Europe/Paris",
        });
        let session = owner.call("POST", "/sign-up", &input).await.ok();
        signed_in(&mut owner, &session, &mut planted);
        let input = json!({ "mail": mail_guest, "role": "member", "expires_in_h": 24 });
        let invitation = owner.call("POST", "/invitations", &input).await.ok();
        let link = invitation["link"].as_str().unwrap();
        let token = link.split_once('#').unwrap().1;
        planted.text("invitation's token", token);
        let mut guest = second.client().connect().await;
        let inspect = json!({ "token": token });
        guest
            .call("POST", "/invitations/inspect", &inspect)
            .await
            .ok();
        let input = json!({
            "token": token, "name": guest_name, "mail": mail_guest, "password": PASSWORD,
            "locale": "zh-CN", "zone": "Asia/Shanghai",
        });
        let session = guest.call("POST", "/invitations/accept", &input).await.ok();
        signed_in(&mut guest, &session, &mut planted);
        let guest_account = session["me"]["account"]["id"].clone();

        let body = json!({ "name": chat_name, "members": [guest_account] }).to_string();
        let headers = [
            ("content-type", "application/json"),
            ("idempotency-key", key.as_str()),
            ("user-agent", agent.as_str()),
        ];
        let made = owner.request(Method::POST, "/api/v1/chats", &headers, body.clone().into());
        let chat = made.await.unwrap().ok()["id"].as_str().unwrap().to_owned();
        let again = owner.request(Method::POST, "/api/v1/chats", &headers, body.into());
        assert_eq!(again.await.unwrap().ok()["id"], chat.as_str());

        let token = guest.token.clone().unwrap();
        let mut socket = Socket::resume(&second.client(), &token, &json!({}))
            .await
            .unwrap();
        socket.until_caught_up().await;
        let text = format!("{message} {chinese} end");
        let input = json!({ "client_id": client_id, "body": { "text": text } });
        let messages = format!("/chats/{chat}/messages");
        owner.call("POST", &messages, &input).await.ok();
        let heard = socket
            .hear_until(|frame| frame["event"] == "message.sent")
            .await;
        assert_eq!(heard["message"]["body"]["text"], text.as_str());
        guest.call("GET", &messages, &Value::Null).await.ok();

        afterwards::told(&mut owner, &mut guest, &chat, &mut planted, &run).await;
        attached::told(&mut owner, &mut guest, &chat, &mut planted, &run).await;
        doors::settled(&mut owner, &mut guest, &chat, &mut planted, &run).await;
        arrive::told(&mut owner, &mut planted, &run).await;
        told::away(&mut owner, &mut guest, (&chat, push), &mut planted, &run).await;
        own_export::told(&mut owner, &mut guest, &chat, &planted).await;
        let input = json!({ "text": draft });
        guest
            .call("PUT", &format!("/chats/{chat}/draft"), &input)
            .await
            .ok();
        let input = json!({ "name": renamed, "title": title });
        guest.call("PATCH", "/me", &input).await.ok();
        for people in ["/members", "/accounts", "/me/sessions"] {
            owner.call("GET", people, &Value::Null).await;
        }
        second_factor(&mut guest, &mut planted).await;
        avatar(&mut guest, &mut planted).await;

        // Browsers speak HTTP/2, of which other code keeps a log.
        let input = json!({ "client_id": format!("{client_id}-2"), "body": { "text": text } });
        let bearer = format!("Bearer {}", owner.token.clone().unwrap());
        let headers = [
            ("authorization", bearer.as_str()),
            ("content-type", "application/json"),
            ("user-agent", agent.as_str()),
        ];
        let path = format!("/api/v1{messages}");
        let (client, body) = (first.client(), input.to_string());
        let answer = http2::post(&client, &path, &headers, body.as_bytes()).await;
        let answer: Value = serde_json::from_slice(&answer).unwrap();
        assert_eq!(answer["body"]["text"], text.as_str());

        // What is refused must not be kept either.
        let path = format!("{messages}?{query}={query}");
        assert_eq!(owner.call("GET", &path, &Value::Null).await.status, 400);
        let input = json!({ "client_id": client_id, "body": { "text": refused, "x": 1 } });
        assert_eq!(owner.call("POST", &messages, &input).await.status, 400);
        let input = json!({ "mail": mail, "password": wrong });
        assert_eq!(guest.call("POST", "/sign-in", &input).await.status, 422);
        let input = json!({ "mail": mail });
        guest.call("POST", "/password-reset", &input).await.ok();
        let id = from_hex(chat.trim_start_matches("oc_"));
        let numbers: Vec<String> = id.iter().map(u8::to_string).collect();
        Self {
            planted,
            marks: [id, numbers.join(",").into_bytes()],
        }
    }

    /// Whether the chat's id stands there.
    fn is_marked(&self, bytes: &[u8]) -> bool {
        let mut marks = self.marks.to_vec();
        marks.push(hex(&self.marks[0]).into_bytes());
        marks
            .iter()
            .any(|mark| bytes.windows(mark.len()).any(|window| window == mark))
    }

    /// The page of metrics, and the files that the process holds without a name.
    async fn scan_process(&self, server: &Server) {
        let page = server.metrics_page().await;
        assert!(page.contains("bastide_sockets"), "{page}");
        self.planted
            .is_not_in("the page of metrics", page.as_bytes());
        for path in nameless_files(server.pid()) {
            let found = self.planted.find_in_file(&path).unwrap_or_default();
            assert!(found.is_empty(), "{found:?} in {}", path.display());
        }
    }

    /// Temporary files, their names included.
    fn scan_temporary(&self, folder: &Path) {
        self.planted.is_nowhere_below(folder);
        for path in files_below(folder) {
            let name = path.to_string_lossy().into_owned();
            self.planted
                .is_not_in("a temporary file's name", name.as_bytes());
        }
    }
}

fn signed_in(connection: &mut Connection, session: &Value, planted: &mut Planted) {
    let token = session["token"].as_str().unwrap();
    planted.text("session's token", token);
    connection.token = Some(token.to_owned());
}

async fn second_factor(guest: &mut Connection, planted: &mut Planted) {
    let input = json!({ "password": PASSWORD });
    let totp = guest.call("POST", "/me/totp", &input).await.ok();
    let secret = totp["secret"].as_str().unwrap();
    planted.text("second factor's secret", secret);
    planted.bytes("second factor's secret in bytes", &from_base32(secret));
}

/// A picture of noise: the file that comes in, the pixels it stands for, and what is kept of it.
async fn avatar(guest: &mut Connection, planted: &mut Planted) {
    let pixel = |x: u32, y: u32| {
        let noise = (x * 7_919 + y * 104_729 + 17).wrapping_mul(2_654_435_761);
        let [a, b, c, _] = noise.rotate_left(x % 13).to_le_bytes();
        [a, b, c]
    };
    let file = picture::png(256, 256, pixel);
    for at in (0..file.len() - 24).step_by(file.len() / 16) {
        planted.bytes("picture's file, in part", &file[at..at + 24]);
    }
    for y in [0, 1, 100, 255] {
        let row = (40..46).flat_map(|x| [pixel(x, y).as_slice(), &[255]].concat());
        planted.bytes("picture's pixels", &row.collect::<Vec<u8>>());
    }
    let png = [("content-type", "image/png")];
    let put = guest.request(Method::PUT, "/api/v1/me/avatar", &png, file.into());
    let avatar = put.await.unwrap().ok()["avatar"]
        .as_str()
        .unwrap()
        .to_owned();
    for size in [64, 256] {
        let path = format!("/api/v1/avatars/{avatar}?size={size}");
        let kept = guest.get(&path).await;
        assert_eq!(kept.status, 200);
        // The beginning is the format's own; from there on it is the picture's.
        for at in (64..kept.body.len() - 24).step_by(kept.body.len() / 16) {
            planted.bytes(
                "picture as it is given out, in part",
                &kept.body[at..at + 24],
            );
        }
    }
}

fn from_hex(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().chunks(2);
    let byte = |pair: &[u8]| u8::from_str_radix(&String::from_utf8_lossy(pair), 16).unwrap();
    digits.map(byte).collect()
}
