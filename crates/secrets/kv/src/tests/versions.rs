//! Values with versions.

use std::time::Duration;

use logical::{Operation, testing::Stage};
use serde_json::{Value, json};

use super::{ask, delete, exists, list, read, versioned, write};
use crate::Engine;

const FIRST: &str = "2027-01-15T08:00:00.000000Z";

/// Writes a version at `data/a`.
async fn add(stage: &Stage, value: &str) {
    let written = write(stage, "data/a", json!({ "data": { "v": value } })).await;
    assert_eq!(written.0, 200);
}

async fn change(stage: &Stage, word: &str, versions: Value) {
    let changed = write(stage, &format!("{word}/a"), json!({ "versions": versions })).await;
    assert_eq!(changed, (204, Value::Null));
}

/// What a version of `data/a` holds: its value, or why it has none.
async fn held(stage: &Stage, version: u64) -> String {
    let asked = json!({ "version": version.to_string() });
    let (status, told) = ask(stage, Operation::Read, "data/a", asked).await;
    if status == 200 {
        return told["data"]["v"].as_str().unwrap().to_owned();
    }
    assert_eq!((status, &told["data"]), (404, &Value::Null));
    match (
        &told["metadata"]["destroyed"],
        &told["metadata"]["deletion_time"],
    ) {
        (Value::Null, _) => "absent".to_owned(),
        (Value::Bool(true), _) => "destroyed".to_owned(),
        (_, time) => {
            assert_ne!(time, "");
            "deleted".to_owned()
        }
    }
}

#[tokio::test]
async fn a_secret_is_told_as_the_documentation_has_it() {
    let stage = versioned().await;
    let custom = json!({ "owner": "jdoe", "mission_critical": "false" });
    let version = |number: u64, time: &str| {
        json!({
            "created_time": time, "custom_metadata": custom, "deletion_time": "", "destroyed": false, "version": number,
        })
    };
    write(
        &stage,
        "metadata/my-secret",
        json!({ "custom_metadata": custom }),
    )
    .await;
    let sent = json!({ "options": { "cas": 0 }, "data": { "foo": "bar", "zip": "zap" } });
    let written = write(&stage, "data/my-secret", sent).await;
    assert_eq!(written, (200, version(1, FIRST)));
    stage.clock.advance(Duration::from_micros(1_500_000));
    let second = "2027-01-15T08:00:01.500000Z";
    let patch = json!({ "options": { "cas": 1 }, "data": { "foo": "a", "bar": { "baz": "b" } } });
    let patched = ask(&stage, Operation::Patch, "data/my-secret", patch).await;
    assert_eq!(patched, (200, version(2, second)));
    let value = json!({ "foo": "a", "bar": { "baz": "b" }, "zip": "zap" });
    assert_eq!(
        read(&stage, "data/my-secret").await,
        (
            200,
            json!({ "data": value, "metadata": version(2, second) })
        )
    );
    let asked = json!({ "version": 1 });
    assert_eq!(
        ask(&stage, Operation::Read, "data/my-secret", asked).await,
        (
            200,
            json!({ "data": { "foo": "bar", "zip": "zap" }, "metadata": version(1, FIRST) })
        )
    );
    let plain =
        |time: &str| json!({ "created_time": time, "deletion_time": "", "destroyed": false });
    assert_eq!(
        read(&stage, "metadata/my-secret").await,
        (
            200,
            json!({
                "cas_required": false, "created_time": FIRST, "current_version": 2, "delete_version_after": "0s",
                "max_versions": 0, "oldest_version": 0, "updated_time": second, "custom_metadata": custom,
                "versions": { "1": plain(FIRST), "2": plain(second) },
            })
        )
    );
}

#[tokio::test]
async fn a_version_that_is_deleted_or_destroyed_is_told_without_its_value() {
    let stage = versioned().await;
    add(&stage, "one").await;
    add(&stage, "two").await;
    stage.clock.advance(Duration::from_secs(60));
    let later = "2027-01-15T08:01:00.000000Z";
    delete(&stage, "data/a").await;
    let told = |destroyed: bool| {
        json!({
            "created_time": FIRST, "custom_metadata": null, "deletion_time": later, "destroyed": destroyed, "version": 2,
        })
    };
    let gone = json!({ "data": null, "metadata": told(false) });
    assert_eq!(read(&stage, "data/a").await, (404, gone));
    let gone = json!({ "subkeys": null, "metadata": told(false) });
    assert_eq!(read(&stage, "subkeys/a").await, (404, gone));
    change(&stage, "destroy", json!([2])).await;
    let gone = json!({ "data": null, "metadata": told(true) });
    assert_eq!(read(&stage, "data/a").await, (404, gone));
    assert_eq!(held(&stage, 1).await, "one");
    let (_, told) = read(&stage, "metadata/a").await;
    assert_eq!(told["updated_time"], later);
    assert_eq!(told["versions"]["2"]["destroyed"], true);
}

#[tokio::test]
async fn versions_are_deleted_brought_back_and_destroyed() {
    let stage = versioned().await;
    for value in ["one", "two", "three"] {
        add(&stage, value).await;
    }
    let held = async || {
        let mut all = Vec::new();
        for version in 0..=4 {
            all.push(held(&stage, version).await);
        }
        all.join(" ")
    };
    assert_eq!(held().await, "three one two three absent");
    delete(&stage, "data/a").await;
    assert_eq!(held().await, "deleted one two deleted absent");
    change(&stage, "undelete", json!([3, "1"])).await;
    assert_eq!(held().await, "three one two three absent");
    change(&stage, "delete", json!("1,2")).await;
    assert_eq!(held().await, "three deleted deleted three absent");
    change(&stage, "destroy", json!([1, 3])).await;
    assert_eq!(held().await, "destroyed destroyed deleted destroyed absent");
    // What is destroyed stays so, and versions that are not there change nothing.
    change(&stage, "undelete", json!([1, 2, 3, 9])).await;
    change(&stage, "delete", json!(1)).await;
    change(&stage, "destroy", json!([7, 12])).await;
    assert_eq!(held().await, "destroyed destroyed two destroyed absent");
    add(&stage, "four").await;
    assert_eq!(held().await, "four destroyed two destroyed four");
}

#[tokio::test]
async fn what_is_deleted_twice_was_deleted_the_first_time() {
    let stage = versioned().await;
    add(&stage, "one").await;
    delete(&stage, "data/a").await;
    let before = read(&stage, "metadata/a").await;
    stage.clock.advance(Duration::from_secs(5));
    delete(&stage, "data/a").await;
    change(&stage, "delete", json!([1])).await;
    assert_eq!(read(&stage, "metadata/a").await, before);
}

#[tokio::test]
async fn what_is_done_to_an_absent_secret_makes_none() {
    let stage = versioned().await;
    for word in ["delete", "undelete", "destroy"] {
        change(&stage, word, json!([1])).await;
    }
    assert_eq!(delete(&stage, "data/a").await, (204, Value::Null));
    assert_eq!(delete(&stage, "metadata/a").await, (204, Value::Null));
    for path in ["data/a", "metadata/a", "subkeys/a"] {
        assert_eq!(read(&stage, path).await, (404, Value::Null), "{path}");
    }
    for path in ["data/a", "metadata/a"] {
        let patch = json!({ "data": { "v": 1 }, "max_versions": 3 });
        let patched = ask(&stage, Operation::Patch, path, patch).await;
        assert_eq!(patched, (404, Value::Null), "{path}");
    }
    assert_eq!(list(&stage, "metadata").await, Value::Null);
}

#[tokio::test]
async fn a_write_may_name_the_version_that_it_relies_on() {
    const UNMATCHED: &str = "check-and-set parameter did not match the current version";
    const REQUIRED: &str = "check-and-set parameter required for this call";
    let stage = versioned().await;
    for (path, is_required, expected) in [
        ("metadata/a", false, (200, None)),
        ("metadata/a", true, (400, Some(REQUIRED))),
        ("metadata/a", false, (200, None)),
        ("config", true, (400, Some(REQUIRED))),
    ] {
        write(&stage, path, json!({ "cas_required": is_required })).await;
        for operation in [Operation::Update, Operation::Patch] {
            let without = json!({ "data": { "v": 1 } });
            let (status, said) = ask(&stage, operation, "data/a", without).await;
            assert_eq!((status, said.as_str()), expected, "{path} {is_required}");
        }
    }
    let (_, told) = read(&stage, "metadata/a").await;
    let current = told["current_version"].as_i64().unwrap();
    for wrong in [
        json!(0),
        json!(-1),
        json!(current - 1),
        json!(current + 1),
        json!("0"),
    ] {
        let sent = json!({ "data": { "v": 1 }, "options": { "cas": wrong } });
        for operation in [Operation::Update, Operation::Patch] {
            let refused = ask(&stage, operation, "data/a", sent.clone()).await;
            assert_eq!(refused, (400, json!(UNMATCHED)), "{wrong}");
        }
    }
    for garbled in [json!("x"), json!([1]), json!(1.5), json!({})] {
        let sent = json!({ "data": { "v": 1 }, "options": { "cas": garbled } });
        let (status, said) = write(&stage, "data/a", sent).await;
        assert_eq!(status, 400);
        assert_eq!(said, "error parsing check-and-set parameter", "{garbled}");
    }
    let sent = json!({ "data": { "v": 1 }, "options": { "cas": current.to_string() } });
    assert_eq!(write(&stage, "data/a", sent).await.0, 200);
    let sent = json!({ "data": { "v": 1 }, "options": { "cas": 0 } });
    assert_eq!(write(&stage, "data/new", sent).await.0, 200);
}

#[tokio::test]
async fn the_oldest_versions_go_as_new_ones_come() {
    let stage = versioned().await;
    let bounds = async || {
        let (_, told) = read(&stage, "metadata/a").await;
        let count = told["versions"].as_object().unwrap().len();
        let number = |name: &str| told[name].as_u64().unwrap();
        (number("oldest_version"), number("current_version"), count)
    };
    for _ in 0..9 {
        add(&stage, "v").await;
    }
    assert_eq!(bounds().await, (0, 9, 9));
    add(&stage, "v").await;
    add(&stage, "v").await;
    assert_eq!(bounds().await, (2, 11, 10), "ten where nobody says");
    write(&stage, "config", json!({ "max_versions": 4 })).await;
    assert_eq!(bounds().await, (2, 11, 10), "only a write makes room");
    change(&stage, "destroy", json!([10])).await;
    add(&stage, "v").await;
    assert_eq!(bounds().await, (9, 12, 4));
    assert_eq!(held(&stage, 8).await, "absent");
    assert_eq!(held(&stage, 10).await, "destroyed");
    write(&stage, "metadata/a", json!({ "max_versions": 6 })).await;
    add(&stage, "v").await;
    assert_eq!(
        bounds().await,
        (9, 13, 5),
        "the secret comes before the mount"
    );
    write(&stage, "metadata/a", json!({ "max_versions": 1 })).await;
    add(&stage, "last").await;
    assert_eq!(bounds().await, (14, 14, 1));
    assert_eq!(held(&stage, 0).await, "last");
}

#[tokio::test]
async fn versions_go_with_time_and_can_be_brought_back() {
    let stage = versioned().await;
    write(&stage, "config", json!({ "delete_version_after": "1h" })).await;
    add(&stage, "one").await;
    let (_, told) = read(&stage, "data/a").await;
    let time = "2027-01-15T09:00:00.000000Z";
    assert_eq!(told["metadata"]["deletion_time"], time);
    write(
        &stage,
        "metadata/a",
        json!({ "delete_version_after": "10m" }),
    )
    .await;
    add(&stage, "two").await;
    write(
        &stage,
        "metadata/a",
        json!({ "delete_version_after": "9h" }),
    )
    .await;
    add(&stage, "three").await;
    write(
        &stage,
        "metadata/a",
        json!({ "delete_version_after": "-1s" }),
    )
    .await;
    add(&stage, "four").await;
    for (seconds, expected) in [
        (599, "one two three four"),
        (1, "one deleted three four"),
        (2_999, "one deleted three four"),
        (1, "deleted deleted deleted four"),
        (1_000_000, "deleted deleted deleted four"),
    ] {
        stage.clock.advance(Duration::from_secs(seconds));
        let mut all = Vec::new();
        for version in 1..=4 {
            all.push(held(&stage, version).await);
        }
        assert_eq!(all.join(" "), expected);
    }
    change(&stage, "undelete", json!([1, 2])).await;
    assert_eq!(held(&stage, 1).await, "one");
    assert_eq!(held(&stage, 2).await, "two");
}

#[tokio::test]
async fn a_patch_is_a_merge_patch() {
    let stage = versioned().await;
    // The cases of RFC 7396, appendix A, that have objects on both sides.
    for (value, patch, expected) in [
        (json!({"a":"b"}), json!({"a":"c"}), json!({"a":"c"})),
        (json!({"a":"b"}), json!({"b":"c"}), json!({"a":"b","b":"c"})),
        (json!({"a":"b"}), json!({"a":null}), json!({})),
        (
            json!({"a":"b","b":"c"}),
            json!({"a":null}),
            json!({"b":"c"}),
        ),
        (json!({"a":["b"]}), json!({"a":"c"}), json!({"a":"c"})),
        (json!({"a":"c"}), json!({"a":["b"]}), json!({"a":["b"]})),
        (
            json!({"a":{"b":"c"}}),
            json!({"a":{"b":"d","c":null}}),
            json!({"a":{"b":"d"}}),
        ),
        (json!({"a":[{"b":"c"}]}), json!({"a":[1]}), json!({"a":[1]})),
        (json!({"e":null}), json!({"a":1}), json!({"e":null,"a":1})),
        (
            json!({}),
            json!({"a":{"bb":{"ccc":null}}}),
            json!({"a":{"bb":{}}}),
        ),
        (json!({"a":1}), json!({}), json!({"a":1})),
    ] {
        write(&stage, "data/a", json!({ "data": value })).await;
        let sent = json!({ "data": patch });
        ask(&stage, Operation::Patch, "data/a", sent).await;
        let (_, told) = read(&stage, "data/a").await;
        assert_eq!(told["data"], expected, "{value} with {patch}");
    }
    delete(&stage, "data/a").await;
    let sent = json!({ "data": { "v": 1 } });
    let (status, told) = ask(&stage, Operation::Patch, "data/a", sent.clone()).await;
    assert_eq!((status, &told["data"]), (404, &Value::Null), "deleted");
    write(&stage, "metadata/b", json!({ "max_versions": 2 })).await;
    let patched = ask(&stage, Operation::Patch, "data/b", sent).await;
    assert_eq!(patched, (404, Value::Null), "no version yet");
}

#[tokio::test]
async fn subkeys_are_the_shape_of_a_secret() {
    let stage = versioned().await;
    let value = json!({
        "foo": "abc", "bar": { "baz": "def", "deep": { "er": [{ "x": 1 }] } }, "quux": {}, "list": [1],
    });
    write(&stage, "data/a", json!({ "data": value })).await;
    let all = json!({ "foo": null, "bar": { "baz": null, "deep": { "er": null } }, "quux": null, "list": null });
    for (depth, expected) in [
        (json!(null), all.clone()),
        (json!(0), all.clone()),
        (json!("0"), all.clone()),
        (json!(99), all),
        (
            json!("1"),
            json!({ "foo": null, "bar": null, "quux": null, "list": null }),
        ),
        (
            json!(2),
            json!({ "foo": null, "bar": { "baz": null, "deep": null }, "quux": null, "list": null }),
        ),
    ] {
        let asked = json!({ "depth": depth });
        let (status, told) = ask(&stage, Operation::Read, "subkeys/a", asked).await;
        assert_eq!((status, &told["subkeys"]), (200, &expected), "{depth}");
        assert_eq!(told["metadata"]["version"], 1);
    }
}

#[tokio::test]
async fn a_name_can_be_a_secret_and_a_folder() {
    let stage = versioned().await;
    for name in ["a", "a/1", "a/1/x", "b"] {
        let value = json!({ "data": { "v": name } });
        write(&stage, &format!("data/{name}"), value).await;
    }
    assert_eq!(list(&stage, "metadata").await, json!(["a", "a/", "b"]));
    assert_eq!(list(&stage, "metadata/a").await, json!(["1", "1/"]));
    assert_eq!(list(&stage, "metadata/b").await, Value::Null);
    delete(&stage, "metadata/a").await;
    assert_eq!(list(&stage, "metadata").await, json!(["a/", "b"]));
    let (_, told) = read(&stage, "data/a/1/x").await;
    assert_eq!(told["data"]["v"], "a/1/x");
    delete(&stage, "data/b").await;
    assert_eq!(
        list(&stage, "metadata").await,
        json!(["a/", "b"]),
        "what is deleted can be brought back"
    );
}

#[tokio::test]
async fn what_is_removed_and_made_again_begins_anew() {
    let stage = versioned().await;
    add(&stage, "old").await;
    add(&stage, "older").await;
    write(&stage, "metadata/a", json!({ "max_versions": 7 })).await;
    delete(&stage, "metadata/a").await;
    assert_eq!(held(&stage, 1).await, "absent");
    add(&stage, "new").await;
    assert_eq!(held(&stage, 1).await, "new");
    assert_eq!(held(&stage, 2).await, "absent");
    let (_, told) = read(&stage, "metadata/a").await;
    assert_eq!(told["current_version"], 1);
    assert_eq!(told["max_versions"], 0);
}

#[tokio::test]
async fn a_write_of_what_is_absent_creates() {
    let stage = versioned().await;
    for path in ["data/a", "metadata/a"] {
        assert_eq!(exists(&stage, &Engine, path).await, Some(false));
    }
    add(&stage, "one").await;
    delete(&stage, "data/a").await;
    for path in ["data/a", "metadata/a"] {
        assert_eq!(exists(&stage, &Engine, path).await, Some(true));
    }
    for path in [
        "config",
        "delete/a",
        "undelete/a",
        "destroy/a",
        "data",
        "x/a",
    ] {
        assert_eq!(exists(&stage, &Engine, path).await, None, "{path}");
    }
}
