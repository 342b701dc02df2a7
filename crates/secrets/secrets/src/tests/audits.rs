use serde_json::{Value, json};

use super::House;
use crate::Method;

fn lines(path: &std::path::Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[tokio::test]
async fn every_request_and_answer_is_recorded_with_values_as_hashes() {
    let house = House::new().await;
    let path = house.directory.path().join("audit.log");
    let device = json!({ "type": "file", "options": { "file_path": path } });
    house.body(Method::Put, "sys/audit/file", device).await;
    house
        .body(Method::Put, "sys/mounts/secret", json!({ "type": "kv" }))
        .await;
    house
        .body(
            Method::Put,
            "secret/cake",
            json!({ "with": "marzipan", "errors": "marzipan", "policies": ["marzipan"] }),
        )
        .await;
    house.body(Method::Get, "secret/cake", Value::Null).await;
    house
        .as_nobody(Method::Get, "secret/cake", Value::Null)
        .await;

    let text = std::fs::read_to_string(&path).unwrap();
    assert!(!text.contains("marzipan") && !text.contains(&house.root));
    let hashed = house
        .body(
            Method::Put,
            "sys/audit-hash/file",
            json!({ "input": "marzipan" }),
        )
        .await;
    let hash = hashed["hash"].as_str().unwrap();
    let lines = lines(&path);
    let of = |kind: &str, operation: &str| {
        let found = lines.iter().find(|line| {
            line["type"] == kind
                && line["request"]["operation"] == operation
                && line["request"]["path"] == "secret/cake"
        });
        found.unwrap().clone()
    };
    assert_eq!(of("request", "create")["request"]["data"]["with"], hash);
    assert_eq!(of("response", "read")["response"]["data"]["with"], hash);
    let refused = lines
        .iter()
        .filter(|line| line["error"] == "permission denied")
        .count();
    assert_eq!(refused, 1, "whoever is refused is recorded too");
}

#[tokio::test]
async fn what_no_device_can_record_is_refused_and_not_done() {
    let house = House::new().await;
    let folder = house.directory.path().join("logs");
    std::fs::create_dir(&folder).unwrap();
    let file = folder.join("audit.log");
    house
        .body(Method::Put, "sys/mounts/secret", json!({ "type": "kv" }))
        .await;
    let device = json!({ "type": "file", "options": { "file_path": file } });
    house.body(Method::Put, "sys/audit/file", device).await;
    house
        .body(Method::Put, "secret/a", json!({ "v": "1" }))
        .await;

    std::fs::remove_dir_all(&folder).unwrap();
    let refused = house
        .as_root(Method::Put, "secret/b", json!({ "v": "1" }))
        .await;
    assert_eq!(refused.status, 500);
    let refused = house.as_root(Method::Get, "secret/a", Value::Null).await;
    assert_eq!(refused.status, 500);

    std::fs::create_dir(&folder).unwrap();
    assert_eq!(
        house
            .as_root(Method::Get, "secret/b", Value::Null)
            .await
            .status,
        404
    );
    assert_eq!(
        house
            .as_root(Method::Get, "secret/a", Value::Null)
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn what_custodians_do_is_recorded_without_their_shares() {
    let house = House::new().await;
    let path = house.directory.path().join("audit.log");
    let device = json!({ "type": "file", "options": { "file_path": path, "log_raw": "true" } });
    house.body(Method::Put, "sys/audit/file", device).await;
    let begun = house
        .as_nobody(Method::Put, "sys/generate-root/attempt", json!({}))
        .await;
    let nonce = begun.body.unwrap()["nonce"].clone();
    for key in house.keys.iter().take(2) {
        let share = json!({ "key": key, "nonce": nonce });
        let answer = house
            .as_nobody(Method::Put, "sys/generate-root/update", share)
            .await;
        assert_eq!(answer.status, 200);
    }
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(house.keys.iter().all(|key| !text.contains(key.as_str())));
    let recorded = lines(&path);
    let recorded = recorded
        .iter()
        .filter(|line| line["request"]["path"] == "sys/generate-root/update");
    assert_eq!(recorded.count(), 4);
}

#[tokio::test]
async fn a_line_that_was_cut_off_does_not_spoil_the_next() {
    let house = House::new().await;
    let path = house.directory.path().join("audit.log");
    std::fs::write(&path, "{\"half\":").unwrap();
    let device = json!({ "type": "file", "options": { "file_path": path } });
    house.body(Method::Put, "sys/audit/file", device).await;
    house.body(Method::Get, "sys/mounts", Value::Null).await;
    let text = std::fs::read_to_string(&path).unwrap();
    let (half, whole) = text.split_once('\n').unwrap();
    assert_eq!(half, "{\"half\":");
    assert!(
        whole
            .lines()
            .all(|line| serde_json::from_str::<Value>(line).is_ok())
    );
}

#[tokio::test]
async fn a_device_that_cannot_be_written_is_not_taken() {
    let house = House::new().await;
    for options in [
        json!({}),
        json!({ "file_path": "/no/such/folder/audit.log" }),
    ] {
        let device = json!({ "type": "file", "options": options });
        let answer = house.as_root(Method::Put, "sys/audit/file", device).await;
        assert_eq!(answer.status, 400);
    }
    let answer = house
        .as_root(Method::Put, "sys/audit/socket", json!({ "type": "socket" }))
        .await;
    assert_eq!(answer.status, 400);
    assert_eq!(
        house.body(Method::Get, "sys/audit", Value::Null).await["data"],
        json!({})
    );
}
