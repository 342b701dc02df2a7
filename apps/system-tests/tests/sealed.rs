//! The root key with custodians: given, taken over, and the server sealed until enough of them have come.

use std::{
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use hyper::Method;
use serde_json::{Value, json};
use system_tests::{
    Connection, Organisation, Reply, Server, ServerOptions, binary, feed_command, run_command,
};

use crate::ground::Ground;

/// Within how long every node knows of a seal, and holds no key.
const KNOWN_WITHIN: Duration = Duration::from_secs(5);

/// What answers while the server is sealed.
const ANSWERS: &[(&str, &str)] = &[
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/api/v1/seal"),
    ("POST", "/api/v1/seal/shares"),
    ("DELETE", "/api/v1/seal/shares"),
];

const GIVE: [&str; 11] = [
    "kms",
    "shares",
    "give",
    "--custodian",
    "Ana Weaver:operations",
    "--custodian",
    "Bo Miller:security",
    "--custodian",
    "陈思:board",
    "--threshold",
    "2",
];

/// Every route of the router but those that answer: method, and path with something in each of its holes.
#[expect(
    clippy::disallowed_methods,
    reason = "the router's own list is asked for"
)]
fn closed_routes() -> Vec<(Method, String)> {
    let output = Command::new(binary())
        .args(["routes", "--json"])
        .output()
        .unwrap();
    let rows: Value = serde_json::from_slice(&output.stdout).unwrap();
    let rows = rows.as_array().unwrap().iter();
    let routes = rows.map(|row| {
        (
            row["method"].as_str().unwrap(),
            row["path"].as_str().unwrap(),
        )
    });
    let closed = routes.filter(|route| !ANSWERS.contains(route));
    let filled = |path: &str| {
        let parts: Vec<&str> = path
            .split('/')
            .map(|part| if part.starts_with('{') { "x" } else { part })
            .collect();
        parts.join("/")
    };
    closed
        .map(|(method, path)| (method.parse().unwrap(), filled(path)))
        .collect()
}

/// What each of these routes answers to somebody who is signed in.
async fn sweep(
    server: &Server,
    token: &str,
    routes: Vec<(Method, String)>,
) -> Vec<(String, u16, String)> {
    let mut connection = server.client().connect().await;
    connection.token = Some(token.to_owned());
    let mut heard = Vec::new();
    for (method, path) in routes {
        let takes_body = !matches!(method, Method::GET | Method::DELETE);
        let (headers, body): (&[(&str, &str)], &str) = match takes_body {
            true => (&[("content-type", "application/json")], "{}"),
            false => (&[], ""),
        };
        let name = format!("{method} {path}");
        let reply = connection.request(method, &path, headers, body.to_owned().into());
        let reply = reply.await.unwrap();
        heard.push((name, reply.status, reply.code()));
    }
    heard
}

async fn everything_is_sealed(server: &Server, token: &str) {
    let heard = sweep(server, token, closed_routes()).await;
    assert!(heard.len() > 100, "the router has routes");
    let others: Vec<_> = heard
        .iter()
        .filter(|(_, status, code)| (*status, code.as_str()) != (503, "kms.sealed"))
        .collect();
    assert!(others.is_empty(), "{others:#?}");
    until_ready_is(server, (503, Some("sealed"))).await;
    let mut nobody = server.client().connect().await;
    assert_eq!(nobody.get("/healthz").await.status, 200);
    assert_eq!(nobody.get("/").await.status, 200, "the page to unseal at");
    assert_eq!(seal_of(server).await["state"], "sealed");
}

async fn everything_is_open(server: &Server, token: &str) {
    let mut routes = closed_routes();
    // Some of the others would end the session.
    routes.retain(|(method, _)| method == Method::GET);
    for (route, _, code) in sweep(server, token, routes).await {
        assert_ne!(code, "kms.sealed", "{route}");
    }
    until_ready_is(server, (200, None)).await;
}

/// What was found is shown again for a moment.
async fn until_ready_is(server: &Server, expected: (u16, Option<&str>)) {
    let begun = Instant::now();
    loop {
        let ready = server.client().connect().await.get("/readyz").await;
        let told = ready.json();
        if (ready.status, told["field"].as_str()) == expected {
            return;
        }
        assert!(begun.elapsed() < KNOWN_WITHIN, "{} {told}", ready.status);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn seal_of(server: &Server) -> Value {
    let mut nobody = server.client().connect().await;
    nobody.call("GET", "/seal", &Value::Null).await.ok()
}

async fn keys_held(server: &Server) -> f64 {
    let page = server.metrics_page().await;
    let line = page
        .lines()
        .find_map(|line| line.strip_prefix("bastide_keys_held "));
    line.unwrap().trim().parse().unwrap()
}

async fn until_sealed(server: &Server) {
    let begun = Instant::now();
    while seal_of(server).await["state"] != "sealed" || keys_held(server).await > 0.0 {
        assert!(begun.elapsed() < KNOWN_WITHIN, "sealed, and no key is held");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn enters(server: &Server, share: &str) -> Reply {
    let mut custodian = server.client().connect().await;
    let body = json!({ "share": share });
    custodian.call("POST", "/seal/shares", &body).await
}

/// A server's data, and the commands over it.
struct Desk<'a> {
    data: &'a Path,
    options: &'a ServerOptions,
}

impl Desk<'_> {
    async fn says(&self, words: &[&str]) -> Value {
        run_command(self.data, self.options, words).await
    }

    /// What it says to these shares, one on each line.
    async fn hears(&self, words: &[&str], shares: &[&str]) -> Value {
        let (value, succeeded) = self.tries(words, shares).await;
        assert!(succeeded, "{words:?}: {value}");
        value
    }

    async fn refuses(&self, words: &[&str], shares: &[&str]) -> String {
        let (value, succeeded) = self.tries(words, shares).await;
        assert!(!succeeded, "{words:?}: {value}");
        value["code"].as_str().unwrap_or_default().to_owned()
    }

    async fn tries(&self, words: &[&str], shares: &[&str]) -> (Value, bool) {
        feed_command(self.data, self.options, words, &shares.join("\n")).await
    }

    /// New shares, in the order of their custodians.
    async fn gives(&self) -> Vec<String> {
        let given = self.says(&GIVE).await;
        assert_eq!(given["threshold"], 2);
        let shares = given["shares"].as_array().unwrap().iter();
        shares
            .map(|handed| handed["share"].as_str().unwrap().to_owned())
            .collect()
    }

    async fn entries(&self) -> i64 {
        // What was done a moment ago is numbered a moment later.
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        let report = self.says(&["audit", "verify"]).await;
        assert_eq!(report["problem"], Value::Null);
        report["entries"].as_i64().unwrap()
    }
}

/// An organisation with one chat, in which something was said.
struct Talk {
    token: String,
    page: String,
    said: Value,
}

impl Talk {
    async fn begins(server: &Server, name: &str) -> Self {
        let mut org = Organisation::new(&server.shared_client(), name, &["ana"]).await;
        let ana = &mut org.people[0];
        let chat = ana.creates_chat("news", &[]).await;
        let said = ana.sends(&chat, "first", "said before the seal").await;
        Self {
            token: ana.token.clone(),
            page: format!("/chats/{chat}/messages"),
            said: said["id"].clone(),
        }
    }

    async fn is_read(&self, server: &Server) {
        let mut connection: Connection = server.client().connect().await;
        connection.token = Some(self.token.clone());
        let page = connection.call("GET", &self.page, &Value::Null).await.ok();
        let mut items = page["items"].as_array().unwrap().iter();
        let found = items.find(|item| item["id"] == self.said).unwrap();
        assert_eq!(found["body"]["text"], "said before the seal");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_key_is_with_custodians_serves_nothing_until_they_have_come() {
    let ground = Ground::embedded();
    custodians_open(&ground).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn custodians_open_a_server_over_postgresql_too() {
    if let Some(ground) = Ground::postgres().await {
        custodians_open(&ground).await;
    }
}

async fn custodians_open(ground: &Ground) {
    let data = ground.directory.path();
    let desk = Desk {
        data,
        options: &ground.options,
    };
    let server = Server::start(data, ground.options.clone()).await;
    let talk = Talk::begins(&server, "sealed").await;
    let instance = |server: &Server| {
        let client = server.client();
        async move { client.connect().await.get("/api/v1/instance").await.ok() }
    };
    assert_eq!(instance(&server).await["development_seal"], true);

    // Given, and not yet held: a few come back.
    let shares = desk.gives().await;
    let status = desk.says(&["kms", "status"]).await;
    assert_eq!(
        (&status["seal"], &status["quorum"]),
        (&json!("development"), &Value::Null)
    );
    assert_eq!(status["given"]["threshold"], 2);
    let take_over = ["kms", "shares", "take-over"];
    let few = desk.tries(&take_over, &[&shares[0]]).await;
    assert!(!few.1, "one is not enough");
    let strange = [shares[0].as_str(), "bastide1-nothing"];
    assert_eq!(
        desk.refuses(&take_over, &strange).await,
        "kms.share_unreadable"
    );
    let before = desk.entries().await;
    let status = desk.hears(&take_over, &[&shares[0], &shares[2]]).await;
    assert_eq!(
        (&status["state"], &status["seal"]),
        (&json!("unsealed"), &json!("quorum"))
    );
    assert_eq!(status["custodians"][2]["name"], "陈思");
    assert!(!data.join("root.key").exists(), "the file opens nothing");
    assert!(desk.entries().await > before);
    talk.is_read(&server).await;
    assert_eq!(instance(&server).await["development_seal"], false);

    // A drill opens nothing and is remembered.
    let proved = desk.hears(&["kms", "drill"], &[&shares[1]]).await;
    assert_eq!(proved["name"], "Bo Miller");
    assert!(proved["proved_at"].is_string());

    // A restart leaves it sealed, and shares over HTTP open it without another.
    server.stop().await;
    assert_eq!(
        desk.refuses(&["admin", "tenants"], &[]).await,
        "kms.server_needed"
    );
    let server = Server::start_alive(data, ground.options.clone()).await;
    everything_is_sealed(&server, &talk.token).await;
    assert_eq!(
        desk.refuses(&["admin", "tenants"], &[]).await,
        "kms.sealed",
        "by the running server"
    );
    let unreadable = enters(&server, "bastide1-nothing").await;
    assert_eq!(
        (unreadable.status, unreadable.code().as_str()),
        (422, "kms.share_unreadable")
    );
    let one = enters(&server, &shares[0]).await.ok();
    assert_eq!(
        one["quorum"],
        json!({ "shares": 3, "threshold": 2, "entered": 1 })
    );
    assert_eq!(
        enters(&server, &shares[0]).await.code(),
        "kms.share_twice",
        "each custodian counts once"
    );
    let mut nobody = server.client().connect().await;
    let reset = nobody.call("DELETE", "/seal/shares", &Value::Null).await;
    assert_eq!(reset.ok()["quorum"]["entered"], 0);
    enters(&server, &shares[0]).await.ok();
    let open = enters(&server, &shares[2].to_uppercase()).await.ok();
    assert_eq!(open["state"], "unsealed");
    everything_is_open(&server, &talk.token).await;
    talk.is_read(&server).await;
    assert_eq!(enters(&server, &shares[1]).await.code(), "kms.unsealed");

    // Sealed by a command while it runs, and opened by commands.
    let before = desk.entries().await;
    assert_eq!(desk.says(&["kms", "seal"]).await["state"], "sealed");
    until_sealed(&server).await;
    everything_is_sealed(&server, &talk.token).await;
    let unseal = ["kms", "unseal"];
    let status = desk.hears(&unseal, &[&shares[1]]).await;
    assert_eq!(status["quorum"]["entered"], 1);
    let status = desk.hears(&["kms", "shares", "reset"], &[]).await;
    assert_eq!(status["quorum"]["entered"], 0);
    let status = desk.hears(&unseal, &[&shares[2], &shares[1]]).await;
    assert_eq!(status["state"], "unsealed");
    let again = desk.hears(&unseal, &[]).await;
    assert_eq!(again["state"], "unsealed", "once more changes nothing");
    everything_is_open(&server, &talk.token).await;
    talk.is_read(&server).await;
    // Sealed, one entered, forgotten, two entered, opened; and the log verified before.
    let after = desk.entries().await;
    assert!(after >= before + 6, "{before} {after}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_old_seal_holds_until_the_new_root_key_has_taken_over() {
    let ground = Ground::embedded();
    let data = ground.directory.path();
    let desk = Desk {
        data,
        options: &ground.options,
    };
    let mut server = Server::start(data, ground.options.clone()).await;
    let talk = Talk::begins(&server, "between").await;
    let shares = desk.gives().await;
    server.restart_after_kill().await;
    talk.is_read(&server).await;
    let take_over = ["kms", "shares", "take-over"];
    desk.hears(&take_over, &[&shares[0], &shares[1]]).await;

    // Other keepers: whoever gives shows the shares that hold, and again when they take over.
    let words: Vec<&str> = GIVE.to_vec();
    let given = desk.hears(&words, &[&shares[0], &shares[2]]).await;
    let newer: Vec<&str> = given["shares"]
        .as_array()
        .unwrap()
        .iter()
        .map(|handed| handed["share"].as_str().unwrap())
        .collect();
    server.kill().await;
    server = Server::start_alive(data, ground.options.clone()).await;
    assert_eq!(enters(&server, newer[0]).await.code(), "kms.share_other");
    enters(&server, &shares[0]).await.ok();
    enters(&server, &shares[1]).await.ok();
    talk.is_read(&server).await;
    let all = [&shares[0], &shares[1], newer[0], newer[2]];
    desk.hears(&take_over, &all).await;
    desk.says(&["kms", "seal"]).await;
    until_sealed(&server).await;
    assert_eq!(enters(&server, &shares[0]).await.code(), "kms.share_other");
    enters(&server, newer[1]).await.ok();
    enters(&server, newer[2]).await.ok();
    talk.is_read(&server).await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_node_is_opened_by_itself_and_one_seal_closes_all() {
    let Some(ground) = Ground::cell().await else {
        return;
    };
    let (one, two) = (
        ground.directory.path().join("one"),
        ground.directory.path().join("two"),
    );
    let (first, second) = tokio::join!(
        Server::start(&one, ground.options.clone()),
        Server::start(&two, ground.options.clone())
    );
    let talk = Talk::begins(&first, "cells").await;
    let desk = Desk {
        data: &one,
        options: &ground.options,
    };
    let shares = desk.gives().await;
    let take_over = ["kms", "shares", "take-over"];
    desk.hears(&take_over, &[&shares[0], &shares[1]]).await;
    talk.is_read(&second).await;

    desk.says(&["kms", "seal"]).await;
    tokio::join!(until_sealed(&first), until_sealed(&second));
    everything_is_sealed(&first, &talk.token).await;
    everything_is_sealed(&second, &talk.token).await;
    enters(&first, &shares[0]).await.ok();
    enters(&first, &shares[2]).await.ok();
    everything_is_open(&first, &talk.token).await;
    everything_is_sealed(&second, &talk.token).await;
    let other = Desk {
        data: &two,
        options: &ground.options,
    };
    let two = [shares[1].as_str(), shares[2].as_str()];
    let status = other.hears(&["kms", "unseal"], &two).await;
    assert_eq!(status["state"], "unsealed");
    everything_is_open(&second, &talk.token).await;
    talk.is_read(&second).await;
    first.stop().await;
    second.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_of_custodians_may_listen_to_others_and_one_with_a_file_may_not() {
    let mut ground = Ground::embedded();
    let data = ground.directory.path().to_owned();
    let server = Server::start(&data, ground.options.clone()).await;
    let desk = Desk {
        data: &data,
        options: &ground.options,
    };
    let shares = desk.gives().await;
    let wide = ["serve", "--listen", "0.0.0.0:0"];
    assert_eq!(desk.refuses(&wide, &[]).await, "fault");
    let take_over = ["kms", "shares", "take-over"];
    desk.hears(&take_over, &[&shares[0], &shares[1]]).await;
    server.stop().await;
    // Without the flag that a development seal wants.
    ground.set("BASTIDE_LISTEN", "0.0.0.0:0");
    let said = serve_says(&data, &ground.options);
    assert_eq!(
        (&said["state"], &said["development_seal"]),
        (&json!("sealed"), &json!(false))
    );
}

/// The line that a server says when it serves; it is ended then.
#[expect(
    clippy::disallowed_methods,
    reason = "the command itself is under test"
)]
fn serve_says(data: &Path, options: &ServerOptions) -> Value {
    use std::io::BufRead;
    let mut child = Command::new(binary())
        .args(["serve", "--json", "--metrics-listen", "127.0.0.1:0"])
        .env_clear()
        .env("BASTIDE_DATA_DIR", data)
        .envs(options.variables.iter().cloned())
        .current_dir(data)
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut out = std::io::BufReader::new(child.stdout.as_mut().unwrap());
    out.read_line(&mut line).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    serde_json::from_str(&line).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_socket_of_commands_takes_what_it_knows_within_its_limits() {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::UnixStream,
    };
    let ground = Ground::embedded();
    let data = ground.directory.path();
    let server = Server::start(data, ground.options.clone()).await;
    let desk = Desk {
        data,
        options: &ground.options,
    };
    let long = vec![b'x'; 80_000];
    for (asked, is_answered) in [
        (&b"{}\n"[..], true),
        (b"{\"rotate\":{\"tenant\":null,\"more\":1}}\n", true),
        (b"\"everything\"\n", true),
        (b"\xff\n", true),
        (&long, false),
    ] {
        let mut socket = UnixStream::connect(data.join("control.sock"))
            .await
            .unwrap();
        // The server may hang up before it has heard all.
        drop(socket.write_all(asked).await);
        let mut answer = Vec::new();
        drop(socket.read_to_end(&mut answer).await);
        let said: Value = serde_json::from_slice(&answer).unwrap_or_default();
        assert_eq!(said["failed"]["what"].is_string(), is_answered, "{said}");
    }
    // An operation that is not the operator's stays refused.
    let mut socket = UnixStream::connect(data.join("control.sock"))
        .await
        .unwrap();
    let asked = json!({ "operate": { "operation": "identity.session.list", "input": {} } });
    let line = format!("{asked}\n");
    socket.write_all(line.as_bytes()).await.unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap();
    assert!(answer.contains("access.not_permitted"), "{answer}");

    assert_eq!(desk.says(&["kms", "status"]).await["state"], "unsealed");
    let beside = ["serve", "--listen", "127.0.0.1:0"];
    assert_eq!(
        desk.refuses(&beside, &[]).await,
        "fault",
        "one data directory has one server"
    );
    server.stop().await;
    assert!(!data.join("control.sock").exists());
}

#[test]
fn shares_are_shown_to_people_or_read_by_scripts_and_never_given_as_arguments() {
    let ground = Ground::embedded();
    let place = ground.directory.path();
    #[expect(
        clippy::disallowed_methods,
        reason = "the command itself is under test"
    )]
    let run = |words: &[&str]| {
        Command::new(binary())
            .args(words)
            .env_clear()
            .env("BASTIDE_DATA_DIR", place)
            .current_dir(place)
            .stdin(std::process::Stdio::null())
            .output()
            .unwrap()
    };
    let shown = run(&GIVE);
    assert!(!shown.status.success() && shown.stdout.is_empty());
    for words in [
        &["kms", "unseal", "bastide1-share"][..],
        &["kms", "drill", "bastide1-share"],
        &["kms", "shares", "take-over", "bastide1-share"],
    ] {
        assert_eq!(run(words).status.code(), Some(2), "{words:?}");
    }
}
