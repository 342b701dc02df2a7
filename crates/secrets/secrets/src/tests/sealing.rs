use serde_json::{Value, json};

use super::House;
use crate::Method;

#[tokio::test]
async fn sealed_means_sealed() {
    let house = House::new().await;
    house
        .body(Method::Put, "sys/mounts/secret", json!({ "type": "kv" }))
        .await;
    house
        .body(Method::Put, "secret/a", json!({ "v": "1" }))
        .await;
    house.body(Method::Put, "sys/seal", json!({})).await;
    for (method, path) in [
        (Method::Get, "secret/a"),
        (Method::Put, "secret/a"),
        (Method::Get, "auth/token/lookup-self"),
        (Method::Get, "sys/mounts"),
        (Method::Put, "sys/wrapping/unwrap"),
        (Method::Put, "auth/userpass/login/ana"),
        (Method::Get, "nowhere"),
        (Method::Put, "sys/rekey/init"),
        (Method::Put, "sys/generate-root/attempt"),
    ] {
        let answer = house
            .as_root(
                method,
                path,
                json!({ "secret_shares": 1, "secret_threshold": 1 }),
            )
            .await;
        assert_eq!(answer.status, 503, "{path}: {answer:?}");
    }
    let health = house
        .as_nobody(Method::Get, "sys/health", Value::Null)
        .await;
    assert_eq!(health.status, 503);
    house.unseal().await;
    assert_eq!(
        house.body(Method::Get, "secret/a", Value::Null).await["data"],
        json!({ "v": "1" })
    );
}

#[tokio::test]
async fn shares_open_the_service_with_progress_and_no_wrong_one() {
    let house = House::new().await;
    house.body(Method::Put, "sys/seal", json!({})).await;
    let enter = async |key: &str| {
        house
            .as_nobody(Method::Put, "sys/unseal", json!({ "key": key }))
            .await
    };
    let told = enter(&house.keys[0]).await.body.unwrap();
    assert_eq!(
        (&told["progress"], &told["t"], &told["n"]),
        (&json!(1), &json!(2), &json!(3))
    );
    let told = enter(&house.keys[0]).await.body.unwrap();
    assert_eq!(told["progress"], 1, "the same share again is no progress");
    let other = House::new().await;
    for wrong in [
        other.keys[0].as_str(),
        "00",
        "not a share",
        &"0".repeat(1_000),
    ] {
        assert_eq!(enter(wrong).await.status, 400, "{wrong}");
    }
    let told = house
        .as_nobody(Method::Put, "sys/unseal", json!({ "reset": true }))
        .await;
    assert_eq!(told.body.unwrap()["progress"], 0);
    enter(&house.keys[2]).await;
    let told = enter(&house.keys[1]).await.body.unwrap();
    assert_eq!(told["sealed"], false);
    assert!(house.is_good(&house.root).await);
}

#[tokio::test]
async fn more_than_half_of_the_shares_are_needed() {
    let house = House::empty().await;
    for (shares, threshold) in [(0, 0), (2, 1), (4, 2), (3, 4), (10, 5), (1_000, 600)] {
        let init = json!({ "secret_shares": shares, "secret_threshold": threshold });
        let answer = house.as_nobody(Method::Put, "sys/init", init).await;
        assert_eq!(answer.status, 400, "{threshold} of {shares}");
    }
    let told = house.as_nobody(Method::Get, "sys/init", Value::Null).await;
    assert_eq!(told.body.unwrap()["initialized"], false);
}

#[tokio::test]
async fn a_store_that_was_never_opened_may_be_initialised_again() {
    let house = House::empty().await;
    let init = json!({ "secret_shares": 3, "secret_threshold": 2 });
    let lost = house
        .as_nobody(Method::Put, "sys/init", init.clone())
        .await
        .body
        .unwrap();
    let told = house.as_nobody(Method::Put, "sys/init", init.clone()).await;
    let body = told.body.unwrap();
    let keys = body["keys"].as_array().unwrap();
    let keys = keys.iter().map(|key| key.as_str().unwrap().to_owned());
    let house = House {
        keys: keys.collect(),
        root: body["root_token"].as_str().unwrap().to_owned(),
        ..house
    };
    house.unseal().await;
    assert!(house.is_good(&house.root).await);
    assert!(!house.is_good(lost["root_token"].as_str().unwrap()).await);
    for sealed in [false, true] {
        if sealed {
            house.body(Method::Put, "sys/seal", json!({})).await;
        }
        let again = house.as_nobody(Method::Put, "sys/init", init.clone()).await;
        assert_eq!(again.status, 400);
    }
    house.unseal().await;
    assert!(house.is_good(&house.root).await);
}

#[tokio::test]
async fn new_shares_hold_once_they_are_verified() {
    let house = House::new().await;
    let put = async |path: &str, data: Value| {
        let answer = house.as_nobody(Method::Put, path, data).await;
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        answer.body.unwrap()
    };
    let begun = put(
        "sys/rekey/init",
        json!({ "secret_shares": 5, "secret_threshold": 3, "require_verification": true }),
    )
    .await;
    let nonce = begun["nonce"].clone();
    put(
        "sys/rekey/update",
        json!({ "key": house.keys[0], "nonce": nonce }),
    )
    .await;
    let given = put(
        "sys/rekey/update",
        json!({ "key": house.keys[1], "nonce": nonce }),
    )
    .await;
    assert_eq!(given["complete"], true);
    let keys: Vec<Value> = given["keys"].as_array().unwrap().clone();
    assert_eq!(keys.len(), 5);

    // The present shares still open.
    house.body(Method::Put, "sys/seal", json!({})).await;
    house.unseal().await;
    assert!(house.is_good(&house.root).await);

    let begun = put(
        "sys/rekey/init",
        json!({ "secret_shares": 5, "secret_threshold": 3, "require_verification": true }),
    )
    .await;
    let nonce = begun["nonce"].clone();
    put(
        "sys/rekey/update",
        json!({ "key": house.keys[0], "nonce": nonce }),
    )
    .await;
    let given = put(
        "sys/rekey/update",
        json!({ "key": house.keys[1], "nonce": nonce }),
    )
    .await;
    let keys: Vec<Value> = given["keys"].as_array().unwrap().clone();
    let nonce = given["verification_nonce"].clone();
    for key in &keys[1..3] {
        put("sys/rekey/verify", json!({ "key": key, "nonce": nonce })).await;
    }
    let done = put(
        "sys/rekey/verify",
        json!({ "key": keys[4], "nonce": nonce }),
    )
    .await;
    assert_eq!(done["complete"], true);

    house.body(Method::Put, "sys/seal", json!({})).await;
    let former = house
        .as_nobody(Method::Put, "sys/unseal", json!({ "key": house.keys[0] }))
        .await;
    assert_eq!(former.status, 400);
    for key in &keys[..3] {
        put("sys/unseal", json!({ "key": key })).await;
    }
    assert!(house.is_good(&house.root).await);
}

#[tokio::test]
async fn the_barrier_turns_while_the_service_works() {
    let house = House::new().await;
    house
        .body(Method::Put, "sys/mounts/secret", json!({ "type": "kv" }))
        .await;
    house
        .body(Method::Put, "secret/a", json!({ "v": "1" }))
        .await;
    let before = house.body(Method::Get, "sys/key-status", Value::Null).await;
    house.body(Method::Put, "sys/rotate", json!({})).await;
    let after = house.body(Method::Get, "sys/key-status", Value::Null).await;
    assert!(after["term"].as_u64() > before["term"].as_u64());
    assert_eq!(
        house.body(Method::Get, "secret/a", Value::Null).await["data"],
        json!({ "v": "1" })
    );
    house.body(Method::Put, "sys/seal", json!({})).await;
    house.unseal().await;
    assert_eq!(
        house.body(Method::Get, "secret/a", Value::Null).await["data"],
        json!({ "v": "1" })
    );
}

#[tokio::test]
async fn one_node_leads_and_the_others_say_where_it_is() {
    let house = House::new().await;
    let other = house.beside().await;
    let answer = other.as_root(Method::Get, "sys/mounts", Value::Null).await;
    assert_eq!(answer.status, 307);
    let leader = house
        .as_nobody(Method::Get, "sys/leader", Value::Null)
        .await
        .body
        .unwrap();
    let address = leader["leader_address"].as_str().unwrap();
    assert_eq!(answer.location.unwrap(), format!("{address}/v1/sys/mounts"));
    let health = other
        .as_nobody(Method::Get, "sys/health", Value::Null)
        .await;
    assert_eq!(health.status, 429);

    house
        .body(Method::Put, "sys/mounts/secret", json!({ "type": "kv" }))
        .await;
    house
        .body(Method::Put, "secret/a", json!({ "v": "1" }))
        .await;
    // The one that leads is silent for longer than it may be.
    house.clock.advance(std::time::Duration::from_secs(30));
    other.core.tick().await.unwrap();
    assert_eq!(
        other.body(Method::Get, "secret/a", Value::Null).await["data"],
        json!({ "v": "1" })
    );
    let late = house
        .as_root(Method::Put, "secret/a", json!({ "v": "2" }))
        .await;
    assert!(late.status >= 300, "{late:?}");
    assert_eq!(
        other.body(Method::Get, "secret/a", Value::Null).await["data"],
        json!({ "v": "1" })
    );
}

#[tokio::test]
async fn what_another_node_changed_while_it_led_is_known() {
    let house = House::new().await;
    house
        .has_policy("p", r#"path "sys/mounts" { capabilities = ["read"] }"#)
        .await;
    let (gone, left) = (
        house.token(json!({ "policies": ["default"] })).await,
        house.token(json!({ "policies": ["p"] })).await,
    );
    let sees = async || {
        let answer = house.ask(&left, Method::Get, "sys/mounts", Value::Null);
        answer.await.status
    };
    assert!(house.is_good(&gone).await && sees().await == 200);
    let other = house.beside().await;
    house.clock.advance(std::time::Duration::from_secs(30));
    other.core.tick().await.unwrap();
    let late = house.core.open().unwrap();
    other
        .body(Method::Put, "auth/token/revoke", json!({ "token": gone }))
        .await;
    other
        .body(Method::Delete, "sys/policies/acl/p", Value::Null)
        .await;

    // The one that led before writes nothing any more, whatever it believes.
    let mut changes = house.core.store.begin().unwrap();
    let value = zeroize::Zeroizing::new(b"late".to_vec());
    changes.below("late/").put("x", value).await.unwrap();
    let committed = changes.commit(|batch| late.fence(batch)).await;
    assert!(matches!(committed, Err(logical::Failure::Conflict)));

    // And when it leads again, nothing of before is believed.
    other.core.step_down();
    other.core.tick().await.unwrap();
    house.core.tick().await.unwrap();
    assert!(house.is_good(&house.root).await && !house.is_good(&gone).await);
    assert_eq!(sees().await, 403);
}
