//! Settings of mounts and secrets, and what people add to secrets.

use logical::Operation;
use serde_json::{Map, Value, json};

use super::{ask, delete, list, read, run, versioned, write};
use crate::VERSIONS_MAX;

#[tokio::test]
async fn a_mount_says_what_it_was_told() {
    let stage = versioned().await;
    let mut expected =
        json!({ "max_versions": 0, "cas_required": false, "delete_version_after": "0s" });
    assert_eq!(read(&stage, "config").await, (200, expected.clone()));
    for (field, given, told) in [
        ("max_versions", json!(17), json!(17)),
        ("cas_required", json!(true), json!(true)),
        ("delete_version_after", json!("30m0s"), json!("30m0s")),
        ("delete_version_after", json!(3_600), json!("1h0m0s")),
        ("delete_version_after", json!("-1s"), json!("-1s")),
        ("delete_version_after", json!("0s"), json!("0s")),
        ("max_versions", json!("0"), json!(0)),
        ("cas_required", json!("false"), json!(false)),
        ("max_versions", json!(VERSIONS_MAX), json!(VERSIONS_MAX)),
    ] {
        let written = write(&stage, "config", json!({ field: given })).await;
        assert_eq!(written, (204, Value::Null));
        expected[field] = told;
        assert_eq!(read(&stage, "config").await, (200, expected.clone()));
    }
    for wrong in [
        json!({ "max_versions": -1 }),
        json!({ "max_versions": VERSIONS_MAX + 1 }),
        json!({ "max_versions": 4, "cas_required": "maybe" }),
        json!({ "max_versions": 4, "delete_version_after": "soon" }),
    ] {
        assert_eq!(write(&stage, "config", wrong).await.0, 400);
    }
    assert_eq!(read(&stage, "config").await, (200, expected));
}

#[tokio::test]
async fn settings_of_a_secret_stay_until_they_are_changed_or_taken_back() {
    let stage = versioned().await;
    let said = async |path: &str| {
        let (_, told) = read(&stage, path).await;
        let fields = ["max_versions", "cas_required", "delete_version_after"];
        json!(fields.map(|field| told[field].clone()))
    };
    assert_eq!(
        write(&stage, "metadata/a", json!({})).await,
        (204, Value::Null)
    );
    assert_eq!(
        read(&stage, "metadata/a").await.0,
        404,
        "nothing said, nothing made"
    );
    for (operation, given, expected) in [
        (
            Operation::Update,
            json!({ "max_versions": 7 }),
            json!([7, false, "0s"]),
        ),
        (
            Operation::Update,
            json!({ "cas_required": true }),
            json!([7, true, "0s"]),
        ),
        (
            Operation::Patch,
            json!({ "delete_version_after": "30s" }),
            json!([7, true, "30s"]),
        ),
        (
            Operation::Update,
            json!({ "max_versions": null }),
            json!([7, true, "30s"]),
        ),
        (
            Operation::Patch,
            json!({ "max_versions": null }),
            json!([0, true, "30s"]),
        ),
        (
            Operation::Patch,
            json!({ "cas_required": null, "delete_version_after": null }),
            json!([0, false, "0s"]),
        ),
    ] {
        let done = ask(&stage, operation, "metadata/a", given.clone()).await;
        assert_eq!(done, (204, Value::Null), "{given}");
        assert_eq!(said("metadata/a").await, expected, "{given}");
    }
    let (_, told) = read(&stage, "metadata/a").await;
    assert_eq!(
        (&told["current_version"], &told["versions"]),
        (&json!(0), &json!({}))
    );
    assert_eq!(read(&stage, "data/a").await, (404, Value::Null));
    assert_eq!(list(&stage, "metadata").await, json!(["a"]));
    delete(&stage, "metadata/a").await;
    assert_eq!(list(&stage, "metadata").await, Value::Null);
}

#[tokio::test]
async fn who_asks_for_less_than_the_mount_is_warned() {
    let stage = versioned().await;
    write(&stage, "config", json!({ "cas_required": true })).await;
    for operation in [Operation::Update, Operation::Patch] {
        for (asked, warnings) in [(json!(false), 1), (json!(true), 0), (Value::Null, 0)] {
            let given = json!({ "cas_required": asked, "max_versions": 3 });
            let reply = run(&stage, operation, "metadata/a", given).await.unwrap();
            assert_eq!(reply.warnings.len(), warnings, "{asked}");
        }
    }
}

#[tokio::test]
async fn what_people_add_is_replaced_by_a_write_and_merged_by_a_patch() {
    let stage = versioned().await;
    for (operation, given, expected) in [
        (
            Operation::Update,
            json!({ "team": "blue", "x": "1" }),
            json!({ "team": "blue", "x": "1" }),
        ),
        (
            Operation::Patch,
            json!({ "x": null, "y": "2" }),
            json!({ "team": "blue", "y": "2" }),
        ),
        (
            Operation::Patch,
            json!({}),
            json!({ "team": "blue", "y": "2" }),
        ),
        (Operation::Update, json!({ "z": "" }), json!({ "z": "" })),
        (Operation::Update, Value::Null, json!({ "z": "" })),
        (Operation::Patch, Value::Null, Value::Null),
        (Operation::Patch, json!({ "a": "b" }), json!({ "a": "b" })),
        (Operation::Update, json!({}), Value::Null),
    ] {
        let given = json!({ "custom_metadata": given });
        let done = ask(&stage, operation, "metadata/a", given.clone()).await;
        assert_eq!(done.0, 204, "{given}");
        let (_, told) = read(&stage, "metadata/a").await;
        assert_eq!(told["custom_metadata"], expected, "{given}");
    }
}

#[tokio::test]
async fn what_people_add_has_bounds() {
    let stage = versioned().await;
    let many = |count: usize| {
        let keys = (0..count).map(|number| (format!("k{number}"), json!("v")));
        Value::Object(keys.collect::<Map<_, _>>())
    };
    for (custom, status) in [
        (many(64), 204),
        (many(65), 400),
        (json!({ "k".repeat(128): "v".repeat(512) }), 204),
        (json!({ "k".repeat(129): "v" }), 400),
        (json!({ "é".repeat(65): "v" }), 400),
        (json!({ "k": "v".repeat(513) }), 400),
        (json!({ "": "v" }), 400),
        (json!({ "k\n": "v" }), 400),
        (json!({ "k": "\u{7}" }), 400),
        (json!({ "k": 1 }), 400),
        (json!({ "k": {} }), 400),
        (json!(["k"]), 400),
        (json!("not-a-dict"), 400),
    ] {
        delete(&stage, "metadata/a").await;
        let given = json!({ "custom_metadata": custom });
        let (written, _) = write(&stage, "metadata/a", given.clone()).await;
        assert_eq!(written, status, "{custom}");
        write(&stage, "metadata/b", json!({ "max_versions": 1 })).await;
        let (patched, _) = ask(&stage, Operation::Patch, "metadata/b", given).await;
        assert_eq!(patched, status, "{custom}");
        delete(&stage, "metadata/b").await;
    }
    // Also when it only becomes too much together with what is there.
    write(&stage, "metadata/a", json!({ "custom_metadata": many(64) })).await;
    let one_more = json!({ "custom_metadata": { "more": "v" } });
    let (status, said) = ask(&stage, Operation::Patch, "metadata/a", one_more).await;
    assert_eq!(status, 400);
    let said = said.as_str().unwrap();
    assert!(
        said.starts_with("custom_metadata validation failed"),
        "{said}"
    );
}
