use logical::{Failure, Operation, testing::Stage};
use serde_json::{Value, json};

use crate::{Cubbyhole, Engine};

#[tokio::test]
async fn values_are_written_read_listed_and_removed() {
    let stage = Stage::new("kv").await;
    let run =
        async |operation, path: &str, data: Value| stage.run(&Engine, operation, path, data).await;
    let absent = run(Operation::Read, "a/b", json!({})).await;
    assert!(matches!(absent, Err(Failure::Absent)));
    let empty = run(Operation::Update, "a/b", json!({})).await;
    assert!(matches!(empty, Err(Failure::Invalid(_))));
    run(
        Operation::Update,
        "a/b",
        json!({ "x": "1", "deep": { "y": [1] } }),
    )
    .await
    .unwrap();
    let read = run(Operation::Read, "a/b", json!({})).await.unwrap();
    assert_eq!(
        Value::Object(read.data.unwrap()),
        json!({ "x": "1", "deep": { "y": [1] } })
    );
    let listed = run(Operation::List, "", json!({})).await.unwrap();
    assert_eq!(listed.data.unwrap()["keys"], json!(["a/"]));
    run(Operation::Delete, "a/b", json!({})).await.unwrap();
    assert!(matches!(
        run(Operation::List, "", json!({})).await,
        Err(Failure::Absent)
    ));
}

#[tokio::test]
async fn a_token_sees_its_own_store_only() {
    let mut stage = Stage::new("cubbyhole").await;
    stage
        .run(&Cubbyhole, Operation::Update, "mine", json!({ "v": "1" }))
        .await
        .unwrap();
    let own = stage
        .run(&Cubbyhole, Operation::Read, "mine", json!({}))
        .await;
    assert_eq!(own.unwrap().data.unwrap()["v"], "1");
    stage.caller.storage_name = "other".to_owned();
    let others = stage
        .run(&Cubbyhole, Operation::Read, "mine", json!({}))
        .await;
    assert!(matches!(others, Err(Failure::Absent)));
    for path in ["../caller/mine", "caller/mine", "./mine"] {
        let others = stage
            .run(&Cubbyhole, Operation::Read, path, json!({}))
            .await;
        assert!(matches!(others, Err(Failure::Absent)), "{path}");
    }
}
