//! Requests that should not be.

use logical::Operation;
use serde_json::{Value, json};

use super::{ask, list, nested, read, versioned, write};
use crate::NESTING_MAX;

#[tokio::test]
async fn a_path_does_what_it_is_for_and_nothing_else() {
    use Operation::{Delete, List, Patch, Read, Update};
    let stage = versioned().await;
    let fine = json!({ "data": { "v": 1 }, "versions": [1], "max_versions": 3 });
    for (path, allowed) in [
        ("config", vec![Read, Update]),
        ("data/a", vec![Read, Update, Patch, Delete]),
        ("metadata/a", vec![Read, Update, Patch, Delete, List]),
        ("subkeys/a", vec![Read]),
        ("delete/a", vec![Update]),
        ("undelete/a", vec![Update]),
        ("destroy/a", vec![Update]),
    ] {
        for operation in [Read, Update, Patch, Delete, List] {
            let (status, _) = ask(&stage, operation, path, fine.clone()).await;
            let is_allowed = allowed.contains(&operation);
            assert_eq!(status != 405, is_allowed, "{operation:?} {path}");
        }
    }
    for path in [
        "",
        "a",
        "a/b",
        "config/a",
        "data",
        "data/",
        "metadata/",
        "subkeys",
        "destroy",
        "Data/a",
    ] {
        for operation in [Read, Update, Patch, Delete] {
            let (status, _) = ask(&stage, operation, path, fine.clone()).await;
            assert_eq!(status, 404, "{operation:?} {path}");
        }
    }
}

#[tokio::test]
async fn what_is_malformed_is_refused_and_changes_nothing() {
    use Operation::{Patch, Read, Update};
    let stage = versioned().await;
    write(&stage, "data/a", json!({ "data": { "v": 1 } })).await;
    let before = read(&stage, "metadata/a").await;
    let too_deep = Value::Object(nested(NESTING_MAX + 1));
    for (operation, path, data) in [
        (Update, "data/a", json!({})),
        (Update, "data/a", json!({ "data": null })),
        (Update, "data/a", json!({ "data": "text" })),
        (Update, "data/a", json!({ "data": [1] })),
        (Update, "data/a", json!({ "v": 1 })),
        (Update, "data/a", json!({ "data": too_deep })),
        (Update, "data/a", json!({ "data": {}, "options": "x" })),
        (Update, "data/a", json!({ "data": {}, "options": [0] })),
        (Patch, "data/a", json!({ "data": "text" })),
        (Patch, "data/a", json!({ "options": { "cas": 1 } })),
        (Patch, "data/a", json!({ "data": { "deep": too_deep } })),
        (Read, "data/a", json!({ "version": "latest" })),
        (Read, "data/a", json!({ "version": 1.5 })),
        (Read, "subkeys/a", json!({ "depth": -1 })),
        (Update, "delete/a", json!({})),
        (Update, "delete/a", json!({ "versions": [] })),
        (Update, "undelete/a", json!({ "versions": "" })),
        (Update, "destroy/a", json!({ "versions": ["x"] })),
        (Update, "destroy/a", json!({ "versions": [1, -1] })),
        (Update, "destroy/a", json!({ "versions": [1, 1.5] })),
        (Update, "destroy/a", json!({ "versions": [[1]] })),
        (Update, "destroy/a", json!({ "versions": vec![1; 2_000] })),
        (Update, "metadata/a", json!({ "max_versions": "many" })),
        (Update, "metadata/a", json!({ "delete_version_after": "x" })),
        (Patch, "metadata/a", json!({ "max_versions": 1_000_000 })),
        (Update, "data/a/../b", json!({ "data": {} })),
        (Update, "data//a", json!({ "data": {} })),
        (Update, "data/a/", json!({ "data": {} })),
        (Update, "metadata/a/", json!({ "max_versions": 1 })),
        (Update, "data/a\0", json!({ "data": {} })),
    ] {
        let (status, _) = ask(&stage, operation, path, data.clone()).await;
        assert_eq!(status, 400, "{operation:?} {path} {data}");
    }
    assert_eq!(read(&stage, "metadata/a").await, before);
    assert_eq!(list(&stage, "metadata").await, json!(["a"]));
    assert_eq!(read(&stage, "data/a").await.1["data"], json!({ "v": 1 }));
}

#[tokio::test]
async fn a_value_that_is_too_large_makes_no_version() {
    let stage = versioned().await;
    let large = json!({ "data": { "v": "x".repeat(logical::ENTRY_BYTES_MAX) } });
    assert_eq!(write(&stage, "data/a", large.clone()).await.0, 413);
    assert_eq!(read(&stage, "metadata/a").await.0, 404);
    write(&stage, "data/a", json!({ "data": { "v": 1 } })).await;
    let patched = ask(&stage, Operation::Patch, "data/a", large).await;
    assert_eq!(patched.0, 413);
    assert_eq!(read(&stage, "metadata/a").await.1["current_version"], 1);
}
