use std::sync::Arc;

use logical::{Access, Backend, Failure, Operation, TokenKind};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::{HERE, House, minutes, said};
use crate::{LOCKOUT, LOCKOUT_TRIES, UserPass};

const REFUSED: &str = "invalid username or password";

async fn house() -> House {
    House::new("userpass", UserPass::default()).await
}

#[tokio::test]
async fn somebody_logs_in_with_their_password() {
    let house = house().await;
    let user = json!({"password": "testpass", "policies": "not_root, b", "ttl": "10s", "max_ttl": 60, "token_num_uses": 4});
    assert!(house.writes("users/Ana", user).await.data.is_none());
    let login = house
        .logs_in("login/aNA", json!({"password": "testpass"}))
        .await
        .unwrap();
    assert_eq!(login.display_name, "ana");
    assert_eq!(login.policies, ["b", "not_root"]);
    assert_eq!(login.metadata["username"], "ana");
    assert_eq!(login.ttl.map(|ttl| ttl.as_secs()), Some(10));
    assert_eq!(login.max_ttl, Some(minutes(1)));
    assert_eq!((login.num_uses, login.kind), (4, TokenKind::Service));

    for (name, password, says) in [
        ("ana", json!("testpasS"), REFUSED),
        ("ana", json!("x".repeat(2_000)), REFUSED),
        ("nobody", json!("testpass"), REFUSED),
        ("-ana", json!("testpass"), REFUSED),
        ("ana", json!(""), "missing password"),
        ("ana", Value::Null, "missing password"),
        ("ana", json!(7), "password has to be a string"),
    ] {
        let login = house
            .logs_in(&format!("login/{name}"), json!({"password": password}))
            .await;
        assert_eq!(said(login), says, "{name} {password}");
    }
}

#[tokio::test]
async fn users_are_made_listed_read_changed_and_removed() {
    let house = house().await;
    assert!(matches!(house.lists("users").await, Err(Failure::Absent)));
    let made = house
        .asks(Operation::Update, "users/ana", json!({"policies": "a"}))
        .await;
    assert_eq!(said(made), "missing password");
    house
        .writes(
            "users/ana",
            json!({"password": "first", "token_policies": "a"}),
        )
        .await;
    house
        .writes(
            "users/ben",
            json!({"password": "other", "token_bound_cidrs": "127.0.0.1/32"}),
        )
        .await;
    assert_eq!(house.lists("users").await.unwrap(), ["ana", "ben"]);
    let expected = json!({
        "token_bound_cidrs": [], "token_explicit_max_ttl": 0, "token_max_ttl": 0,
        "token_no_default_policy": false, "token_num_uses": 0, "token_period": 0,
        "token_policies": ["a"], "token_ttl": 0, "token_type": "default",
    });
    assert_eq!(house.reads("users/ANA").await, expected);
    assert_eq!(
        house.reads("users/ben").await["token_bound_cidrs"],
        json!(["127.0.0.1"])
    );

    house.writes("users/ana", json!({"token_ttl": 30})).await;
    house
        .logs_in("login/ana", json!({"password": "first"}))
        .await
        .unwrap();
    house
        .writes("users/ana/password", json!({"password": "second"}))
        .await;
    said(
        house
            .logs_in("login/ana", json!({"password": "first"}))
            .await,
    );
    house
        .writes(
            "users/ana/policies",
            json!({"token_policies": ["b"], "token_ttl": 99}),
        )
        .await;
    let login = house
        .logs_in("login/ana", json!({"password": "second"}))
        .await
        .unwrap();
    assert_eq!(
        (login.policies, login.ttl.unwrap().as_secs()),
        (vec!["b".to_owned()], 30)
    );
    house
        .writes("users/ana/policies", json!({"policies": "c"}))
        .await;
    assert_eq!(house.reads("users/ana").await["policies"], json!(["c"]));

    house.deletes("users/ana").await;
    house.deletes("users/ana").await;
    let read = house.asks(Operation::Read, "users/ana", Value::Null).await;
    assert!(matches!(read, Err(Failure::Absent)));
    assert_eq!(
        said(
            house
                .logs_in("login/ana", json!({"password": "second"}))
                .await
        ),
        REFUSED
    );
}

#[tokio::test]
async fn what_cannot_be_is_said() {
    let house = house().await;
    house
        .writes("users/ana", json!({"password": "first"}))
        .await;
    let absent = "username does not exist";
    for (path, data, says) in [
        ("users/x/password", json!({"password": "p"}), absent),
        ("users/x/policies", json!({"policies": "p"}), absent),
        ("users/ana/password", json!({}), "missing password"),
        (
            "users/ana/policies",
            json!({"token_ttl": 1}),
            "missing token_policies",
        ),
        (
            "users/ana",
            json!({"password": "x".repeat(1_025)}),
            "password has more than 1024 bytes",
        ),
        (
            "users/ana",
            json!({"password_hash": "$2a$10$x"}),
            "password_hash is not supported: give the password",
        ),
        (
            "users/ana",
            json!({"token_ttl": 2, "token_max_ttl": 1}),
            "'token_ttl' cannot be greater than 'token_max_ttl'",
        ),
    ] {
        assert_eq!(
            said(house.asks(Operation::Update, path, data).await),
            says,
            "{path}"
        );
    }
    for name in [
        "-ana",
        ".ana",
        "ana.",
        "a b",
        "a@b",
        "ä",
        "a\u{0}",
        &"x".repeat(513),
    ] {
        let path = format!("users/{name}");
        let made = house.asks(Operation::Update, &path, json!({"password": "p"}));
        assert!(said(made.await).starts_with("invalid username"), "{name}");
    }
    for name in ["a", "_", "9", "a.b-c_d", "ana-", &"x".repeat(512)] {
        house
            .writes(&format!("users/{name}"), json!({"password": "p"}))
            .await;
    }
    for (operation, path) in [
        (Operation::Read, "login/ana"),
        (Operation::Read, "users"),
        (Operation::Read, "users/ana/password"),
        (Operation::Delete, "users/ana/policies"),
        (Operation::Patch, "users/ana"),
    ] {
        let asked = house.asks(operation, path, Value::Null).await;
        assert!(matches!(asked, Err(Failure::Unsupported)), "{path}");
    }
}

#[tokio::test]
async fn a_user_is_created_and_then_updated() {
    let house = house().await;
    house
        .writes("users/ana", json!({"password": "first"}))
        .await;
    let method = UserPass::default();
    let mut changes = house.stage.store.begin().unwrap();
    for (path, exists) in [
        ("users/Ana", Some(true)),
        ("users/ben", Some(false)),
        ("users/-", Some(false)),
        ("users/ana/password", None),
        ("login/ana", None),
    ] {
        let request = house.request(Some(HERE), Operation::Update, path, Value::Null);
        let mut txn = changes.below(house.root());
        assert_eq!(
            method.exists(&mut txn, &request).await.unwrap(),
            exists,
            "{path}"
        );
    }
    for (path, access) in [
        ("login/ana", Access::Public),
        ("login/ana/x", Access::Policy),
        ("login", Access::Policy),
        ("users/ana", Access::Policy),
        ("users/login/ana", Access::Policy),
        ("xlogin/ana", Access::Policy),
    ] {
        assert_eq!(method.access(path), access, "{path}");
    }
}

#[tokio::test]
async fn who_guesses_too_often_waits_whether_the_user_is_there_or_not() {
    let house = house().await;
    house
        .writes("users/ana", json!({"password": "right"}))
        .await;
    house
        .writes("users/ben", json!({"password": "right"}))
        .await;
    let tries = |name: &'static str, password: &'static str| {
        let path = format!("login/{name}");
        let house = &house;
        async move { house.logs_in(&path, json!({"password": password})).await }
    };
    for name in ["ana", "nobody"] {
        for _ in 0..LOCKOUT_TRIES {
            assert_eq!(said(tries(name, "wrong").await), REFUSED);
        }
        for password in ["wrong", "right"] {
            assert!(
                matches!(tries(name, password).await, Err(Failure::Denied)),
                "{name}"
            );
        }
    }
    tries("ben", "right").await.unwrap();
    house.waits(LOCKOUT);
    tries("ana", "right").await.unwrap();
    assert_eq!(said(tries("nobody", "right").await), REFUSED);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn guesses_at_once_are_no_more_than_guesses_in_a_row() {
    let house = Arc::new(house().await);
    house
        .writes("users/ana", json!({"password": "right"}))
        .await;
    let guesses = (0..20).map(|_| {
        let house = Arc::clone(&house);
        tokio::spawn(async move {
            house
                .logs_in("login/ana", json!({"password": "wrong"}))
                .await
        })
    });
    let [mut wrong, mut denied] = [0, 0];
    for guess in guesses.collect::<Vec<_>>() {
        match guess.await.unwrap() {
            Err(Failure::Invalid(_)) => wrong += 1,
            Err(Failure::Denied) => denied += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((wrong, denied), (LOCKOUT_TRIES, 20 - LOCKOUT_TRIES));
}

#[tokio::test]
async fn sealing_forgets_who_guessed() {
    let house = house().await;
    house
        .writes("users/ana", json!({"password": "right"}))
        .await;
    for _ in 0..LOCKOUT_TRIES {
        said(
            house
                .logs_in("login/ana", json!({"password": "wrong"}))
                .await,
        );
    }
    house.method.forget();
    house
        .logs_in("login/ana", json!({"password": "right"}))
        .await
        .unwrap();
}

#[tokio::test]
async fn logins_come_from_where_the_user_may() {
    let house = house().await;
    house
        .writes(
            "users/ana",
            json!({"password": "p", "token_bound_cidrs": "10.0.0.0/8"}),
        )
        .await;
    for (source, password, says) in [
        (Some("10.1.1.1"), "p", None),
        (
            Some(HERE),
            "p",
            Some("login request originated from invalid CIDR"),
        ),
        (
            None,
            "p",
            Some("login request originated from invalid CIDR"),
        ),
        (Some(HERE), "q", Some(REFUSED)),
    ] {
        let data = json!({"password": password});
        let login = house
            .asks_from(source, Operation::Update, "login/ana", data)
            .await;
        match says {
            None => assert_eq!(login.unwrap().login.unwrap().bound_cidrs, ["10.0.0.0/8"]),
            Some(says) => assert_eq!(said(login), says),
        }
    }
}

#[tokio::test]
async fn what_was_given_is_renewed_as_long_as_the_user_is_there_with_the_same_policies() {
    let house = house().await;
    house
        .writes(
            "users/ana",
            json!({"password": "p", "token_policies": "a,b", "token_ttl": 60}),
        )
        .await;
    let login = house
        .logs_in("login/ana", json!({"password": "p"}))
        .await
        .unwrap();
    assert_eq!(house.renews(&login).await.unwrap(), login);
    house
        .writes(
            "users/ana",
            json!({"token_ttl": 120, "password": "q", "token_policies": "b,a"}),
        )
        .await;
    assert_eq!(house.renews(&login).await.unwrap().ttl, Some(minutes(2)));
    house
        .writes("users/ana/policies", json!({"token_policies": "a"}))
        .await;
    assert_eq!(
        said(house.renews(&login).await),
        "policies have changed, not renewing"
    );
    house.deletes("users/ana").await;
    assert_eq!(
        said(house.renews(&login).await),
        "user no longer exists, not renewing"
    );
}

#[tokio::test]
async fn a_login_during_which_the_user_is_changed_does_not_stand() {
    let house = house().await;
    house.writes("users/ana", json!({"password": "p"})).await;
    let method = UserPass::default();
    let mut changes = house.stage.store.begin().unwrap();
    let request = house.request(
        Some(HERE),
        Operation::Update,
        "login/ana",
        json!({"password": "p"}),
    );
    let mut txn = changes.below(house.root());
    assert!(
        method
            .handle(&mut txn, &request)
            .await
            .unwrap()
            .login
            .is_some()
    );
    // As the core does, which keeps a token.
    txn.put("token", Zeroizing::default()).await.unwrap();
    house
        .writes("users/ana/password", json!({"password": "q"}))
        .await;
    assert!(matches!(
        changes.commit(|_| ()).await,
        Err(Failure::Conflict)
    ));
}

#[tokio::test]
async fn nothing_that_is_kept_says_a_password() {
    let house = house().await;
    house
        .writes("users/ana", json!({"password": "correct horse battery"}))
        .await;
    house
        .writes("users/ben", json!({"password": "correct horse battery"}))
        .await;
    let entries = house.entries().await;
    assert_eq!(entries.len(), 2);
    assert!(!entries.iter().any(|(_, value)| value.contains("horse")));
    assert_ne!(entries[0].1, entries[1].1);
    assert!(!house.reads("users/ana").await.to_string().contains("hash"));
}
