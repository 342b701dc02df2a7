//! A place in a text that only moves on.

use serde_json::Number;

use super::DEPTH_MAX;
use crate::error::{Mistake, quoted};

#[derive(Debug)]
pub(super) struct Cursor<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            depth: 0,
        }
    }

    /// The byte that comes next.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// What is not read yet.
    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn take(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    /// Goes on behind this many bytes, to the end at most.
    pub(super) fn skip(&mut self, bytes: usize) {
        self.at = self.at.saturating_add(bytes).min(self.text.len());
    }

    /// Goes on behind the word, if it comes next.
    pub(super) fn eat(&mut self, word: &str) -> bool {
        let is_next = self.rest().starts_with(word);
        if is_next {
            self.skip(word.len());
        }
        is_next
    }

    /// Reads as long as the characters are of a kind.
    pub(super) fn take_while(&mut self, is_taken: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c| !is_taken(c)).unwrap_or(rest.len());
        self.skip(end);
        rest.get(..end).unwrap_or_default()
    }

    /// One more list or block begins.
    pub(super) fn enter(&mut self) -> Result<(), Mistake> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(Mistake::new(self.at, "lists and blocks stand too deep"));
        }
        Ok(())
    }

    /// A list or block has ended.
    pub(super) fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// A mistake here, about what was expected.
    pub(super) fn expected(&self, what: &str) -> Mistake {
        let reason = match self.peek() {
            Some(found) => format!(
                "{what} is expected here, not {}",
                quoted(found.encode_utf8(&mut [0; 4]))
            ),
            None => format!("{what} is expected, but the text ends here"),
        };
        Mistake::new(self.at, reason)
    }

    /// Reads a number as JSON writes it, or whole and in hexadecimal.
    pub(super) fn number(&mut self) -> Result<Number, Mistake> {
        let at = self.at;
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '+' | '-' | '.' | '_');
        let written = self.take_while(is_part);
        let hexadecimal = || {
            let digits = written.strip_prefix("0x")?;
            u64::from_str_radix(digits, 16).ok().map(Number::from)
        };
        let number = written.parse().ok().or_else(hexadecimal);
        number.ok_or_else(|| {
            let written = quoted(written);
            Mistake::new(
                at,
                format!("{written} is no number; a time with its unit is in quotes"),
            )
        })
    }
}
