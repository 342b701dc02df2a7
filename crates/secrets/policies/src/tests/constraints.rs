//! Parameters and wrapping times.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::{acl, decide_with};
use crate::{Acl, Operation, PARAMETER_MEMBERS_MAX, Request};

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        _ => panic!("no object"),
    }
}

fn may_create(acl: &Acl, data: Value) -> bool {
    decide_with(acl, Operation::Create, "a", &object(data)).allowed
}

/// A rule for the path `a` that says this besides its capabilities.
fn rule(body: &str) -> String {
    format!(
        "path \"a\" {{ capabilities = [\"create\", \"read\", \"update\", \"patch\", \"delete\", \"list\"]\n {body} }}"
    )
}

fn check(body: &str, allowed: &[Value], refused: &[Value]) {
    let acl = acl(&[&rule(body)]);
    for data in allowed {
        assert!(may_create(&acl, data.clone()), "{body} allows {data}");
    }
    for data in refused {
        assert!(!may_create(&acl, data.clone()), "{body} refuses {data}");
    }
}

#[test]
fn required_parameters_have_to_be_there() {
    check(
        r#"required_parameters = ["bar", "Baz"]"#,
        &[
            json!({"bar": 1, "baz": null}),
            json!({"bar": "", "Baz": [], "x": 1}),
        ],
        &[
            json!({}),
            json!({"bar": 1}),
            json!({"baz": 1}),
            json!({"BAR": 1, "baz": 1}),
            json!({"bar": 1, "BAZ": 1}),
        ],
    );
}

#[test]
fn only_allowed_parameters_pass_with_allowed_values() {
    check(
        r#"allowed_parameters = { "bar" = [] }"#,
        &[json!({}), json!({"bar": 1}), json!({"BAR": {"x": []}})],
        &[json!({"foo": 1}), json!({"bar": 1, "foo": 1})],
    );
    check(
        r#"allowed_parameters = { "bar" = ["zip", "zap"] }"#,
        &[json!({"bar": "zip"}), json!({"Bar": "zap"})],
        &[
            json!({"bar": "zop"}),
            json!({"bar": "zip "}),
            json!({"bar": 1}),
            json!({"bar": "zip", "BAR": "zop"}),
        ],
    );
    check(
        r#"allowed_parameters = { "bar" = ["zip", "zap"] "*" = [] }"#,
        &[json!({"bar": "zip", "foo": [1]}), json!({"foo": "zop"})],
        &[json!({"bar": "zop"})],
    );
    check(
        r#"allowed_parameters = { "*" = [] }"#,
        &[json!({}), json!({"x": 1})],
        &[],
    );
}

#[test]
fn denied_parameters_do_not_pass() {
    check(
        r#"denied_parameters = { "bar" = [] }"#,
        &[json!({}), json!({"foo": 1})],
        &[
            json!({"bar": null}),
            json!({"BAR": 1}),
            json!({"foo": 1, "bar": 1}),
        ],
    );
    check(
        r#"denied_parameters = { "bar" = ["zip", "zap"] }"#,
        &[json!({"bar": "zop"}), json!({"foo": "zip"})],
        &[json!({"bar": "zip"}), json!({"bar": "zap", "foo": 1})],
    );
    check(
        r#"denied_parameters = { "*" = [] }"#,
        &[json!({})],
        &[json!({"x": 1})],
    );
    check(
        r#"allowed_parameters = { "a" = ["x*"] "*" = [] } denied_parameters = { "a" = ["xy*"] "b" = [] }"#,
        &[json!({"a": "xz"}), json!({"c": 1})],
        &[json!({"a": "xyz"}), json!({"a": "y"}), json!({"b": 1})],
    );
    check(
        r#"required_parameters = ["no_store"] denied_parameters = { "no_store" = [false, "false"] }"#,
        &[json!({"no_store": true})],
        &[
            json!({"value": "bar"}),
            json!({"no_store": false}),
            json!({"no_store": "false"}),
        ],
    );
}

#[test]
fn texts_among_the_values_may_be_open_at_both_ends() {
    let body = |value: &str| format!("allowed_parameters = {{ bar = [\"{value}\"] }}");
    let cases: [(&str, &[&str], &[&str]); 6] = [
        ("foo-*", &["foo-", "foo-x", "foo-*"], &["foo", "xfoo-"]),
        ("*-foo", &["-foo", "x-foo"], &["foo", "-foox"]),
        ("*foo*", &["foo", "xfoox"], &["fo o"]),
        ("*", &["", "x", "*"], &[]),
        ("**", &["", "x"], &[]),
        ("f*o", &["f*o"], &["foo"]),
    ];
    for (value, allowed, refused) in cases {
        let data = |texts: &[&str]| {
            texts
                .iter()
                .map(|text| json!({"bar": text}))
                .collect::<Vec<_>>()
        };
        check(&body(value), &data(allowed), &data(refused));
    }
    check(&body("*"), &[], &[json!({"bar": 1}), json!({"bar": null})]);
}

#[test]
fn other_values_are_compared_as_json() {
    check(
        r#"allowed_parameters = { bar = [5, true, [1, "x"], { y = [2.5] }] }"#,
        &[
            json!({"bar": 5}),
            json!({"bar": 5.0}),
            json!({"bar": true}),
            json!({"bar": [1, "x"]}),
            json!({"bar": [5, true]}),
            json!({"bar": {"y": [2.5]}}),
        ],
        &[
            json!({"bar": "5"}),
            json!({"bar": 6}),
            json!({"bar": false}),
            json!({"bar": [1, "x", 1]}),
            json!({"bar": [1, "*"]}),
            json!({"bar": {"y": [2.5], "z": 1}}),
            json!({"bar": {}}),
        ],
    );
    check(
        "allowed_parameters = { bar = [9007199254740993] }",
        &[json!({"bar": 9_007_199_254_740_993_u64})],
        &[json!({"bar": 9_007_199_254_740_992_u64})],
    );
}

#[test]
fn lists_are_allowed_by_all_members_and_denied_by_any() {
    check(
        r#"allowed_parameters = { x = ["A", "B"] }"#,
        &[
            json!({"x": "A"}),
            json!({"x": "B"}),
            json!({"x": ["A", "B"]}),
            json!({"x": ["B", "A"]}),
            json!({"x": ["A"]}),
            json!({"x": "A,B"}),
            json!({"x": "B, A"}),
        ],
        &[
            json!({"x": ["A", "C"]}),
            json!({"x": []}),
            json!({"x": "A,C"}),
            json!({"x": "A,"}),
            json!({"x": [["A"]]}),
            json!({"x": vec!["A"; PARAMETER_MEMBERS_MAX + 1]}),
            json!({"x": vec!["A"; PARAMETER_MEMBERS_MAX + 1].join(",")}),
        ],
    );
    check(
        r#"denied_parameters = { y = ["C", "D*", 1] }"#,
        &[
            json!({"y": "A"}),
            json!({"y": ["A", "B", 2]}),
            json!({"y": "A,B"}),
            json!({"y": []}),
        ],
        &[
            json!({"y": ["A", "C"]}),
            json!({"y": [1]}),
            json!({"y": "A,C"}),
            json!({"y": "A, Dx"}),
            json!({"y": ["A", "B,C"]}),
            json!({"y": " C "}),
            json!({"y": vec!["A"; PARAMETER_MEMBERS_MAX + 1]}),
            json!({"y": vec!["A"; PARAMETER_MEMBERS_MAX + 1].join(",")}),
        ],
    );
}

#[test]
fn parameters_are_looked_at_for_changes_and_readings() {
    let acl = acl(&[&rule(
        r#"allowed_parameters = { "x" = [] } required_parameters = ["x"]"#,
    )]);
    let wrong = object(json!({"y": 1}));
    let cases = [
        (Operation::Create, false),
        (Operation::Update, false),
        (Operation::Patch, false),
        (Operation::Read, false),
        (Operation::Delete, true),
        (Operation::List, true),
    ];
    for (operation, allowed) in cases {
        assert_eq!(
            decide_with(&acl, operation, "a", &wrong).allowed,
            allowed,
            "{operation:?}"
        );
    }
}

#[test]
fn constraints_of_several_policies_add_up() {
    let of = |bodies: &[&str]| {
        let texts: Vec<String> = bodies.iter().map(|body| rule(body)).collect();
        acl(&texts.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let one = r#"allowed_parameters = { x = ["1"] y = ["1"] } required_parameters = ["x"]"#;
    let other = r#"allowed_parameters = { x = ["2"] y = [] } denied_parameters = { z = ["1"] }"#;
    let any = "denied_parameters = { z = [] }";
    for acl in [of(&[one, other]), of(&[other, one]), of(&[one, "", other])] {
        assert!(
            may_create(&acl, json!({"x": "1"})) && may_create(&acl, json!({"x": "2", "y": "9"}))
        );
        assert!(!may_create(&acl, json!({"x": "3"})) && !may_create(&acl, json!({"y": "1"})));
        assert!(!may_create(&acl, json!({"x": "1", "z": "2"})));
    }
    for acl in [of(&[other, any]), of(&[any, other])] {
        assert!(!may_create(&acl, json!({"x": "2", "z": "2"})));
    }
    let unbound = of(&["", one]);
    assert!(
        !may_create(&unbound, json!({})),
        "what one policy requires, another does not undo"
    );
}

#[test]
fn a_deny_takes_constraints_and_times_with_it() {
    let deny =
        r#"path "a" { capabilities = ["deny"] min_wrapping_ttl = 5 required_parameters = ["x"] }"#;
    let acl = acl(&[&rule("max_wrapping_ttl = 9"), deny]);
    let decision = decide_with(&acl, Operation::Create, "a", &object(json!({"x": 1})));

    assert_eq!(decision, crate::Decision::default());
}

#[test]
fn answers_are_wrapped_within_the_times_of_the_rule() {
    let may = |body: &str, seconds: Option<u64>| {
        let decision = acl(&[&rule(body)]).decide(&Request {
            operation: Operation::Read,
            path: "a",
            data: &Map::new(),
            wrap_ttl: seconds.map(Duration::from_secs),
        });
        decision.allowed
    };
    let both = "min_wrapping_ttl = \"10s\" max_wrapping_ttl = \"90s\"";
    let cases = [
        ("", None, true),
        ("", Some(5), true),
        ("min_wrapping_ttl = 1", None, false),
        ("min_wrapping_ttl = 1", Some(1), true),
        ("max_wrapping_ttl = 90", None, false),
        ("max_wrapping_ttl = 90", Some(90), true),
        ("max_wrapping_ttl = 90", Some(91), false),
        (both, Some(9), false),
        (both, Some(10), true),
        (both, Some(90), true),
        (both, Some(91), false),
        (both, None, false),
    ];
    for (body, seconds, allowed) in cases {
        assert_eq!(may(body, seconds), allowed, "{body} with {seconds:?}");
    }
}

#[test]
fn of_several_wrapping_times_the_shorter_ones_hold() {
    let times = |bodies: &[&str]| {
        let texts: Vec<String> = bodies.iter().map(|body| rule(body)).collect();
        let acl = acl(&texts.iter().map(String::as_str).collect::<Vec<_>>());
        let decision = decide_with(&acl, Operation::Read, "a", &Map::new());
        let seconds = |time: Option<Duration>| time.map_or(0, |time| time.as_secs());
        (
            seconds(decision.min_wrapping_ttl),
            seconds(decision.max_wrapping_ttl),
        )
    };
    let (long, short) = (
        "min_wrapping_ttl = 20 max_wrapping_ttl = 90",
        "min_wrapping_ttl = 10 max_wrapping_ttl = 15",
    );

    assert_eq!(times(&[long, short]), (10, 15));
    assert_eq!(times(&[short, long]), (10, 15));
    assert_eq!(times(&["", long]), (20, 90));
    assert_eq!(times(&[long, "max_wrapping_ttl = 0"]), (20, 90));
    assert_eq!(
        times(&["min_wrapping_ttl = 20", "max_wrapping_ttl = 10"]),
        (20, 10)
    );
}
