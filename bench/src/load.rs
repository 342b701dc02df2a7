//! A closed loop: every sender asks again as soon as it is answered.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::task::JoinSet;

use crate::{
    table::real,
    usage::{Spent, Usage},
    wire::Wire,
};

/// How long a load runs before it counts.
pub(crate) const WARM_UP: Duration = Duration::from_secs(2);

/// What one sender sends.
pub(crate) trait Script: Send + 'static {
    /// The next request's bytes.
    fn next(&mut self) -> &[u8];
}

/// The same request again and again.
pub(crate) struct Same(pub(crate) Vec<u8>);

impl Script for Same {
    fn next(&mut self) -> &[u8] {
        &self.0
    }
}

/// One connection and what is sent over it.
pub(crate) type Sender = (Wire, Box<dyn Script>);

/// What a load came to within its window.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) count: usize,
    pub(crate) seconds: f64,
    pub(crate) spent: Spent,
    /// Ascending, in microseconds.
    latencies_us: Vec<u32>,
}

impl Outcome {
    pub(crate) fn new(
        count: usize,
        seconds: f64,
        spent: Spent,
        mut latencies_us: Vec<u32>,
    ) -> Self {
        latencies_us.sort_unstable();
        Self {
            count,
            seconds,
            spent,
            latencies_us,
        }
    }

    pub(crate) fn per_second(&self) -> f64 {
        real(self.count) / self.seconds
    }

    /// The latency that this many of a hundred do not exceed, in milliseconds.
    pub(crate) fn percentile_ms(&self, percent: usize) -> f64 {
        let Some(last) = self.latencies_us.len().checked_sub(1) else {
            return f64::NAN;
        };
        f64::from(self.latencies_us[last * percent / 100]) / 1_000.0
    }
}

/// Runs senders for a warm-up and a window, and gives what fell into the window.
pub(crate) async fn for_window(
    pid: u32,
    senders: Vec<Sender>,
    window: Duration,
) -> (Outcome, Vec<Sender>) {
    let (counts, ends) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicBool::new(false)),
    );
    let mut running = JoinSet::new();
    for (mut wire, mut script) in senders {
        let (counts, ends) = (Arc::clone(&counts), Arc::clone(&ends));
        running.spawn(async move {
            let mut latencies = Vec::new();
            while !ends.load(Ordering::Relaxed) {
                let latency = step(&mut wire, script.as_mut()).await;
                if counts.load(Ordering::Relaxed) {
                    latencies.push(latency);
                }
            }
            (latencies, (wire, script))
        });
    }
    tokio::time::sleep(WARM_UP.min(window)).await;
    let usage = Usage::now(pid);
    let begun = Instant::now();
    counts.store(true, Ordering::Relaxed);
    tokio::time::sleep(window).await;
    counts.store(false, Ordering::Relaxed);
    let (seconds, spent) = (begun.elapsed().as_secs_f64(), usage.spent());
    ends.store(true, Ordering::Relaxed);
    let (latencies, senders): (Vec<_>, Vec<_>) = running.join_all().await.into_iter().unzip();
    let latencies = latencies.concat();
    (
        Outcome::new(latencies.len(), seconds, spent, latencies),
        senders,
    )
}

/// Runs senders until `count` requests have been answered.
pub(crate) async fn for_count(
    pid: u32,
    senders: Vec<Sender>,
    count: usize,
) -> (Outcome, Vec<Sender>) {
    let left = Arc::new(AtomicUsize::new(count));
    let usage = Usage::now(pid);
    let begun = Instant::now();
    let mut running = JoinSet::new();
    for (mut wire, mut script) in senders {
        let left = Arc::clone(&left);
        running.spawn(async move {
            let mut latencies = Vec::new();
            let take = |left: usize| left.checked_sub(1);
            while left
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, take)
                .is_ok()
            {
                latencies.push(step(&mut wire, script.as_mut()).await);
            }
            (latencies, (wire, script))
        });
    }
    let (latencies, senders): (Vec<_>, Vec<_>) = running.join_all().await.into_iter().unzip();
    let (seconds, spent) = (begun.elapsed().as_secs_f64(), usage.spent());
    (
        Outcome::new(count, seconds, spent, latencies.concat()),
        senders,
    )
}

/// One request and its answer; the time between in microseconds.
pub(crate) async fn step(wire: &mut Wire, script: &mut dyn Script) -> u32 {
    let begun = Instant::now();
    let answer = wire
        .exchange(script.next())
        .await
        .expect("the server answers");
    let latency = us(begun.elapsed());
    assert!(
        (200..300).contains(&answer.status),
        "{}: {}",
        answer.status,
        String::from_utf8_lossy(wire.body(&answer))
    );
    latency
}

/// A span in microseconds.
pub(crate) fn us(span: Duration) -> u32 {
    u32::try_from(span.as_micros()).unwrap_or(u32::MAX)
}

/// A moment that tasks share, as nanoseconds since the program began to measure.
#[derive(Debug, Default)]
pub(crate) struct Moment(AtomicU64);

impl Moment {
    pub(crate) fn set(&self, origin: Instant) {
        let ns = u64::try_from(origin.elapsed().as_nanos()).unwrap();
        self.0.store(ns, Ordering::Release);
    }

    /// How long it is past, in microseconds.
    pub(crate) fn past_us(&self, origin: Instant) -> u32 {
        let set = Duration::from_nanos(self.0.load(Ordering::Acquire));
        us(origin.elapsed().saturating_sub(set))
    }
}
