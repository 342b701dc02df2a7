//! Which rule speaks about a path.

use super::{acl, decide, may};
use crate::{Operation, Pattern};

/// A policy whose rules each grant something else, so that an answer names its rule: the n-th the n-th of these.
const MARKS: [&str; 6] = ["read", "update", "delete", "create", "patch", "sudo"];

fn marked(patterns: &[&str]) -> String {
    let rule = |(pattern, mark)| format!("path \"{pattern}\" {{ capabilities = [\"{mark}\"] }}\n");
    patterns.iter().zip(MARKS).map(rule).collect()
}

#[test]
fn patterns_mean_these_paths_and_no_others() {
    let cases: [(&str, &[&str], &[&str]); 11] = [
        (
            "secret/foo",
            &["secret/foo"],
            &["secret/food", "secret/foo/bar", "secret/fo", "Secret/foo"],
        ),
        ("/secret/foo", &["secret/foo"], &["/secret/foo/x"]),
        (
            "secret/bar/*",
            &["secret/bar/zip", "secret/bar/zip/zap", "secret/bar/"],
            &["secret/bars/zip", "secret/bar"],
        ),
        (
            "secret/zip-*",
            &["secret/zip-zap", "secret/zip-zap/zong", "secret/zip-"],
            &["secret/zip/zap"],
        ),
        (
            "secret/+/teamb",
            &["secret/a/teamb", "secret//teamb"],
            &["secret/teamb", "secret/a/b/teamb", "secret/a/teamb/x"],
        ),
        (
            "secret/+/+/teamb",
            &["secret/foo/bar/teamb"],
            &["secret/foo/teamb"],
        ),
        ("+/a/*", &["x/a/", "x/a/b/c"], &["x/a", "a/b", "x/y/a/b"]),
        ("+/a*", &["x/a", "x/ab", "x/ab/c", "x/a/b"], &["x/b", "x"]),
        ("+", &["x", ""], &["x/y"]),
        ("*", &["x", "x/y", ""], &[]),
        ("a/b+/+c/*d", &["a/b+/+c/*d"], &["a/bx/xc/xd"]),
    ];
    for (pattern, meant, not_meant) in cases {
        let acl = acl(&[&marked(&[pattern])]);
        for path in meant {
            assert_eq!(may(&acl, path), "read", "{pattern} means {path}");
        }
        for path in not_meant {
            assert_eq!(may(&acl, path), "deny", "{pattern} does not mean {path}");
        }
    }
}

#[test]
fn the_documented_order_of_patterns_holds() {
    // What loses, what wins, a path that both mean.
    let cases = [
        // An exact one wins over all.
        ("secret/*", "secret/a", "secret/a"),
        ("secret/+", "secret/a", "secret/a"),
        // 1: the first wildcard stands earlier.
        ("secret/*", "secret/foo*", "secret/foobar"),
        ("*", "secret/*", "secret/a"),
        ("+/foo/bar", "secret/*", "secret/foo/bar"),
        ("secret/+/foo/bar", "secret/a/*", "secret/a/foo/bar"),
        ("secret/*", "secret/foo/+", "secret/foo/bar"),
        // 2: it ends in a star.
        ("secret/*", "secret/+/bar", "secret/foo/bar"),
        ("secret/+/b*", "secret/+/+", "secret/foo/bar"),
        // 3: it has more segments that are plus signs.
        ("secret/+/+/foo/*", "secret/*", "secret/a/b/foo/c"),
        ("secret/+/+", "secret/+/bar", "secret/foo/bar"),
        ("secret/+/+/b*", "secret/+/*", "secret/a/c/bar"),
        // 4: it is shorter.
        ("secret/+/b*", "secret/+/ba*", "secret/foo/bar"),
        ("+/+/c*", "+/+/cd*", "a/b/cde"),
        // 5: its bytes are smaller.
        ("+/+/bar/baz", "+/foo/+/baz", "a/foo/bar/baz"),
        ("+/a/+", "+/a/b", "x/a/b"),
    ];
    for (loser, winner, path) in cases {
        for rules in [[loser, winner], [winner, loser]] {
            let acl = acl(&[&marked(&rules)]);
            let expected = if rules[1] == winner { "update" } else { "read" };
            assert_eq!(
                may(&acl, path),
                expected,
                "{winner} before {loser} at {path}"
            );
        }
    }
}

#[test]
fn the_example_of_the_documentation_is_decided_as_it_says() {
    let acl = acl(&[r#"
        path "secret/*" { capabilities = ["create", "read", "update", "patch", "delete", "list"] }
        path "secret/super-secret" { capabilities = ["deny"] }
        path "secret/restricted" {
          capabilities = ["create"]
          allowed_parameters = { "foo" = [] "bar" = ["zip", "zap"] }
        }
    "#]);
    assert_eq!(
        may(&acl, "secret/a"),
        "create,delete,list,patch,read,update"
    );
    assert_eq!(may(&acl, "secret/super-secret"), "deny");
    assert_eq!(may(&acl, "secret/restricted"), "create");
    assert!(decide(&acl, Operation::Patch, "secret/a/b").allowed);
    assert!(!decide(&acl, Operation::Read, "secret/super-secret").allowed);
    assert!(!decide(&acl, Operation::Read, "secret/restricted").allowed);
}

#[test]
fn rules_for_the_same_path_add_up_and_deny_beats_them() {
    let read = r#"path "a/*" { capabilities = ["read", "sudo"] }"#;
    let list = r#"path "/a/*" { capabilities = ["list"] }"#;
    let deny = r#"path "a/*" { capabilities = ["deny"] }"#;
    let both = r#"path "a/*" { capabilities = ["update", "deny", "sudo"] }"#;

    assert_eq!(may(&acl(&[read, list]), "a/b"), "list,read,sudo");
    assert!(decide(&acl(&[read, list]), Operation::Read, "a/b").sudo);
    for texts in [[read, list, deny], [deny, list, read], [read, both, list]] {
        let acl = acl(&texts);
        let decision = decide(&acl, Operation::Read, "a/b");
        assert_eq!(may(&acl, "a/b"), "deny");
        assert!(!decision.allowed && !decision.sudo);
    }
}

#[test]
fn rules_for_other_paths_do_not_add_up() {
    let acl = acl(&[&marked(&["a/*", "a/b*", "a/bc"])]);

    assert_eq!(may(&acl, "a/x"), "read");
    assert_eq!(may(&acl, "a/bx"), "update");
    assert_eq!(may(&acl, "a/bc"), "delete");
}

#[test]
fn sudo_alone_lets_nothing_be_done() {
    let acl = acl(&[r#"path "a" { capabilities = ["sudo"] }"#]);
    let decision = decide(&acl, Operation::Read, "a");

    assert!(decision.sudo && !decision.allowed && !decision.root);
}

#[test]
fn a_list_finds_rules_with_and_without_a_slash_at_the_end() {
    let list = |pattern: &str| format!("path \"{pattern}\" {{ capabilities = [\"list\"] }}");
    let cases = [
        ("a/b", true),
        ("a/b/", true),
        ("a/b/*", true),
        ("a/b*", true),
        ("a/+", true),
        ("a/+/", true),
        ("+/b", true),
        ("+/b/", true),
        ("+/b/*", true),
        ("a/b/+", true),
        ("a/b/c", false),
        ("a/bc*", false),
        ("a", false),
        ("a/", false),
        ("+/+/+/", false),
    ];
    for (pattern, allowed) in cases {
        let acl = acl(&[&list(pattern)]);
        for path in ["a/b", "a/b/"] {
            let decision = decide(&acl, Operation::List, path);
            assert_eq!(decision.allowed, allowed, "{pattern} for a list of {path}");
        }
    }
}

#[test]
fn for_a_list_the_exact_rule_with_the_slash_wins_and_others_go_by_their_order() {
    let granted = |wins: &str, loses: &str| {
        let text = format!(
            "path \"{wins}\" {{ capabilities = [\"list\"] }} path \"{loses}\" {{ capabilities = [\"deny\"] }}"
        );
        decide(&acl(&[&text]), Operation::List, "a/b").allowed
    };
    assert!(granted("a/b/", "a/b"));
    assert!(granted("a/b", "a/b/*"));
    assert!(granted("a/b/*", "a/*"));
    assert!(granted("+/b", "+/*"));
    assert!(granted("a/+/", "a/+"));
    assert!(!granted("a/b", "a/b/"));
}

#[test]
fn only_a_list_cares_for_the_slash() {
    let acl = acl(&[r#"path "a/b" { policy = "write" }"#]);

    assert!(decide(&acl, Operation::Read, "a/b").allowed);
    assert!(!decide(&acl, Operation::Read, "a/b/").allowed);
    assert_eq!(may(&acl, "a/b/"), may(&acl, "a/b"));
    assert_eq!(may(&acl, "/a/b"), may(&acl, "a/b"));
}

#[test]
fn an_operation_needs_its_own_capability() {
    let operations = [
        (Operation::Create, "create"),
        (Operation::Read, "read"),
        (Operation::Update, "update"),
        (Operation::Patch, "patch"),
        (Operation::Delete, "delete"),
        (Operation::List, "list"),
    ];
    for (granted, word) in operations {
        let acl = acl(&[&format!("path \"a\" {{ capabilities = [\"{word}\"] }}")]);
        for (asked, _) in operations {
            assert_eq!(
                decide(&acl, asked, "a").allowed,
                asked == granted,
                "{asked:?} with {word}"
            );
        }
    }
}

#[test]
fn all_paths_of_an_acl_are_told() {
    let acl = acl(&[&marked(&["b/*", "a", "b/+/c"]), &marked(&["a/"])]);
    let paths = acl.paths().map(|(pattern, _)| {
        (
            pattern.as_str(),
            pattern.is_exact(),
            Pattern::is_glob(pattern),
        )
    });

    let expected = [
        ("a", true, false),
        ("a/", true, false),
        ("b/+/c", false, false),
        ("b/*", false, true),
    ];
    assert_eq!(paths.collect::<Vec<_>>(), expected);
}
