//! No loose ends, no ignored tests, no paths of the machine on which something was written, and one word for «you».

use super::{Finding, line_of};
use crate::sources::Source;

/// Put together here so that this file does not find itself.
const LOOSE_ENDS: [&str; 4] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("db", "g!("),
    concat!("todo", "!("),
];
const IGNORED_TESTS: [&str; 5] = [
    concat!("#[ign", "ore"),
    concat!("it.sk", "ip("),
    concat!("test.sk", "ip("),
    concat!("describe.sk", "ip("),
    concat!("it.on", "ly("),
];
const MACHINE_PATHS: [&str; 5] = [
    concat!("/ho", "me/"),
    concat!("/Us", "ers/"),
    concat!("/ro", "ot/"),
    concat!("/wo", "rk/"),
    concat!("/fa", "rm/"),
];

/// The formal word of address in Chinese: people are addressed as 你, in the interface and in letters alike.
const FORMAL_ADDRESS: [&str; 1] = ["\u{60a8}"];

pub(super) fn check(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in sources {
        let mut look = |patterns: &[&str], what: &str| {
            for pattern in patterns {
                for (offset, _) in source.text.match_indices(pattern) {
                    if stands_alone(&source.text, offset, pattern) {
                        let place = format!("{}:{}", source.path, line_of(&source.text, offset));
                        findings.push(Finding::new(place, format!("{what}: {pattern}")));
                    }
                }
            }
        };
        if source.name() != "LICENSE" {
            look(&LOOSE_ENDS, "a loose end");
            look(&MACHINE_PATHS, "a path of somebody's machine");
        }
        if source.has_extension(&["rs", "ts", "tsx", "mjs"]) {
            look(&IGNORED_TESTS, "a test that does not run");
        }
        for (offset, pattern) in FORMAL_ADDRESS
            .iter()
            .flat_map(|pattern| source.text.match_indices(pattern))
        {
            let place = format!("{}:{}", source.path, line_of(&source.text, offset));
            findings.push(Finding::new(place, format!("a formal address: {pattern}")));
        }
    }
    findings
}

/// Whether the match is not the end of a longer word or path, nor the beginning of a longer word.
fn stands_alone(text: &str, offset: usize, pattern: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let before = text.get(..offset).and_then(|text| text.chars().next_back());
    let after = text
        .get(offset.saturating_add(pattern.len())..)
        .and_then(|text| text.chars().next());
    let begins = before.is_none_or(|c| !is_word(c) && c != '.');
    let ends = !pattern.ends_with(char::is_alphabetic) || after.is_none_or(|c| !is_word(c));
    begins && ends
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loose_ends_ignored_tests_and_machine_paths_are_found() {
        for pattern in LOOSE_ENDS
            .iter()
            .chain(&IGNORED_TESTS)
            .chain(&MACHINE_PATHS)
        {
            let source = Source::new("crates/a/src/lib.rs", &format!("fine\n// {pattern}\n"));
            let found = check(&[source]);
            assert_eq!(found.len(), 1, "{pattern}");
            assert_eq!(found[0].place, "crates/a/src/lib.rs:2");
        }
    }

    #[test]
    fn a_formal_address_is_found_within_a_sentence() {
        let text = format!("{}好", FORMAL_ADDRESS[0]);
        let found = check(&[Source::new("web/src/a.json", &text)]);
        assert_eq!(found.len(), 1);
    }

    #[test]
    fn parts_of_words_and_addresses_are_not() {
        let text = format!(
            "MASTO{}S https://host{}x ./a{}b",
            LOOSE_ENDS[0], MACHINE_PATHS[0], MACHINE_PATHS[3]
        );
        assert_eq!(check(&[Source::new("docs/a.md", &text)]), []);
    }
}
