//! Texts that are meant to do harm.

use serde_json::Map;

use super::{Dice, acl, decide, decide_with};
use crate::{DEFAULT_TEXT, Operation, PATHS_MAX, Policy, TEXT_BYTES_MAX};

const SEEDS: [&str; 5] = [
    DEFAULT_TEXT,
    r#"path "secret/+/*" { policy = "write" min_wrapping_ttl = "1m30s" max_wrapping_ttl = 3600 } name = "x""#,
    r#"{"path": {"a": {"capabilities": ["read", "list"], "allowed_parameters": {"x": [1, -2.5e3, null, true, "\u00e4\n"]}}}}"#,
    "path \"a\" { # c\n denied_parameters = { x = [<<-E\n  t\n  E\n, \"\\x41\\u00e4\", 0x1f] /* d */ \"*\" = [] } } // e",
    r#"{"path":[{"a":[{"policy":"deny"},{"required_parameters":["x"]}]},{"/b*":{"comment":"c"}}],"name":"n"}"#,
];

const PIECES: [&str; 40] = [
    "{",
    "}",
    "[",
    "]",
    "\"",
    "\\",
    ",",
    ":",
    "=",
    "\n",
    "\r\n",
    "#",
    "//",
    "/*",
    "*/",
    "<<",
    "<<-",
    "E",
    "EOF\n",
    "path",
    "policy",
    "capabilities",
    "\"*\"",
    "+*",
    "+",
    "*",
    "{{",
    "0x",
    "-",
    "1e999",
    "\\u",
    "\\ud800",
    "\\U0011ffff",
    "\0",
    "\u{feff}",
    "ä",
    "🦀",
    "true",
    "null",
    " ",
];

/// A character boundary at or before a random place.
fn place(dice: &mut Dice, text: &str) -> usize {
    let mut at = dice.below(text.len() + 1);
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn mutated(dice: &mut Dice, text: &str) -> String {
    let mut text = text.to_owned();
    for _ in 0..=dice.below(6) {
        let (one, other) = (place(dice, &text), place(dice, &text));
        let (from, to) = (one.min(other), one.max(other));
        match dice.below(5) {
            0 => text.insert_str(from, dice.one_of(&PIECES)),
            1 => text.replace_range(from..to, dice.one_of(&PIECES)),
            2 if to - from < 40 => text.replace_range(from..to, ""),
            3 => {
                let again = text[from..to].to_owned();
                text.insert_str(place(dice, &text), &again);
            }
            _ => {
                text.truncate(to);
                text.push_str(dice.one_of(&PIECES));
            }
        }
    }
    text
}

#[test]
fn no_mutated_text_makes_the_reader_panic() {
    let mut dice = Dice(0x5EED_0003);
    let (mut read, mut refused) = (0, 0);
    for round in 0..60_000 {
        let text = mutated(&mut dice, SEEDS[round % SEEDS.len()]);
        match Policy::parse("test", &text) {
            Ok(policy) => {
                read += 1;
                let acl = crate::Acl::new([&policy]);
                decide(&acl, Operation::List, "secret/a/b");
            }
            Err(error) => {
                refused += 1;
                let lines = text.split('\n').count();
                assert!((1..=lines).contains(&error.line), "{error} in {text}");
                let line = text.split('\n').nth(error.line - 1).unwrap();
                assert!(
                    (1..=line.chars().count() + 1).contains(&error.column),
                    "{error} in {text}"
                );
                assert!(
                    !error.reason.is_empty() && error.reason.len() < 1_000,
                    "{error}"
                );
            }
        }
    }
    assert!(
        read > 1_000 && refused > 1_000,
        "{read} read, {refused} refused"
    );
}

#[test]
fn no_heap_of_pieces_makes_the_reader_panic() {
    let mut dice = Dice(0x5EED_0004);
    for _ in 0..20_000 {
        let count = dice.below(30);
        let text: String = (0..count).map(|_| dice.one_of(&PIECES)).collect();
        let _ = Policy::parse("test", &text);
        let _ = Policy::parse("test", &format!("{{{text}"));
        let _ = Policy::parse(
            "test",
            &format!("path \"a\" {{ allowed_parameters = {{ x = [{text}"),
        );
    }
}

/// Each of these is as long as a text may be. Were any step not linear, this would take minutes.
#[test]
fn the_longest_texts_are_read_or_refused_at_once() {
    let filled = |before: &str, piece: &str, behind: &str| {
        let count = (TEXT_BYTES_MAX - before.len() - behind.len()) / piece.len();
        format!("{before}{}{behind}", piece.repeat(count))
    };
    let pieces = [
        "[",
        "{",
        "{\"\":",
        "[[],",
        "\"",
        "\\",
        "/*",
        "/**/",
        "#\n",
        "<<E\n",
        "<<E\nE\n",
        "a ",
        "a{}",
        "a=[",
        "\"\"",
        "\"a\"{",
        "-",
        "0",
        "\n",
        "\u{feff}",
        "ä",
        "a=1,",
        "+/",
        "path \"a\" {}",
        "path \"a\" \"b\" ",
    ];
    for piece in pieces {
        for (before, behind) in [
            ("", ""),
            ("{", "}"),
            ("path \"a\" { allowed_parameters = { x = [", "] } }"),
            ("{\"path\":{\"a\":", "}}"),
        ] {
            let _ = Policy::parse("test", &filled(before, piece, behind));
        }
    }
    let twice = filled("path \"a\" { allowed_parameters = {", "x=[],", "} }");
    assert!(Policy::parse("test", &twice).is_err());
    let comment = filled("name = \"", "x", "\"");
    assert!(Policy::parse("test", &comment).is_ok());
}

#[test]
fn many_rules_with_one_beginning_are_looked_through_and_nothing_else() {
    let nested: String = (0..500)
        .map(|n| format!("path \"{}*\" {{ policy = \"read\" }}\n", "a".repeat(n)))
        .collect();
    let wide: String = (0..PATHS_MAX)
        .map(|n| format!("path \"+/{n}/*\" {{ policy = \"read\" }}\n"))
        .collect();
    let acl = acl(&[&nested, &wide]);

    for _ in 0..200 {
        assert!(decide(&acl, Operation::Read, &"a".repeat(600)).allowed);
        assert!(decide(&acl, Operation::Read, "b/4000/x").allowed);
        assert!(
            decide(&acl, Operation::Read, "b/x/x").allowed,
            "the shortest beginning is empty"
        );
    }
}

#[test]
fn values_of_a_request_cannot_make_a_comparison_endless() {
    let values = "\"*x*\",".repeat(1_024);
    let acl = acl(&[&format!(
        "path \"a\" {{ capabilities = [\"create\"] allowed_parameters = {{ x = [{values}] }} }}"
    )]);
    let mut data = Map::new();
    data.insert("x".to_owned(), "y,".repeat(500_000).into());

    assert!(!decide_with(&acl, Operation::Create, "a", &data).allowed);
}
