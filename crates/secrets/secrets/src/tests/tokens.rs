use std::time::Duration;

use logical::Failure;
use serde_json::{Value, json};

use super::House;
use crate::{Method, tokens};

const READER: &str = r#"path "secret/*" { capabilities = ["read"] }"#;
const MAKER: &str = r#"
path "auth/token/create" { capabilities = ["update"] }
path "secret/*" { capabilities = ["read"] }
"#;

#[tokio::test]
async fn a_token_is_looked_up_renewed_and_revoked() {
    let house = House::new().await;
    let made = house
        .body(
            Method::Put,
            "auth/token/create",
            json!({ "ttl": "1h", "policies": ["reader"], "meta": { "for": "test" } }),
        )
        .await;
    let (token, accessor) = (
        made["auth"]["client_token"].as_str().unwrap(),
        made["auth"]["accessor"].as_str().unwrap(),
    );
    assert_eq!(made["auth"]["lease_duration"], 3_600);
    assert_eq!(made["auth"]["policies"], json!(["default", "reader"]));

    house.later(Duration::from_secs(600)).await;
    let path = "auth/token/lookup";
    let told = house
        .body(Method::Put, path, json!({ "token": token }))
        .await;
    assert_eq!(told["data"]["ttl"], 3_000);
    assert_eq!(told["data"]["meta"], json!({ "for": "test" }));
    let renewed = house
        .body(Method::Put, "auth/token/renew", json!({ "token": token }))
        .await;
    assert_eq!(renewed["auth"]["lease_duration"], 3_600);

    let path = "auth/token/lookup-accessor";
    let told = house
        .body(Method::Put, path, json!({ "accessor": accessor }))
        .await;
    assert_eq!(
        (&told["data"]["id"], &told["data"]["accessor"]),
        (&json!(""), &json!(accessor))
    );
    let path = "auth/token/revoke-accessor";
    house
        .body(Method::Put, path, json!({ "accessor": accessor }))
        .await;
    assert!(!house.is_good(token).await);
    let told = house
        .as_root(Method::Put, "auth/token/lookup", json!({ "token": token }))
        .await;
    assert_eq!(told.status, 403);
}

#[tokio::test]
async fn a_token_ends_with_its_time_and_is_swept_with_what_it_made() {
    let house = House::new().await;
    house.has_policy("maker", MAKER).await;
    let parent = house
        .token(json!({ "ttl": "10m", "policies": ["maker"] }))
        .await;
    let child = house.token_of(&parent, json!({ "ttl": "1h" })).await;
    house.later(Duration::from_secs(601)).await;
    assert!(!house.is_good(&parent).await);
    let open = house.core.open().unwrap();
    crate::revoking::sweep(&house.core, &open).await.unwrap();
    assert!(!house.is_good(&child).await, "what it made goes with it");
    let accessors = house
        .body(Method::List, "auth/token/accessors", Value::Null)
        .await;
    assert_eq!(
        accessors["data"]["keys"].as_array().unwrap().len(),
        1,
        "root's alone"
    );
}

#[tokio::test]
async fn revoking_a_token_takes_its_tree_and_leaves_orphans() {
    let house = House::new().await;
    house.has_policy("maker", MAKER).await;
    let maker = json!({ "policies": ["maker"] });
    let top = house.token(maker.clone()).await;
    let mut below = vec![top.clone()];
    for _ in 0..4 {
        let last = below.last().unwrap().clone();
        below.push(house.token_of(&last, maker.clone()).await);
        below.push(
            house
                .token_of(&last, json!({ "policies": ["maker"] }))
                .await,
        );
    }
    let orphan = house
        .token(json!({ "policies": ["maker"], "no_parent": true }))
        .await;
    house
        .body(Method::Put, "auth/token/revoke", json!({ "token": top }))
        .await;
    for token in &below {
        assert!(!house.is_good(token).await);
    }
    assert!(house.is_good(&orphan).await);

    let child = house.token_of(&orphan, json!({})).await;
    let path = "auth/token/revoke-orphan";
    house
        .body(Method::Put, path, json!({ "token": orphan }))
        .await;
    assert!(!house.is_good(&orphan).await && house.is_good(&child).await);
}

#[tokio::test]
async fn nobody_gets_more_than_they_have() {
    let house = House::new().await;
    house.has_policy("maker", MAKER).await;
    house.has_policy("reader", READER).await;
    let maker = house.token(json!({ "policies": ["maker"] })).await;
    for (fields, word) in [
        (
            json!({ "policies": ["root"] }),
            "child policies must be subset of parent",
        ),
        (
            json!({ "policies": ["reader"] }),
            "child policies must be subset of parent",
        ),
        (
            json!({ "no_parent": true }),
            "root or sudo privileges required",
        ),
        (
            json!({ "period": "1h" }),
            "root or sudo privileges required",
        ),
        (
            json!({ "id": "chosen" }),
            "root or sudo privileges required",
        ),
        (json!({ "type": "other" }), "invalid 'type' value"),
    ] {
        let answer = house
            .ask(&maker, Method::Put, "auth/token/create", fields.clone())
            .await;
        assert_eq!(answer.status, 400, "{fields}");
        let said = answer.body.unwrap()["errors"][0]
            .as_str()
            .unwrap()
            .to_owned();
        assert!(said.contains(word), "{said}");
    }
    let bounded = house
        .token(json!({ "policies": ["maker"], "num_uses": 5 }))
        .await;
    let answer = house
        .ask(&bounded, Method::Put, "auth/token/create", json!({}))
        .await;
    assert_eq!(answer.status, 400);
    let reader = house.token(json!({ "policies": ["reader"] })).await;
    let answer = house
        .ask(&reader, Method::Put, "auth/token/create", json!({}))
        .await;
    assert_eq!(answer.status, 403);
}

#[tokio::test]
async fn a_bound_of_uses_counts_every_request_once_also_at_the_same_moment() {
    let house = House::new().await;
    let token = house.token(json!({ "num_uses": 5 })).await;
    let all = (0..12).map(|_| house.is_good(&token));
    let good = futures_util::future::join_all(all).await;
    assert_eq!(good.iter().filter(|good| **good).count(), 5);
    let told = house
        .as_root(Method::Put, "auth/token/lookup", json!({ "token": token }))
        .await;
    assert_eq!(told.status, 403, "the last use ended it");
}

#[tokio::test]
async fn a_token_that_carries_itself_is_good_as_long_as_its_maker() {
    let house = House::new().await;
    house.has_policy("maker", MAKER).await;
    let maker = house.token(json!({ "policies": ["maker"] })).await;
    let batch = house
        .token_of(&maker, json!({ "type": "batch", "ttl": "1h" }))
        .await;
    assert!(batch.starts_with("hvb.") && house.is_good(&batch).await);
    let mut other = batch.clone();
    other.replace_range(30..31, if &batch[30..31] == "A" { "B" } else { "A" });
    assert!(!house.is_good(&other).await, "it opens unchanged only");
    let renewed = house
        .ask(&batch, Method::Put, "auth/token/renew-self", json!({}))
        .await;
    assert_eq!(renewed.status, 400);
    house
        .body(Method::Put, "auth/token/revoke", json!({ "token": maker }))
        .await;
    assert!(!house.is_good(&batch).await);
}

#[tokio::test]
async fn secret_ids_that_have_ended_are_cleaned_up() {
    let house = House::new().await;
    house
        .body(
            Method::Put,
            "sys/auth/approle",
            json!({ "type": "approle" }),
        )
        .await;
    let role = json!({ "secret_id_ttl": "1m" });
    house
        .body(Method::Put, "auth/approle/role/machine", role)
        .await;
    let path = "auth/approle/role/machine/secret-id";
    house.body(Method::Put, path, json!({})).await;
    assert_eq!(
        house.as_root(Method::List, path, Value::Null).await.status,
        200
    );
    house.later(Duration::from_secs(2 * 3_600)).await;
    let open = house.core.open().unwrap();
    crate::revoking::clean_mounts(&house.core, &open)
        .await
        .unwrap();
    assert_eq!(
        house.as_root(Method::List, path, Value::Null).await.status,
        404
    );
}

#[tokio::test]
async fn times_are_bounded_as_they_were_asked_for() {
    let house = House::new().await;
    for (fields, seconds) in [
        (json!({ "ttl": "30m", "explicit_max_ttl": "5m" }), 300),
        (json!({ "period": "30m" }), 1_800),
        (json!({ "ttl": "5m" }), 300),
        (json!({ "ttl": "9000h" }), 2_764_800),
        (json!({ "policies": ["default"] }), 2_764_800),
        (json!({}), 0),
    ] {
        let made = house
            .body(Method::Put, "auth/token/create", fields.clone())
            .await;
        assert_eq!(made["auth"]["lease_duration"], seconds, "{fields}");
    }
    let token = house
        .token(json!({ "ttl": "10m", "explicit_max_ttl": "15m", "policies": ["default"] }))
        .await;
    house.later(Duration::from_secs(540)).await;
    let renewed = house
        .ask(&token, Method::Put, "auth/token/renew-self", json!({}))
        .await;
    assert_eq!(renewed.body.unwrap()["auth"]["lease_duration"], 360);
}

#[tokio::test]
async fn roles_bound_what_their_tokens_are() {
    let house = House::new().await;
    let role = json!({
        "allowed_policies": "reader,writer", "disallowed_policies": ["writer"], "orphan": true, "token_period": "1h",
        "path_suffix": "robots", "renewable": false,
    });
    house
        .body(Method::Put, "auth/token/roles/robot", role)
        .await;
    let made = house
        .body(
            Method::Put,
            "auth/token/create/robot",
            json!({ "policies": ["reader"] }),
        )
        .await;
    assert_eq!(made["auth"]["lease_duration"], 3_600);
    assert_eq!(
        (&made["auth"]["orphan"], &made["auth"]["renewable"]),
        (&json!(true), &json!(false))
    );
    for policies in [json!(["other"]), json!(["writer"])] {
        let answer = house
            .as_root(
                Method::Put,
                "auth/token/create/robot",
                json!({ "policies": policies }),
            )
            .await;
        assert_eq!(answer.status, 400);
    }
    let told = house
        .body(Method::Get, "auth/token/roles/robot", Value::Null)
        .await;
    assert_eq!(told["data"]["token_period"], 3_600);
    let listed = house
        .body(Method::List, "auth/token/roles", Value::Null)
        .await;
    assert_eq!(listed["data"]["keys"], json!(["robot"]));
    let leases = house
        .body(
            Method::List,
            "sys/leases/lookup/auth/token/create/robot/robots",
            Value::Null,
        )
        .await;
    assert_eq!(leases["data"]["keys"].as_array().unwrap().len(), 1);
    house
        .body(
            Method::Put,
            "sys/leases/revoke-prefix/auth/token/create/robot",
            json!({}),
        )
        .await;
    let token = made["auth"]["client_token"].as_str().unwrap();
    assert!(!house.is_good(token).await);
}

#[tokio::test]
async fn the_role_is_the_one_that_the_policies_have_judged() {
    let house = House::new().await;
    house.has_policy("maker", MAKER).await;
    let role = json!({ "allowed_policies": "deploy" });
    house
        .body(Method::Put, "auth/token/roles/deployer", role)
        .await;
    let maker = house.token(json!({ "policies": ["maker"] })).await;
    let through = json!({ "role_name": "deployer", "policies": ["deploy"] });
    let answer = house
        .ask(&maker, Method::Put, "auth/token/create", through)
        .await;
    assert_eq!(answer.status, 400);
    let answer = house
        .ask(&maker, Method::Put, "auth/token/create/deployer", json!({}))
        .await;
    assert_eq!(answer.status, 403);
}

#[tokio::test]
async fn renewing_gives_no_uses_back() {
    let house = House::new().await;
    let token = house
        .token(json!({ "num_uses": 4, "ttl": "1h", "policies": ["default"] }))
        .await;
    let mut good = 0;
    for _ in 0..8 {
        let path = "auth/token/renew-self";
        let answer = house.ask(&token, Method::Put, path, json!({})).await;
        good += usize::from(answer.status == 200);
    }
    assert_eq!(good, 3, "the last use ends the token, and renews nothing");
}

#[tokio::test]
async fn nothing_is_made_below_a_token_that_is_being_revoked() {
    let house = House::new().await;
    house.has_policy("maker", MAKER).await;
    for _ in 0..8 {
        let parent = house.token(json!({ "policies": ["maker"] })).await;
        let make = async {
            let path = "auth/token/create";
            let answer = house.ask(&parent, Method::Put, path, json!({})).await;
            let body = answer.body.filter(|_| answer.status == 200)?;
            Some(body["auth"]["client_token"].as_str()?.to_owned())
        };
        let renew = house.ask(&parent, Method::Put, "auth/token/renew-self", json!({}));
        let gone = json!({ "token": parent });
        let revoke = house.body(Method::Put, "auth/token/revoke", gone);
        let (child, _, _) = tokio::join!(make, renew, revoke);
        assert!(!house.is_good(&parent).await);
        if let Some(child) = child {
            assert!(!house.is_good(&child).await);
        }
    }
}

#[tokio::test]
async fn a_token_is_good_from_where_it_is_bound_to() {
    let house = House::new().await;
    for (blocks, is_good) in [("192.0.2.0/24", true), ("10.0.0.0/8", false)] {
        let role = json!({ "token_bound_cidrs": blocks });
        house.body(Method::Put, "auth/token/roles/near", role).await;
        let made = house
            .body(Method::Put, "auth/token/create/near", json!({}))
            .await;
        let token = made["auth"]["client_token"].as_str().unwrap();
        assert_eq!(house.is_good(token).await, is_good, "{blocks}");
    }
}

#[tokio::test]
async fn nothing_is_kept_below_a_token_that_is_closed() {
    let house = House::new().await;
    let parent = tokens::hash_of(&house.token(json!({ "policies": ["default"] })).await);
    let mut changes = house.core.store.begin().unwrap();
    let open = tokens::find(&mut changes, &parent).await.unwrap().unwrap();
    let child = tokens::Token {
        accessor: "child".to_owned(),
        parent: Some(parent.clone()),
        ..open.clone()
    };
    let kept = tokens::insert(&mut changes, "child", &child).await;
    assert!(kept.is_ok());
    // Revoking begins with closing: until the token is gone, it is there and good for nothing.
    let closed = tokens::Token {
        uses: Some(0),
        ..open.clone()
    };
    let mut changes = house.core.store.begin().unwrap();
    tokens::replace(&mut changes, &parent, &open, &closed)
        .await
        .unwrap();
    let refused = tokens::insert(&mut changes, "child", &child).await;
    assert!(matches!(refused, Err(Failure::Denied)));
    let orphaned = tokens::Token {
        parent: Some("gone".to_owned()),
        ..child
    };
    let mut changes = house.core.store.begin().unwrap();
    let refused = tokens::insert(&mut changes, "child", &orphaned).await;
    assert!(matches!(refused, Err(Failure::Denied)));
}

#[tokio::test]
async fn children_have_what_their_parents_have() {
    let house = House::new().await;
    house.has_policy("maker", MAKER).await;
    let bare = json!({ "policies": ["maker"], "no_default_policy": true });
    let parent = house.token(bare).await;
    let answer = house
        .ask(&parent, Method::Put, "auth/token/create", json!({}))
        .await;
    assert_eq!(answer.body.unwrap()["auth"]["policies"], json!(["maker"]));
    let more = json!({ "policies": ["maker", "default"] });
    let answer = house
        .ask(&parent, Method::Put, "auth/token/create", more)
        .await;
    assert_eq!(answer.status, 400);
    let endless = json!({ "type": "batch", "no_parent": true });
    let answer = house
        .as_root(Method::Put, "auth/token/create", endless)
        .await;
    assert_eq!(answer.status, 400);
    let long =
        json!({ "ttl": "8000000h", "explicit_max_ttl": "8000000h", "policies": ["default"] });
    let made = house.body(Method::Put, "auth/token/create", long).await;
    assert_eq!(made["auth"]["lease_duration"], 2_764_800);
}

#[tokio::test]
async fn a_lease_is_revoked_by_its_whole_name() {
    let house = House::new().await;
    let other = house.token(json!({ "policies": ["default"] })).await;
    let hash = tokens::hash_of(&other);
    let path = format!("sys/leases/revoke/auth/approle/x/{hash}");
    assert_eq!(
        house.as_root(Method::Put, &path, json!({})).await.status,
        400
    );
    assert!(house.is_good(&other).await);
    let path = format!("sys/leases/revoke/auth/token/create/{hash}");
    house.body(Method::Put, &path, json!({})).await;
    assert!(!house.is_good(&other).await);
}
