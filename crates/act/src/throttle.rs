//! How often something may be tried: token buckets by key, bounded in number.

use std::{collections::HashMap, sync::Mutex, time::Duration};

use base::{Result, Timestamp};

use crate::TOO_MANY;

/// A limit: at most `burst` at once, one more each `every`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// Names the limit; buckets of different names are apart.
    pub name: &'static str,
    pub burst: u32,
    pub every: Duration,
}

/// The most buckets kept. The ones that are full again go first; beyond that new keys share one bucket.
const BUCKETS_MAX: usize = 100_000;

/// The buckets of one node.
#[derive(Debug, Default)]
pub struct Throttle {
    /// When each bucket will be full again, in microseconds (the generic cell rate algorithm's theoretical arrival time).
    full_at: Mutex<HashMap<(&'static str, [u8; 32]), i64>>,
}

impl Throttle {
    /// Takes one from the bucket of `key`.
    ///
    /// # Errors
    /// [`TOO_MANY`] with the seconds until the next one.
    pub fn take(&self, limit: &Limit, key: &[u8], now: Timestamp) -> Result<()> {
        let Ok(mut buckets) = self.full_at.lock() else {
            return Err(TOO_MANY.into());
        };
        if buckets.len() >= BUCKETS_MAX {
            buckets.retain(|_, full_at| *full_at > now.micros());
        }
        let key = if buckets.len() >= BUCKETS_MAX {
            [0; 32]
        } else {
            cipher::hash_token(key)
        };
        let step = i64::try_from(limit.every.as_micros()).unwrap_or(i64::MAX);
        let full_at = buckets.entry((limit.name, key)).or_insert(0);
        let next = (*full_at).max(now.micros()).saturating_add(step);
        let over = next
            .saturating_sub(now.micros())
            .saturating_sub(step.saturating_mul(i64::from(limit.burst)));
        if over > 0 {
            let seconds =
                u32::try_from(over.div_euclid(1_000_000).saturating_add(1)).unwrap_or(u32::MAX);
            return Err(TOO_MANY.retry_after(seconds));
        }
        *full_at = next;
        Ok(())
    }

    /// Fills the bucket of `key` again: what was tried has succeeded.
    pub fn forgive(&self, limit: &Limit, key: &[u8]) {
        if let Ok(mut buckets) = self.full_at.lock() {
            buckets.remove(&(limit.name, cipher::hash_token(key)));
        }
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
}
