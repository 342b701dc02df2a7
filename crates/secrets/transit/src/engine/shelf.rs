//! The keys that are in use, read and scheduled.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use logical::Entry;

use crate::{keyring::Keyring, opened::Opened, problem::Problem};

/// Keys in one of the two generations.
const GENERATION_KEYS: usize = 8_192;
/// Bytes of keys, as they are stored, in one of the two generations.
const GENERATION_BYTES: usize = 32 * 1024 * 1024;

/// Keys by mount and name, with the versions of the entries that they were read from. Two generations: what is used moves to the
/// young one, and when that is full the old one is dropped.
#[derive(Default)]
pub(super) struct Shelf {
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    young: HashMap<String, Slot>,
    old: HashMap<String, Slot>,
    young_bytes: usize,
}

#[derive(Clone)]
struct Slot {
    version: i64,
    opened: Arc<Opened>,
    bytes: usize,
}

impl Shelf {
    /// The key of the entry. What is on the shelf serves while the entry has the version that it was read from.
    pub(super) fn open(&self, name: &str, entry: &Entry) -> Result<Arc<Opened>, Problem> {
        let before = self.held().get(name);
        if let Some(slot) = &before
            && slot.version == entry.version
        {
            return Ok(Arc::clone(&slot.opened));
        }
        let ring = Keyring::from_bytes(&entry.value)?;
        let before = before.map(|slot| slot.opened);
        // A version of 0 is one that this transaction writes, and may never be.
        if entry.version == 0 {
            return Ok(Arc::new(Opened::new(ring, before.as_deref())));
        }
        let opened = Arc::new(Opened::stored(ring, before.as_deref()));
        let slot = Slot {
            version: entry.version,
            opened: Arc::clone(&opened),
            bytes: entry.value.len(),
        };
        self.held().keep(name.to_owned(), slot);
        Ok(opened)
    }

    /// Forgets a key that is being deleted.
    pub(super) fn remove(&self, name: &str) {
        let mut held = self.held();
        held.old.remove(name);
        if let Some(slot) = held.young.remove(name) {
            held.young_bytes = held.young_bytes.saturating_sub(slot.bytes);
        }
    }

    pub(super) fn clear(&self) {
        *self.held() = Held::default();
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    fn get(&mut self, name: &str) -> Option<Slot> {
        if let Some(slot) = self.young.get(name) {
            return Some(slot.clone());
        }
        let (name, slot) = self.old.remove_entry(name)?;
        self.keep(name, slot.clone());
        Some(slot)
    }

    fn keep(&mut self, name: String, slot: Slot) {
        self.young_bytes += slot.bytes;
        if let Some(before) = self.young.insert(name, slot) {
            self.young_bytes = self.young_bytes.saturating_sub(before.bytes);
        }
        if self.young_bytes > GENERATION_BYTES || self.young.len() > GENERATION_KEYS {
            self.old = std::mem::take(&mut self.young);
            self.young_bytes = 0;
        }
    }
}
