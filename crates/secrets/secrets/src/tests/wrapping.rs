use std::time::Duration;

use serde_json::{Value, json};

use super::House;
use crate::Method;

async fn wrap(house: &House) -> String {
    let answer = house
        .wrapped(
            &house.root,
            Method::Put,
            "sys/wrapping/wrap",
            json!({ "a": "b" }),
            Some(60),
        )
        .await;
    let body = answer.body.unwrap();
    assert_eq!(body["wrap_info"]["ttl"], 60);
    assert_eq!(body["data"], Value::Null);
    body["wrap_info"]["token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_wrapped_answer_is_opened_once_whoever_comes() {
    let house = House::new().await;
    let token = wrap(&house).await;
    let all = (0..6).map(|_| house.ask(&token, Method::Put, "sys/wrapping/unwrap", json!({})));
    let answers = futures_util::future::join_all(all).await;
    let opened: Vec<_> = answers
        .iter()
        .filter(|answer| answer.status == 200)
        .collect();
    assert_eq!(opened.len(), 1, "{answers:?}");
    assert_eq!(
        opened[0].body.as_ref().unwrap()["data"],
        json!({ "a": "b" })
    );

    let token = wrap(&house).await;
    let unwrap = json!({ "token": token });
    let all = (0..6).map(|_| house.as_root(Method::Put, "sys/wrapping/unwrap", unwrap.clone()));
    let answers = futures_util::future::join_all(all).await;
    assert_eq!(
        answers.iter().filter(|answer| answer.status == 200).count(),
        1
    );
    assert!(
        answers
            .iter()
            .all(|answer| matches!(answer.status, 200 | 400))
    );
}

#[tokio::test]
async fn a_wrapping_token_does_nothing_else_and_ends() {
    let house = House::new().await;
    let token = wrap(&house).await;
    for (method, path) in [
        (Method::Get, "auth/token/lookup-self"),
        (Method::Put, "auth/token/create"),
        (Method::Get, "sys/mounts"),
    ] {
        let answer = house.ask(&token, method, path, json!({})).await;
        assert_eq!(answer.status, 403, "{path}");
    }
    let token = wrap(&house).await;
    let told = house
        .as_nobody(
            Method::Put,
            "sys/wrapping/lookup",
            json!({ "token": token }),
        )
        .await;
    let told = told.body.unwrap();
    assert_eq!(
        (
            &told["data"]["creation_ttl"],
            &told["data"]["creation_path"]
        ),
        (&json!(60), &json!("sys/wrapping/wrap"))
    );
    house.later(Duration::from_secs(61)).await;
    let answer = house
        .ask(&token, Method::Put, "sys/wrapping/unwrap", json!({}))
        .await;
    assert!(matches!(answer.status, 400 | 403));
}

#[tokio::test]
async fn looking_at_a_wrapping_token_leaves_it_good() {
    let house = House::new().await;
    let token = wrap(&house).await;
    for _ in 0..3 {
        let told = house
            .ask(&token, Method::Put, "sys/wrapping/lookup", json!({}))
            .await;
        assert_eq!(told.status, 200);
    }
    let opened = house
        .ask(&token, Method::Put, "sys/wrapping/unwrap", json!({}))
        .await;
    assert_eq!(opened.body.unwrap()["data"], json!({ "a": "b" }));
}

#[tokio::test]
async fn a_wrapped_token_tells_its_accessor_and_is_revoked_by_it() {
    let house = House::new().await;
    let answer = house
        .wrapped(
            &house.root,
            Method::Put,
            "auth/token/create",
            json!({ "ttl": "1h" }),
            Some(120),
        )
        .await;
    let info = &answer.body.unwrap()["wrap_info"];
    let accessor = info["wrapped_accessor"].as_str().unwrap();
    house
        .body(
            Method::Put,
            "auth/token/revoke-accessor",
            json!({ "accessor": accessor }),
        )
        .await;
    let unwrapped = house
        .body(
            Method::Put,
            "sys/wrapping/unwrap",
            json!({ "token": info["token"] }),
        )
        .await;
    let token = unwrapped["auth"]["client_token"].as_str().unwrap();
    assert!(!house.is_good(token).await);
}

#[tokio::test]
async fn rewrapping_gives_another_token_and_ends_the_first() {
    let house = House::new().await;
    let token = wrap(&house).await;
    let again = house
        .body(
            Method::Put,
            "sys/wrapping/rewrap",
            json!({ "token": token }),
        )
        .await;
    let other = again["wrap_info"]["token"].as_str().unwrap();
    let first = house
        .as_root(
            Method::Put,
            "sys/wrapping/unwrap",
            json!({ "token": token }),
        )
        .await;
    assert_eq!(first.status, 400);
    let second = house
        .body(
            Method::Put,
            "sys/wrapping/unwrap",
            json!({ "token": other }),
        )
        .await;
    assert_eq!(second["data"], json!({ "a": "b" }));
}
