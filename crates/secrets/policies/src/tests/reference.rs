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

/// The five sentences of the documentation.
fn is_lower(p1: &str, p2: &str) -> bool {
    if first_wildcard(p1) != first_wildcard(p2) {
        return first_wildcard(p1) < first_wildcard(p2);
    }
    if p1.ends_with('*') != p2.ends_with('*') {
        return p1.ends_with('*');
    }
    if plus_segments(p1) != plus_segments(p2) {
        return plus_segments(p1) > plus_segments(p2);
    }
    if p1.len() != p2.len() {
        return p1.len() < p2.len();
    }
    p1 < p2
}

fn reference<'a>(rules: &'a [Written], path: &str, is_list: bool) -> Option<&'a str> {
    let bare = path.strip_suffix('/').unwrap_or(path);
    let forms = if is_list {
        vec![format!("{bare}/"), bare.to_owned()]
    } else {
        vec![path.to_owned()]
    };
    let is_exact = |rule: &&Written| first_wildcard(&rule.pattern) == usize::MAX;
    for form in &forms {
        if let Some(rule) = rules
            .iter()
            .filter(is_exact)
            .find(|rule| rule.pattern == *form)
        {
            return Some(&rule.pattern);
        }
    }
    let mut best: Option<&str> = None;
    for rule in rules.iter().filter(|rule| !is_exact(rule)) {
        let is_meant = forms.iter().any(|form| means(&rule.pattern, form, true));
        if is_meant && best.is_none_or(|best| is_lower(best, &rule.pattern)) {
            best = Some(&rule.pattern);
        }
    }
    best
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

fn random_path(dice: &mut Dice, segments: &[&str]) -> String {
    let count = dice.below(4) + 1;
    let path: Vec<&str> = (0..count).map(|_| dice.one_of(segments)).collect();
    path.join("/")
}

fn random_rule(dice: &mut Dice) -> Written {
    loop {
        let mut pattern = random_path(
            dice,
            &["a", "b", "ab", "aba", "+", "+", "", "a+", "+a", "a*"],
        );
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
    let (mut looked_up, mut found) = (0, 0);
    for _ in 0..4_000 {
        let count = dice.below(24) + 1;
        let rules: Vec<Written> = (0..count).map(|_| random_rule(&mut dice)).collect();
        let policies: Vec<Policy> = rules.chunks(dice.below(6) + 1).map(as_policy).collect();
        let acl = Acl::new(&policies);
        for _ in 0..20 {
            let path = random_path(&mut dice, &["a", "b", "ab", "aba", "abab", "", "+", "a+"]);
            if path.starts_with('/') {
                continue;
            }
            looked_up += 1;
            let told = || {
                rules
                    .iter()
                    .map(|rule| (&rule.pattern, &rule.capabilities))
                    .collect::<Vec<_>>()
            };
            let winner = reference(&rules, &path, path.ends_with('/'));
            let expected = union(&rules, winner)
                .into_iter()
                .collect::<Vec<_>>()
                .join(",");
            assert_eq!(may(&acl, &path), expected, "{path} {:?}", told());
            for (operation, word) in operations {
                let winner = reference(&rules, &path, operation == Operation::List);
                let granted = union(&rules, winner);
                let decision = super::decide(&acl, operation, &path);
                assert_eq!(
                    decision.allowed,
                    granted.contains(word),
                    "{operation:?} {path} {:?}",
                    told()
                );
                assert_eq!(
                    decision.sudo,
                    granted.contains("sudo"),
                    "{operation:?} {path} {:?}",
                    told()
                );
                found += usize::from(decision.allowed);
            }
        }
    }
    assert!(
        looked_up > 50_000 && found > looked_up / 4,
        "the cases say something: {found} of {looked_up}"
    );
}

#[test]
fn the_order_of_policies_and_what_is_said_twice_do_not_matter() {
    let mut dice = Dice(0x5EED_0002);
    for _ in 0..1_000 {
        let rules: Vec<Written> = (0..12).map(|_| random_rule(&mut dice)).collect();
        let policies: Vec<Policy> = rules.chunks(3).map(as_policy).collect();
        let whole = as_policy(&rules);

        let acl = Acl::new(&policies);

        assert_eq!(acl, Acl::new(policies.iter().rev()));
        assert_eq!(acl, Acl::new(policies.iter().chain(&policies)));
        assert_eq!(acl, Acl::new([&whole]));
    }
}
