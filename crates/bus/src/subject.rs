//! Names of what is published and patterns of what is listened to, valid by construction.

use std::{fmt, sync::Arc};

use base::{Fault, Result};

/// The longest subject or pattern, in bytes.
const LENGTH_MAX: usize = 255;
/// The most words in a subject or pattern.
const WORDS_MAX: usize = 16;

/// What a message is about: `event.oc_0190…`. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Subject(Arc<str>);

impl Subject {
    /// # Errors
    /// A fault when `text` is not one to sixteen dot-separated words of ASCII letters, digits, `_` and `-`, at most 255 bytes long.
    pub fn new(text: impl AsRef<str>) -> Result<Self> {
        let text = text.as_ref();
        if shaped(text) && text.split('.').all(is_word) {
            Ok(Self(text.into()))
        } else {
            Err(Fault::new("a bus subject is malformed").into())
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is listened to: a subject in which `*` stands for one word and a last `>` for one word or more.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pattern(Arc<str>);

impl Pattern {
    /// # Errors
    /// A fault when `text` is not a subject with, at most, `*` for whole words and `>` for the last.
    pub fn new(text: impl AsRef<str>) -> Result<Self> {
        let text = text.as_ref();
        let head = text.strip_suffix(".>").unwrap_or(text);
        let words = head.split('.').all(|word| word == "*" || is_word(word));
        if shaped(text) && (text == ">" || words) {
            Ok(Self(text.into()))
        } else {
            Err(Fault::new("a bus pattern is malformed").into())
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a message on `subject` is heard here.
    pub fn matches(&self, subject: &Subject) -> bool {
        let mut words = subject.0.split('.');
        for own in self.0.split('.') {
            match (own, words.next()) {
                (_, None) => return false,
                (">", Some(_)) => return true,
                ("*", Some(_)) => {}
                (own, Some(word)) if own == word => {}
                _ => return false,
            }
        }
        words.next().is_none()
    }

    /// Whether it has no wildcard, so that it equals the one subject it matches.
    pub(crate) fn is_exact(&self) -> bool {
        !self.0.split('.').any(|word| word == "*" || word == ">")
    }
}

impl From<&Subject> for Pattern {
    fn from(subject: &Subject) -> Self {
        Self(Arc::clone(&subject.0))
    }
}

fn shaped(text: &str) -> bool {
    text.len() <= LENGTH_MAX && text.split('.').count() <= WORDS_MAX
}

fn is_word(word: &str) -> bool {
    !word.is_empty()
        && word
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_well_formed_subjects_exist() {
        for good in ["a", "event.oc_01", "a-b.C_d.9", &["x"; 16].join(".")] {
            assert!(Subject::new(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            ".",
            "a.",
            ".a",
            "a..b",
            "a b",
            "a.*",
            ">",
            "$SYS",
            "é",
            "a\r\n",
            &"x".repeat(256),
            &["x"; 17].join("."),
        ] {
            assert!(Subject::new(bad).is_err(), "{bad:?}");
        }
        for good in [">", "a.>", "*", "a.*.c", "*.>"] {
            assert!(Pattern::new(good).is_ok(), "{good}");
        }
        for bad in ["", "a.>.b", ">.a", "a*", "a.**", "a>", ".>", "a..>"] {
            assert!(Pattern::new(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn patterns_match_word_by_word() {
        let cases = [
            ("a.b", "a.b", true),
            ("a.b", "a.c", false),
            ("a.b", "a.b.c", false),
            ("a.b.c", "a.b", false),
            ("a.*", "a.b", true),
            ("a.*", "a", false),
            ("a.*", "a.b.c", false),
            ("*.b", "a.b", true),
            ("a.>", "a.b.c", true),
            ("a.>", "a", false),
            (">", "a.b", true),
        ];
        for (pattern, subject, expected) in cases {
            let heard = Pattern::new(pattern)
                .unwrap()
                .matches(&Subject::new(subject).unwrap());
            assert_eq!(heard, expected, "{pattern} and {subject}");
        }
    }
}
