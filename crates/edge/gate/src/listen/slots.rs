//! How many connections are open, in all and by source.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use crate::source::SourceKey;

#[derive(Debug)]
pub(super) struct Slots {
    total_max: usize,
    per_source_max: usize,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    total: usize,
    by_source: HashMap<SourceKey, usize>,
}

impl Slots {
    pub(super) fn new(total_max: usize, per_source_max: usize) -> Self {
        Self {
            total_max,
            per_source_max,
            open: Mutex::default(),
        }
    }

    /// A slot for one more connection, if there is one.
    pub(super) fn take(self: &Arc<Self>, source: SourceKey) -> Option<Slot> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let own = open.by_source.get(&source).copied().unwrap_or(0);
        if open.total >= self.total_max || own >= self.per_source_max {
            return None;
        }
        open.total += 1;
        open.by_source.insert(source, own + 1);
        Some(Slot {
            slots: Arc::clone(self),
            source,
        })
    }

    pub(super) fn open(&self) -> usize {
        self.open
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .total
    }
}

/// One connection's place; given back on drop.
#[derive(Debug)]
pub(super) struct Slot {
    slots: Arc<Slots>,
    source: SourceKey,
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut open = self
            .slots
            .open
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        open.total = open.total.saturating_sub(1);
        if let Some(own) = open.by_source.get_mut(&self.source) {
            *own = own.saturating_sub(1);
            if *own == 0 {
                open.by_source.remove(&self.source);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_source_cannot_take_every_place() {
        let key = |text: &str| SourceKey::of(text.parse().unwrap());
        let slots = Arc::new(Slots::new(3, 2));
        let first = slots.take(key("10.0.0.1")).unwrap();
        let _second = slots.take(key("10.0.0.1")).unwrap();
        assert!(slots.take(key("10.0.0.1")).is_none());
        let _third = slots.take(key("10.0.0.2")).unwrap();
        assert!(slots.take(key("10.0.0.3")).is_none());
        drop(first);
        assert!(slots.take(key("10.0.0.3")).is_some());
        assert_eq!(slots.open(), 2);
    }
}
