//! The tokens' own stores.

use logical::{Backend, Failure, Operation, testing::Stage};
use serde_json::{Map, Value, json};

use super::{exists, request, told};
use crate::{CLEARED_MAX, Cubbyhole, clear, find, keep};

async fn ask(stage: &Stage, operation: Operation, path: &str, data: Value) -> (u16, Value) {
    told(stage.run(&Cubbyhole, operation, path, data).await)
}

async fn read(stage: &Stage, path: &str) -> (u16, Value) {
    ask(stage, Operation::Read, path, json!({})).await
}

async fn become_of(stage: &mut Stage, name: &str) {
    name.clone_into(&mut stage.caller.storage_name);
}

/// Clears until nothing is left; in how many transactions.
async fn clear_all(stage: &Stage, name: &str) -> usize {
    let mut rounds = 0;
    loop {
        let mut changes = stage.store.begin().unwrap();
        let mut txn = changes.below(format!("logical/{}/", stage.mount.uuid));
        let is_done = clear(&mut txn, name).await.unwrap();
        changes.commit(|_| ()).await.unwrap();
        rounds += 1;
        if is_done {
            return rounds;
        }
    }
}

#[tokio::test]
async fn a_token_sees_its_own_store_only() {
    let mut stage = Stage::new("cubbyhole").await;
    let value = json!({ "v": "1" });
    assert_eq!(exists(&stage, &Cubbyhole, "mine").await, Some(false));
    let written = ask(&stage, Operation::Update, "mine", value.clone()).await;
    assert_eq!(written, (204, Value::Null));
    assert_eq!(exists(&stage, &Cubbyhole, "mine").await, Some(true));
    assert_eq!(read(&stage, "mine").await, (200, value));
    become_of(&mut stage, "other").await;
    for path in ["mine", "../caller/mine", "caller/mine", "./mine", "", "/"] {
        assert_eq!(read(&stage, path).await.0, 404, "{path}");
        let listed = ask(&stage, Operation::List, path, json!({})).await;
        assert_eq!(listed.0, 404, "{path}");
        ask(&stage, Operation::Delete, path, json!({})).await;
    }
    become_of(&mut stage, "caller").await;
    let listed = ask(&stage, Operation::List, "", json!({})).await;
    assert_eq!(listed, (200, json!({ "keys": ["mine"] })));
}

#[tokio::test]
async fn what_is_kept_has_the_rules_of_plain_values() {
    let stage = Stage::new("cubbyhole").await;
    let empty = ask(&stage, Operation::Update, "a", json!({})).await;
    assert_eq!(empty, (400, json!("missing data fields")));
    let nameless = ask(&stage, Operation::Update, "", json!({ "v": 1 })).await;
    assert_eq!(nameless.0, 400);
    let patched = ask(&stage, Operation::Patch, "a", json!({ "v": 1 })).await;
    assert_eq!(patched.0, 405);
    assert_eq!(ask(&stage, Operation::List, "", json!({})).await.0, 404);
}

#[tokio::test]
async fn who_is_nobody_has_no_store() {
    let stage = Stage::new("cubbyhole").await;
    let mut changes = stage.store.begin().unwrap();
    let mut txn = changes.below("logical/x/");
    for operation in [Operation::Read, Operation::Update, Operation::List] {
        let mut request = request(&stage, operation, "a", json!({ "v": 1 }));
        request.caller = None;
        let denied = Cubbyhole.handle(&mut txn, &request).await;
        assert!(matches!(denied, Err(Failure::Denied)));
        let denied = Cubbyhole.exists(&mut txn, &request).await;
        assert!(matches!(denied, Err(Failure::Denied)));
    }
    assert!(changes.is_empty());
}

#[tokio::test]
async fn a_store_is_cleared_however_much_and_deep_it_holds() {
    let mut stage = Stage::new("cubbyhole").await;
    let value = Map::from_iter([("v".to_owned(), json!(1))]);
    let deep = vec!["d"; 29].join("/");
    for name in ["caller", "other"] {
        // The most that there can be of segments, so that each value has the most folders above it.
        for some in 0..3 {
            let mut changes = stage.store.begin().unwrap();
            let mut txn = changes.below(format!("logical/{}/", stage.mount.uuid));
            for number in 0..CLEARED_MAX {
                let path = format!("{deep}/{some}/{number}");
                keep(&mut txn, name, &path, &value).await.unwrap();
            }
            changes.commit(|_| ()).await.unwrap();
        }
    }
    assert_eq!(clear_all(&stage, "caller").await, 3);
    assert_eq!(ask(&stage, Operation::List, "", json!({})).await.0, 404);
    become_of(&mut stage, "other").await;
    let path = format!("{deep}/2/7");
    assert_eq!(read(&stage, &path).await.0, 200);
    assert_eq!(clear_all(&stage, "caller").await, 1);
}

#[tokio::test]
async fn a_name_that_leads_elsewhere_is_a_fault() {
    let stage = Stage::new("cubbyhole").await;
    ask(&stage, Operation::Update, "a", json!({ "v": 1 })).await;
    let value = Map::new();
    let mut changes = stage.store.begin().unwrap();
    let mut txn = changes.below(format!("logical/{}/", stage.mount.uuid));
    for name in ["", "/", "caller/", "x/../caller", "..", "a/b"] {
        assert!(clear(&mut txn, name).await.is_err(), "{name}");
        assert!(find(&mut txn, name, "a").await.is_err(), "{name}");
        assert!(keep(&mut txn, name, "a", &value).await.is_err(), "{name}");
    }
    assert!(changes.is_empty());
}
