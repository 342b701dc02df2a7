//! The look-up against one that is written to be read: it goes through all rules, compares them two by two as the documentation
//! words it, and reads patterns letter by letter.

use std::collections::BTreeSet;

use super::{Dice, may, policy};
use crate::{Acl, Operation, Policy};

struct Written {
    pattern: String,
    capabilities: BTreeSet<&'static str>,
}

/// Whether the pattern means the path. Behind a slash, and at the beginning, a plus sign may be a whole segment.
fn means(pattern: &str, path: &str, is_segment_start: bool) -> bool {
    if pattern == "*" {
        return true;
    }
    if is_segment_start && (pattern == "+" || pattern.starts_with("+/")) {
        let end = path.find('/').unwrap_or(path.len());
        return means(&pattern[1..], &path[end..], false);
    }
    match (pattern.chars().next(), path.chars().next()) {
        (None, None) => true,
        (Some(one), Some(other)) if one == other => means(&pattern[1..], &path[1..], one == '/'),
        _ => false,
    }
}

fn plus_segments(pattern: &str) -> usize {
    let pattern = pattern.strip_suffix('*').unwrap_or(pattern);
    pattern.split('/').filter(|segment| *segment == "+").count()
}

fn first_wildcard(pattern: &str) -> usize {
    let is_wildcard = |at: &usize| {
        let (before, behind) = pattern.split_at(*at);
        let is_plus = (before.is_empty() || before.ends_with('/'))
            && (behind == "+" || behind.starts_with("+/"));
        is_plus || behind == "*"
    };
    (0..pattern.len()).find(is_wildcard).unwrap_or(usize::MAX)
}

/// The five sentences of the documentation: which one tells the patterns apart, and whether the first is of lower priority.
fn compared(p1: &str, p2: &str) -> (usize, bool) {
    if first_wildcard(p1) != first_wildcard(p2) {
        return (1, first_wildcard(p1) < first_wildcard(p2));
    }
    if p1.ends_with('*') != p2.ends_with('*') {
        return (2, p1.ends_with('*'));
    }
    if plus_segments(p1) != plus_segments(p2) {
        return (3, plus_segments(p1) > plus_segments(p2));
    }
    if p1.len() != p2.len() {
        return (4, p1.len() < p2.len());
    }
    (5, p1 < p2)
}

/// The pattern that wins, and the last sentence that was needed to find it: 0 without a rival.
fn reference<'a>(rules: &'a [Written], path: &str, is_list: bool) -> (Option<&'a str>, usize) {
    let bare = path.strip_suffix('/').unwrap_or(path);
    let forms = if is_list {
        vec![format!("{bare}/"), bare.to_owned()]
    } else {
        vec![path.to_owned()]
    };
    let patterns: BTreeSet<&str> = rules.iter().map(|rule| rule.pattern.as_str()).collect();
    let (exact, others): (Vec<&str>, Vec<&str>) = patterns
        .into_iter()
        .partition(|pattern| first_wildcard(pattern) == usize::MAX);
    for form in &forms {
        if let Some(pattern) = exact.iter().find(|pattern| *pattern == form) {
            return (Some(pattern), 0);
        }
    }
    let is_meant = |pattern: &&str| forms.iter().any(|form| means(pattern, form, true));
    let meant: Vec<&str> = others.into_iter().filter(is_meant).collect();
    let (mut best, mut needed) = (None, 0);
    for one in &meant {
        let rivals = meant.iter().filter(|other| *other != one);
        let sentences: Vec<(usize, bool)> = rivals.map(|other| compared(one, other)).collect();
        if sentences.iter().all(|(_, is_lower)| !is_lower) {
            assert_eq!(best, None, "one pattern wins over all others");
            best = Some(*one);
            needed = sentences
                .iter()
                .map(|(sentence, _)| *sentence)
                .max()
                .unwrap_or(0);
        }
    }
    assert_eq!(best.is_some(), !meant.is_empty());
    (best, needed)
}

/// All that any policy grants at the pattern.
fn union(rules: &[Written], pattern: Option<&str>) -> BTreeSet<&'static str> {
    let same = rules
        .iter()
        .filter(|rule| Some(rule.pattern.as_str()) == pattern);
    let all: BTreeSet<_> = same
        .flat_map(|rule| rule.capabilities.iter().copied())
        .collect();
    if all.is_empty() || all.contains("deny") {
        return BTreeSet::from(["deny"]);
    }
    all
}

/// Of what patterns and paths are made. A small world has many ties, a large one many forms.
struct World {
    patterns: &'static [&'static str],
    paths: &'static [&'static str],
}

const WORLDS: [World; 3] = [
    World {
        patterns: &["a", "b", "ab", "aba", "+", "+", "", "a+", "+a", "a*"],
        paths: &["a", "b", "ab", "aba", "abab", "", "+", "a+"],
    },
    World {
        patterns: &["a", "ab", "+", "+"],
        paths: &["a", "ab"],
    },
    World {
        patterns: &["a", "+", "+"],
        paths: &["a"],
    },
];

fn random_path(dice: &mut Dice, segments: &[&'static str]) -> String {
    let count = dice.below(4) + 1;
    let path: Vec<&str> = (0..count).map(|_| dice.one_of(segments)).collect();
    path.join("/")
}

fn random_rule(dice: &mut Dice, world: &World) -> Written {
    loop {
        let mut pattern = random_path(dice, world.patterns);
        if dice.below(3) == 0 {
            pattern.push('*');
        }
        // A slash at the beginning is not of the pattern.
        if pattern.contains("+*") || pattern.starts_with('/') {
            continue;
        }
        let words = [
            "create", "read", "update", "patch", "delete", "list", "sudo",
        ];
        let mut capabilities: BTreeSet<_> =
            (0..dice.below(3)).map(|_| dice.one_of(&words)).collect();
        if dice.below(12) == 0 {
            capabilities.insert("deny");
        }
        return Written {
            pattern,
            capabilities,
        };
    }
}

fn as_policy(rules: &[Written]) -> Policy {
    let mut text = String::new();
    for rule in rules {
        let words: Vec<&str> = rule.capabilities.iter().copied().collect();
        let pattern = &rule.pattern;
        text.push_str(&format!(
            "path {pattern:?} {{ capabilities = {words:?} }}\n"
        ));
    }
    policy(&text)
}

#[test]
fn look_ups_agree_with_a_slow_reference() {
    let mut dice = Dice(0x5EED_0001);
    let operations = [
        (Operation::Create, "create"),
        (Operation::Read, "read"),
        (Operation::Update, "update"),
        (Operation::Patch, "patch"),
        (Operation::Delete, "delete"),
        (Operation::List, "list"),
    ];
    let (mut allowed, mut needed) = (0, [0; 6]);
    for round in 0..4_000 {
        let world = &WORLDS[round % WORLDS.len()];
        let count = dice.below(24) + 1;
        let rules: Vec<Written> = (0..count).map(|_| random_rule(&mut dice, world)).collect();
        let policies: Vec<Policy> = rules.chunks(dice.below(6) + 1).map(as_policy).collect();
        let acl = Acl::new(&policies);
        for _ in 0..20 {
            let path = random_path(&mut dice, world.paths);
            if path.starts_with('/') {
                continue;
            }
            let (winner, _) = reference(&rules, &path, path.ends_with('/'));
            let expected: Vec<_> = union(&rules, winner).into_iter().collect();
            let told = || {
                let rules = rules.iter().map(|rule| (&rule.pattern, &rule.capabilities));
                format!("{path} {:?}", rules.collect::<Vec<_>>())
            };
            assert_eq!(may(&acl, &path), expected.join(","), "{}", told());
            for (operation, word) in operations {
                let (winner, sentence) = reference(&rules, &path, operation == Operation::List);
                let granted = union(&rules, winner);
                let decision = super::decide(&acl, operation, &path);
                let expected = (granted.contains(word), granted.contains("sudo"));
                let decided = (decision.allowed, decision.sudo);
                assert_eq!(decided, expected, "{operation:?} {}", told());
                allowed += usize::from(decision.allowed);
                needed[sentence] += 1;
            }
        }
    }
    assert!(
        allowed > 10_000,
        "the cases say something: {allowed} allowed"
    );
    let is_rare = |count: &usize| *count < 1_000;
    assert!(
        !needed.iter().any(is_rare),
        "every sentence was needed: {needed:?}"
    );
}

#[test]
fn the_order_of_policies_and_what_is_said_twice_do_not_matter() {
    let mut dice = Dice(0x5EED_0002);
    for round in 0..1_000 {
        let world = &WORLDS[round % WORLDS.len()];
        let rules: Vec<Written> = (0..12).map(|_| random_rule(&mut dice, world)).collect();
        let policies: Vec<Policy> = rules.chunks(3).map(as_policy).collect();
        let whole = as_policy(&rules);

        let acl = Acl::new(&policies);

        assert_eq!(acl, Acl::new(policies.iter().rev()));
        assert_eq!(acl, Acl::new(policies.iter().chain(&policies)));
        assert_eq!(acl, Acl::new([&whole]));
    }
}
