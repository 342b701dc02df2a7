//! Refusals: an entry each, until there are too many of a kind. No I/O and no clock.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use act::{Caller, Facts, Outcome};
use base::{EntryId, TenantId, Timestamp};

use crate::{
    draft::{Draft, What},
    windows::{Ending, Key},
};

/// How long refusals are counted before the counts are written.
pub(crate) const SPAN: Duration = Duration::from_secs(60);
/// How many refusals of one caller, source, operation and reason have an entry each within the span.
pub(crate) const SINGLY_EACH: u32 = 5;
/// How many refusals in all have an entry each within the span, and wait at most.
pub(crate) const SINGLY_MAX: usize = 600;
/// How many counts there are at most; what does not fit is counted without its tenant.
const COUNTS_MAX: usize = 10_000;

/// The refusals of this node that are not written yet.
#[derive(Debug, Default)]
pub(crate) struct Refused {
    since: Option<Timestamp>,
    singly: HashMap<(Key, String, &'static str, &'static str), u32>,
    singly_in_all: usize,
    drafts: Vec<Draft>,
    /// How many were taken out and are not written yet.
    underway: usize,
    counts: BTreeMap<(TenantId, &'static str, &'static str), u64>,
}

impl Refused {
    pub(crate) fn note(&mut self, facts: &Facts<'_>) {
        let Outcome::Refused(code) = facts.outcome else {
            return;
        };
        self.since.get_or_insert(facts.at);
        let operation = facts.operation.name;
        let draft = Draft::of(facts);
        let has_room =
            self.singly_in_all < SINGLY_MAX && self.drafts.len() + self.underway < SINGLY_MAX;
        let sort = (Key::of(facts), draft.source.clone(), operation, code);
        let is_first = has_room && {
            let before = self.singly.entry(sort).or_default();
            *before += 1;
            *before <= SINGLY_EACH
        };
        if is_first {
            self.singly_in_all += 1;
            self.drafts.push(draft);
            return;
        }
        let sort = (facts.tenant, operation, code);
        let sort = match self.counts.len() < COUNTS_MAX || self.counts.contains_key(&sort) {
            true => sort,
            false => (TenantId::NIL, operation, code),
        };
        *self.counts.entry(sort).or_default() += 1;
    }

    /// Takes out what has to be written now.
    pub(crate) fn take(
        &mut self,
        now: Timestamp,
        ending: Ending,
        new_id: &dyn Fn() -> EntryId,
    ) -> Vec<Draft> {
        let mut drafts = std::mem::take(&mut self.drafts);
        self.underway += drafts.len();
        let Some(since) = self
            .since
            .filter(|since| ending == Ending::All || since.after(SPAN) <= now)
        else {
            return drafts;
        };
        self.since = None;
        self.singly.clear();
        self.singly_in_all = 0;
        let counts = std::mem::take(&mut self.counts);
        drafts.extend(
            counts
                .into_iter()
                .map(|((tenant, operation, code), count)| Draft {
                    id: new_id(),
                    at: now,
                    tenant,
                    operation,
                    caller: Caller::System {
                        name: "audit",
                        tenant,
                    },
                    request: None,
                    source: String::new(),
                    client: String::new(),
                    resources: Vec::new(),
                    what: What::RefusedOften { code, count, since },
                }),
        );
        drafts
    }

    /// Tells that this draft is written.
    pub(crate) fn written(&mut self, draft: &Draft) {
        if matches!(draft.what, What::Refused { .. }) {
            self.underway = self.underway.saturating_sub(1);
        }
    }
}
