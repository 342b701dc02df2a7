//! Each refusal that the code can answer with has a sentence in both languages, and no sentence exists in one language alone.

use std::collections::{BTreeMap, BTreeSet};

use super::{Finding, line_of};
use crate::sources::Source;

const CATALOGUES: [&str; 2] = [
    "web/src/app/i18n/en/refusals.json",
    "web/src/app/i18n/zh-CN/refusals.json",
];
const CONSTRUCTORS: [&str; 5] = ["new", "conflict", "invalid", "absent", "forbidden"];

pub(super) fn check(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut catalogues = Vec::new();
    for path in CATALOGUES {
        match sources.iter().find(|source| source.path == path) {
            None => findings.push(Finding::new(path, "is missing")),
            Some(source) => match serde_json::from_str(&source.text) {
                Ok(value) => {
                    let mut sentences = BTreeMap::new();
                    flatten("", &value, &mut sentences);
                    catalogues.push((path, sentences));
                }
                Err(error) => findings.push(Finding::new(path, format!("is not JSON: {error}"))),
            },
        }
    }
    let codes = codes(sources);
    for (path, sentences) in &catalogues {
        for (code, place) in &codes {
            if sentences
                .get(code)
                .is_none_or(|text| text.trim().is_empty())
            {
                findings.push(Finding::new(
                    place,
                    format!("{code} has no sentence in {path}"),
                ));
            }
        }
    }
    let all: BTreeSet<&String> = catalogues
        .iter()
        .flat_map(|(_, sentences)| sentences.keys())
        .collect();
    for (path, sentences) in &catalogues {
        for key in all
            .iter()
            .filter(|key| !sentences.contains_key(**key) && !codes.contains_key(**key))
        {
            findings.push(Finding::new(
                *path,
                format!("{key} stands in the other language only"),
            ));
        }
    }
    findings
}

/// Every code in the sources with where it is declared. Tests may make refusals of their own.
fn codes(sources: &[Source]) -> BTreeMap<String, String> {
    let mut codes = BTreeMap::new();
    for source in sources
        .iter()
        .filter(|source| source.is_rust() && !source.is_test())
    {
        let text = source.without_test_modules();
        for (offset, call) in text.match_indices("Refusal::") {
            let rest = text
                .get(offset.saturating_add(call.len())..)
                .unwrap_or_default();
            let Some((constructor, arguments)) = rest.split_once('(') else {
                continue;
            };
            if !CONSTRUCTORS.contains(&constructor) {
                continue;
            }
            if let Some(code) = first_literal(arguments)
                && code.contains('.')
            {
                codes.insert(
                    code.to_owned(),
                    format!("{}:{}", source.path, line_of(&text, offset)),
                );
            }
        }
    }
    codes
}

/// The first string literal before the call's closing parenthesis.
fn first_literal(arguments: &str) -> Option<&str> {
    let before_end = arguments.split(')').next()?;
    before_end.split('"').nth(1)
}

/// Nested tables read as dotted keys: `{"chat": {"archived": "…"}}` is `chat.archived`.
fn flatten(prefix: &str, value: &serde_json::Value, into: &mut BTreeMap<String, String>) {
    match value {
        serde_json::Value::Object(fields) => {
            for (name, value) in fields {
                let key = if prefix.is_empty() {
                    name.clone()
                } else {
                    format!("{prefix}.{name}")
                };
                flatten(&key, value, into);
            }
        }
        serde_json::Value::String(text) => {
            into.insert(prefix.to_owned(), text.clone());
        }
        _ => {
            into.insert(prefix.to_owned(), String::new());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: &str = "pub const A: Refusal =\n    Refusal::conflict(\n        \"chat.archived\",\n        \"Archived (read only).\",\n    );\n\
        const B: Refusal = Refusal::new(Kind::Gone, \"chat.gone\", \"Gone.\");\n\
        #[cfg(test)]\nmod tests {\n    const T: Refusal = Refusal::absent(\"test.none\", \"None.\");\n}\n";

    fn with(english: &str, chinese: &str) -> Vec<String> {
        let sources = [
            Source::new("crates/a/src/rules.rs", RULES),
            Source::new(CATALOGUES[0], english),
            Source::new(CATALOGUES[1], chinese),
        ];
        check(&sources)
            .into_iter()
            .map(|finding| finding.to_string())
            .collect()
    }

    #[test]
    fn a_refusal_without_both_sentences_is_found() {
        let both = r#"{"chat.archived": "a", "chat": {"gone": "b"}}"#;
        assert_eq!(with(both, both), Vec::<String>::new());
        assert_eq!(
            with(both, r#"{"chat.archived": "a"}"#),
            [
                "crates/a/src/rules.rs:6: chat.gone has no sentence in web/src/app/i18n/zh-CN/refusals.json"
            ]
        );
        assert_eq!(
            with(both, r#"{"chat.archived": " ", "chat.gone": "b"}"#).len(),
            1
        );
    }

    #[test]
    fn catalogues_that_differ_or_are_missing_are_found() {
        let both = r#"{"chat.archived": "a", "chat.gone": "b"}"#;
        let more = r#"{"chat.archived": "a", "chat.gone": "b", "offline": "c"}"#;
        assert_eq!(
            with(more, both),
            ["web/src/app/i18n/zh-CN/refusals.json: offline stands in the other language only"]
        );
        assert_eq!(with("{", both).len(), 1);
        assert_eq!(check(&[]).len(), 2);
    }
}
