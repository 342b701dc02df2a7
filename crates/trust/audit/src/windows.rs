//! Ordinary reads, counted in windows. No I/O and no clock: what has to be written is taken out and reported back.

use std::{
    collections::{HashMap, hash_map},
    hash::{BuildHasher, RandomState},
};

use act::{Caller, Facts, Kind};
use base::{AccountId, EntryId, SessionId, TenantId, Timestamp};

use crate::draft::{Draft, Name, Touched, What};

/// How long reads are counted before they are written down.
pub(crate) const WINDOW: std::time::Duration = std::time::Duration::from_secs(600);
/// How many first reads and ended counts may wait to be written, in resources; beyond that nothing is read.
pub(crate) const WAITING_MAX: usize = 10_000;
/// How many of them may be one account's: nobody keeps the others from reading.
pub(crate) const WAITING_OF_ACCOUNT_MAX: usize = WAITING_MAX / 4;
/// How many resources are counted at once; beyond that the oldest windows end early.
const TRACKED_MAX: usize = 200_000;
/// How many resources one entry names.
const RESOURCES_MAX: usize = 200;

/// Too much waits to be written.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Full;

/// Which windows end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Those whose time is over.
    Due,
    /// All: the node stops.
    All,
}

/// The windows that are open on this node.
#[derive(Debug, Default)]
pub(crate) struct Windows {
    open: HashMap<Sort, Window>,
    /// The windows with reads that are not written yet.
    fresh: Vec<Sort>,
    tracked: usize,
    waiting: usize,
    waiting_of: HashMap<AccountId, usize>,
    sources: RandomState,
}

/// What is counted together: the same caller doing the same thing from the same place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Sort {
    key: Key,
    operation: &'static str,
    /// A hash of the address, under a key of this process.
    source: u64,
}

/// Who reads in which tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    who: Who,
    tenant: TenantId,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Who {
    Nobody,
    Session(SessionId),
    System(&'static str),
    Operator,
}

#[derive(Debug)]
struct Window {
    began: Timestamp,
    /// The first read, which stands for all: they have caller, source and operation in common.
    first: Draft,
    /// The entry that was written first.
    entry: Option<EntryId>,
    reads: HashMap<Name, u64>,
    /// Resources that were read for the first time since the last entry, and since when.
    fresh: Vec<Name>,
    fresh_since: Timestamp,
}

impl Key {
    pub(crate) fn of(facts: &Facts<'_>) -> Self {
        let who = match facts.caller {
            Caller::Nobody => Who::Nobody,
            Caller::Member(member) => Who::Session(member.session),
            Caller::System { name, .. } => Who::System(name),
            Caller::Operator { .. } => Who::Operator,
        };
        Self {
            who,
            tenant: facts.tenant,
        }
    }
}

/// What was read. A read of nothing in particular counts under its operation.
fn names(facts: &Facts<'_>) -> Vec<Name> {
    if facts.resources.is_empty() {
        return vec![Name {
            kind: Kind(facts.operation.name),
            tenant: facts.tenant,
            id: [0; 16],
        }];
    }
    facts.resources.iter().map(Name::of).collect()
}

impl Windows {
    /// Counts a read.
    ///
    /// # Errors
    /// [`Full`], and the read is not counted, when it would have to wait behind too many.
    pub(crate) fn count(&mut self, facts: &Facts<'_>) -> Result<(), Full> {
        let names = names(facts);
        let sort = Sort {
            key: Key::of(facts),
            operation: facts.operation.name,
            source: self.sources.hash_one(facts.source),
        };
        let known = self.open.get(&sort).map(|window| &window.reads);
        let is_known = |name: &Name| known.is_some_and(|reads| reads.contains_key(name));
        let new = names.iter().filter(|name| !is_known(name)).count();
        if new > 0 && !self.has_room(facts.caller, new) {
            return Err(Full);
        }
        let mut added = 0;
        let window = self.open.entry(sort).or_insert_with(|| Window {
            began: facts.at,
            first: Draft::of(facts),
            entry: None,
            reads: HashMap::new(),
            fresh: Vec::new(),
            fresh_since: facts.at,
        });
        for name in names {
            match window.reads.entry(name) {
                hash_map::Entry::Occupied(mut reads) => *reads.get_mut() += 1,
                hash_map::Entry::Vacant(reads) => {
                    reads.insert(1);
                    if window.fresh.is_empty() {
                        window.fresh_since = facts.at;
                        self.fresh.push(sort);
                    }
                    window.fresh.push(name);
                    added += 1;
                }
            }
        }
        self.tracked += added;
        self.wait(facts.caller, added);
        Ok(())
    }

    fn has_room(&self, caller: &Caller, new: usize) -> bool {
        let own = caller
            .member()
            .and_then(|member| self.waiting_of.get(&member.account));
        self.waiting + new <= WAITING_MAX
            && own.copied().unwrap_or(0) + new <= WAITING_OF_ACCOUNT_MAX
    }

    fn wait(&mut self, caller: &Caller, new: usize) {
        self.waiting += new;
        if let (Some(member), 1..) = (caller.member(), new) {
            *self.waiting_of.entry(member.account).or_default() += new;
        }
    }

    /// Takes out what has to be written now. It waits until [`Windows::written`] is told of it.
    pub(crate) fn take(
        &mut self,
        now: Timestamp,
        ending: Ending,
        new_id: &dyn Fn() -> EntryId,
    ) -> Vec<Draft> {
        let mut drafts = Vec::new();
        for sort in std::mem::take(&mut self.fresh) {
            if let Some(window) = self.open.get_mut(&sort) {
                window.begin(&mut drafts, new_id);
            }
        }
        for sort in self.ending(now, ending) {
            if let Some(window) = self.open.remove(&sort) {
                self.tracked -= window.reads.len();
                let caller = window.first.caller;
                let counted = window.end(now, &mut drafts, new_id);
                self.wait(&caller, counted);
            }
        }
        drafts
    }

    /// How many reads were counted and are not written yet.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting
    }

    /// Tells that this draft is written.
    pub(crate) fn written(&mut self, draft: &Draft) {
        if matches!(draft.what, What::ReadsBegan | What::ReadsEnded { .. }) {
            let written = draft.resources.len();
            self.waiting = self.waiting.saturating_sub(written);
            let Some(member) = draft.caller.member() else {
                return;
            };
            if let hash_map::Entry::Occupied(mut own) = self.waiting_of.entry(member.account) {
                *own.get_mut() = own.get().saturating_sub(written);
                if *own.get() == 0 {
                    own.remove();
                }
            }
        }
    }

    fn ending(&self, now: Timestamp, ending: Ending) -> Vec<Sort> {
        let mut by_age: Vec<_> = self
            .open
            .iter()
            .map(|(sort, window)| (window.began, window.reads.len(), *sort))
            .collect();
        by_age.sort_unstable_by_key(|(began, ..)| *began);
        let mut tracked = self.tracked;
        let mut ended = Vec::new();
        for (began, reads, sort) in by_age {
            let is_over = ending == Ending::All || began.after(WINDOW) <= now;
            if !is_over && tracked <= TRACKED_MAX {
                break;
            }
            tracked = tracked.saturating_sub(reads);
            ended.push(sort);
        }
        ended
    }
}

impl Window {
    fn begin(&mut self, drafts: &mut Vec<Draft>, new_id: &dyn Fn() -> EntryId) {
        let fresh = std::mem::take(&mut self.fresh);
        for names in fresh.chunks(RESOURCES_MAX) {
            let id = new_id();
            self.entry.get_or_insert(id);
            drafts.push(Draft {
                id,
                at: self.fresh_since,
                resources: names
                    .iter()
                    .map(|name| Touched {
                        name: *name,
                        reads: None,
                    })
                    .collect(),
                what: What::ReadsBegan,
                ..self.first.clone()
            });
        }
    }

    /// Writes down what was read more than once; gives the number of those resources.
    fn end(self, now: Timestamp, drafts: &mut Vec<Draft>, new_id: &dyn Fn() -> EntryId) -> usize {
        let Some(first) = self.entry else { return 0 };
        let mut counted: Vec<_> = self
            .reads
            .into_iter()
            .filter(|(_, reads)| *reads > 1)
            .map(|(name, reads)| Touched {
                name,
                reads: Some(reads),
            })
            .collect();
        counted.sort_unstable_by_key(|touched| touched.name.id);
        for resources in counted.chunks(RESOURCES_MAX) {
            drafts.push(Draft {
                id: new_id(),
                at: now,
                resources: resources.to_vec(),
                what: What::ReadsEnded {
                    first,
                    since: self.began,
                },
                ..self.first.clone()
            });
        }
        counted.len()
    }
}
