//! A calm chat: five messages a second to fifty listeners, and when each of them has it.

use std::{
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use system_tests::Server;
use tokio::task::JoinHandle;

use super::{bare_listeners, listeners};
use crate::{
    bare::process::Bare,
    crowd::{Crowd, Messages, client_id_in},
    ear::Ear,
    load::{self, Moment, Outcome},
    options::Options,
    table::{Goal, Line, Table, Unit, progress, real},
    usage::Usage,
};

const LISTENERS: usize = 50;
const EVERY: Duration = Duration::from_millis(200);
const BUFFER_BYTES: usize = 8 * 1024;
const FRAME_BYTES: usize = 500;
/// What has not arrived by then never will.
const LATE: Duration = Duration::from_secs(10);
const GOAL_P99_MS: f64 = 20.0;

/// What all listeners write into.
#[derive(Clone)]
struct Heard {
    origin: Instant,
    /// When each message was sent.
    sent: Arc<[Moment]>,
    /// How many were.
    count: Arc<AtomicUsize>,
    /// The client id of the first; the others follow it.
    first: Arc<OnceLock<u64>>,
    latencies_us: Arc<Mutex<Vec<u32>>>,
}

impl Heard {
    fn new(window: Duration) -> Self {
        let messages = window.as_millis() / EVERY.as_millis() + 2;
        Self {
            origin: Instant::now(),
            sent: (0..messages).map(|_| Moment::default()).collect(),
            count: Arc::default(),
            first: Arc::default(),
            latencies_us: Arc::default(),
        }
    }

    /// Notes that the next message goes out now.
    fn send(&self) {
        let index = self.count.load(Ordering::Relaxed);
        self.sent[index].set(self.origin);
        self.count.store(index + 1, Ordering::Release);
    }

    /// Listens until aborted; `which` says which message a frame is.
    fn listen(&self, mut ear: Ear, which: fn(&Self, &[u8]) -> Option<usize>) -> JoinHandle<()> {
        let heard = self.clone();
        tokio::spawn(async move {
            loop {
                let each = |frame: &[u8]| {
                    if let Some(index) = which(&heard, frame) {
                        let latency = heard.sent[index].past_us(heard.origin);
                        heard.latencies_us.lock().unwrap().push(latency);
                    }
                };
                if let Err(error) = ear.hear(each).await {
                    panic!("a listener was cut off: {error}");
                }
            }
        })
    }

    /// Waits until everybody has heard everything, and gives what it took.
    async fn all(&self) -> Vec<u32> {
        let expected = self.count.load(Ordering::Relaxed) * LISTENERS;
        let begun = Instant::now();
        loop {
            let arrived = self.latencies_us.lock().unwrap().len();
            if arrived == expected {
                return std::mem::take(&mut *self.latencies_us.lock().unwrap());
            }
            let is_in_time = begun.elapsed() < LATE;
            assert!(is_in_time, "{arrived} of {expected} deliveries arrived");
            tokio::time::sleep(EVERY).await;
        }
    }
}

fn by_client_id(heard: &Heard, frame: &[u8]) -> Option<usize> {
    let first = heard.first.get()?;
    usize::try_from(client_id_in(frame)?.checked_sub(*first)?).ok()
}

/// Bare frames say nothing: it is the last one that was asked for.
fn the_last(heard: &Heard, _: &[u8]) -> Option<usize> {
    heard.count.load(Ordering::Acquire).checked_sub(1)
}

pub(super) async fn measure(
    table: &mut Table,
    server: &Server,
    crowd: &mut Crowd,
    options: &Options,
) {
    progress("delivering");
    let ticks = bare(options).await;
    let chats = crowd.chats(1).await;
    let heard = Heard::new(options.window * 2);
    let ears = listeners(crowd, LISTENERS, BUFFER_BYTES).await;
    let tasks: Vec<_> = ears
        .into_iter()
        .map(|ear| heard.listen(ear, by_client_id))
        .collect();
    let mut wire = crowd.wire().await;
    let mut script = Messages::new(&crowd.client, &crowd.tokens[0], &chats, 0);
    let mut sends = Vec::new();
    let usage = Usage::now(server.pid());
    let begun = Instant::now();
    let mut pace = tokio::time::interval(EVERY);
    while begun.elapsed() < options.window * 2 {
        pace.tick().await;
        let mut next = Prepared(load::Script::next(&mut script).to_vec());
        heard.first.get_or_init(|| script.last);
        heard.send();
        sends.push(load::step(&mut wire, &mut next).await);
    }
    let latencies = heard.all().await;
    let (seconds, spent) = (begun.elapsed().as_secs_f64(), usage.spent());
    tasks.iter().for_each(JoinHandle::abort);
    let sent = Outcome::new(sends.len(), seconds, spent, sends);
    let delivered = Outcome::new(latencies.len(), seconds, spent, latencies);
    add(table, &sent, &delivered, &ticks);
}

/// A request that was taken out of its script already.
struct Prepared(Vec<u8>);

impl load::Script for Prepared {
    fn next(&mut self) -> &[u8] {
        &self.0
    }
}

fn add(table: &mut Table, sent: &Outcome, delivered: &Outcome, ticks: &Outcome) {
    let limit = format!("tokio-tungstenite, {LISTENERS} sockets");
    table.add(
        Line::new(
            "p50 of sending, 5/s to 50 listeners",
            Unit::Ms,
            sent.percentile_ms(50),
        )
        .spent(sent.spent, real(sent.count)),
    );
    table.add(Line::new(
        "  p99 of sending",
        Unit::Ms,
        sent.percentile_ms(99),
    ));
    table.add(
        Line::new(
            "  p50 from send to socket",
            Unit::Ms,
            delivered.percentile_ms(50),
        )
        .limit(&limit, ticks.percentile_ms(50)),
    );
    table.add(
        Line::new(
            "  p99 from send to socket",
            Unit::Ms,
            delivered.percentile_ms(99),
        )
        .limit(&limit, ticks.percentile_ms(99))
        .goal(Goal::AtMost(GOAL_P99_MS)),
    );
}

/// The same pace with nothing but sockets between.
async fn bare(options: &Options) -> Outcome {
    let mut bare = Bare::start("bare-fanout", &[FRAME_BYTES.to_string()]).await;
    let heard = Heard::new(options.window / 2);
    let ears = bare_listeners(&bare, LISTENERS, BUFFER_BYTES).await;
    let tasks: Vec<_> = ears
        .into_iter()
        .map(|ear| heard.listen(ear, the_last))
        .collect();
    let usage = Usage::now(bare.pid);
    let begun = Instant::now();
    let mut pace = tokio::time::interval(EVERY);
    while begun.elapsed() < options.window / 2 {
        pace.tick().await;
        heard.send();
        bare.tell("tick").await;
    }
    let latencies = heard.all().await;
    tasks.iter().for_each(JoinHandle::abort);
    Outcome::new(
        latencies.len(),
        begun.elapsed().as_secs_f64(),
        usage.spent(),
        latencies,
    )
}
