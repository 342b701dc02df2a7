//! A path as a policy writes it, and which paths it means.

use std::{cmp::Ordering, fmt};

/// Bytes of a pattern.
pub const PATTERN_BYTES_MAX: usize = 2_048;

/// The path of one rule: exact, with `+` for whole segments, with `*` at its end for whatever follows.
///
/// The order of patterns is that of their texts, not which of two wins.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pattern {
    text: Box<str>,
    /// Bytes before the first `+` segment or the `*` at the end; all of them, where there is neither.
    head_bytes: usize,
    plus_segments: usize,
    is_glob: bool,
}

impl Pattern {
    /// Reads a pattern. One slash at its beginning is left away.
    ///
    /// # Errors
    /// A sentence for the person who wrote it.
    pub(crate) fn parse(written: &str) -> Result<Self, &'static str> {
        let text = written.strip_prefix('/').unwrap_or(written);
        if text.len() > PATTERN_BYTES_MAX {
            return Err("the path is longer than 2048 bytes");
        }
        if text.contains("+*") {
            return Err("\"+*\" means nothing in a path: \"+\" stands for a whole segment");
        }
        if text.contains("{{") {
            return Err("templates in paths are not supported");
        }
        if text.contains(char::is_control) {
            return Err("the path has a control character in it");
        }
        let is_glob = text.ends_with('*');
        let body = text.strip_suffix('*').unwrap_or(text);
        let is_plus = |segment: &&str| *segment == "+";
        let before_plus = body.split('/').take_while(|segment| !is_plus(segment));
        let head_bytes: usize = before_plus.map(|segment| segment.len() + 1).sum();
        Ok(Self {
            head_bytes: head_bytes.min(body.len()),
            plus_segments: body.split('/').filter(is_plus).count(),
            is_glob,
            text: text.into(),
        })
    }

    /// The pattern as written, without a slash at its beginning.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it means one path only.
    pub fn is_exact(&self) -> bool {
        !self.is_glob && self.plus_segments == 0
    }

    /// Whether it ends in `*`.
    pub fn is_glob(&self) -> bool {
        self.is_glob
    }

    /// What every path begins with that it means.
    pub(crate) fn head(&self) -> &str {
        self.text.get(..self.head_bytes).unwrap_or(&self.text)
    }

    /// Whether it is a head and a `*`: the head decides alone.
    pub(crate) fn is_prefix(&self) -> bool {
        self.is_glob && self.plus_segments == 0
    }

    /// Which of two patterns that are not exact and that both fit wins: the greater one.
    pub(crate) fn precedence(&self, other: &Self) -> Ordering {
        let first_wildcard = self.head_bytes.cmp(&other.head_bytes);
        first_wildcard
            .then_with(|| other.is_glob.cmp(&self.is_glob))
            .then_with(|| other.plus_segments.cmp(&self.plus_segments))
            .then_with(|| self.text.len().cmp(&other.text.len()))
            .then_with(|| self.text.cmp(&other.text))
    }

    /// Whether the path with these segments is meant.
    pub(crate) fn fits<'a>(&self, mut path: impl Iterator<Item = &'a str>) -> bool {
        let body = self.text.strip_suffix('*').unwrap_or(&self.text);
        let mut wanted = body.split('/').peekable();
        while let Some(want) = wanted.next() {
            let Some(have) = path.next() else {
                return false;
            };
            if self.is_glob && wanted.peek().is_none() {
                return have.starts_with(want);
            }
            if want != "+" && want != have {
                return false;
            }
        }
        path.next().is_none()
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
