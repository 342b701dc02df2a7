//! The document says what the router does.

use std::collections::BTreeSet;

use serde_json::Value;
use system_tests::{Server, binary};

use crate::ground::Ground;

#[expect(
    clippy::disallowed_methods,
    reason = "the command itself is under test"
)]
fn bastide(arguments: &[&str]) -> Value {
    let output = std::process::Command::new(binary())
        .args(arguments)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_of_the_api_stands_in_the_document_and_nothing_else_does() {
    let routes = bastide(&["routes", "--json"]);
    let ground = Ground::embedded();
    let server = Server::start(ground.directory.path(), ground.options.clone()).await;
    let document = server
        .client()
        .connect()
        .await
        .get("/api/v1/openapi.json")
        .await
        .ok();

    let routed: BTreeSet<(String, String)> = routes
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            (
                row["method"].as_str().unwrap().to_lowercase(),
                row["path"].as_str().unwrap().to_owned(),
            )
        })
        .collect();
    let mut documented = BTreeSet::new();
    let base = document["servers"][0]["url"].as_str().unwrap_or_default();
    let prefix = if base.ends_with("/api/v1") {
        "/api/v1"
    } else {
        ""
    };
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item
            .as_object()
            .unwrap()
            .keys()
            .filter(|key| *key != "parameters")
        {
            documented.insert((method.clone(), format!("{prefix}{path}")));
        }
    }
    assert_eq!(routed, documented);
    server.stop().await;
}
