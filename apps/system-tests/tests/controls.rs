//! Promises, put to the test in the running product: green when everything is well, and red at the link that was broken on purpose.

use std::path::Path;

use rusqlite::Connection;
use serde_json::{Value, json};
use system_tests::{Server, ServerOptions, run_command, try_command};

use crate::ground::Ground;

const LINKS: [&str; 6] = ["signed in", "listening", "sent", "stored", "pushed", "read"];

/// The state, and the link that broke.
async fn verify(data: &Path, options: &ServerOptions) -> (String, Option<String>) {
    let (finding, succeeded) = try_command(data, options, &["controls", "verify", "0.1"]).await;
    let links = finding["links"]
        .as_array()
        .unwrap_or_else(|| panic!("{finding}"));
    let names: Vec<&str> = links
        .iter()
        .map(|link| link["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, LINKS);
    let broken = links.iter().position(|link| link["outcome"] != "held");
    for (at, link) in links.iter().enumerate() {
        let outcome = match broken {
            Some(broken) if at > broken => "unreached",
            Some(broken) if at == broken => "broke",
            _ => "held",
        };
        assert_eq!(link["outcome"], outcome, "{finding}");
    }
    let state = finding["state"].as_str().unwrap().to_owned();
    assert_eq!(succeeded, state == "green", "who runs it hears it");
    (state, broken.map(|at| LINKS[at].to_owned()))
}

fn red_at(link: &str) -> (String, Option<String>) {
    ("red".to_owned(), Some(link.to_owned()))
}

#[tokio::test(flavor = "multi_thread")]
async fn messaging_is_green_and_red_at_every_broken_link() {
    let ground = Ground::embedded();
    let data = ground.directory.path();
    let server = Server::start(data, ground.options.clone()).await;
    let mut options = ground.options.clone();
    let address = server.address.to_string();
    let origin = format!("https://localhost:{}", server.address.port());
    options.variables.extend([
        ("BASTIDE_LISTEN".to_owned(), address),
        ("BASTIDE_PUBLIC_URL".to_owned(), origin),
    ]);
    let green = ("green".to_owned(), None);
    assert_eq!(verify(data, &options).await, green);
    assert_eq!(
        verify(data, &options).await,
        green,
        "in the place that it has"
    );

    let database = Connection::open(data.join("bastide.db")).unwrap();
    let plant = |fault: &str| {
        database
            .execute_batch(&format!("CREATE TRIGGER planted {fault}"))
            .unwrap();
    };
    let faults = [
        (
            "sent",
            "BEFORE INSERT ON messenger_message BEGIN SELECT RAISE(ABORT, 'planted'); END",
        ),
        (
            "stored",
            "AFTER INSERT ON messenger_message BEGIN
                UPDATE messenger_message SET body_sealed = CAST('as it was written, and a good deal longer' AS BLOB)
                WHERE tenant = NEW.tenant AND id = NEW.id; END",
        ),
        (
            "pushed",
            "AFTER INSERT ON act_event BEGIN
                DELETE FROM act_event WHERE tenant = NEW.tenant AND topic = NEW.topic AND change = NEW.change; END",
        ),
    ];
    for (link, fault) in faults {
        plant(fault);
        assert_eq!(verify(data, &options).await, red_at(link));
        database.execute_batch("DROP TRIGGER planted").unwrap();
        assert_eq!(verify(data, &options).await, green, "mended after {link}");
    }
    let tenants = run_command(data, &options, &["admin", "tenants"]).await;
    let tenant = tenants["items"][0]["id"].as_str().unwrap().to_owned();
    run_command(data, &options, &["admin", "suspend", &tenant]).await;
    assert_eq!(verify(data, &options).await, red_at("signed in"));
    run_command(data, &options, &["admin", "resume", &tenant]).await;
    assert_eq!(verify(data, &options).await, green);
    plant(
        "AFTER INSERT ON messenger_message BEGIN
            DELETE FROM messenger_member WHERE tenant = NEW.tenant AND chat = NEW.chat AND account <> NEW.author; END",
    );
    assert_eq!(verify(data, &options).await, red_at("read"));
    server.stop().await;
    assert_eq!(
        verify(data, &options).await,
        red_at("signed in"),
        "nobody serves"
    );

    let listed = run_command(data, &options, &["controls", "list", "0.1"]).await;
    let states: Vec<&Value> = listed["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| &finding["state"])
        .collect();
    assert_eq!(states.len(), 12);
    assert_eq!((states[0], states[11]), (&json!("red"), &json!("green")));
}
