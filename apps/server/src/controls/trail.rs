//! The links of a probe, one after the other: after one that broke, the others are not reached.

use std::{future::Future, time::Instant};

use base::Result;
use controls::wire::{Link, Outcome};

/// Characters of what is said of a link.
const WORDS_MAX: usize = 1_000;

pub(super) struct Trail {
    names: &'static [&'static str],
    links: Vec<Link>,
}

impl Trail {
    pub(super) const fn of(names: &'static [&'static str]) -> Self {
        Self {
            names,
            links: Vec::new(),
        }
    }

    /// Tries the next link. What it answers stands beside what is said of it; nothing when it broke.
    pub(super) async fn link<T>(
        &mut self,
        work: impl Future<Output = Result<(T, String)>>,
    ) -> Option<T> {
        let begun = Instant::now();
        let (outcome, words, value) = match work.await {
            Ok((value, words)) => (Outcome::Held, words, Some(value)),
            Err(error) => (Outcome::Broke, error.to_string(), None),
        };
        let took_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.add(outcome, &words, took_ms);
        value
    }

    /// What came of all of them.
    pub(super) fn end(mut self) -> Vec<Link> {
        while self.links.len() < self.names.len() {
            self.add(Outcome::Unreached, "", 0);
        }
        self.links
    }

    fn add(&mut self, outcome: Outcome, words: &str, took_ms: u64) {
        let name = self.names.get(self.links.len()).copied();
        self.links.push(Link {
            name: name.unwrap_or_default().to_owned(),
            outcome,
            words: words.chars().take(WORDS_MAX).collect(),
            took_ms,
        });
    }
}
