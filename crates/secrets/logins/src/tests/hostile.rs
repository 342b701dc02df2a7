//! Whatever is asked, the answer is an answer: never a fault, and never a login.

use logical::{Backend, Failure, Operation};
use serde_json::{Map, Value, json};

use super::House;
use crate::{AppRole, UserPass};

/// A generator of its own, so that every run asks the same.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.roll(of.len())]
    }

    fn value(&mut self) -> Value {
        match self.roll(16) {
            0 => Value::Null,
            1 => json!(true),
            2 => json!(-1),
            3 => json!(u64::MAX),
            4 => json!(1.5e300),
            5 => json!(""),
            6 => json!("root"),
            7 => json!("\u{0}\u{1f4a9}\n"),
            8 => json!("x".repeat(self.roll(6_000))),
            9 => json!("9999999999999999999h"),
            10 => json!(["a", {"b": 1}, null]),
            11 => json!({"a": {"b": ["c"]}}),
            12 => json!("::/0,0.0.0.0/0"),
            13 => json!("../../key"),
            14 => json!(vec!["y"; 2_000]),
            _ => json!(self.roll(100)),
        }
    }
}

const FIELDS: &[&str] = &[
    "role_id",
    "secret_id",
    "secret_id_accessor",
    "password",
    "password_hash",
    "policies",
    "token_policies",
    "token_ttl",
    "token_max_ttl",
    "token_period",
    "period",
    "ttl",
    "max_ttl",
    "num_uses",
    "metadata",
    "cidr_list",
    "token_bound_cidrs",
    "secret_id_bound_cidrs",
    "bind_secret_id",
    "token_type",
    "token_num_uses",
    "local_secret_ids",
    "secret_id_ttl",
];

/// `levels` has the segments that a path may have at each place; `good` is made again and again, so that something is there.
async fn is_asked_anything(
    method: impl Backend + 'static,
    kind: &str,
    levels: &[&[&str]],
    good: (&str, Value),
) {
    let house = House::new(kind, method).await;
    let mut dice = Dice(7);
    let operations = [
        Operation::Create,
        Operation::Read,
        Operation::Update,
        Operation::Update,
        Operation::Patch,
        Operation::Delete,
        Operation::List,
    ];
    let mut done = 0;
    for round in 0..1_000 {
        if round % 20 == 0 {
            house.writes(good.0, good.1.clone()).await;
        }
        let depth = levels.len().min(*dice.pick(&[0, 1, 2, 2, 2, 2, 3, 3, 4]));
        let segments = levels[..depth].iter().map(|level| *dice.pick(level));
        let path = segments.collect::<Vec<_>>().join("/");
        let operation = *dice.pick(&operations);
        let fields = (0..dice.roll(3)).map(|_| ((*dice.pick(FIELDS)).to_owned(), dice.value()));
        let data = Value::Object(fields.collect::<Map<_, _>>());
        match house.asks(operation, &path, data.clone()).await {
            Ok(reply) => {
                assert!(reply.login.is_none(), "{operation:?} {path} {data}");
                done += 1;
            }
            Err(Failure::Fault(error)) => panic!("{operation:?} {path} {data}: {error:?}"),
            Err(_) => {}
        }
    }
    assert!(done > 50, "of 1000 questions {done} were answered");
}

const ODD: &[&str] = &["", ".", "..", "a/b", "\u{0}", "key", "%2e%2e"];

#[tokio::test]
async fn roles_stand_whatever_is_asked() {
    let long = "z".repeat(3_000);
    let names = [&["r", "r", "r", "r", "R", "R", "s", "s", &long], ODD].concat();
    let below = [
        &[
            "secret-id",
            "secret-id",
            "custom-secret-id",
            "secret-id-accessor",
            "role-id",
        ][..],
        &[
            "policies",
            "token-type",
            "bind-secret-id",
            "secret-id-ttl",
            "token-bound-cidrs",
        ],
        ODD,
    ];
    let levels = [
        &["role", "role", "role", "role", "tidy", "login", "end"][..],
        &names,
        &below.concat(),
        &["lookup", "destroy", "x"],
    ];
    is_asked_anything(AppRole, "approle", &levels, ("role/r", json!({}))).await;
}

#[tokio::test]
async fn users_stand_whatever_is_asked() {
    let long = "z".repeat(3_000);
    let names = [
        &["ana", "ana", "ana", "ANA", "ANA", "ben", "ben", &long],
        ODD,
    ]
    .concat();
    let levels = [
        &["users", "users", "users", "login", "user"][..],
        &names,
        &["password", "policies", "x", ""],
    ];
    let good = ("users/ana", json!({"password": "p"}));
    is_asked_anything(UserPass::default(), "userpass", &levels, good).await;
}

#[tokio::test]
async fn names_stay_where_they_belong() {
    let house = House::new("approle", AppRole).await;
    for name in [
        "",
        ".",
        "..",
        "a:b",
        "ä",
        " a",
        "a ",
        "a\tb",
        "a\u{0}",
        &"x".repeat(513),
    ] {
        let made = house
            .asks(Operation::Update, &format!("role/{name}"), json!({}))
            .await;
        assert!(made.is_err(), "{name:?}");
    }
    for name in ["a", "A b", "a.b-c_d", "...", "-", &"x".repeat(512)] {
        house.writes(&format!("role/{name}"), json!({})).await;
    }
    assert_eq!(house.lists("role").await.unwrap().len(), 6);
}
