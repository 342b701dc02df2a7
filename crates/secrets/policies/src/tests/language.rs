//! What texts are policies, what they mean, and what is said about those that are none.

use super::{acl, may, policy};
use crate::{DEPTH_MAX, PATHS_MAX, PATTERN_BYTES_MAX, Policy, TEXT_BYTES_MAX};

/// The sentence about a text that is no policy.
fn mistake(text: &str) -> String {
    match Policy::parse("test", text) {
        Ok(_) => panic!("{text} is a policy"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_policy_says_the_same_in_hcl_and_in_json() {
    let pairs = [
        ("", "{}"),
        (
            r#"path "secret/*" { capabilities = ["read"] }"#,
            r#"{"path":{"secret/*":{"capabilities":["read"]}}}"#,
        ),
        (
            r#"
            path "sys" {
                policy = "deny"
            }
                path "secret" {
            policy = "write"
            }
            "#,
            r#"{"path": {"sys": {"policy": "deny"}, "secret": {"policy": "write"}}}"#,
        ),
        (
            r#"path "a" { policy = "read" } path "b" { policy = "sudo" }"#,
            r#"{"path":[{"a":{"policy":"read"}},{"b":{"policy":"sudo"}}]}"#,
        ),
        (
            r#"path "a" { policy = "read" } path "a" { capabilities = ["sudo"] }"#,
            r#"{"path":{"a":[{"policy":"read"},{"capabilities":["sudo"]}]}}"#,
        ),
        (
            r#"name = "x" path "a" { capabilities = [] }"#,
            r#"{"name":"x","path":{"a":{}}}"#,
        ),
        (
            r#"
            path "a" {
              capabilities = ["create"]
              min_wrapping_ttl = 60
              max_wrapping_ttl = "1h30m"
              required_parameters = ["x"]
              allowed_parameters = { "x" = [1, -2.5, true, "t\n\u00e4", [1, { y = 2 }], <<END
line
END
              ] "*" = [], }
              denied_parameters { x = [] }
            }"#,
            r#"{"path":{"a":{
              "denied_parameters": {"X": []},
              "allowed_parameters": [{"*": []}, {"X": [1, -2.5, true, "t\n\u00e4", [1, {"y": 2}], "line\n"]}],
              "required_parameters": ["x"],
              "min_wrapping_ttl": "1m", "max_wrapping_ttl": "5400", "capabilities": ["create"]
            }}}"#,
        ),
    ];
    for (hcl, json) in pairs {
        assert_eq!(policy(hcl), policy(json), "{hcl}");
    }
}

#[test]
fn all_forms_of_hcl_say_the_same() {
    let expected = policy(r#"path "a/b" { capabilities = ["read", "list"] }"#);
    let forms = [
        r#"path = { "a/b" = { capabilities = ["read", "list"] } }"#,
        r#"path { "a/b" { capabilities = ["read", "list",] } }"#,
        r#"path { "a/b" = { capabilities = ["read", "list"], }, }"#,
        r#"path = [{ "a/b" = { capabilities = ["read", "list"] } }]"#,
        r#""path" "a/b" { "capabilities" = ["list", "read", "read"] }"#,
        r#"path "/a/b" { policy = "read" }"#,
        r#"path "a/b" { capabilities = ["read"] } path "a/b" { capabilities = ["list"] }"#,
        "path \"a/b\"\r\n{\r\n  capabilities = [\r\n\"read\",\r\n\"list\"\r\n]\r\n}\r\n",
        "\u{feff}path \"a\\x2fb\" { capabilities = [\"\\u0072ead\", \"l\\U00000069st\"] }",
        "# one\npath /* two */ \"a/b\" { // three\n capabilities /**/ = [ # four\n \"read\", /* * */ \"list\" ] } // five",
        "path \"a/b\" { capabilities = [\"read\", \"list\"] comment = \"why\" }",
        "path \"a/b\" { comment = <<-WHY\n    not \"read\" {\n  because\n  WHY\n capabilities = [\"read\", \"list\"] }",
    ];
    for form in forms {
        assert_eq!(policy(form), expected, "{form}");
    }
}

#[test]
fn indented_texts_lose_the_indentation_of_their_last_line() {
    let list = |value: &str| {
        let text = format!("path \"a\" {{ allowed_parameters = {{ x = [{value}\n] }} }}");
        policy(&text)
    };
    assert_eq!(list("<<-E\n  a\n   b\n  E"), list(r#""a\n b\n""#));
    assert_eq!(list("<<-E\na\n  b\n  E"), list(r#""a\n  b\n""#));
    assert_eq!(list("<<E\n  a\n  E"), list(r#""  a\n""#));
    assert_eq!(list("<<E\nE"), list(r#""""#));
}

#[test]
fn the_old_words_stand_for_capabilities() {
    let acl = acl(&[r#"
        path "sys/*" { policy = "deny" }
        path "read" { policy = "read" }
        path "write" { policy = "write" }
        path "sudo" { policy = "sudo" }
        path "both" { policy = "read" capabilities = ["create", "sudo"] }
    "#]);
    let cases = [
        ("sys/a", "deny"),
        ("read", "list,read"),
        ("write", "create,delete,list,read,update"),
        ("sudo", "create,delete,list,read,sudo,update"),
        ("both", "create,list,read,sudo"),
    ];
    for (path, expected) in cases {
        assert_eq!(may(&acl, path), expected, "{path}");
    }
}

#[test]
fn capabilities_are_answered_in_the_order_of_the_alphabet() {
    let text = r#"path "*" { capabilities = ["update", "subscribe", "sudo", "read", "recover", "patch", "list", "delete", "create"] }"#;
    let acl = acl(&[text]);

    assert_eq!(
        may(&acl, "a"),
        "create,delete,list,patch,read,recover,sudo,subscribe,update"
    );
}

#[test]
fn a_mistake_is_told_with_its_place() {
    let cases = [
        (
            "pth \"a\" {}",
            "line 1, column 1: \"pth\" is unknown: a policy has \"path\" and \"name\"",
        ),
        (
            "path \"a\" {\n  capabilities = [\"raed\"]\n}",
            "line 2, column 19: \"raed\" is no capability",
        ),
        (
            "path \"ä\" { x = 1 }",
            "line 1, column 12: \"x\" is unknown: nothing of that name can be said about a path",
        ),
        (
            "path \"a\" { policy = \"all\" }",
            "line 1, column 21: \"all\" is none of \"deny\", \"read\", \"write\" and \"sudo\"",
        ),
        (
            "path \"a\" { capabilities = \"read\" }",
            "line 1, column 27: capabilities has to be a list of texts in quotes",
        ),
        (
            "path \"a\" { capabilities = [read] }",
            "line 1, column 28: \"read\" has to be in quotes",
        ),
        (
            "path \"a\" { capabilities = [\"read\" \"list\"] }",
            "line 1, column 35: a comma or \"]\" is expected here, not \"\\\"\"",
        ),
        (
            "path \"a\" {\n\n",
            "line 1, column 10: the brace opened here is not closed",
        ),
        (
            "path \"a\" { capabilities = [\n",
            "line 1, column 27: the bracket opened here is not closed",
        ),
        (
            "path \"a\n\" {}",
            "line 1, column 6: the quotes opened here are not closed on their line",
        ),
        (
            "path \"a\" { } }",
            "line 1, column 14: a name is expected here, not \"}\"",
        ),
        (
            "path \"a\\q\" { }",
            "line 1, column 8: this escape is unknown",
        ),
        (
            "path \"a\" \"b\" { policy = \"read\" }",
            "line 1, column 10: \"b\" is unknown: nothing of that name can be said about a path",
        ),
        (
            "path \"a\" = {}",
            "line 1, column 10: a block is expected here, not \"=\"",
        ),
        (
            "path",
            "line 1, column 5: \"=\" or a block is expected, but the text ends here",
        ),
        (
            "\n/* a",
            "line 2, column 1: the comment that begins here is not ended",
        ),
        (
            "name = <<E\na\n",
            "line 1, column 8: the text that begins here is not ended by \"E\"",
        ),
        (
            "path \"a\" { min_wrapping_ttl = 5m }",
            "line 1, column 31: \"5m\" is no number; a time with its unit is in quotes",
        ),
        (
            "path \"a\" { policy = \"read\"\n policy = \"deny\" }",
            "line 2, column 2: \"policy\" is given twice",
        ),
        (
            "path \"a\" { mfa_methods = [\"x\"] }",
            "line 1, column 12: \"mfa_methods\" is not supported",
        ),
        (
            "path \"a/+*\" {}",
            "line 1, column 6: \"+*\" means nothing in a path: \"+\" stands for a whole segment",
        ),
        (
            "path \"a/{{identity.entity.id}}\" {}",
            "line 1, column 6: templates in paths are not supported",
        ),
        (
            "{\"path\": {\"a\": {\"capabilities\": [\"read\"],}}}",
            "line 1, column 42: a text in quotes is expected here, not \"}\"",
        ),
        (
            "{\"path\": {\n\"a\": null}}",
            "line 2, column 6: what is said about a path has to be a block",
        ),
        (
            "{\"path\": {}} x",
            "line 1, column 14: the end of the text is expected here, not \"x\"",
        ),
        (
            "{\"path\" {}}",
            "line 1, column 9: a colon is expected here, not \"{\"",
        ),
        (
            "{\"path\": {\"a",
            "line 1, column 11: the quotes opened here are not closed",
        ),
        (
            "{\"name\": \"\\ud800\"}",
            "line 1, column 10: this text has a line break or a wrong escape in it",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(mistake(text), expected, "{text}");
    }
}

#[test]
fn a_wrapping_time_is_seconds_or_has_units() {
    let ttl = |value: &str| {
        let text = format!("path \"a\" {{ max_wrapping_ttl = {value} }}");
        Policy::parse("test", &text)
    };
    let same =
        |value: &str, seconds: u64| assert_eq!(ttl(value), ttl(&seconds.to_string()), "{value}");
    same(r#""90""#, 90);
    same(r#""90s""#, 90);
    same(r#""5m""#, 300);
    same(r#""1h""#, 3_600);
    same(r#""2d1h1m1s""#, 176_461);
    same("0x10", 16);
    assert_eq!(ttl("0"), Ok(policy(r#"path "a" {}"#)));
    assert_eq!(ttl(r#""""#), ttl("0"));
    let wrong = [
        "-1",
        "1.5",
        "true",
        "[]",
        "9999999999999",
        "1e400",
        "\"-5m\"",
        "\"5\\u00b5s\"",
        "\"m\"",
        "\"5x\"",
        "\"1h5\"",
        "\"99999999999999999999h\"",
        "\"9999999d\"",
        "\"5 m\"",
    ];
    for value in wrong {
        assert!(ttl(value).is_err(), "{value}");
    }
}

#[test]
fn the_maximal_wrapping_time_is_not_below_the_minimal_one() {
    let with = |min: &str, max: &str| {
        let text =
            format!("path \"a\" {{\n min_wrapping_ttl = {min}\n max_wrapping_ttl = {max}\n}}");
        Policy::parse("test", &text).map_err(|error| error.to_string())
    };
    assert!(with("60", "\"1m\"").is_ok() && with("61", "0").is_ok());
    assert_eq!(
        with("61", "60"),
        Err("line 3, column 2: max_wrapping_ttl is shorter than min_wrapping_ttl".to_owned())
    );
}

#[test]
fn parameters_are_lists_and_are_named_once() {
    let with = |body: &str| Policy::parse("test", &format!("path \"a\" {{ {body} }}"));
    assert!(with(r#"allowed_parameters = { a = [], "*" = [] }"#).is_ok());
    let wrong = [
        r#"allowed_parameters = { a = "x" }"#,
        r#"allowed_parameters = ["a"]"#,
        r#"denied_parameters = { "*" = ["x"] }"#,
        r#"denied_parameters = { a = [], A = [] }"#,
        r#"denied_parameters = { a = [{ x = 1, x = 2 }] }"#,
        r#"required_parameters = { a = [] }"#,
        r#"required_parameters = [1]"#,
    ];
    for body in wrong {
        assert!(with(body).is_err(), "{body}");
    }
}

#[test]
fn what_stands_side_by_side_does_not_stand_deep() {
    let hcl = "path \"a\" { capabilities = [\"read\"] }\n".repeat(DEPTH_MAX * 2);
    let json = r#"{"a": {"capabilities": ["read"]}},"#.repeat(DEPTH_MAX * 2);
    let json = format!("{{\"path\": [{}]}}", json.trim_end_matches(','));

    assert_eq!(policy(&hcl), policy(&json));
}

#[test]
fn texts_are_within_limits() {
    let one = |path: &str| format!("path \"{path}\" {{}}\n");
    let many = |count: usize| (0..count).map(|n| one(&n.to_string())).collect::<String>();
    let deep = |depth: usize| {
        let (open, close) = ("[".repeat(depth), "]".repeat(depth));
        format!("path \"a\" {{ allowed_parameters = {{ x = {open}{close} }} }}")
    };
    let values = |count: usize| {
        let values = "1,".repeat(count);
        format!("path \"a\" {{ allowed_parameters = {{ x = [{values}] }} }}")
    };
    let parameters = |count: usize| {
        let names: String = (0..count).map(|n| format!("x{n} = [] ")).collect();
        format!("path \"a\" {{ denied_parameters = {{ {names} }} }}")
    };
    let required = |count: usize| {
        let names: String = (0..count).map(|n| format!("\"x{n}\",")).collect();
        format!("path \"a\" {{ required_parameters = [{names}] }}")
    };
    let cases = [
        (" ".repeat(TEXT_BYTES_MAX), " ".repeat(TEXT_BYTES_MAX + 1)),
        (many(PATHS_MAX), many(PATHS_MAX + 1)),
        (
            one(&"a".repeat(PATTERN_BYTES_MAX)),
            one(&"a".repeat(PATTERN_BYTES_MAX + 1)),
        ),
        (deep(DEPTH_MAX - 2), deep(DEPTH_MAX - 1)),
        (values(1_024), values(1_025)),
        (parameters(256), parameters(257)),
        (required(256), required(257)),
    ];
    for (within, beyond) in &cases {
        assert_eq!(Policy::parse("test", within).err(), None);
        assert!(Policy::parse("test", beyond).is_err(), "{:.40}", beyond);
    }
}
