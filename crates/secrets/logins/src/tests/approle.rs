use std::{collections::BTreeSet, sync::Arc, time::Duration};

use logical::{Access, Backend, Failure, Operation, TokenKind};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::{HERE, House, minutes, said};
use crate::{AppRole, TIDY_MAX};

const REFUSED: &str = "invalid role or secret ID";

async fn house() -> House {
    House::new("approle", AppRole).await
}

impl House {
    async fn secret_id(&self, role: &str, data: Value) -> Value {
        self.gets(&format!("role/{role}/secret-id"), data).await
    }

    async fn role_id(&self, role: &str) -> Value {
        self.reads(&format!("role/{role}/role-id")).await["role_id"].clone()
    }

    /// What a machine shows to log in, with a secret id that is made for it.
    async fn credentials(&self, role: &str, data: Value) -> Value {
        let secret_id = self.secret_id(role, data).await["secret_id"].clone();
        json!({"role_id": self.role_id(role).await, "secret_id": secret_id})
    }
}

#[tokio::test]
async fn a_machine_logs_in_with_what_its_role_gave_it() {
    let house = house().await;
    let role = json!({
        "token_policies": "dev,ops", "token_ttl": "20m", "token_max_ttl": "30m", "token_num_uses": 10,
        "token_explicit_max_ttl": 7_200, "token_no_default_policy": true, "token_bound_cidrs": "127.0.0.0/8",
    });
    assert!(house.writes("role/App One", role).await.warnings.is_empty());
    let metadata = json!({"metadata": "{\"tag\": \"production\", \"role_name\": \"another\"}"});
    let shown = house.credentials("APP one", metadata).await;

    let login = house.logs_in("login", shown).await.unwrap();
    assert_eq!(login.policies, ["dev", "ops"]);
    assert_eq!(login.metadata["tag"], "production");
    assert_eq!(login.metadata["role_name"], "app one");
    assert_eq!(login.ttl, Some(minutes(20)));
    assert_eq!(login.max_ttl, Some(minutes(30)));
    assert_eq!(login.explicit_max_ttl, Some(minutes(120)));
    assert_eq!((login.period, login.num_uses), (None, 10));
    assert_eq!(login.bound_cidrs, ["127.0.0.0/8"]);
    assert!(login.no_default_policy && login.kind == TokenKind::Service);
    assert!(login.display_name.is_empty());
}

#[tokio::test]
async fn roles_are_made_listed_read_changed_and_removed() {
    let house = house().await;
    assert!(matches!(house.lists("role").await, Err(Failure::Absent)));
    house.writes("role/Web", json!({})).await;
    house
        .writes("role/db", json!({"token_type": "batch"}))
        .await;
    assert_eq!(house.lists("role").await.unwrap(), ["db", "web"]);
    let expected = json!({
        "bind_secret_id": true, "local_secret_ids": false, "secret_id_bound_cidrs": [],
        "secret_id_num_uses": 0, "secret_id_ttl": 0, "token_bound_cidrs": [],
        "token_explicit_max_ttl": 0, "token_max_ttl": 0, "token_no_default_policy": false,
        "token_num_uses": 0, "token_period": 0, "token_policies": [], "token_ttl": 0,
        "token_type": "default",
    });
    assert_eq!(house.reads("role/WEB").await, expected);

    let role_id = house.role_id("web").await;
    house
        .writes("role/web", json!({"policies": "a", "period": "1h"}))
        .await;
    house
        .writes("role/web", json!({"secret_id_ttl": 600}))
        .await;
    let role = house.reads("role/web").await;
    assert_eq!(role["token_policies"], json!(["a"]));
    assert_eq!(
        (&role["policies"], &role["period"]),
        (&json!(["a"]), &json!(3_600))
    );
    assert_eq!(role["secret_id_ttl"], 600);
    assert_eq!(house.role_id("web").await, role_id);

    house.deletes("role/web").await;
    house.deletes("role/web").await;
    assert_eq!(house.lists("role").await.unwrap(), ["db"]);
    for path in ["role/web", "role/web/role-id", "role/web/policies"] {
        let read = house.asks(Operation::Read, path, Value::Null).await;
        assert!(matches!(read, Err(Failure::Absent)), "{path}");
    }
}

#[tokio::test]
async fn a_role_is_created_and_then_updated_and_all_else_is_an_update() {
    let house = house().await;
    house.writes("role/there", json!({})).await;
    let mut changes = house.stage.store.begin().unwrap();
    for (path, exists) in [
        ("role/there", Some(true)),
        ("role/THERE", Some(true)),
        ("role/absent", Some(false)),
        ("role/a:b", Some(false)),
        ("role/absent/policies", None),
        ("role/there/secret-id", None),
        ("login", None),
        ("role", None),
    ] {
        let request = house.request(Some(HERE), Operation::Update, path, Value::Null);
        let mut txn = changes.below(house.root());
        assert_eq!(
            AppRole.exists(&mut txn, &request).await.unwrap(),
            exists,
            "{path}"
        );
    }
    for (path, access) in [
        ("login", Access::Public),
        ("login/", Access::Policy),
        ("login/x", Access::Policy),
        ("role/login", Access::Policy),
        ("tidy/secret-id", Access::Policy),
        ("", Access::Policy),
    ] {
        assert_eq!(AppRole.access(path), access, "{path}");
    }
}

/// A path below a role; the field that it is, what is written, what is shown then, and what a new role has.
const PROPERTIES: &[(&str, &str, &str, &str, &str)] = &[
    (
        "policies",
        "token_policies",
        r#""b,a""#,
        r#"["a","b"]"#,
        "[]",
    ),
    (
        "token-policies",
        "token_policies",
        r#"["c"]"#,
        r#"["c"]"#,
        "[]",
    ),
    ("secret-id-num-uses", "secret_id_num_uses", "3", "3", "0"),
    ("secret-id-ttl", "secret_id_ttl", r#""1h""#, "3600", "0"),
    ("period", "token_period", r#""5m""#, "300", "0"),
    ("token-period", "token_period", "60", "60", "0"),
    ("token-ttl", "token_ttl", r#""10m""#, "600", "0"),
    ("token-max-ttl", "token_max_ttl", r#""20m""#, "1200", "0"),
    (
        "token-explicit-max-ttl",
        "token_explicit_max_ttl",
        "9",
        "9",
        "0",
    ),
    (
        "token-no-default-policy",
        "token_no_default_policy",
        "1",
        "true",
        "false",
    ),
    ("token-num-uses", "token_num_uses", r#""7""#, "7", "0"),
    (
        "token-type",
        "token_type",
        r#""batch""#,
        r#""batch""#,
        r#""default""#,
    ),
    (
        "token-bound-cidrs",
        "token_bound_cidrs",
        r#""::1/128""#,
        r#"["::1"]"#,
        "[]",
    ),
    (
        "secret-id-bound-cidrs",
        "secret_id_bound_cidrs",
        r#""::1/128""#,
        r#"["::1/128"]"#,
        "[]",
    ),
];

#[tokio::test]
async fn every_property_has_a_path_of_its_own() {
    let house = house().await;
    house.writes("role/r", json!({})).await;
    let value = |text| serde_json::from_str::<Value>(text).unwrap();
    for (path, field, written, shown, fresh) in PROPERTIES {
        let path = format!("role/r/{path}");
        let [shown, fresh] = [shown, fresh].map(|text| json!({*field: value(text)}));
        assert_eq!(house.reads(&path).await, fresh, "{path}");
        let written = json!({*field: value(written)});
        assert!(house.writes(&path, written.clone()).await.data.is_none());
        assert_eq!(house.reads(&path).await, shown, "{path}");
        assert_eq!(house.reads("role/r").await[field], shown[field], "{path}");
        let missing = house.asks(Operation::Update, &path, json!({"other": 1}));
        assert_eq!(said(missing.await), format!("missing {field}"));
        house.deletes(&path).await;
        assert_eq!(house.reads(&path).await, fresh, "{path}");

        let absent = path.replace("/r/", "/absent/");
        let missing = house.asks(Operation::Update, &absent, written).await;
        assert!(matches!(missing, Err(Failure::AbsentBecause(_))), "{path}");
        house.deletes(&absent).await;
    }
    house
        .writes("role/r/policies", json!({"policies": "old"}))
        .await;
    let shown = json!({"policies": ["old"], "token_policies": ["old"]});
    assert_eq!(house.reads("role/r/policies").await, shown);
}

#[tokio::test]
async fn a_role_is_never_without_a_constraint() {
    let house = house().await;
    let none = "at least one constraint should be enabled on the role";
    let write = |path: &'static str, data| house.asks(Operation::Update, path, data);
    assert_eq!(
        said(write("role/r", json!({"bind_secret_id": false})).await),
        none
    );
    house
        .writes(
            "role/r",
            json!({"bind_secret_id": false, "secret_id_bound_cidrs": "127.0.0.1"}),
        )
        .await;
    let deleted = house
        .asks(
            Operation::Delete,
            "role/r/secret-id-bound-cidrs",
            Value::Null,
        )
        .await;
    assert_eq!(said(deleted), none);
    house.deletes("role/r/bind-secret-id").await;
    house.deletes("role/r/secret-id-bound-cidrs").await;
    assert_eq!(
        said(write("role/r/bind-secret-id", json!({"bind_secret_id": false})).await),
        none
    );
}

#[tokio::test]
async fn local_secret_ids_are_decided_when_the_role_is_made() {
    let house = house().await;
    house
        .writes("role/r", json!({"local_secret_ids": true}))
        .await;
    assert_eq!(
        house.reads("role/r/local-secret-ids").await,
        json!({"local_secret_ids": true})
    );
    let changed = house.asks(
        Operation::Update,
        "role/r",
        json!({"local_secret_ids": false}),
    );
    assert_eq!(
        said(changed.await),
        "local_secret_ids can only be modified during role creation"
    );
    house
        .writes("role/r", json!({"local_secret_ids": true, "token_ttl": 5}))
        .await;
    for operation in [Operation::Update, Operation::Delete] {
        let changed = house
            .asks(operation, "role/r/local-secret-ids", json!({}))
            .await;
        assert!(matches!(changed, Err(Failure::Unsupported)));
    }
}

#[tokio::test]
async fn a_role_id_can_be_chosen_and_names_one_role() {
    let house = house().await;
    house.writes("role/a", json!({})).await;
    house
        .writes("role/b", json!({"role_id": "host/b.example"}))
        .await;
    let before = house.credentials("a", json!({})).await;
    let taken = json!({"role_id": "host/b.example"});
    let taken = house.asks(Operation::Update, "role/a/role-id", taken).await;
    assert_eq!(said(taken), "role_id is already in use");
    house
        .writes("role/a/role-id", json!({"role_id": "test_role_id"}))
        .await;
    house
        .writes("role/a/role-id", json!({"role_id": "test_role_id"}))
        .await;
    assert_eq!(house.role_id("a").await, "test_role_id");

    assert_eq!(said(house.logs_in("login", before.clone()).await), REFUSED);
    let after = json!({"role_id": "test_role_id", "secret_id": before["secret_id"]});
    assert_eq!(
        house.logs_in("login", after).await.unwrap().metadata["role_name"],
        "a"
    );
    house.deletes("role/b").await;
    house
        .writes("role/a/role-id", json!({"role_id": "host/b.example"}))
        .await;
    for bad in [
        json!({}),
        json!({"role_id": ""}),
        json!({"role_id": "x".repeat(4_097)}),
    ] {
        said(house.asks(Operation::Update, "role/a/role-id", bad).await);
    }
    let absent = house.asks(
        Operation::Update,
        "role/absent/role-id",
        json!({"role_id": "x"}),
    );
    said(absent.await);
}

#[tokio::test]
async fn wrong_credentials_are_refused_in_the_same_words() {
    let house = house().await;
    house.writes("role/a", json!({})).await;
    let nothing_yet = json!({"role_id": house.role_id("a").await, "secret_id": "x"});
    assert_eq!(said(house.logs_in("login", nothing_yet).await), REFUSED);
    house.writes("role/b", json!({})).await;
    let a = house.credentials("a", json!({})).await;
    let b = house.credentials("b", json!({})).await;
    for (role_id, secret_id, says) in [
        (json!("absent"), a["secret_id"].clone(), REFUSED),
        (json!("x".repeat(10_000)), a["secret_id"].clone(), REFUSED),
        (a["role_id"].clone(), json!("absent"), REFUSED),
        (a["role_id"].clone(), json!("x".repeat(10_000)), REFUSED),
        (a["role_id"].clone(), b["secret_id"].clone(), REFUSED),
        (b["role_id"].clone(), a["secret_id"].clone(), REFUSED),
        (a["role_id"].clone(), json!("../b"), REFUSED),
        (json!(""), json!(""), "missing role_id"),
        (Value::Null, a["secret_id"].clone(), "missing role_id"),
        (a["role_id"].clone(), Value::Null, "missing secret_id"),
    ] {
        let shown = json!({"role_id": role_id, "secret_id": secret_id});
        assert_eq!(
            said(house.logs_in("login", shown.clone()).await),
            says,
            "{shown}"
        );
    }
    house.logs_in("login", a).await.unwrap();
    let read = house.asks(Operation::Read, "login", Value::Null).await;
    assert!(matches!(read, Err(Failure::Unsupported)));
}

#[tokio::test]
async fn secret_ids_are_found_by_themselves_and_by_their_accessors() {
    let house = house().await;
    house.writes("role/r", json!({})).await;
    assert!(matches!(
        house.lists("role/r/secret-id").await,
        Err(Failure::Absent)
    ));
    said(house.lists("role/absent/secret-id").await);
    let data = json!({"cidr_list": "127.0.0.1/32", "metadata": "{\"foo\":\"bar\"}", "ttl": "10m", "num_uses": 5});
    let made = house.secret_id("r", data).await;
    assert_eq!(
        (&made["secret_id_ttl"], &made["secret_id_num_uses"]),
        (&json!(600), &json!(5))
    );
    let accessor = &made["secret_id_accessor"];
    assert_eq!(
        house.lists("role/r/secret-id").await.unwrap(),
        [accessor.as_str().unwrap()]
    );

    let found = house
        .gets(
            "role/r/secret-id/lookup",
            json!({"secret_id": made["secret_id"]}),
        )
        .await;
    let expected = json!({
        "secret_id_accessor": accessor, "secret_id_num_uses": 5, "secret_id_ttl": 600,
        "cidr_list": ["127.0.0.1/32"], "token_bound_cidrs": [], "metadata": {"foo": "bar"},
        "creation_time": "2027-01-15T08:00:00.000000Z",
        "last_updated_time": "2027-01-15T08:00:00.000000Z",
        "expiration_time": "2027-01-15T08:10:00.000000Z",
    });
    assert_eq!(found, expected);
    let path = "role/r/secret-id-accessor/lookup";
    assert_eq!(
        house
            .gets(path, json!({"secret_id_accessor": accessor}))
            .await,
        expected
    );

    let forever = house.secret_id("r", json!({})).await;
    let found = house.gets(
        "role/r/secret-id/lookup",
        json!({"secret_id": forever["secret_id"]}),
    );
    assert_eq!(found.await["expiration_time"], "0001-01-01T00:00:00Z");
    assert_eq!(house.lists("role/r/secret-id").await.unwrap().len(), 2);

    house
        .writes(
            "role/r/secret-id/destroy",
            json!({"secret_id": made["secret_id"]}),
        )
        .await;
    let gone = house.writes(
        "role/r/secret-id/lookup",
        json!({"secret_id": made["secret_id"]}),
    );
    assert!(gone.await.data.is_none());
    house
        .writes(
            "role/r/secret-id/destroy",
            json!({"secret_id": made["secret_id"]}),
        )
        .await;
    let by = json!({"secret_id_accessor": forever["secret_id_accessor"]});
    house
        .writes("role/r/secret-id-accessor/destroy", by.clone())
        .await;
    for path in [
        "role/r/secret-id-accessor/lookup",
        "role/r/secret-id-accessor/destroy",
    ] {
        let gone = house.asks(Operation::Update, path, by.clone()).await;
        assert!(matches!(gone, Err(Failure::AbsentBecause(_))), "{path}");
    }
    assert!(matches!(
        house.lists("role/r/secret-id").await,
        Err(Failure::Absent)
    ));
}

#[tokio::test]
async fn secret_ids_have_the_form_of_a_uuid_and_are_all_different() {
    let house = house().await;
    house.writes("role/r", json!({})).await;
    let mut seen = BTreeSet::new();
    for _ in 0..50 {
        let made = house.secret_id("r", json!({})).await;
        let text = made["secret_id"].as_str().unwrap().to_owned();
        let lengths: Vec<usize> = text.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12]);
        assert!(
            text.bytes()
                .all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
        );
        assert!(seen.insert(text));
    }
}

#[tokio::test]
async fn a_secret_id_that_was_destroyed_opens_nothing() {
    let house = house().await;
    house.writes("role/r", json!({})).await;
    let shown = house.credentials("r", json!({"ttl": 60})).await;
    house.logs_in("login", shown.clone()).await.unwrap();
    let secret_id = json!({"secret_id": shown["secret_id"]});
    house
        .asks(Operation::Delete, "role/r/secret-id/destroy", secret_id)
        .await
        .unwrap();
    assert_eq!(said(house.logs_in("login", shown).await), REFUSED);
}

#[tokio::test]
async fn a_chosen_secret_id_is_good_and_is_chosen_once() {
    let house = house().await;
    house.writes("role/r", json!({"secret_id_ttl": "1h"})).await;
    let path = "role/r/custom-secret-id";
    let chosen = json!({"secret_id": "custom_secret"});
    let made = house.gets(path, chosen.clone()).await;
    assert_eq!(made["secret_id"], "custom_secret");
    let again = house.asks(Operation::Update, path, chosen.clone()).await;
    assert_eq!(said(again), "SecretID is already registered");
    let shown = json!({"role_id": house.role_id("r").await, "secret_id": "custom_secret"});
    house.logs_in("login", shown.clone()).await.unwrap();

    house.waits(minutes(60));
    assert_eq!(said(house.logs_in("login", shown.clone()).await), REFUSED);
    let again = house.gets(path, chosen).await;
    assert_ne!(again["secret_id_accessor"], made["secret_id_accessor"]);
    assert_eq!(house.lists("role/r/secret-id").await.unwrap().len(), 1);
    house.logs_in("login", shown).await.unwrap();
    for bad in [
        json!({}),
        json!({"secret_id": ""}),
        json!({"secret_id": "x".repeat(4_097)}),
    ] {
        said(house.asks(Operation::Update, path, bad).await);
    }
}

#[tokio::test]
async fn a_secret_id_ends_when_its_time_is_over() {
    let house = house().await;
    house
        .writes("role/r", json!({"secret_id_ttl": "10m"}))
        .await;
    let whole = house.credentials("r", json!({})).await;
    let short = house.secret_id("r", json!({"ttl": "5m"})).await;
    let shown = json!({"role_id": whole["role_id"], "secret_id": short["secret_id"]});
    house.waits(minutes(5) - Duration::from_micros(1));
    house.logs_in("login", shown.clone()).await.unwrap();
    house.waits(Duration::from_micros(1));
    assert_eq!(said(house.logs_in("login", shown).await), REFUSED);
    let lookup = json!({"secret_id": short["secret_id"]});
    assert!(
        house
            .writes("role/r/secret-id/lookup", lookup)
            .await
            .data
            .is_none()
    );
    let lookup = json!({"secret_id_accessor": short["secret_id_accessor"]});
    let lookup = house
        .asks(
            Operation::Update,
            "role/r/secret-id-accessor/lookup",
            lookup,
        )
        .await;
    assert!(matches!(lookup, Err(Failure::AbsentBecause(_))));
    house.logs_in("login", whole).await.unwrap();
}

#[tokio::test]
async fn no_secret_id_outlives_the_longest_lease_of_the_mount() {
    let house = house().await;
    house.writes("role/r", json!({})).await;
    let made = house.secret_id("r", json!({"ttl": "9000h"})).await;
    assert_eq!(made["secret_id_ttl"], house.stage.mount.max_lease.as_secs());
}

#[tokio::test]
async fn a_secret_id_is_used_as_often_as_it_says() {
    let house = house().await;
    house
        .writes(
            "role/r",
            json!({"secret_id_num_uses": 3, "secret_id_ttl": 600}),
        )
        .await;
    let shown = house.credentials("r", json!({})).await;
    let lookup = json!({"secret_id": shown["secret_id"]});
    for left in [2, 1] {
        house.waits(Duration::from_secs(1));
        house.logs_in("login", shown.clone()).await.unwrap();
        let found = house.gets("role/r/secret-id/lookup", lookup.clone()).await;
        assert_eq!(found["secret_id_num_uses"], left);
        assert_ne!(found["last_updated_time"], found["creation_time"]);
    }
    house.logs_in("login", shown.clone()).await.unwrap();
    assert_eq!(said(house.logs_in("login", shown).await), REFUSED);
    let kept = house.entries().await;
    let folders: BTreeSet<&str> = kept
        .iter()
        .filter_map(|(path, _)| path.split('/').next())
        .collect();
    assert_eq!(folders, BTreeSet::from(["key", "role", "role-id"]));
}

#[tokio::test]
async fn a_refused_login_takes_no_use() {
    let house = house().await;
    let role = json!({"secret_id_num_uses": 1, "secret_id_bound_cidrs": "10.0.0.0/8"});
    house.writes("role/r", role).await;
    let shown = house.credentials("r", json!({})).await;
    for _ in 0..3 {
        said(house.logs_in("login", shown.clone()).await);
    }
    let from_inside = house.asks_from(Some("10.1.2.3"), Operation::Update, "login", shown);
    assert!(from_inside.await.unwrap().login.is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_logins_at_once_with_one_use_exactly_one_succeeds() {
    let house = Arc::new(house().await);
    house.writes("role/r", json!({})).await;
    // Often, since what goes wrong between two of them goes wrong rarely.
    for uses in [1, 3].repeat(10) {
        let shown = house
            .credentials("r", json!({"num_uses": uses, "ttl": 60}))
            .await;
        let logins = (0..12).map(|_| {
            let (house, shown) = (Arc::clone(&house), shown.clone());
            tokio::spawn(async move { house.logs_in("login", shown).await })
        });
        let mut succeeded = 0;
        for login in logins.collect::<Vec<_>>() {
            match login.await.unwrap() {
                Ok(_) => succeeded += 1,
                refused => assert_eq!(said(refused), REFUSED),
            }
        }
        assert_eq!(succeeded, uses);
    }
}

#[tokio::test]
async fn a_login_does_not_stand_when_what_it_relies_on_changes_meanwhile() {
    let house = house().await;
    for (operation, path, stands) in [
        (Operation::Read, "role/r", true),
        (Operation::Update, "role/r/policies", false),
        (Operation::Update, "role/r/secret-id/destroy", false),
        (Operation::Update, "role/r/role-id", false),
        (Operation::Delete, "role/r", false),
    ] {
        house.writes("role/r", json!({})).await;
        let shown = house.credentials("r", json!({})).await;
        let mut changes = house.stage.store.begin().unwrap();
        let request = house.request(Some(HERE), Operation::Update, "login", shown.clone());
        let mut txn = changes.below(house.root());
        let reply = AppRole.handle(&mut txn, &request).await.unwrap();
        assert!(reply.login.is_some());
        // As the core does, which keeps a token.
        changes
            .below("token/")
            .put("id", Zeroizing::default())
            .await
            .unwrap();
        let data = json!({"policies": "x", "role_id": "y", "secret_id": shown["secret_id"]});
        house.asks(operation, path, data).await.unwrap();
        let committed = changes.commit(|_| ()).await;
        assert_eq!(committed.is_ok(), stands, "{path}");
        assert_eq!(
            matches!(committed, Err(Failure::Conflict)),
            !stands,
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_secret_id_made_while_its_role_is_removed_does_not_stand() {
    let house = house().await;
    house.writes("role/r", json!({})).await;
    let mut changes = house.stage.store.begin().unwrap();
    let request = house.request(Some(HERE), Operation::Update, "role/r/secret-id", json!({}));
    let mut txn = changes.below(house.root());
    AppRole.handle(&mut txn, &request).await.unwrap();
    house.deletes("role/r").await;
    assert!(matches!(
        changes.commit(|_| ()).await,
        Err(Failure::Conflict)
    ));
}

#[tokio::test]
async fn a_secret_id_is_bounded_by_its_role() {
    let house = house().await;
    let role = json!({
        "secret_id_num_uses": 5, "secret_id_ttl": 600, "secret_id_bound_cidrs": "10.0.0.0/8",
        "token_bound_cidrs": ["10.0.0.0/16", "::1"],
    });
    house.writes("role/r", role).await;
    for (wish, says) in [
        (
            json!({"num_uses": 6}),
            "num_uses cannot be higher than the role's secret_id_num_uses",
        ),
        (
            json!({"num_uses": 0}),
            "num_uses cannot be higher than the role's secret_id_num_uses",
        ),
        (json!({"num_uses": -1}), "num_uses has to be zero or more"),
        (
            json!({"ttl": 601}),
            "ttl cannot be longer than the role's secret_id_ttl",
        ),
        (
            json!({"ttl": 0}),
            "ttl cannot be longer than the role's secret_id_ttl",
        ),
        (json!({"ttl": "soon"}), "ttl has to be a duration"),
        (
            json!({"cidr_list": "11.0.0.0/8"}),
            "CIDR blocks in cidr_list should be a subset of the CIDR blocks on the role",
        ),
        (
            json!({"token_bound_cidrs": "10.0.0.0/15"}),
            "CIDR blocks in token_bound_cidrs should be a subset of the CIDR blocks on the role",
        ),
        (
            json!({"cidr_list": "10.0.0"}),
            "invalid CIDR blocks: \"10.0.0\" in cidr_list is neither an address nor a block of addresses",
        ),
        (
            json!({"metadata": "bad"}),
            "metadata has to be a map of strings",
        ),
        (
            json!({"metadata": {"a": "x".repeat(16 * 1024)}}),
            "metadata has more than 16384 bytes",
        ),
    ] {
        let made = house
            .asks(Operation::Update, "role/r/secret-id", wish.clone())
            .await;
        assert_eq!(said(made), says, "{wish}");
    }
    let wish = json!({"num_uses": 5, "ttl": "10m", "cidr_list": "10.0.0.0/9,10.1.2.3", "token_bound_cidrs": "10.0.1.0/24"});
    let shown = house.credentials("r", wish).await;
    let from = |source| house.asks_from(Some(source), Operation::Update, "login", shown.clone());
    assert_eq!(
        from("10.0.1.9").await.unwrap().login.unwrap().bound_cidrs,
        ["10.0.1.0/24"]
    );
    assert!(matches!(from("10.0.2.9").await, Err(Failure::Denied)));
    said(from("10.200.0.1").await);
}

#[tokio::test]
async fn logins_come_from_where_they_may() {
    let house = house().await;
    house.writes("role/open", json!({})).await;
    house
        .writes(
            "role/bound",
            json!({"secret_id_bound_cidrs": "127.0.0.0/8,2001:db8::/32"}),
        )
        .await;
    house
        .writes("role/token", json!({"token_bound_cidrs": "127.0.0.1/32"}))
        .await;
    let open = house
        .credentials("open", json!({"cidr_list": "127.0.0.1/32"}))
        .await;
    let bound = house.credentials("bound", json!({})).await;
    let token = house.credentials("token", json!({})).await;
    let own = "unauthorized by CIDR restrictions on the secret ID";
    let roles = "unauthorized by CIDR restrictions on the role";
    for (shown, source, says) in [
        (&open, Some("127.0.0.1"), None),
        (&open, Some("::ffff:127.0.0.1"), None),
        (&open, Some("127.0.0.2"), Some(own)),
        (&open, None, Some(own)),
        (&bound, Some("127.1.2.3"), None),
        (&bound, Some("2001:db8::7"), None),
        (&bound, Some("2001:db9::7"), Some(roles)),
        (&bound, None, Some(roles)),
        (&token, Some("127.0.0.1"), None),
    ] {
        let login = house
            .asks_from(source, Operation::Update, "login", shown.clone())
            .await;
        match says {
            None => assert!(login.unwrap().login.is_some(), "{source:?}"),
            Some(says) => {
                let source = source.unwrap_or_default();
                assert_eq!(said(login), format!("source address {source:?} {says}"));
            }
        }
    }
    for source in [Some("127.0.0.2"), None] {
        let login = house
            .asks_from(source, Operation::Update, "login", token.clone())
            .await;
        assert!(matches!(login, Err(Failure::Denied)), "{source:?}");
    }
}

#[tokio::test]
async fn a_role_without_secret_ids_asks_for_none_and_gives_none() {
    let house = house().await;
    let role = json!({"bind_secret_id": false, "token_bound_cidrs": "127.0.0.1"});
    house.writes("role/r", role).await;
    let shown = json!({"role_id": house.role_id("r").await, "secret_id": null});
    house.logs_in("login", shown).await.unwrap();
    let made = house
        .asks(Operation::Update, "role/r/secret-id", json!({}))
        .await;
    assert_eq!(said(made), "bind_secret_id is not set on the role");
}

#[tokio::test]
async fn tokens_look_as_the_role_says() {
    let house = house().await;
    house
        .writes(
            "role/r",
            json!({"token_type": "batch", "token_policies": "a"}),
        )
        .await;
    let shown = house.credentials("r", json!({})).await;
    let login = house.logs_in("login", shown.clone()).await.unwrap();
    assert_eq!(
        (login.kind, login.no_default_policy),
        (TokenKind::Batch, false)
    );
    house
        .writes(
            "role/r",
            json!({"token_type": "service", "token_period": "1h"}),
        )
        .await;
    let login = house.logs_in("login", shown.clone()).await.unwrap();
    assert_eq!(
        (login.kind, login.period),
        (TokenKind::Service, Some(minutes(60)))
    );
    house
        .writes("role/r", json!({"token_policies": "a,root"}))
        .await;
    let login = house.logs_in("login", shown).await;
    assert_eq!(said(login), "auth methods cannot create root tokens");
    let long = house
        .writes(
            "role/r",
            json!({"token_max_ttl": "9000h", "token_ttl": "1h"}),
        )
        .await;
    assert_eq!(long.warnings.len(), 1);
    assert!(long.data.is_none());
}

#[tokio::test]
async fn what_was_given_is_renewed_as_long_as_the_role_is_there() {
    let house = house().await;
    house
        .writes("role/r", json!({"token_ttl": "10m", "token_policies": "a"}))
        .await;
    let shown = house.credentials("r", json!({"num_uses": 1})).await;
    let login = house.logs_in("login", shown).await.unwrap();
    assert_eq!(house.renews(&login).await.unwrap(), login);

    let role = json!({"token_ttl": "5m", "token_max_ttl": "15m", "token_period": "2m", "token_policies": "b"});
    house.writes("role/r", role).await;
    let renewed = house.renews(&login).await.unwrap();
    assert_eq!(
        (renewed.ttl, renewed.max_ttl),
        (Some(minutes(5)), Some(minutes(15)))
    );
    assert_eq!(
        (renewed.period, &renewed.policies),
        (Some(minutes(2)), &login.policies)
    );
    assert_eq!(renewed.metadata, login.metadata);

    house.deletes("role/r").await;
    assert_eq!(
        said(house.renews(&login).await),
        "role \"r\" does not exist during renewal"
    );
    said(house.renews(&logical::Login::default()).await);
}

#[tokio::test]
async fn secret_ids_of_a_removed_role_open_no_role_of_the_same_name() {
    let house = house().await;
    house.writes("role/r", json!({"role_id": "same"})).await;
    let shown = house.credentials("r", json!({})).await;
    house.deletes("role/r").await;
    assert_eq!(said(house.logs_in("login", shown.clone()).await), REFUSED);
    house.writes("role/r", json!({"role_id": "same"})).await;
    assert_eq!(said(house.logs_in("login", shown).await), REFUSED);
    assert!(matches!(
        house.lists("role/r/secret-id").await,
        Err(Failure::Absent)
    ));
}

#[tokio::test]
async fn tidying_removes_what_has_ended_and_nothing_else() {
    let house = house().await;
    house.writes("role/r", json!({})).await;
    house.writes("role/gone", json!({})).await;
    let keep = [json!({}), json!({"ttl": "2h"}), json!({"ttl": "61m"})];
    let mut kept = Vec::new();
    for wish in keep {
        kept.push(house.credentials("r", wish).await);
    }
    for _ in 0..3 {
        house.secret_id("r", json!({"ttl": "1m"})).await;
        house.secret_id("r", json!({"ttl": "1h"})).await;
        house.secret_id("gone", json!({"ttl": "1m"})).await;
    }
    house.deletes("role/gone").await;
    house.waits(minutes(60));
    assert_eq!(house.lists("role/r/secret-id").await.unwrap().len(), 9);
    let reply = house.writes("tidy/secret-id", json!({})).await;
    assert_eq!((reply.status, reply.data), (Some(202), None));
    assert_eq!(reply.warnings.len(), 1);
    assert_eq!(house.lists("role/r/secret-id").await.unwrap().len(), 3);
    for shown in kept {
        house.logs_in("login", shown).await.unwrap();
    }
    let entries = house.entries().await;
    let count = |folder: &str| {
        entries
            .iter()
            .filter(|(path, _)| path.starts_with(folder))
            .count()
    };
    let left = ["secret-id/", "accessor/", "end/", "gone/"].map(count);
    assert_eq!(left, [3, 3, 2, 0]);
}

#[tokio::test]
async fn tidying_goes_in_steps_that_a_transaction_can_take() {
    let house = house().await;
    house.writes("role/r", json!({})).await;
    let [mut made, mut tidied] = [0, 0];
    while made <= TIDY_MAX {
        house.secret_id("r", json!({"ttl": "1m"})).await;
        made += 1;
    }
    house.waits(minutes(2));
    loop {
        let reply = house.writes("tidy/secret-id", json!({})).await;
        tidied += 1;
        if reply.warnings.len() == 1 {
            break;
        }
    }
    assert_eq!(tidied, 2);
    assert!(matches!(
        house.lists("role/r/secret-id").await,
        Err(Failure::Absent)
    ));
}

#[tokio::test]
async fn a_removed_role_with_more_secret_ids_than_a_transaction_takes_is_cleared_in_the_end() {
    let house = house().await;
    house.writes("role/r", json!({})).await;
    let uuid = house.reads_uuid("r").await;
    // As many as one transaction removes, and more.
    for part in 0..6 {
        let mut changes = house.stage.store.begin().unwrap();
        let mut txn = changes.below(house.root());
        for number in 0..200 {
            let path = format!("secret-id/{uuid}/{part}-{number}");
            txn.put(&path, Zeroizing::default()).await.unwrap();
        }
        changes.commit(|_| ()).await.unwrap();
    }
    house.deletes("role/r").await;
    assert!(matches!(house.lists("role").await, Err(Failure::Absent)));
    let mut tidied = 0;
    while house
        .writes("tidy/secret-id", json!({}))
        .await
        .warnings
        .len()
        > 1
    {
        tidied += 1;
    }
    assert_eq!(tidied, 1);
    assert!(house.entries().await.is_empty());
}

impl House {
    async fn reads_uuid(&self, role: &str) -> String {
        let entries = self.entries().await;
        let entry = entries
            .iter()
            .find(|(path, _)| *path == format!("role/{role}"));
        let role: Value = serde_json::from_str(&entry.unwrap().1).unwrap();
        role["uuid"].as_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn nothing_that_is_kept_says_a_secret_id() {
    let house = house().await;
    house.writes("role/r", json!({})).await;
    let made = house.secret_id("r", json!({})).await["secret_id"].clone();
    house
        .gets(
            "role/r/custom-secret-id",
            json!({"secret_id": "chosen-by-hand"}),
        )
        .await;
    let entries = house.entries().await;
    assert_eq!(entries.len(), 7);
    for secret in [made.as_str().unwrap(), "chosen-by-hand"] {
        let tells =
            |(path, value): &&(String, String)| path.contains(secret) || value.contains(secret);
        assert_eq!(entries.iter().find(tells), None);
        let hash = base::Hex(&cipher::hash_token(secret.as_bytes())).to_string();
        assert!(
            !entries
                .iter()
                .any(|(path, value)| path.contains(&hash) || value.contains(&hash))
        );
    }
    let other = self::house().await;
    other.writes("role/r", json!({})).await;
    other
        .gets(
            "role/r/custom-secret-id",
            json!({"secret_id": "chosen-by-hand"}),
        )
        .await;
    let names = |entries: Vec<(String, String)>| {
        let paths = entries.into_iter().map(|(path, _)| path);
        let secret_ids = paths.filter(|path| path.starts_with("secret-id/"));
        secret_ids
            .map(|path| path.rsplit('/').next().unwrap().to_owned())
            .collect::<BTreeSet<_>>()
    };
    assert!(names(entries).is_disjoint(&names(other.entries().await)));
}
