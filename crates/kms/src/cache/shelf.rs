//! A bounded map whose entries expire, and the age of things.

use std::{collections::HashMap, hash::Hash, time::Duration};

use base::{Clock, Timestamp};
use tokio::time::Instant;

/// A moment by two clocks. The steady one stands still while a machine sleeps and the other can be set back, so the age of
/// something is the larger that either tells.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    steady: Instant,
    wall: Timestamp,
}

impl Moment {
    pub(super) fn now(clock: &dyn Clock) -> Self {
        Self {
            steady: Instant::now(),
            wall: clock.now(),
        }
    }

    /// How long before `now` this moment was.
    pub(super) fn age(self, now: Self) -> Duration {
        let steady = now.steady.saturating_duration_since(self.steady);
        steady.max(now.wall.since(self.wall))
    }
}

/// Keeps at most `keep` entries, those used last, each no longer than `life`.
///
/// Two halves stand in for an order of use: an entry that is asked for moves to the young half; when that is full it becomes
/// the old half, and what nobody asked for in between goes.
pub(super) struct Shelf<K, V> {
    young: HashMap<K, Kept<V>>,
    old: HashMap<K, Kept<V>>,
    half: usize,
    life: Duration,
}

struct Kept<V> {
    value: V,
    since: Moment,
}

impl<K: Eq + Hash + Copy, V: Clone> Shelf<K, V> {
    pub(super) fn new(keep: usize, life: Duration) -> Self {
        Self {
            young: HashMap::new(),
            old: HashMap::new(),
            half: keep.div_ceil(2).max(1),
            life,
        }
    }

    pub(super) fn get(&mut self, key: &K, now: Moment) -> Option<V> {
        if !self.young.contains_key(key) {
            let kept = self.old.remove(key)?;
            self.place(*key, kept);
        }
        let kept = self.young.get(key)?;
        (kept.since.age(now) < self.life).then(|| kept.value.clone())
    }

    pub(super) fn insert(&mut self, key: K, value: V, since: Moment) {
        self.old.remove(&key);
        self.place(key, Kept { value, since });
    }

    fn place(&mut self, key: K, kept: Kept<V>) {
        if self.young.len() >= self.half {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, kept);
    }

    pub(super) fn remove(&mut self, key: &K) {
        self.young.remove(key);
        self.old.remove(key);
    }

    pub(super) fn retain(&mut self, stays: impl Fn(&K) -> bool) {
        self.young.retain(|key, _| stays(key));
        self.old.retain(|key, _| stays(key));
    }

    pub(super) fn sweep(&mut self, now: Moment) {
        let life = self.life;
        self.young.retain(|_, kept| kept.since.age(now) < life);
        self.old.retain(|_, kept| kept.since.age(now) < life);
    }

    pub(super) fn clear(&mut self) {
        self.young.clear();
        self.old.clear();
    }

    pub(super) fn len(&self) -> usize {
        self.young.len() + self.old.len()
    }
}

#[cfg(test)]
mod tests {
    use base::SystemClock;

    use super::*;

    #[test]
    fn it_never_holds_more_than_it_may_and_keeps_what_is_used() {
        let now = Moment::now(&SystemClock);
        let mut shelf = Shelf::new(10, Duration::from_secs(60));
        for key in 0..1_000 {
            shelf.insert(key, key, now);
            assert_eq!(shelf.get(&0, now), Some(0), "used at every step");
            assert!(shelf.len() <= 10, "{} after {key}", shelf.len());
        }
        assert_eq!(shelf.get(&999, now), Some(999));
        assert_eq!(shelf.get(&500, now), None);
    }

    #[tokio::test(start_paused = true)]
    async fn entries_expire_by_either_clock() {
        struct Set(Timestamp);
        impl Clock for Set {
            fn now(&self) -> Timestamp {
                self.0
            }
        }
        let start = Set(Timestamp::from_micros(1_000_000));
        let made = Moment::now(&start);
        let later = Set(start.0.after(Duration::from_secs(61)));
        let mut shelf = Shelf::new(10, Duration::from_secs(60));
        shelf.insert(1, (), made);
        assert_eq!(shelf.get(&1, Moment::now(&start)), Some(()));
        assert_eq!(
            shelf.get(&1, Moment::now(&later)),
            None,
            "the machine slept"
        );
        tokio::time::advance(Duration::from_secs(61)).await;
        assert_eq!(
            shelf.get(&1, Moment::now(&start)),
            None,
            "the clock was set back"
        );
        shelf.sweep(Moment::now(&start));
        assert_eq!(shelf.len(), 0);
    }
}
