use serde_json::{Value, json};

use super::House;
use crate::Method;

#[tokio::test]
async fn engines_are_mounted_tuned_moved_and_removed_with_what_they_keep() {
    let house = House::new().await;
    house
        .body(
            Method::Put,
            "sys/mounts/test",
            json!({ "type": "kv", "description": "for tests" }),
        )
        .await;
    house
        .body(Method::Put, "test/a/b", json!({ "v": "1" }))
        .await;
    let tuning = house
        .body(Method::Get, "sys/mounts/test/tune", Value::Null)
        .await;
    assert_eq!(tuning["data"]["max_lease_ttl"], 2_764_800);
    let tune = json!({ "default_lease_ttl": "3600s", "max_lease_ttl": "8600s" });
    house.body(Method::Put, "sys/mounts/test/tune", tune).await;
    let tuning = house
        .body(Method::Get, "sys/mounts/test/tune", Value::Null)
        .await;
    assert_eq!(tuning["data"]["default_lease_ttl"], 3_600);

    house
        .body(
            Method::Put,
            "sys/remount",
            json!({ "from": "test", "to": "moved/here" }),
        )
        .await;
    assert_eq!(
        house
            .as_root(Method::Get, "test/a/b", Value::Null)
            .await
            .status,
        404
    );
    assert_eq!(
        house.body(Method::Get, "moved/here/a/b", Value::Null).await["data"],
        json!({ "v": "1" })
    );

    house
        .body(Method::Delete, "sys/mounts/moved/here", Value::Null)
        .await;
    house
        .body(
            Method::Put,
            "sys/mounts/moved/here",
            json!({ "type": "kv" }),
        )
        .await;
    assert_eq!(
        house
            .as_root(Method::Get, "moved/here/a/b", Value::Null)
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn mounts_do_not_stand_in_each_others_way() {
    let house = House::new().await;
    house
        .body(Method::Put, "sys/mounts/a/b", json!({ "type": "kv" }))
        .await;
    for path in [
        "a/b",
        "a/b/c",
        "a",
        "sys",
        "cubbyhole",
        "auth",
        "auth/x",
        "identity",
        "../x",
        "",
    ] {
        let answer = house
            .as_root(
                Method::Put,
                &format!("sys/mounts/{path}"),
                json!({ "type": "kv" }),
            )
            .await;
        assert!(answer.status >= 400, "{path}");
    }
    let answer = house
        .as_root(Method::Put, "sys/mounts/x", json!({ "type": "pki" }))
        .await;
    assert_eq!(answer.status, 400);
}

#[tokio::test]
async fn removing_a_login_method_ends_the_tokens_it_gave() {
    let house = House::new().await;
    house
        .body(
            Method::Put,
            "sys/auth/userpass",
            json!({ "type": "userpass" }),
        )
        .await;
    house
        .body(
            Method::Put,
            "auth/userpass/users/ana",
            json!({ "password": "a long one" }),
        )
        .await;
    let login = house
        .as_nobody(
            Method::Put,
            "auth/userpass/login/ana",
            json!({ "password": "a long one" }),
        )
        .await;
    let auth = login.body.unwrap()["auth"].clone();
    let token = auth["client_token"].as_str().unwrap();
    assert!(house.is_good(token).await);
    assert_eq!(auth["policies"], json!(["default"]));
    house
        .body(Method::Delete, "sys/auth/userpass", Value::Null)
        .await;
    assert!(!house.is_good(token).await);
}
