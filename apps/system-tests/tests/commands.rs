//! The command line as an operator and a script meet it.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Output, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use system_tests::{Connection, Person, Server, ServerOptions, binary};

use crate::ground::Ground;

/// Within how long every node knows of a seal.
const KNOWN_WITHIN: Duration = Duration::from_secs(5);
/// Within how long anything else happens, on a slow machine too.
const PATIENCE: Duration = Duration::from_secs(20);

#[expect(
    clippy::disallowed_methods,
    reason = "the commands themselves are under test"
)]
fn command(place: &Path, options: &ServerOptions, words: &[&str]) -> Command {
    let mut command = Command::new(binary());
    command
        .args(words)
        .env_clear()
        .env("BASTIDE_DATA_DIR", place)
        .envs(options.variables.iter().cloned())
        .current_dir(place.parent().unwrap())
        .stdin(Stdio::null());
    command
}

/// Where commands are given: a data directory and what the environment says.
struct Desk<'a> {
    place: &'a Path,
    options: &'a ServerOptions,
}

impl Desk<'_> {
    fn run(&self, words: &[&str]) -> Output {
        command(self.place, self.options, words).output().unwrap()
    }

    /// What a command that ends well prints with `--json`.
    fn says(&self, words: &[&str]) -> Value {
        let output = self.run(&[words, &["--json"]].concat());
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{words:?}: {errors}");
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{words:?} prints JSON"))
    }

    /// The exit code and the code of the error of a command that does not; nothing is on standard output.
    fn refuses(&self, words: &[&str]) -> (i32, String) {
        let output = self.run(&[words, &["--json"]].concat());
        assert!(output.stdout.is_empty(), "{words:?}");
        let errors = String::from_utf8(output.stderr).unwrap();
        let last = errors.lines().last().unwrap_or_default();
        let error: Value = serde_json::from_str(last).unwrap_or_else(|_| panic!("{errors}"));
        assert!(!error["message"].as_str().unwrap().is_empty(), "{errors}");
        let code = error["code"].as_str().unwrap().to_owned();
        (output.status.code().unwrap(), code)
    }

    fn entries(&self) -> i64 {
        let report = self.says(&["audit", "verify"]);
        assert_eq!(report["problem"], Value::Null);
        assert_eq!(
            (&report["erased"], &report["unopened"]),
            (&json!(0), &json!(0))
        );
        assert_eq!(report["head"].as_str().unwrap().len(), 64);
        report["entries"].as_i64().unwrap()
    }
}

/// Polls until `holds`, and fails the test when it does not in time.
async fn until<F: Future<Output = bool>>(
    what: &str,
    within: Duration,
    mut holds: impl FnMut() -> F,
) {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < within, "{what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[test]
fn looking_at_an_empty_place_leaves_it_empty() {
    let ground = Ground::embedded();
    let place = ground.directory.path().join("data");
    let desk = Desk {
        place: &place,
        options: &ground.options,
    };
    let status = desk.says(&["kms", "status"]);
    assert_eq!(
        (&status["state"], &status["seal"]),
        (&json!("uninitialised"), &Value::Null)
    );
    assert_eq!(status["keys"]["tenants"], 0);
    assert_eq!(
        desk.refuses(&["kms", "seal"]),
        (1, "kms.uninitialised".to_owned())
    );
    assert_eq!(
        desk.refuses(&["kms", "unseal"]),
        (1, "kms.uninitialised".to_owned())
    );
    assert!(!place.exists(), "nothing was made");
}

#[test]
fn every_command_says_in_json_what_it_did() {
    let ground = Ground::embedded();
    let place = ground.directory.path().join("data");
    tell_all(&Desk {
        place: &place,
        options: &ground.options,
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_says_the_same_over_postgresql() {
    let Some(ground) = Ground::postgres().await else {
        return;
    };
    let place = ground.directory.path().join("data");
    tell_all(&Desk {
        place: &place,
        options: &ground.options,
    });
}

fn tell_all(desk: &Desk<'_>) {
    let demo = desk.says(&["demo"]);
    assert_eq!(demo["is_new"], true);
    assert_eq!(demo["people"].as_array().unwrap().len(), 12);
    let again = desk.says(&["demo"]);
    assert_eq!(
        (&again["is_new"], &again["chats"]),
        (&json!(false), &demo["chats"])
    );

    let status = desk.says(&["kms", "status"]);
    assert_eq!(
        (&status["state"], &status["seal"]),
        (&json!("unsealed"), &json!("development"))
    );
    assert_eq!(status["keys"]["tenants"], 2, "the cell and the demo");

    let authority = desk.says(&["admin", "ca"]);
    assert!(
        authority["pem"]
            .as_str()
            .unwrap()
            .starts_with("-----BEGIN CERTIFICATE-----")
    );

    let before = desk.entries();
    let tenants = desk.says(&["admin", "tenants"]);
    let tenant = &tenants["items"][0];
    assert_eq!(
        (&tenant["accounts"], &tenant["state"]),
        (&json!(12), &json!("active"))
    );
    assert!(desk.entries() > before, "reading has an entry");
    let id = tenant["id"].as_str().unwrap();
    desk.says(&["admin", "suspend", id]);
    assert_eq!(
        desk.says(&["admin", "tenants"])["items"][0]["state"],
        "suspended"
    );
    desk.says(&["admin", "resume", id]);
    assert_eq!(
        desk.says(&["admin", "tenants"])["items"][0]["state"],
        "active"
    );

    desk.says(&["admin", "sign-up", "code"]);
    assert!(
        !desk.says(&["admin", "sign-up-code"])["code"]
            .as_str()
            .unwrap()
            .is_empty()
    );
    desk.says(&["admin", "sign-up", "open"]);
    let mail = demo["people"][3]["mail"].as_str().unwrap();
    let unproved = (1, "identity.reset_impossible".to_owned());
    assert_eq!(
        desk.refuses(&["admin", "reset-password", mail]),
        unproved,
        "there is no mail and no second factor"
    );
    let before = desk.entries();
    let unknown = ["admin", "reset-password", "nobody@demo.example"];
    assert_eq!(
        desk.refuses(&unknown),
        (1, "identity.account_absent".to_owned())
    );
    assert!(desk.entries() > before, "a refusal has an entry");

    let before = desk.entries();
    let turned = desk.says(&["kms", "rotate", "--tenant", id]);
    assert_eq!(turned["tenant_keys"], 1);
    assert!(turned["rewrapped"].as_i64().unwrap() > 12, "{turned}");
    assert_eq!(desk.says(&["kms", "rotate"])["tenant_keys"], 2);
    assert!(desk.entries() >= before + 3, "each key has an entry");
    let keys = &desk.says(&["kms", "status"])["tenant_keys"];
    assert_eq!(keys["being_rewrapped"], 0, "{keys}");
    let nobody = format!("t_{}", "1".repeat(32));
    assert_eq!(
        desk.refuses(&["kms", "rotate", "--tenant", &nobody]),
        (1, "kms.tenant_absent".to_owned())
    );

    let before = desk.entries();
    assert_eq!(desk.says(&["kms", "seal"])["state"], "sealed");
    assert_eq!(
        desk.says(&["kms", "seal"])["state"],
        "sealed",
        "once more changes nothing"
    );
    assert_eq!(
        desk.refuses(&["admin", "tenants"]),
        (1, "kms.sealed".to_owned())
    );
    assert_eq!(desk.says(&["kms", "status"])["state"], "sealed");
    assert_eq!(desk.says(&["kms", "unseal"])["state"], "unsealed");
    assert!(
        desk.entries() >= before + 2,
        "sealing and unsealing have an entry each"
    );
}

#[test]
fn what_needs_no_server_is_json_too() {
    let ground = Ground::embedded();
    let place = ground.directory.path().join("data");
    let desk = Desk {
        place: &place,
        options: &ground.options,
    };
    let routes = desk.says(&["routes"]);
    assert!(
        routes
            .as_array()
            .unwrap()
            .iter()
            .any(|row| row["operation"] == "messenger.message.send")
    );
    assert_eq!(desk.says(&["routes", "--document"])["openapi"], "3.1.0");
    for shell in ["bash", "zsh"] {
        let plain = desk.run(&["completions", shell]);
        let script = String::from_utf8(plain.stdout).unwrap();
        assert!(
            plain.status.success() && script.contains("bastide"),
            "{shell}"
        );
        let told = desk.says(&["completions", shell]);
        assert_eq!(
            (&told["kind"], &told["shell"]),
            (&json!("script"), &json!(shell))
        );
        assert_eq!(
            told["script"].as_str().unwrap().trim_end(),
            script.trim_end()
        );
    }
    assert_eq!(desk.refuses(&["nonsense"]), (2, "usage".to_owned()));
    assert!(!place.exists());
}

#[test]
fn help_tells_no_secret() {
    let mut ground = Ground::embedded();
    for name in [
        "BASTIDE_DATABASE_URL",
        "BASTIDE_KMS_DATABASE_URL",
        "BASTIDE_BUS_URL",
        "BASTIDE_BLOB_ACCESS_KEY",
    ] {
        ground.set(name, "very-secret");
    }
    let place = ground.directory.path().join("data");
    let help = Desk {
        place: &place,
        options: &ground.options,
    }
    .run(&["help"]);
    assert!(help.status.success());
    assert!(
        !String::from_utf8(help.stdout)
            .unwrap()
            .contains("very-secret")
    );
}

#[test]
fn what_would_be_careless_is_refused_before_anything_is_made() {
    let mut ground = Ground::embedded();
    let place = ground.directory.path().join("data");
    let desk = Desk {
        place: &place,
        options: &ground.options,
    };
    let fault = (1, "fault".to_owned());
    assert_eq!(desk.refuses(&["serve", "--listen", "0.0.0.0:0"]), fault);
    let wide = [
        "serve",
        "--test-mode",
        "--allow-development-seal",
        "--listen",
        "0.0.0.0:0",
    ];
    assert_eq!(desk.refuses(&wide), fault);
    let data = format!(
        "sqlite://{}",
        ground.directory.path().join("one.db").display()
    );
    ground.set("BASTIDE_DATABASE_URL", &data);
    ground.set("BASTIDE_KMS_DATABASE_URL", &data);
    let desk = Desk {
        place: &place,
        options: &ground.options,
    };
    assert_eq!(desk.refuses(&["admin", "tenants"]), fault);
    assert!(!place.exists() && !ground.directory.path().join("one.db").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_leaves_a_server_of_others_alone() {
    let ground = Ground::embedded();
    let place = ground.directory.path().join("data");
    let server = Server::start(&place, ground.options.clone()).await;
    Person::founds(&server.shared_client(), "others", "ana").await;
    let desk = Desk {
        place: &place,
        options: &ground.options,
    };
    assert_eq!(desk.refuses(&["demo"]), (1, "fault".to_owned()));
    assert_eq!(
        desk.says(&["admin", "tenants"])["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    server.stop().await;
}

#[test]
fn serve_says_where_it_is_in_one_line() {
    let ground = Ground::embedded();
    let place = ground.directory.path().join("data");
    let words = [
        "serve",
        "--json",
        "--listen",
        "127.0.0.1:0",
        "--metrics-listen",
        "127.0.0.1:0",
    ];
    let mut child = command(&place, &ground.options, &words)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap())
        .read_line(&mut line)
        .unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let told: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(
        (&told["state"], &told["development_seal"]),
        (&json!("unsealed"), &json!(true))
    );
    for name in ["address", "metrics"] {
        let address: std::net::SocketAddr = told[name].as_str().unwrap().parse().unwrap();
        assert!(address.port() > 0 && address.ip().is_loopback());
    }
    assert!(told["public_url"].as_str().unwrap().starts_with("https://"));
}

#[tokio::test(flavor = "multi_thread")]
async fn tenant_keys_turn_while_people_talk_however_often_it_is_cut_off() {
    let ground = Ground::embedded();
    turn_keys(&ground).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tenant_keys_turn_over_postgresql_too() {
    if let Some(ground) = Ground::postgres().await {
        turn_keys(&ground).await;
    }
}

/// How many chats there are, each with a key of its own, and how often the command is killed.
const CHATS: usize = 24;
const KILLS: u32 = 8;

async fn turn_keys(ground: &Ground) {
    let place = ground.directory.path().join("data");
    let desk = Desk {
        place: &place,
        options: &ground.options,
    };
    let server = Server::start(&place, ground.options.clone()).await;
    let mut ana = Person::founds(&server.shared_client(), "turning", "ana").await;
    let mut said = Vec::new();
    for number in 0..CHATS {
        let chat = ana.creates_chat(&format!("chat {number}"), &[]).await;
        let text = format!("said first in {number}");
        ana.sends(&chat, "first", &text).await;
        said.push((chat, vec![text]));
    }
    for round in 0..KILLS {
        let mut child = command(&place, &ground.options, &["kms", "rotate"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let at = usize::try_from(round).unwrap();
        let (chat, texts) = &mut said[at];
        let text = format!("said while keys turn {round}");
        ana.sends(chat, &format!("r-{round}"), &text).await;
        texts.push(text);
        tokio::time::sleep(Duration::from_millis(70) * round).await;
        child.kill().unwrap();
        child.wait().unwrap();
    }
    desk.says(&["kms", "rotate"]);
    let status = desk.says(&["kms", "status"]);
    assert_eq!(status["tenant_keys"]["being_rewrapped"], 0);
    everything_is_read(&mut ana.connection, &said).await;
    desk.entries();
    server.stop().await;

    let again = Server::start(&place, ground.options.clone()).await;
    let mut connection = again.shared_client().connect().await;
    connection.token = Some(ana.token.clone());
    everything_is_read(&mut connection, &said).await;
    again.stop().await;
}

async fn everything_is_read(connection: &mut Connection, said: &[(String, Vec<String>)]) {
    for (chat, texts) in said {
        let page = format!("/chats/{chat}/messages");
        let page = connection.call("GET", &page, &Value::Null).await.ok();
        let items = page["items"].as_array().unwrap().iter();
        let found: Vec<&str> = items
            .filter_map(|item| item["body"]["text"].as_str())
            .collect();
        assert_eq!(found, *texts);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sealing_closes_a_running_server_and_unsealing_opens_it_again() {
    let ground = Ground::embedded();
    let place = ground.directory.path().join("data");
    let server = Server::start(&place, ground.options.clone()).await;
    let client = server.shared_client();
    let mut ana = Person::founds(&client, "sealing", "ana").await;
    let chat = ana.creates_chat("news", &[]).await;
    let sent = ana.sends(&chat, "before", "written before the seal").await;
    let desk = Desk {
        place: &place,
        options: &ground.options,
    };
    assert_eq!(
        desk.says(&["kms", "status"])["state"],
        "unsealed",
        "beside a running server"
    );
    assert_eq!(
        desk.says(&["admin", "tenants"])["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    desk.entries();

    assert_eq!(desk.says(&["kms", "seal"])["state"], "sealed");
    let path = format!("/api/v1/chats/{chat}/messages");
    let reads = Arc::new(tokio::sync::Mutex::new(ana.connection));
    let refused = || {
        let (reads, path) = (Arc::clone(&reads), path.clone());
        async move {
            let reply = reads.lock().await.get(&path).await;
            reply.status == 503 && reply.code() == "kms.sealed"
        }
    };
    until("the server refuses", KNOWN_WITHIN, refused).await;
    until("the server is not ready", KNOWN_WITHIN, || {
        status_is(&server, "/readyz", 503)
    })
    .await;
    assert!(status_is(&server, "/healthz", 200).await);
    server.stop().await;

    let server = Server::start_alive(&place, ground.options.clone()).await;
    assert!(
        status_is(&server, "/readyz", 503).await,
        "a restart opens nothing"
    );
    assert_eq!(desk.says(&["kms", "unseal"])["state"], "unsealed");
    until("the server is ready again", PATIENCE, || {
        status_is(&server, "/readyz", 200)
    })
    .await;
    let mut connection = server.client().connect().await;
    connection.token = Some(ana.token.clone());
    let page = connection.get(&path).await.ok();
    let messages = page["items"].as_array().unwrap();
    let found = messages.iter().find(|message| message["id"] == sent["id"]);
    assert_eq!(found.unwrap()["body"]["text"], "written before the seal");
    server.stop().await;
}

async fn status_is(server: &Server, path: &str, status: u16) -> bool {
    server.client().connect().await.get(path).await.status == status
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hangup_takes_log_level_and_limits_from_the_file() {
    let ground = Ground::embedded();
    let place = ground.directory.path();
    let file = place.join("bastide.toml");
    std::fs::write(&file, "log = \"error\"\n").unwrap();
    let server = Server::start(place, ground.options.clone()).await;
    let log = || std::fs::read_to_string(server.log_path()).unwrap();
    for _ in 0..10 {
        assert_eq!(
            server
                .client()
                .connect()
                .await
                .get("/api/v1/instance")
                .await
                .status,
            200
        );
    }
    assert!(!log().contains("gate::access"), "{}", log());

    // Three requests a minute make a burst of one.
    std::fs::write(&file, "log = \"info\"\napi_rate_per_minute = 3\n").unwrap();
    hang_up(&server);
    until("the settings are read", PATIENCE, || async {
        log().contains("the settings were read again")
    })
    .await;
    let mut refused = 0;
    for _ in 0..10 {
        let reply = server
            .client()
            .connect()
            .await
            .get("/api/v1/instance")
            .await;
        refused += usize::from(reply.status == 429);
    }
    assert!(refused >= 8, "{refused}");
    until("requests are logged", PATIENCE, || async {
        log().contains("gate::access")
    })
    .await;

    // A file that cannot be read changes nothing and ends nothing.
    std::fs::write(&file, "log = 7\n").unwrap();
    hang_up(&server);
    until("the fault is said", PATIENCE, || async {
        log().contains("could not be read again")
    })
    .await;
    assert!(status_is(&server, "/healthz", 200).await);
    server.stop().await;
}

#[expect(
    clippy::disallowed_methods,
    reason = "the server's own signal is under test"
)]
fn hang_up(server: &Server) {
    let pid = server.pid().to_string();
    let sent = Command::new("kill").args(["-HUP", &pid]).status().unwrap();
    assert!(sent.success());
}
