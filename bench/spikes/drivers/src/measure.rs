//! The clock, the load loop and the table: everything the measurements share.

use std::collections::BTreeMap;
use std::future::Future;
use std::task::Poll;
use std::time::{Duration, Instant};

pub type Id = [u8; 16];

/// What one variant did in one round.
#[derive(Clone, Default)]
pub struct Round {
    pub units: u64,
    pub seconds: f64,
    pub latency_us: Vec<u32>,
    pub cpu_us: u64,
    pub extra: BTreeMap<&'static str, f64>,
}

impl Round {
    pub fn rate(&self) -> f64 {
        self.units as f64 / self.seconds
    }

    fn percentile(&self, p: f64) -> f64 {
        let mut sorted = self.latency_us.clone();
        sorted.sort_unstable();
        match sorted.len() {
            0 => 0.0,
            n => f64::from(sorted[((n - 1) as f64 * p) as usize]),
        }
    }
}

/// Collects rounds by variant and prints medians; ratios are taken within a round, then the median of them.
pub struct Table {
    title: String,
    rows: Vec<(String, Vec<Round>)>,
}

impl Table {
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            rows: Vec::new(),
        }
    }

    pub fn add(&mut self, variant: &str, round: Round) {
        match self.rows.iter_mut().find(|(name, _)| name == variant) {
            Some((_, rounds)) => rounds.push(round),
            None => self.rows.push((variant.to_owned(), vec![round])),
        }
    }

    pub fn take(&mut self, other: Table) {
        for (name, rounds) in other.rows {
            rounds.into_iter().for_each(|round| self.add(&name, round));
        }
    }

    pub fn print(&self) {
        println!("\n### {}\n", self.title);
        let extras: Vec<&str> = self
            .rows
            .iter()
            .flat_map(|(_, r)| r[0].extra.keys().copied())
            .collect::<std::collections::BTreeSet<_>>()
            .into_iter()
            .collect();
        println!(
            "| variant | units/s | min..max | ratio | p50 us | p99 us | max us | client cpu us/unit |{}",
            extras.iter().map(|e| format!(" {e} |")).collect::<String>()
        );
        println!(
            "|---|---|---|---|---|---|---|---|{}",
            "---|".repeat(extras.len())
        );
        let Some((_, base)) = self.rows.first() else {
            return;
        };
        for (name, rounds) in &self.rows {
            let ratio = median(rounds.iter().zip(base).map(|(a, b)| a.rate() / b.rate()));
            let of = |f: &dyn Fn(&Round) -> f64| median(rounds.iter().map(f));
            let (low, high) = rounds
                .iter()
                .map(Round::rate)
                .fold((f64::MAX, 0.0), |(l, h): (f64, f64), r| {
                    (l.min(r), h.max(r))
                });
            print!(
                "| {name} | {:.0} | {low:.0}..{high:.0} | {ratio:.2} | {:.0} | {:.0} | {:.0} | {:.1} |",
                of(&Round::rate),
                of(&|r| r.percentile(0.5)),
                of(&|r| r.percentile(0.99)),
                of(&|r| r.percentile(1.0)),
                of(&|r| r.cpu_us as f64 / r.units.max(1) as f64),
            );
            for key in &extras {
                print!(
                    " {:.1} |",
                    of(&|r| r.extra.get(key).copied().unwrap_or(0.0))
                );
            }
            println!();
        }
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut all: Vec<f64> = values.collect();
    all.sort_by(f64::total_cmp);
    if all.is_empty() {
        0.0
    } else {
        all[all.len() / 2]
    }
}

/// Runs `tasks` loops side by side for `length`; one call of `op` answers how many units it did.
pub async fn load<F, Fut>(tasks: usize, length: Duration, op: F) -> Round
where
    F: Fn(usize, u64) -> Fut + Clone + Send + 'static,
    Fut: Future<Output = u64> + Send,
{
    let (start, cpu) = (Instant::now(), cpu_us());
    let handles: Vec<_> = (0..tasks)
        .map(|task| {
            let op = op.clone();
            tokio::spawn(async move {
                let mut random = Random::new(task as u64 + 1);
                let (mut units, mut latency) = (0, Vec::new());
                while start.elapsed() < length {
                    let began = Instant::now();
                    units += op(task, random.next()).await;
                    latency.push(began.elapsed().as_micros() as u32);
                    tokio::task::yield_now().await;
                }
                (units, latency)
            })
        })
        .collect();
    let mut round = Round::default();
    for handle in handles {
        let (units, latency) = handle.await.expect("load task");
        round.units += units;
        round.latency_us.extend(latency);
    }
    round.seconds = start.elapsed().as_secs_f64();
    round.cpu_us = cpu_us() - cpu;
    round
}

/// Polls every future once, in order, and only then waits: tokio-postgres sends at the first poll, so this is the order on the wire.
pub async fn in_order<T>(
    mut futures: Vec<std::pin::Pin<Box<dyn Future<Output = T> + Send + '_>>>,
) -> Vec<T> {
    let (mut results, mut first, mut front): (Vec<Option<T>>, bool, usize) =
        (futures.iter().map(|_| None).collect(), true, 0);
    std::future::poll_fn(move |context| {
        if std::mem::take(&mut first) {
            for (future, result) in futures.iter_mut().zip(results.iter_mut()) {
                if let Poll::Ready(value) = future.as_mut().poll(context) {
                    *result = Some(value);
                }
            }
        }
        // Answers come in the order of sending, so only the oldest open one needs a look.
        while front < futures.len() {
            if results[front].is_none() {
                match futures[front].as_mut().poll(context) {
                    Poll::Ready(value) => results[front] = Some(value),
                    Poll::Pending => return Poll::Pending,
                }
            }
            front += 1;
        }
        Poll::Ready(results.iter_mut().filter_map(Option::take).collect())
    })
    .await
}

pub fn cpu_us() -> u64 {
    // SAFETY: getrusage fills the struct it is given.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_SELF, &mut usage);
        usage
    };
    let micros = |t: libc::timeval| t.tv_sec as u64 * 1_000_000 + t.tv_usec as u64;
    micros(usage.ru_utime) + micros(usage.ru_stime)
}

/// Stands for sealing, checking and encoding: keeps the core busy for as long.
pub fn work(length: Duration) {
    let start = Instant::now();
    while start.elapsed() < length {
        std::hint::spin_loop();
    }
}

pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        let now = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .expect("clock")
            .as_nanos() as u64;
        Self((seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ now) | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    pub fn bytes(&mut self, length: usize) -> Vec<u8> {
        let mut all = Vec::with_capacity(length + 8);
        while all.len() < length {
            all.extend_from_slice(&self.next().to_le_bytes());
        }
        all.truncate(length);
        all
    }

    /// A version 7 identifier: milliseconds first, so that keys are inserted near each other.
    pub fn id(&mut self) -> Id {
        let now = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .expect("clock")
            .as_millis() as u64;
        let mut id = [0; 16];
        id[..6].copy_from_slice(&now.to_be_bytes()[2..]);
        id[6..14].copy_from_slice(&self.next().to_be_bytes());
        id[14..].copy_from_slice(&self.next().to_be_bytes()[..2]);
        id[6] = 0x70 | (id[6] & 0x0f);
        id
    }
}

pub const TENANT: Id = [7; 16];
pub const CHATS: u64 = 200;
pub const MEMBERS: u64 = 20;

pub fn chat_id(number: u64) -> Id {
    let mut id = [1; 16];
    id[8..].copy_from_slice(&(number.wrapping_mul(0x9E37_79B9_7F4A_7C15)).to_be_bytes());
    id
}

pub fn account_id(number: u64) -> Id {
    let mut id = [2; 16];
    id[8..].copy_from_slice(&number.to_be_bytes());
    id
}
