use std::time::Duration;

use logical::{Failure, Operation, Outcome, testing::Stage};
use serde_json::{Value, json};

use crate::Engine;

pub(super) async fn stage() -> Stage {
    let mut stage = Stage::new("kv").await;
    stage
        .mount
        .options
        .insert("version".to_owned(), "2".to_owned());
    stage
}

async fn run(stage: &Stage, operation: Operation, path: &str, data: Value) -> Outcome {
    stage.run(&Engine, operation, path, data).await
}

async fn write(stage: &Stage, name: &str, value: &str, cas: Option<u64>) -> Outcome {
    let mut data = json!({ "data": { "v": value } });
    if let Some(cas) = cas {
        data["options"] = json!({ "cas": cas });
    }
    run(stage, Operation::Update, &format!("data/{name}"), data).await
}

async fn read(stage: &Stage, name: &str, version: u64) -> (u16, Value) {
    let asked = json!({ "version": version });
    match run(stage, Operation::Read, &format!("data/{name}"), asked).await {
        Ok(reply) => (
            reply.status.unwrap_or(200),
            Value::Object(reply.data.unwrap()),
        ),
        Err(Failure::Absent) => (404, Value::Null),
        Err(failure) => panic!("{failure:?}"),
    }
}

#[tokio::test]
async fn versions_are_deleted_brought_back_and_destroyed() {
    let stage = stage().await;
    for value in ["one", "two", "three"] {
        write(&stage, "a", value, None).await.unwrap();
    }
    assert_eq!(read(&stage, "a", 0).await.1["data"]["v"], "three");
    assert_eq!(read(&stage, "a", 1).await.1["data"]["v"], "one");
    run(&stage, Operation::Delete, "data/a", json!({}))
        .await
        .unwrap();
    let (status, told) = read(&stage, "a", 0).await;
    assert_eq!((status, &told["data"]), (404, &Value::Null));
    assert_ne!(told["metadata"]["deletion_time"], "");
    let three = json!({ "versions": [3, "1"] });
    run(&stage, Operation::Update, "undelete/a", three)
        .await
        .unwrap();
    assert_eq!(read(&stage, "a", 0).await.1["data"]["v"], "three");
    run(
        &stage,
        Operation::Update,
        "destroy/a",
        json!({ "versions": "1,2" }),
    )
    .await
    .unwrap();
    run(
        &stage,
        Operation::Update,
        "undelete/a",
        json!({ "versions": [1, 2] }),
    )
    .await
    .unwrap();
    let (status, told) = read(&stage, "a", 1).await;
    assert_eq!(
        (status, &told["metadata"]["destroyed"]),
        (404, &json!(true))
    );
    run(&stage, Operation::Delete, "metadata/a", json!({}))
        .await
        .unwrap();
    assert_eq!(read(&stage, "a", 0).await, (404, Value::Null));
    let listed = run(&stage, Operation::List, "metadata", json!({})).await;
    assert!(matches!(listed, Err(Failure::Absent)));
}

#[tokio::test]
async fn of_two_that_rely_on_the_same_version_one_writes() {
    let stage = stage().await;
    write(&stage, "a", "first", Some(0)).await.unwrap();
    assert!(matches!(
        write(&stage, "a", "again", Some(0)).await,
        Err(Failure::Invalid(_))
    ));
    let both =
        futures_util::future::join_all((0..6).map(|_| write(&stage, "a", "x", Some(1)))).await;
    assert_eq!(both.iter().filter(|written| written.is_ok()).count(), 1);
    let settings = json!({ "cas_required": true });
    run(&stage, Operation::Update, "config", settings)
        .await
        .unwrap();
    let without = write(&stage, "a", "x", None).await;
    assert!(matches!(without, Err(Failure::Invalid(said)) if said.contains("required")));
}

#[tokio::test]
async fn the_oldest_versions_go_and_times_are_kept() {
    let stage = stage().await;
    let settings = json!({ "max_versions": 3, "delete_version_after": "1h" });
    run(&stage, Operation::Update, "config", settings)
        .await
        .unwrap();
    for number in 1..=5 {
        write(&stage, "a", &number.to_string(), None).await.unwrap();
    }
    let told = run(&stage, Operation::Read, "metadata/a", json!({}))
        .await
        .unwrap();
    let told = told.data.unwrap();
    assert_eq!(
        (&told["oldest_version"], &told["current_version"]),
        (&json!(3), &json!(5))
    );
    assert_eq!(read(&stage, "a", 2).await, (404, Value::Null));
    assert_eq!(read(&stage, "a", 5).await.0, 200);
    stage.clock.advance(Duration::from_secs(3_601));
    assert_eq!(read(&stage, "a", 5).await.0, 404);
    let settings = run(&stage, Operation::Read, "config", json!({}))
        .await
        .unwrap();
    assert_eq!(settings.data.unwrap()["delete_version_after"], "1h0m0s");
}

#[tokio::test]
async fn a_patch_changes_what_it_names() {
    let stage = stage().await;
    let absent = run(
        &stage,
        Operation::Patch,
        "data/a",
        json!({ "data": { "x": "1" } }),
    )
    .await;
    assert!(matches!(absent, Err(Failure::Absent)));
    let value = json!({ "data": { "keep": "1", "drop": "2", "deep": { "a": 1, "b": 2 } } });
    run(&stage, Operation::Update, "data/a", value)
        .await
        .unwrap();
    let patch =
        json!({ "data": { "drop": null, "deep": { "a": null, "c": 3 }, "new": { "x": null } } });
    run(&stage, Operation::Patch, "data/a", patch)
        .await
        .unwrap();
    let expected = json!({ "keep": "1", "deep": { "b": 2, "c": 3 }, "new": {} });
    assert_eq!(read(&stage, "a", 0).await.1["data"], expected);
    let shape = run(
        &stage,
        Operation::Read,
        "subkeys/a",
        json!({ "depth": "1" }),
    )
    .await
    .unwrap();
    assert_eq!(
        shape.data.unwrap()["subkeys"],
        json!({ "keep": null, "deep": null, "new": null })
    );
    let shape = run(&stage, Operation::Read, "subkeys/a", json!({}))
        .await
        .unwrap();
    assert_eq!(
        shape.data.unwrap()["subkeys"]["deep"],
        json!({ "b": null, "c": null })
    );
}

#[tokio::test]
async fn what_people_add_is_bounded_and_patched() {
    let stage = stage().await;
    let own = json!({ "custom_metadata": { "team": "blue", "x": "1" } });
    run(&stage, Operation::Update, "metadata/a", own)
        .await
        .unwrap();
    let patch = json!({ "custom_metadata": { "x": null, "y": "2" }, "max_versions": 4 });
    run(&stage, Operation::Patch, "metadata/a", patch)
        .await
        .unwrap();
    let told = run(&stage, Operation::Read, "metadata/a", json!({}))
        .await
        .unwrap();
    let told = told.data.unwrap();
    assert_eq!(told["custom_metadata"], json!({ "team": "blue", "y": "2" }));
    assert_eq!(
        (&told["max_versions"], &told["current_version"]),
        (&json!(4), &json!(0))
    );
    let many: serde_json::Map<_, _> = (0..65).map(|n| (n.to_string(), json!("v"))).collect();
    for wrong in [
        json!({ "k": "v".repeat(513) }),
        json!({ "k".repeat(129): "v" }),
        json!({ "k": 1 }),
        json!("text"),
        Value::Object(many),
    ] {
        let refused = run(
            &stage,
            Operation::Update,
            "metadata/a",
            json!({ "custom_metadata": wrong }),
        )
        .await;
        assert!(matches!(refused, Err(Failure::Invalid(_))));
    }
}

#[tokio::test]
async fn a_name_can_be_a_secret_and_a_folder() {
    let stage = stage().await;
    for name in ["a", "a/b", "a/1/x"] {
        write(&stage, name, name, None).await.unwrap();
    }
    let listed = run(&stage, Operation::List, "metadata", json!({}))
        .await
        .unwrap();
    assert_eq!(listed.data.unwrap()["keys"], json!(["a", "a/"]));
    run(&stage, Operation::Delete, "metadata/a", json!({}))
        .await
        .unwrap();
    assert_eq!(read(&stage, "a/1/x", 0).await.1["data"]["v"], "a/1/x");
}

#[tokio::test]
async fn hostile_requests_are_refused() {
    let stage = stage().await;
    let mut deep = json!({});
    for _ in 0..100 {
        deep = json!({ "x": deep });
    }
    write(&stage, "a", "v", None).await.unwrap();
    for (operation, path, data) in [
        (Operation::Update, "data/a", json!({})),
        (Operation::Update, "data/a", json!({ "data": "text" })),
        (
            Operation::Update,
            "data/a",
            json!({ "data": {}, "options": { "cas": -1 } }),
        ),
        (
            Operation::Update,
            "data/a",
            json!({ "data": {}, "options": "x" }),
        ),
        (Operation::Patch, "data/a", json!({ "data": deep })),
        (Operation::Update, "delete/a", json!({})),
        (Operation::Update, "destroy/a", json!({ "versions": ["x"] })),
        (
            Operation::Update,
            "config",
            json!({ "max_versions": 1_000_000 }),
        ),
        (Operation::Update, "data/a/../b", json!({ "data": {} })),
        (Operation::Update, "data", json!({ "data": {} })),
        (Operation::Read, "nothing/a", json!({})),
        (Operation::Delete, "config", json!({})),
    ] {
        let refused = run(&stage, operation, path, data.clone()).await;
        assert!(refused.is_err(), "{operation:?} {path} {data}");
    }
    assert_eq!(read(&stage, "a", 0).await.1["data"]["v"], "v");
}
