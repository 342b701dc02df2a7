//! Several at the same secret at once.

use logical::{Backend, Changes, Failure, Operation, Outcome, testing::Stage};
use serde_json::{Value, json};

use super::{ask, list, read, request, versioned, write};
use crate::Engine;

/// A transaction that is not committed yet, and what the engine answered in it.
async fn begin(stage: &Stage, operation: Operation, path: &str, data: Value) -> (Changes, Outcome) {
    let mut changes = stage.store.begin().unwrap();
    let request = request(stage, operation, path, data);
    let mut txn = changes.below(format!("logical/{}/", stage.mount.uuid));
    let outcome = Engine.handle(&mut txn, &request).await;
    (changes, outcome)
}

async fn is_done(changes: Changes) -> bool {
    match changes.commit(|_| ()).await {
        Ok(()) => true,
        Err(Failure::Conflict) => false,
        Err(failure) => panic!("{failure:?}"),
    }
}

fn relying(version: u64, value: &str) -> Value {
    json!({ "data": { "v": value }, "options": { "cas": version } })
}

#[tokio::test]
async fn of_two_that_rely_on_the_same_version_one_writes() {
    let stage = versioned().await;
    for version in [0, 1] {
        let update = Operation::Update;
        let (one, wrote) = begin(&stage, update, "data/a", relying(version, "one")).await;
        assert!(wrote.is_ok());
        let (two, wrote) = begin(&stage, update, "data/a", relying(version, "two")).await;
        assert!(wrote.is_ok());
        assert!(is_done(two).await);
        assert!(!is_done(one).await);
        let again = write(&stage, "data/a", relying(version, "one")).await;
        assert_eq!(again.0, 400, "the second run sees what the other wrote");
        assert_eq!(read(&stage, "data/a").await.1["data"]["v"], "two");
    }
    assert_eq!(read(&stage, "metadata/a").await.1["current_version"], 2);
}

#[tokio::test]
async fn many_that_count_up_lose_nothing() {
    let stage = versioned().await;
    write(&stage, "config", json!({ "max_versions": 50 })).await;
    let count_up = async || {
        loop {
            let (status, told) = read(&stage, "data/n").await;
            let (version, count) = match status {
                200 => (
                    told["metadata"]["version"].clone(),
                    told["data"]["n"].as_u64(),
                ),
                _ => (json!(0), Some(0)),
            };
            let next =
                json!({ "data": { "n": count.unwrap() + 1 }, "options": { "cas": version } });
            if write(&stage, "data/n", next).await.0 == 200 {
                break;
            }
        }
    };
    futures_util::future::join_all((0..20).map(|_| count_up())).await;
    let (_, told) = read(&stage, "data/n").await;
    assert_eq!(
        (&told["data"]["n"], &told["metadata"]["version"]),
        (&json!(20), &json!(20))
    );
}

#[tokio::test]
async fn a_write_without_a_version_is_still_made_to_the_newest() {
    let stage = versioned().await;
    let value = |text: &str| json!({ "data": { "v": text } });
    let (late, _) = begin(&stage, Operation::Update, "data/a", value("late")).await;
    write(&stage, "data/a", value("early")).await;
    assert!(!is_done(late).await, "it would take the other's number");
    write(&stage, "data/a", value("late")).await;
    let asked = json!({ "version": 1 });
    let (_, first) = ask(&stage, Operation::Read, "data/a", asked).await;
    assert_eq!(first["data"]["v"], "early");
}

#[tokio::test]
async fn a_patch_is_made_to_what_it_read() {
    let stage = versioned().await;
    write(&stage, "data/a", json!({ "data": { "x": 1, "y": 1 } })).await;
    let patch = json!({ "data": { "x": 2 } });
    let (patched, told) = begin(&stage, Operation::Patch, "data/a", patch).await;
    assert!(told.is_ok());
    write(&stage, "data/a", json!({ "data": { "x": 1, "y": 2 } })).await;
    assert!(!is_done(patched).await);
}

#[tokio::test]
async fn nothing_is_added_to_a_secret_that_is_being_removed() {
    let stage = versioned().await;
    write(&stage, "data/a", json!({ "data": { "v": 1 } })).await;
    let (added, _) = begin(
        &stage,
        Operation::Update,
        "data/a",
        json!({ "data": { "v": 2 } }),
    )
    .await;
    let (removed, _) = begin(&stage, Operation::Delete, "metadata/a", json!({})).await;
    assert!(is_done(removed).await);
    assert!(!is_done(added).await);
    assert_eq!(read(&stage, "data/a").await, (404, Value::Null));
    assert_eq!(list(&stage, "metadata").await, Value::Null);
    // No value is left that nothing leads to.
    let mut changes = stage.store.begin().unwrap();
    let mut txn = changes.below(format!("logical/{}/", stage.mount.uuid));
    assert!(txn.list("").await.unwrap().is_empty());
}

#[tokio::test]
async fn a_value_that_is_destroyed_while_it_is_read_has_the_read_run_again() {
    let stage = versioned().await;
    let value = |text: &str| json!({ "data": { "v": text } });
    write(&stage, "data/a", value("old")).await;
    for again in [false, true] {
        // Reads the metadata, and the value only after they changed.
        let mut changes = stage.store.begin().unwrap();
        let mut txn = changes.below(format!("logical/{}/", stage.mount.uuid));
        let request = request(&stage, Operation::Read, "data/a", json!({}));
        assert_eq!(Engine.exists(&mut txn, &request).await.unwrap(), Some(true));
        ask(&stage, Operation::Delete, "metadata/a", json!({})).await;
        if again {
            write(&stage, "data/a", value("new")).await;
        }
        let outcome = Engine.handle(&mut txn, &request).await;
        assert!(matches!(outcome, Err(Failure::Conflict)));
        write(&stage, "data/a", value("old")).await;
    }
}
