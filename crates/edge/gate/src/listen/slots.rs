//! How many are open, connections or requests, in all and by source.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use crate::source::SourceKey;

#[derive(Debug)]
pub(crate) struct Slots {
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    total_max: usize,
    per_source_max: usize,
    total: usize,
    by_source: HashMap<SourceKey, usize>,
}

impl Slots {
    pub(crate) fn new(total_max: usize, per_source_max: usize) -> Self {
        let open = Open {
            total_max,
            per_source_max,
            ..Open::default()
        };
        Self {
            open: Mutex::new(open),
        }
    }

    /// Other bounds from here on; what is open stays open.
    pub(super) fn set_bounds(&self, total_max: usize, per_source_max: usize) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        (open.total_max, open.per_source_max) = (total_max, per_source_max);
    }

    /// A slot for one more, if there is one. Without a source it counts in the total only.
    pub(crate) fn take(self: &Arc<Self>, source: Option<SourceKey>) -> Result<Slot, Full> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let own = source.map_or(0, |source| {
            open.by_source.get(&source).copied().unwrap_or(0)
        });
        if source.is_some() && own >= open.per_source_max {
            return Err(Full::Source);
        }
        if open.total >= open.total_max {
            return Err(Full::All);
        }
        if let Some(source) = source {
            open.by_source.insert(source, own + 1);
        }
        open.total += 1;
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
    source: Option<SourceKey>,
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut open = self
            .slots
            .open
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        open.total = open.total.saturating_sub(1);
        if let Some(source) = self.source
            && let Some(own) = open.by_source.get_mut(&source)
        {
            *own = own.saturating_sub(1);
            if *own == 0 {
                open.by_source.remove(&source);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_source_cannot_take_every_place() {
        let key = |text: &str| Some(SourceKey::of(text.parse().unwrap()));
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

    #[test]
    fn other_bounds_hold_for_the_next_connection() {
        let key = Some(SourceKey::of("10.0.0.1".parse().unwrap()));
        let slots = Arc::new(Slots::new(10, 1));
        let _first = slots.take(key).unwrap();
        assert_eq!(slots.take(key).err(), Some(Full::Source));
        slots.set_bounds(10, 2);
        let _second = slots.take(key).unwrap();
        slots.set_bounds(1, 1);
        assert_eq!(slots.take(key).err(), Some(Full::Source));
        assert_eq!(slots.open(), 2, "what is open stays open");
    }

    #[test]
    fn what_has_no_source_counts_in_the_total_only() {
        let slots = Arc::new(Slots::new(3, 1));
        let held = [slots.take(None), slots.take(None), slots.take(None)];
        assert!(held.iter().all(Result::is_ok));
        assert_eq!(slots.take(None).err(), Some(Full::All));
        drop(held);
        assert_eq!(slots.open(), 0);
    }
}
