use serde_json::{Value, json};

use super::House;
use crate::Method;

#[tokio::test]
async fn a_token_does_what_its_policies_let_it_and_nothing_else() {
    let house = House::new().await;
    house
        .body(Method::Put, "sys/mounts/secret", json!({ "type": "kv" }))
        .await;
    house
        .body(Method::Put, "secret/open/a", json!({ "v": "1" }))
        .await;
    house
        .body(Method::Put, "secret/closed/a", json!({ "v": "1" }))
        .await;
    house
        .has_policy(
            "p",
            r#"
            path "secret/open/*" { capabilities = ["read", "list"] }
            path "secret/mine/*" { capabilities = ["create"] }
            path "secret/open/not" { capabilities = ["deny"] }
            "#,
        )
        .await;
    let token = house.token(json!({ "policies": ["p"] })).await;
    for (method, path, status) in [
        (Method::Get, "secret/open/a", 200),
        (Method::List, "secret/open", 200),
        (Method::Get, "secret/open/not", 403),
        (Method::Get, "secret/closed/a", 403),
        (Method::Put, "secret/open/a", 403),
        (Method::Put, "secret/mine/new", 204),
        (Method::Put, "secret/mine/new", 403),
        (Method::Delete, "secret/mine/new", 403),
        (Method::Get, "sys/mounts", 403),
        (Method::Put, "sys/seal", 403),
        (Method::Get, "nowhere/at/all", 403),
        (Method::Get, "auth/token/lookup-self", 200),
    ] {
        let answer = house.ask(&token, method, path, json!({ "v": "2" })).await;
        assert_eq!(answer.status, status, "{method:?} {path}: {answer:?}");
    }
    let asked = json!({ "paths": ["secret/open/a", "secret/closed/a"] });
    let told = house
        .ask(&token, Method::Put, "sys/capabilities-self", asked)
        .await;
    let told = told.body.unwrap();
    assert_eq!(told["secret/open/a"], json!(["list", "read"]));
    assert_eq!(told["secret/closed/a"], json!(["deny"]));

    // A policy that changes holds for the next request.
    house
        .has_policy("p", r#"path "secret/closed/*" { capabilities = ["read"] }"#)
        .await;
    assert_eq!(
        house
            .ask(&token, Method::Get, "secret/closed/a", Value::Null)
            .await
            .status,
        200
    );
    assert_eq!(
        house
            .ask(&token, Method::Get, "secret/open/a", Value::Null)
            .await
            .status,
        403
    );
    house
        .body(Method::Delete, "sys/policies/acl/p", Value::Null)
        .await;
    assert_eq!(
        house
            .ask(&token, Method::Get, "secret/closed/a", Value::Null)
            .await
            .status,
        403
    );
}

#[tokio::test]
async fn what_wants_sudo_is_refused_without_it() {
    let house = House::new().await;
    house
        .has_policy(
            "all",
            r#"path "*" { capabilities = ["create", "read", "update", "delete", "list"] }"#,
        )
        .await;
    house
        .has_policy(
            "more",
            r#"path "*" { capabilities = ["create", "read", "update", "delete", "list", "sudo"] }"#,
        )
        .await;
    let (all, more) = (
        house.token(json!({ "policies": ["all"] })).await,
        house.token(json!({ "policies": ["more"] })).await,
    );
    for (method, path) in [
        (Method::Get, "sys/audit"),
        (Method::Put, "sys/rotate"),
        (Method::List, "auth/token/accessors"),
        (Method::Put, "sys/leases/revoke-prefix/auth/none"),
    ] {
        let refused = house.ask(&all, method, path, json!({})).await;
        assert_eq!(refused.status, 403, "{path}");
        let done = house.ask(&more, method, path, json!({})).await;
        assert!(done.status < 300, "{path}: {done:?}");
    }
}

#[tokio::test]
async fn a_path_means_the_same_to_policies_and_to_engines() {
    let house = House::new().await;
    house
        .body(Method::Put, "sys/mounts/secret", json!({ "type": "kv" }))
        .await;
    house
        .body(Method::Put, "secret/private/a", json!({ "v": "1" }))
        .await;
    let rules = r#"
        path "secret/*" { capabilities = ["read", "list"] }
        path "secret/private" { capabilities = ["deny"] }
        path "secret/private/" { capabilities = ["deny"] }
        path "sys/leases/*" { capabilities = ["update", "list"] }
    "#;
    house.has_policy("p", rules).await;
    let token = house.token(json!({ "policies": ["p"] })).await;
    for path in [
        "secret/private",
        "secret/private/",
        "secret/private//",
        "secret/private///",
        "secret//private",
        "/secret/private",
    ] {
        let answer = house.ask(&token, Method::List, path, Value::Null).await;
        assert!(matches!(answer.status, 403 | 404), "{path}: {answer:?}");
    }
    for path in [
        "sys/leases/revoke-prefix",
        "sys/leases/revoke-prefix/",
        "sys/leases/revoke-prefix//",
        "sys/leases/revoke-force//",
    ] {
        let answer = house.ask(&token, Method::Put, path, json!({})).await;
        assert!(matches!(answer.status, 403 | 404), "{path}: {answer:?}");
    }
    assert!(house.is_good(&house.root).await && house.is_good(&token).await);
}
