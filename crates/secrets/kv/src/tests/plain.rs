//! Values without versions.

use std::time::Duration;

use logical::{Operation, testing::Stage};
use serde_json::{Value, json};

use super::{ask, delete, exists, list, nested, read, run, write};
use crate::{Engine, NESTING_MAX, lease};

#[tokio::test]
async fn values_are_written_read_listed_and_removed() {
    let stage = Stage::new("kv").await;
    assert_eq!(read(&stage, "a/b").await, (404, Value::Null));
    let value = json!({ "x": "1", "deep": { "y": [1, null] }, "none": null });
    assert_eq!(
        write(&stage, "a/b", value.clone()).await,
        (204, Value::Null)
    );
    assert_eq!(read(&stage, "a/b").await, (200, value));
    write(&stage, "a/b", json!({ "z": 2 })).await;
    assert_eq!(
        read(&stage, "a/b").await,
        (200, json!({ "z": 2 })),
        "nothing is merged"
    );
    assert_eq!(delete(&stage, "a/b").await, (204, Value::Null));
    assert_eq!(read(&stage, "a/b").await.0, 404);
    assert_eq!(
        delete(&stage, "a/b").await,
        (204, Value::Null),
        "what is absent is deleted"
    );
}

#[tokio::test]
async fn folders_are_listed_and_one_without_values_is_absent() {
    let stage = Stage::new("kv").await;
    for path in ["foo", "foo/bar", "foo/deep/er", "zoo"] {
        write(&stage, path, json!({ "v": path })).await;
    }
    assert_eq!(list(&stage, "").await, json!(["foo", "foo/", "zoo"]));
    assert_eq!(list(&stage, "foo").await, json!(["bar", "deep/"]));
    for path in ["zoo", "nothing", "fo"] {
        let listed = ask(&stage, Operation::List, path, json!({})).await;
        assert_eq!(listed, (404, Value::Null), "{path}");
    }
    delete(&stage, "foo/bar").await;
    delete(&stage, "foo/deep/er").await;
    assert_eq!(list(&stage, "").await, json!(["foo", "zoo"]));
}

#[tokio::test]
async fn a_write_of_what_is_absent_creates() {
    let stage = Stage::new("kv").await;
    assert_eq!(exists(&stage, &Engine, "a").await, Some(false));
    write(&stage, "a", json!({ "v": 1 })).await;
    assert_eq!(exists(&stage, &Engine, "a").await, Some(true));
    assert_eq!(exists(&stage, &Engine, "a/b").await, Some(false));
}

#[tokio::test]
async fn what_cannot_be_kept_is_refused() {
    let stage = Stage::new("kv").await;
    let fine = json!({ "v": 1 });
    let large = json!({ "v": "x".repeat(logical::ENTRY_BYTES_MAX) });
    let segments = |count: usize| vec!["s"; count].join("/");
    for (path, value, status) in [
        ("a", json!({}), 400),
        ("a", large, 413),
        ("a", Value::Object(nested(NESTING_MAX + 1)), 400),
        ("", fine.clone(), 400),
        ("a/", fine.clone(), 400),
        ("a//b", fine.clone(), 400),
        ("../a", fine.clone(), 400),
        ("a/./b", fine.clone(), 400),
        ("a\n", fine.clone(), 400),
        (&segments(40), fine.clone(), 400),
        (&"x".repeat(3_000), fine.clone(), 400),
    ] {
        assert_eq!(write(&stage, path, value).await.0, status, "{path}");
        assert_eq!(read(&stage, path).await.0, 404, "{path}");
    }
    let empty = write(&stage, "a", json!({})).await;
    assert_eq!(empty.1, json!("missing data fields"));
    let patched = ask(&stage, Operation::Patch, "a", fine).await;
    assert_eq!(patched.0, 405);
    let deep = Value::Object(nested(NESTING_MAX));
    write(&stage, "deep", deep.clone()).await;
    assert_eq!(read(&stage, "deep").await, (200, deep));
    assert_eq!(list(&stage, "").await, json!(["deep"]));
}

#[tokio::test]
async fn the_lease_is_advice_and_comes_from_the_value() {
    let mut mount = Stage::new("kv").await.mount;
    mount.default_lease = Duration::from_secs(600);
    mount.max_lease = Duration::from_secs(7_200);
    for (value, seconds) in [
        (json!({ "v": 1 }), 600),
        (json!({ "ttl": "1h" }), 3_600),
        (json!({ "ttl": 30 }), 30),
        (json!({ "lease": "90" }), 90),
        (json!({ "ttl": "1m", "lease": "1h" }), 60),
        (json!({ "ttl": "whenever" }), 600),
        (json!({ "ttl": "30h" }), 7_200),
    ] {
        let lease = lease(value.as_object().unwrap(), &mount);
        assert_eq!(lease.as_secs(), seconds, "{value}");
    }
}

#[tokio::test]
async fn nothing_readable_lies_on_the_disk() {
    let mut stage = Stage::new("kv").await;
    for version in ["1", "2"] {
        let options = &mut stage.mount.options;
        options.insert("version".to_owned(), version.to_owned());
        let value = json!({ "data": { "marzipan-field": "marzipan-value" } });
        let path = "data/marzipan-folder/marzipan-name";
        run(&stage, Operation::Update, path, value).await.unwrap();
    }
    let custom = json!({ "custom_metadata": { "marzipan-key": "marzipan-text" } });
    let path = "metadata/marzipan-folder/marzipan-name";
    run(&stage, Operation::Update, path, custom).await.unwrap();
    let mut found = Vec::new();
    for end in ["", "-wal"] {
        let path = format!("{}{end}", stage.path.display());
        found.extend(std::fs::read(path).unwrap_or_default());
    }
    assert!(!found.is_empty());
    assert!(!found.windows(8).any(|window| window == b"marzipan"));
}

#[tokio::test]
async fn a_mount_is_what_its_version_says() {
    let mut stage = Stage::new("kv").await;
    for (kind, version, has_versions) in [
        ("kv", None, Some(false)),
        ("kv", Some("1"), Some(false)),
        ("kv", Some("2"), Some(true)),
        ("kv-v2", None, Some(true)),
        ("kv", Some("3"), None),
        ("kv", Some("v2"), None),
    ] {
        kind.clone_into(&mut stage.mount.kind);
        let version = version.map(|version| ("version".to_owned(), version.to_owned()));
        stage.mount.options = version.into_iter().collect();
        let (status, _) = read(&stage, "config").await;
        let expected = match has_versions {
            Some(true) => 200,
            Some(false) => 404,
            None => 400,
        };
        assert_eq!(
            status,
            expected,
            "{kind} {version:?}",
            version = stage.mount.options
        );
    }
}

#[tokio::test]
async fn values_without_versions_are_not_taken_for_those_with_versions() {
    let mut stage = Stage::new("kv").await;
    for path in ["config", "meta/a", "metadata/a", "v2/config", "v2/meta/a"] {
        write(&stage, path, json!({ "id": 7 })).await;
    }
    let options = &mut stage.mount.options;
    options.insert("version".to_owned(), "2".to_owned());
    assert_eq!(read(&stage, "config").await.0, 200);
    assert_eq!(read(&stage, "data/a").await.0, 404);
    assert_eq!(write(&stage, "data/a", json!({ "data": {} })).await.0, 200);
}
