//! Opened entries, kept for as long as the store is open.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use crate::txn::Entry;

/// Bytes of values in one of the two generations.
const GENERATION_BYTES: usize = 16 * 1024 * 1024;
/// Entries in one of the two generations.
const GENERATION_ENTRIES: usize = 32_768;

/// Two generations: what is used moves to the young one, and when that is full the old one is dropped. Values are wiped as they
/// go.
#[derive(Default)]
pub(crate) struct Cache {
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    young: HashMap<String, Arc<Entry>>,
    old: HashMap<String, Arc<Entry>>,
    young_bytes: usize,
    /// Grows with every change, so that what was read before one is not kept after it.
    changes: u64,
}

impl Cache {
    pub(crate) fn get(&self, path: &str) -> Option<Arc<Entry>> {
        let mut held = self.held();
        if let Some(entry) = held.young.get(path) {
            return Some(Arc::clone(entry));
        }
        let (path, entry) = held.old.remove_entry(path)?;
        held.keep(path, Arc::clone(&entry));
        Some(entry)
    }

    /// What to show to [`Cache::fill`] later.
    pub(crate) fn mark(&self) -> u64 {
        self.held().changes
    }

    /// Keeps what was read, unless something changed since the mark.
    pub(crate) fn fill(&self, mark: u64, path: &str, entry: &Arc<Entry>) {
        let mut held = self.held();
        if held.changes == mark {
            held.keep(path.to_owned(), Arc::clone(entry));
        }
    }

    /// Takes over what was committed.
    pub(crate) fn change(&self, written: impl Iterator<Item = (String, Option<Arc<Entry>>)>) {
        let mut held = self.held();
        held.changes += 1;
        for (path, entry) in written {
            held.remove(&path);
            if let Some(entry) = entry {
                held.keep(path, entry);
            }
        }
    }

    pub(crate) fn clear(&self) {
        let mut held = self.held();
        *held = Held {
            changes: held.changes + 1,
            ..Held::default()
        };
    }

    fn held(&self) -> std::sync::MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    fn keep(&mut self, path: String, entry: Arc<Entry>) {
        self.young_bytes += entry.value.len();
        if let Some(before) = self.young.insert(path, entry) {
            self.young_bytes -= before.value.len().min(self.young_bytes);
        }
        if self.young_bytes > GENERATION_BYTES || self.young.len() > GENERATION_ENTRIES {
            self.old = std::mem::take(&mut self.young);
            self.young_bytes = 0;
        }
    }

    fn remove(&mut self, path: &str) {
        self.old.remove(path);
        if let Some(entry) = self.young.remove(path) {
            self.young_bytes -= entry.value.len().min(self.young_bytes);
        }
    }
}
