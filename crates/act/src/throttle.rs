//! How often something may be tried: token buckets by key, bounded in number.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use base::{Result, Timestamp};

use crate::{Act, TOO_MANY};

/// A limit: at most `burst` at once, one more each `every`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// Names the limit; buckets of different names are apart.
    pub name: &'static str,
    pub burst: u32,
    pub every: Duration,
    pub against: Against,
}

/// What a limit is against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Against {
    /// Guessing, and using the server against others: always counted.
    Abuse,
    /// More work than one account should make: the operator can lift it, as for measuring.
    Load,
}

/// The keys of one limit that a generation holds. Two generations are kept: when the younger is full the older is forgotten,
/// and with it the buckets that nobody has touched for longest. Whoever wants a bucket forgotten has to touch as many others.
const KEYS_MAX: usize = 50_000;

/// The buckets of one node, a table for each limit: no limit forgets because another is busy.
#[derive(Debug, Default)]
pub struct Throttle {
    tables: RwLock<HashMap<&'static str, Arc<Mutex<Table>>>>,
    is_load_free: AtomicBool,
}

/// When each bucket will be full again, in microseconds (the generic cell rate algorithm's theoretical arrival time).
#[derive(Debug, Default)]
struct Table {
    young: HashMap<[u8; 32], i64>,
    old: HashMap<[u8; 32], i64>,
}

impl Table {
    fn get(&self, key: &[u8; 32]) -> i64 {
        let full_at = self.young.get(key).or_else(|| self.old.get(key));
        full_at.copied().unwrap_or(0)
    }

    fn set(&mut self, key: [u8; 32], full_at: i64) {
        self.old.remove(&key);
        if self.young.len() >= KEYS_MAX && !self.young.contains_key(&key) {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, full_at);
    }

    fn remove(&mut self, key: &[u8; 32]) {
        self.young.remove(key);
        self.old.remove(key);
    }
}

impl Throttle {
    /// Takes one from the bucket of `key`.
    ///
    /// # Errors
    /// [`TOO_MANY`] with the seconds until the next one.
    pub fn take(&self, limit: &Limit, key: &[u8], now: Timestamp) -> Result<()> {
        if limit.against == Against::Load && self.is_load_free.load(Ordering::Relaxed) {
            return Ok(());
        }
        let table = self.table(limit);
        let Ok(mut table) = table.lock() else {
            return Err(TOO_MANY.into());
        };
        let key = cipher::hash_token(key);
        let step = i64::try_from(limit.every.as_micros()).unwrap_or(i64::MAX);
        let full_at = table.get(&key);
        let next = full_at.max(now.micros()).saturating_add(step);
        let over = next
            .saturating_sub(now.micros())
            .saturating_sub(step.saturating_mul(i64::from(limit.burst)));
        if over > 0 {
            // What is tried in vain is in use too.
            table.set(key, full_at);
            let seconds =
                u32::try_from(over.div_euclid(1_000_000).saturating_add(1)).unwrap_or(u32::MAX);
            return Err(TOO_MANY.retry_after(seconds));
        }
        table.set(key, next);
        Ok(())
    }

    /// Counts no load from now on.
    pub fn lift_load(&self) {
        self.is_load_free.store(true, Ordering::Relaxed);
    }

    /// Fills the bucket of `key` again: what was tried has succeeded.
    pub fn forgive(&self, limit: &Limit, key: &[u8]) {
        if let Ok(mut table) = self.table(limit).lock() {
            table.remove(&cipher::hash_token(key));
        }
    }

    /// Remembers `key` for the limit's interval.
    pub fn note(&self, limit: &Limit, key: &[u8], now: Timestamp) {
        if let Ok(mut table) = self.table(limit).lock() {
            table.set(cipher::hash_token(key), now.after(limit.every).micros());
        }
    }

    /// Whether `key` was noted within the limit's interval, and is remembered.
    pub fn is_noted(&self, limit: &Limit, key: &[u8], now: Timestamp) -> bool {
        let table = self.table(limit);
        let table = table.lock().unwrap_or_else(PoisonError::into_inner);
        table.get(&cipher::hash_token(key)) > now.micros()
    }

    fn table(&self, limit: &Limit) -> Arc<Mutex<Table>> {
        let known = self.tables.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(table) = known.get(limit.name) {
            return Arc::clone(table);
        }
        drop(known);
        let mut tables = self.tables.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(tables.entry(limit.name).or_default())
    }
}

impl Act {
    /// Takes one from a bucket; see [`Throttle::take`].
    ///
    /// # Errors
    /// [`TOO_MANY`].
    pub fn throttle(&self, limit: &Limit, key: &[u8]) -> Result<()> {
        self.throttle.take(limit, key, self.now)
    }

    /// Fills a bucket again: what was tried has succeeded.
    pub fn forgive(&self, limit: &Limit, key: &[u8]) {
        self.throttle.forgive(limit, key);
    }

    /// Remembers something for a while on this node; see [`Throttle::note`].
    pub fn note(&self, limit: &Limit, key: &[u8]) {
        self.throttle.note(limit, key, self.now);
    }

    /// Whether it is remembered; see [`Throttle::is_noted`].
    pub fn is_noted(&self, limit: &Limit, key: &[u8]) -> bool {
        self.throttle.is_noted(limit, key, self.now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_then_one_per_interval() {
        let limit = Limit {
            name: "test",
            burst: 3,
            every: Duration::from_secs(10),
            against: Against::Abuse,
        };
        let throttle = Throttle::default();
        let at = |seconds: i64| Timestamp::from_micros(seconds * 1_000_000);
        for _ in 0..3 {
            throttle.take(&limit, b"a", at(0)).unwrap();
        }
        assert!(
            throttle
                .take(&limit, b"a", at(0))
                .unwrap_err()
                .is(&TOO_MANY)
        );
        throttle.take(&limit, b"b", at(0)).unwrap();
        throttle.take(&limit, b"a", at(10)).unwrap();
        assert!(throttle.take(&limit, b"a", at(10)).is_err());
        throttle.forgive(&limit, b"a");
        throttle.take(&limit, b"a", at(10)).unwrap();
    }

    #[test]
    fn a_full_table_forgets_what_was_touched_longest_ago_and_shares_nothing() {
        let limit = |name| Limit {
            name,
            burst: 1,
            every: Duration::from_secs(3_600),
            against: Against::Abuse,
        };
        let (guesses, other) = (limit("guesses"), limit("other"));
        let throttle = Throttle::default();
        let now = Timestamp::from_micros(1_000_000);
        throttle.take(&other, b"kept", now).unwrap();
        throttle.take(&guesses, b"old", now).unwrap();
        for number in 0..KEYS_MAX {
            throttle.take(&guesses, &number.to_be_bytes(), now).unwrap();
        }
        // In use all the time, it stays in use; one that is new has a bucket of its own; other limits keep theirs.
        assert!(throttle.take(&guesses, b"old", now).is_err());
        throttle.take(&guesses, b"new", now).unwrap();
        assert!(throttle.take(&guesses, b"new", now).is_err());
        assert!(throttle.take(&other, b"kept", now).is_err());
        for number in 0..2 * KEYS_MAX {
            throttle
                .take(&guesses, &(number + KEYS_MAX).to_be_bytes(), now)
                .unwrap();
        }
        throttle.take(&guesses, b"old", now).unwrap();
    }

    #[test]
    fn load_is_let_through_when_the_operator_says_so_and_guessing_is_not() {
        let limit = |against| Limit {
            name: "test",
            burst: 0,
            every: Duration::from_secs(10),
            against,
        };
        let throttle = Throttle::default();
        let now = Timestamp::from_micros(0);
        assert!(throttle.take(&limit(Against::Load), b"a", now).is_err());
        throttle.lift_load();
        throttle.take(&limit(Against::Load), b"a", now).unwrap();
        assert!(throttle.take(&limit(Against::Abuse), b"a", now).is_err());
    }
}
