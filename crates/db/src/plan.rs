//! What the committer decides in memory: guards against versions, and the numbers.

use std::collections::BTreeMap;

use base::{Fault, Result};

use crate::{
    Batch, CommitError, ResourceKey, Series,
    value::{Late, Value},
};

/// As many numbers as a [`Late`] can tell apart.
const NUMBERS_MAX: usize = u16::MAX as usize;

/// What a resource row says at commit, locked until the transaction ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) version: i64,
    pub(crate) items_last: i64,
    pub(crate) changes_last: i64,
}

impl State {
    pub(crate) const NEW: Self = Self {
        version: 1,
        items_last: 0,
        changes_last: 0,
    };
}

/// The states of all resources that a group touches.
#[derive(Debug, Default)]
pub(crate) struct States {
    known: BTreeMap<ResourceKey, Known>,
}

#[derive(Debug, Clone, Copy)]
struct Known {
    state: State,
    changed: bool,
}

/// What one batch would make of the states. Taken over only when its writes went well.
pub(crate) struct Outcome {
    next: Vec<(ResourceKey, State)>,
    pub(crate) numbers: Vec<i64>,
}

impl States {
    pub(crate) fn knows(&self, key: &ResourceKey) -> bool {
        self.known.contains_key(key)
    }

    pub(crate) fn learn(&mut self, key: ResourceKey, state: State) {
        self.known.insert(
            key,
            Known {
                state,
                changed: false,
            },
        );
    }

    /// Checks the guards and gives the numbers.
    pub(crate) fn decide(&self, batch: &Batch) -> Result<Outcome, CommitError> {
        let mut next: Vec<(ResourceKey, State)> = Vec::new();
        for new in &batch.founded {
            next.push((new.key, State::NEW));
        }
        for (key, version) in &batch.guards {
            if self.version(batch, key) != Some(*version) {
                return Err(CommitError::Conflict);
            }
        }
        if batch.numbers.len() > NUMBERS_MAX {
            let what = "an act asked for more numbers than a batch can hold";
            return Err(CommitError::Fault(Fault::new(what)));
        }
        for key in &batch.raised {
            self.entry(&mut next, *key)?.version += 1;
        }
        let mut numbers = Vec::with_capacity(batch.numbers.len());
        for (key, series) in &batch.numbers {
            let state = self.entry(&mut next, *key)?;
            let last = match series {
                Series::Items => &mut state.items_last,
                Series::Changes => &mut state.changes_last,
            };
            *last += 1;
            numbers.push(*last);
        }
        Ok(Outcome { next, numbers })
    }

    /// The version that a guard meets: of what the batch itself founds, the first.
    fn version(&self, batch: &Batch, key: &ResourceKey) -> Option<i64> {
        if batch.founded.iter().any(|new| new.key == *key) {
            return Some(State::NEW.version);
        }
        self.known.get(key).map(|known| known.state.version)
    }

    fn entry<'n>(
        &self,
        next: &'n mut Vec<(ResourceKey, State)>,
        key: ResourceKey,
    ) -> Result<&'n mut State, CommitError> {
        let index = match next.iter().position(|(known, _)| *known == key) {
            Some(index) => index,
            None => {
                let known = self.known.get(&key).ok_or(CommitError::Conflict)?;
                next.push((key, known.state));
                next.len() - 1
            }
        };
        next.get_mut(index)
            .map(|(_, state)| state)
            .ok_or_else(|| CommitError::Fault(Fault::new("a state that was just found is gone")))
    }

    /// Takes over what a batch made of the states.
    pub(crate) fn accept(&mut self, outcome: &Outcome) {
        for (key, state) in &outcome.next {
            self.known.insert(
                *key,
                Known {
                    state: *state,
                    changed: true,
                },
            );
        }
    }

    /// The states to write back.
    pub(crate) fn changed(&self) -> impl Iterator<Item = (ResourceKey, State)> + '_ {
        self.known
            .iter()
            .filter(|(_, known)| known.changed)
            .map(|(key, known)| (*key, known.state))
    }
}

/// The value as sent to the database: numbers that were late are known now.
pub(crate) fn resolve<'v>(
    value: &'v Value,
    numbers: &[i64],
    slot: &'v mut Value,
) -> Result<&'v Value> {
    match value {
        Value::Late(Late(index)) => {
            let number = numbers.get(usize::from(*index)).copied();
            *slot = Value::Int(
                number.ok_or_else(|| Fault::new("a late number was not asked of this batch"))?,
            );
            Ok(slot)
        }
        known => Ok(known),
    }
}
