//! A calm chat: five messages a second to fifty listeners, and when each of them has it.

use std::{
    sync::{Arc, Mutex},
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
const GOAL_P99_MS: f64 = 20.0;

/// What all listeners write into.
#[derive(Clone)]
struct Heard {
    origin: Instant,
    /// When the current message was sent, and which it is.
    sent: Arc<Moment>,
    current: Arc<std::sync::atomic::AtomicU64>,
    latencies_us: Arc<Mutex<Vec<u32>>>,
}

impl Heard {
    fn new() -> Self {
        Self {
            origin: Instant::now(),
            sent: Arc::default(),
            current: Arc::default(),
            latencies_us: Arc::default(),
        }
    }

    fn note(&self) {
        let latency = self.sent.past_us(self.origin);
        self.latencies_us.lock().unwrap().push(latency);
    }

    fn take(&self) -> Vec<u32> {
        std::mem::take(&mut *self.latencies_us.lock().unwrap())
    }

    /// Listens until aborted; only frames that `tells` accepts count.
    fn listen(&self, mut ear: Ear, tells: fn(&Self, &[u8]) -> bool) -> JoinHandle<()> {
        let heard = self.clone();
        tokio::spawn(async move {
            loop {
                let each = |frame: &[u8]| {
                    if tells(&heard, frame) {
                        heard.note();
                    }
                };
                if let Err(error) = ear.hear(each).await {
                    panic!("a listener was cut off: {error}");
                }
            }
        })
    }
}

fn is_current(heard: &Heard, frame: &[u8]) -> bool {
    client_id_in(frame) == Some(heard.current.load(std::sync::atomic::Ordering::Acquire))
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
    let heard = Heard::new();
    let ears = listeners(crowd, LISTENERS, BUFFER_BYTES).await;
    let tasks: Vec<_> = ears
        .into_iter()
        .map(|ear| heard.listen(ear, is_current))
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
        heard
            .current
            .store(script.last, std::sync::atomic::Ordering::Release);
        heard.sent.set(heard.origin);
        sends.push(load::step(&mut wire, &mut next).await);
    }
    tokio::time::sleep(EVERY).await;
    let (seconds, spent) = (begun.elapsed().as_secs_f64(), usage.spent());
    tasks.iter().for_each(JoinHandle::abort);
    let latencies = heard.take();
    let missing = sends.len() * LISTENERS - latencies.len();
    assert_eq!(
        missing,
        0,
        "of {} deliveries came late or never",
        sends.len() * LISTENERS
    );
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
    let heard = Heard::new();
    let ears = bare_listeners(&bare, LISTENERS, BUFFER_BYTES).await;
    let tasks: Vec<_> = ears
        .into_iter()
        .map(|ear| heard.listen(ear, |_, _| true))
        .collect();
    let usage = Usage::now(bare.pid);
    let begun = Instant::now();
    let mut pace = tokio::time::interval(EVERY);
    while begun.elapsed() < options.window / 2 {
        pace.tick().await;
        heard.sent.set(heard.origin);
        bare.tell("tick").await;
    }
    tokio::time::sleep(EVERY).await;
    tasks.iter().for_each(JoinHandle::abort);
    let latencies = heard.take();
    Outcome::new(
        latencies.len(),
        begun.elapsed().as_secs_f64(),
        usage.spent(),
        latencies,
    )
}
