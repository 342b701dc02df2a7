//! How many are open, connections or requests, in all and by source.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use crate::source::SourceKey;

#[derive(Debug)]
pub(crate) struct Slots {
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
    pub(crate) fn new(total_max: usize, per_source_max: usize) -> Self {
        Self {
            total_max,
            per_source_max,
            open: Mutex::default(),
        }
    }

    /// A slot for one more, if there is one.
    pub(crate) fn take(self: &Arc<Self>, source: SourceKey) -> Result<Slot, Full> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let own = open.by_source.get(&source).copied().unwrap_or(0);
        if own >= self.per_source_max {
            return Err(Full::Source);
        }
        if open.total >= self.total_max {
            return Err(Full::All);
        }
        open.total += 1;
        open.by_source.insert(source, own + 1);
        Ok(Slot {
            slots: Arc::clone(self),
            source,
        })
    }

    pub(crate) fn open(&self) -> usize {
        self.open
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .total
    }
}

/// Which of the places are all taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Full {
    Source,
    All,
}

/// One place; given back on drop.
#[derive(Debug)]
pub(crate) struct Slot {
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
        assert_eq!(slots.take(key("10.0.0.1")).err(), Some(Full::Source));
        let _third = slots.take(key("10.0.0.2")).unwrap();
        assert_eq!(slots.take(key("10.0.0.3")).err(), Some(Full::All));
        drop(first);
        assert!(slots.take(key("10.0.0.3")).is_ok());
        assert_eq!(slots.open(), 2);
    }
}
