//! Who has tried wrong passwords too often has to wait.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use base::Timestamp;

/// Wrong tries after which a user is locked out.
pub const LOCKOUT_TRIES: u32 = 5;
/// How long a user is locked out, and after how long without a try wrong ones are forgotten.
pub const LOCKOUT: Duration = Duration::from_secs(15 * 60);
/// Users of whom wrong tries are remembered at once.
pub const LOCKOUT_KNOWN_MAX: usize = 100_000;
/// Names that no user has, of which wrong tries are remembered at once.
pub const LOCKOUT_UNKNOWN_MAX: usize = 10_000;

/// The mount's UUID and a name.
pub(super) type Key = (String, String);

/// What a try came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Right,
    Wrong,
    /// Others have used up the tries meanwhile, so that it does not count whether it was right.
    LockedOut,
}

/// Wrong tries. Names that no user has are locked out as well, and do not push out those of users.
pub(super) struct Lockout {
    known: Mutex<Tries>,
    unknown: Mutex<Tries>,
}

struct Tries {
    max: usize,
    by_key: HashMap<Key, Wrong>,
}

#[derive(Clone, Copy)]
struct Wrong {
    tries: u32,
    last: Timestamp,
}

impl Default for Lockout {
    fn default() -> Self {
        let tries = |max| {
            Mutex::new(Tries {
                max,
                by_key: HashMap::new(),
            })
        };
        Self {
            known: tries(LOCKOUT_KNOWN_MAX),
            unknown: tries(LOCKOUT_UNKNOWN_MAX),
        }
    }
}

impl Lockout {
    pub(super) fn is_locked_out(&self, is_known: bool, key: &Key, now: Timestamp) -> bool {
        self.with(is_known, |tries| tries.is_locked_out(key, now))
    }

    /// Counts a try. Tries that go on at the same time are counted one after the other.
    pub(super) fn count(
        &self,
        is_known: bool,
        key: &Key,
        is_right: bool,
        now: Timestamp,
    ) -> Verdict {
        self.with(is_known, |tries| {
            if tries.is_locked_out(key, now) {
                return Verdict::LockedOut;
            }
            if is_right {
                tries.by_key.remove(key);
                return Verdict::Right;
            }
            tries.count(key, now);
            Verdict::Wrong
        })
    }

    pub(super) fn forget(&self) {
        for is_known in [true, false] {
            self.with(is_known, |tries| tries.by_key.clear());
        }
    }

    fn with<T>(&self, is_known: bool, change: impl FnOnce(&mut Tries) -> T) -> T {
        let tries = if is_known { &self.known } else { &self.unknown };
        change(&mut tries.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Tries {
    fn is_locked_out(&self, key: &Key, now: Timestamp) -> bool {
        let wrong = self.by_key.get(key);
        wrong.is_some_and(|wrong| wrong.tries >= LOCKOUT_TRIES && !wrong.is_old(now))
    }

    fn count(&mut self, key: &Key, now: Timestamp) {
        if let Some(wrong) = self.by_key.get_mut(key) {
            let before = if wrong.is_old(now) { 0 } else { wrong.tries };
            *wrong = Wrong {
                tries: before + 1,
                last: now,
            };
            return;
        }
        if self.by_key.len() >= self.max {
            self.make_room(now);
        }
        let wrong = Wrong {
            tries: 1,
            last: now,
        };
        self.by_key.insert(key.clone(), wrong);
    }

    /// Forgets what is old, or the oldest.
    fn make_room(&mut self, now: Timestamp) {
        self.by_key.retain(|_, wrong| !wrong.is_old(now));
        if self.by_key.len() >= self.max {
            let oldest = self.by_key.iter().min_by_key(|(_, wrong)| wrong.last);
            if let Some(key) = oldest.map(|(key, _)| key.clone()) {
                self.by_key.remove(&key);
            }
        }
    }
}

impl Wrong {
    fn is_old(&self, now: Timestamp) -> bool {
        now.since(self.last) >= LOCKOUT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> Key {
        ("mount".to_owned(), name.to_owned())
    }

    fn at(minutes: u64) -> Timestamp {
        Timestamp::from_micros(0).after(Duration::from_secs(minutes * 60))
    }

    #[test]
    fn five_wrong_tries_lock_out_for_a_quarter_of_an_hour() {
        let lockout = Lockout::default();
        let count = |is_right, minutes| lockout.count(true, &key("ana"), is_right, at(minutes));
        for minute in 0..5 {
            assert_eq!(count(false, minute), Verdict::Wrong);
        }
        assert_eq!(count(true, 5), Verdict::LockedOut);
        assert_eq!(count(false, 18), Verdict::LockedOut);
        assert!(lockout.is_locked_out(true, &key("ana"), at(18)));
        assert!(!lockout.is_locked_out(true, &key("ben"), at(18)));
        assert!(!lockout.is_locked_out(false, &key("ana"), at(18)));
        assert!(!lockout.is_locked_out(true, &("other".to_owned(), "ana".to_owned()), at(18)));
        assert!(!lockout.is_locked_out(true, &key("ana"), at(19)));
        assert_eq!(count(false, 19), Verdict::Wrong);
        assert_eq!(count(true, 20), Verdict::Right);
    }

    #[test]
    fn wrong_tries_are_forgotten_after_a_right_one_and_after_a_while() {
        let lockout = Lockout::default();
        let count = |is_right, minutes| lockout.count(true, &key("ana"), is_right, at(minutes));
        for round in 0..3 {
            for _ in 0..4 {
                assert_eq!(count(false, round), Verdict::Wrong);
            }
            assert_eq!(count(true, round), Verdict::Right);
        }
        for round in 1..8 {
            for _ in 0..4 {
                assert_eq!(count(false, round * 15 + 10), Verdict::Wrong);
            }
        }
    }

    #[test]
    fn names_that_nobody_has_push_out_no_user() {
        let lockout = Lockout::default();
        for _ in 0..5 {
            lockout.count(true, &key("ana"), false, at(0));
            lockout.count(false, &key("nobody"), false, at(0));
        }
        assert!(lockout.is_locked_out(false, &key("nobody"), at(1)));
        for number in 0..LOCKOUT_UNKNOWN_MAX {
            lockout.count(false, &key(&number.to_string()), false, at(1));
        }
        let held = |is_known| lockout.with(is_known, |tries| tries.by_key.len());
        assert_eq!((held(true), held(false)), (1, LOCKOUT_UNKNOWN_MAX));
        assert!(lockout.is_locked_out(true, &key("ana"), at(2)));
        assert!(!lockout.is_locked_out(false, &key("nobody"), at(2)));
        lockout.count(false, &key("later"), false, at(16));
        assert_eq!(held(false), 1);
        lockout.forget();
        assert_eq!((held(true), held(false)), (0, 0));
    }
}
