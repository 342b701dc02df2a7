//! Token buckets in memory: how often a key may do something on this node.

use std::{collections::HashMap, hash::Hash, mem, sync::Mutex, sync::PoisonError, time::Duration};

use base::Result;
use tokio::time::Instant;

use crate::refusals;

/// How much is allowed: `burst` at once, and `per_minute` in the long run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    pub per_minute: u32,
    pub burst: u32,
}

#[derive(Clone, Copy)]
struct Bucket {
    tokens: f64,
    filled_at: Instant,
}

/// A bounded set of buckets. Two generations hold at most `keys_max` keys each: when the younger is full the older is
/// forgotten. Forgetting a key gives it a full bucket, so an attacker must spend `keys_max` other sources to gain one burst.
pub struct Throttle<K> {
    keys_max: usize,
    generations: Mutex<Generations<K>>,
}

struct Generations<K> {
    /// Nothing for no limit.
    rate: Option<Rate>,
    young: HashMap<K, Bucket>,
    old: HashMap<K, Bucket>,
}

impl<K: Eq + Hash> Throttle<K> {
    pub fn new(rate: Option<Rate>, keys_max: usize) -> Self {
        Self {
            keys_max: keys_max.max(1),
            generations: Mutex::new(Generations {
                rate,
                young: HashMap::new(),
                old: HashMap::new(),
            }),
        }
    }

    /// Takes one token of `key`.
    ///
    /// # Errors
    /// `gate.too_many`, with the seconds until the next token.
    pub fn take(&self, key: K) -> Result<()> {
        match self.wait(key, Instant::now()) {
            None => Ok(()),
            Some(wait) => {
                let seconds = u32::try_from(wait.as_millis().div_ceil(1_000)).unwrap_or(u32::MAX);
                Err(refusals::TOO_MANY.retry_after(seconds.max(1)))
            }
        }
    }

    /// Takes another rate from here on. Buckets keep what is in them, up to the new burst.
    pub fn set_rate(&self, rate: Option<Rate>) {
        let mut generations = self
            .generations
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        generations.rate = rate;
    }

    /// How many keys are remembered; at most twice the bound.
    pub fn len(&self) -> usize {
        let generations = self
            .generations
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        generations.young.len() + generations.old.len()
    }

    /// Whether no key is remembered.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn wait(&self, key: K, now: Instant) -> Option<Duration> {
        let mut generations = self
            .generations
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let rate = generations.rate?;
        let (burst, per_second) = (f64::from(rate.burst), f64::from(rate.per_minute) / 60.0);
        let remembered = generations
            .young
            .get(&key)
            .copied()
            .or_else(|| generations.old.remove(&key));
        let mut bucket = remembered.unwrap_or(Bucket {
            tokens: burst,
            filled_at: now,
        });
        let passed = now
            .saturating_duration_since(bucket.filled_at)
            .as_secs_f64();
        bucket.tokens = passed.mul_add(per_second, bucket.tokens).min(burst);
        bucket.filled_at = now;
        let wait = if bucket.tokens >= 1.0 {
            bucket.tokens -= 1.0;
            None
        } else {
            Some(
                Duration::try_from_secs_f64((1.0 - bucket.tokens) / per_second)
                    .unwrap_or(Duration::MAX),
            )
        };
        if generations.young.len() >= self.keys_max && !generations.young.contains_key(&key) {
            generations.old = mem::take(&mut generations.young);
        }
        generations.young.insert(key, bucket);
        wait
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(per_minute: u32, burst: u32) -> Option<Rate> {
        Some(Rate { per_minute, burst })
    }

    #[tokio::test(start_paused = true)]
    async fn buckets_empty_and_fill_again() {
        let throttle = Throttle::new(rate(60, 3), 10);
        for _ in 0..3 {
            throttle.take("ana").unwrap();
        }
        let refused = throttle.take("ana").unwrap_err();
        let base::Error::Refusal(answer) = refused else {
            panic!("a refusal")
        };
        assert_eq!(
            (answer.refusal.code, answer.retry_after_s),
            ("gate.too_many", Some(1))
        );
        throttle.take("ben").unwrap();

        tokio::time::advance(Duration::from_secs(2)).await;
        throttle.take("ana").unwrap();
        throttle.take("ana").unwrap();
        assert!(throttle.take("ana").is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn memory_is_bounded_and_active_keys_are_kept() {
        let throttle = Throttle::new(rate(1, 1), 100);
        throttle.take(0).unwrap();
        for key in 1..10_000 {
            throttle.take(key).unwrap();
            assert!(throttle.take(0).is_err(), "a key in use is never forgotten");
        }
        assert!(throttle.len() <= 200);
    }

    #[tokio::test(start_paused = true)]
    async fn a_rate_of_nothing_never_refills() {
        let throttle = Throttle::new(rate(0, 1), 10);
        throttle.take("ana").unwrap();
        tokio::time::advance(Duration::from_secs(86_400)).await;
        assert!(throttle.take("ana").is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn another_rate_holds_at_once_and_gives_no_bucket_more_than_its_burst() {
        let throttle = Throttle::new(rate(1, 100), 10);
        throttle.take("ana").unwrap();
        throttle.set_rate(rate(60, 2));
        throttle.take("ana").unwrap();
        throttle.take("ana").unwrap();
        assert!(throttle.take("ana").is_err());
        throttle.set_rate(None);
        throttle.take("ana").unwrap();
    }
}
