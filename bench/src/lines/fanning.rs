//! Deliveries flat out: few chats, many senders, five hundred listeners to each.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use system_tests::Server;
use tokio::task::JoinHandle;

use super::{bare_listeners, listeners};
use crate::{
    bare::process::Bare,
    crowd::Crowd,
    ear::Ear,
    load::{Sender, WARM_UP, step},
    options::Options,
    table::{Goal, Line, Table, Unit, progress, real},
    usage::{Spent, Usage},
};

const LISTENERS: usize = 500;
const CHATS: usize = 4;
const SENDERS: usize = 16;
const BUFFER_BYTES: usize = 64 * 1024;
/// How many messages may be under way to the listeners. Beyond 2,048 the server would cut them off as too slow.
const UNDER_WAY_MAX: usize = 512;
const GOAL_PER_S: f64 = 600_000.0;

/// What has arrived at all listeners together.
#[derive(Debug, Default)]
struct Arrived {
    frames: AtomicUsize,
    bytes: AtomicUsize,
}

/// What arrived within a window.
struct Flow {
    frames: usize,
    bytes: usize,
    seconds: f64,
    spent: Spent,
}

impl Arrived {
    fn listen(self: &Arc<Self>, mut ear: Ear) -> JoinHandle<()> {
        let arrived = Arc::clone(self);
        tokio::spawn(async move {
            loop {
                let (mut frames, mut bytes) = (0, 0);
                let each = |frame: &[u8]| {
                    frames += 1;
                    bytes += frame.len();
                };
                if let Err(error) = ear.hear(each).await {
                    panic!("a listener was cut off: {error}");
                }
                arrived.frames.fetch_add(frames, Ordering::Relaxed);
                arrived.bytes.fetch_add(bytes, Ordering::Relaxed);
            }
        })
    }

    async fn flow(&self, pid: u32, window: Duration) -> Flow {
        tokio::time::sleep(WARM_UP.min(window)).await;
        let now = || {
            (
                self.frames.load(Ordering::Relaxed),
                self.bytes.load(Ordering::Relaxed),
            )
        };
        let (usage, begun, before) = (Usage::now(pid), Instant::now(), now());
        tokio::time::sleep(window).await;
        let after = now();
        Flow {
            frames: after.0 - before.0,
            bytes: after.1 - before.1,
            seconds: begun.elapsed().as_secs_f64(),
            spent: usage.spent(),
        }
    }
}

impl Flow {
    fn per_second(&self) -> f64 {
        real(self.frames) / self.seconds
    }
}

pub(super) async fn measure(
    table: &mut Table,
    server: &Server,
    crowd: &mut Crowd,
    options: &Options,
) {
    progress("fanning out");
    let own = product(server, crowd, options).await;
    let frame_bytes = own.bytes / own.frames.max(1);
    let bare = bare(frame_bytes, options).await;
    let limit = format!("tokio-tungstenite, frames of {frame_bytes} bytes");
    table.add(
        Line::new(
            "deliveries to 500 listeners",
            Unit::PerSecond,
            own.per_second(),
        )
        .limit(limit, bare.per_second())
        .spent(own.spent, real(own.frames))
        .goal(Goal::AtLeast(GOAL_PER_S)),
    );
    table.add(Line::new(
        "  messages behind them",
        Unit::PerSecond,
        own.per_second() / real(LISTENERS),
    ));
}

async fn product(server: &Server, crowd: &mut Crowd, options: &Options) -> Flow {
    let chats = crowd.chats(CHATS).await;
    let (arrived, sent) = (Arc::new(Arrived::default()), Arc::new(AtomicUsize::new(0)));
    let ends = Arc::new(AtomicBool::new(false));
    let ears = listeners(crowd, LISTENERS, BUFFER_BYTES).await;
    let tasks: Vec<_> = ears.into_iter().map(|ear| arrived.listen(ear)).collect();
    let senders = crowd
        .senders(SENDERS, &chats)
        .await
        .into_iter()
        .map(|sender| {
            let (arrived, sent, ends) =
                (Arc::clone(&arrived), Arc::clone(&sent), Arc::clone(&ends));
            tokio::spawn(send(sender, arrived, sent, ends))
        });
    let senders: Vec<_> = senders.collect();
    let flow = arrived.flow(server.pid(), options.window).await;
    ends.store(true, Ordering::Relaxed);
    for sender in senders {
        sender.await.unwrap();
    }
    tasks.iter().for_each(JoinHandle::abort);
    flow
}

/// Sends as long as the listeners keep up.
async fn send(
    (mut wire, mut script): Sender,
    arrived: Arc<Arrived>,
    sent: Arc<AtomicUsize>,
    ends: Arc<AtomicBool>,
) {
    while !ends.load(Ordering::Relaxed) {
        let delivered = arrived.frames.load(Ordering::Relaxed) / LISTENERS;
        if sent.load(Ordering::Relaxed) >= delivered + UNDER_WAY_MAX {
            tokio::time::sleep(Duration::from_millis(1)).await;
            continue;
        }
        sent.fetch_add(1, Ordering::Relaxed);
        step(&mut wire, script.as_mut()).await;
    }
}

async fn bare(frame_bytes: usize, options: &Options) -> Flow {
    let mut bare = Bare::start("bare-fanout", &[frame_bytes.to_string()]).await;
    let arrived = Arc::new(Arrived::default());
    let ears = bare_listeners(&bare, LISTENERS, BUFFER_BYTES).await;
    let tasks: Vec<_> = ears.into_iter().map(|ear| arrived.listen(ear)).collect();
    bare.tell("flood").await;
    let flow = arrived.flow(bare.pid, options.window / 2).await;
    tasks.iter().for_each(JoinHandle::abort);
    flow
}
