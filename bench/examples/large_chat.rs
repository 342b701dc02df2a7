//! What one chat of 10,000 members costs two nodes: processor time and counts, without the sockets' own TLS.
//!
//! Two runtimes and two hubs in one process, over one database and one bus; a queue in place of each socket, emptied by a
//! task of its own as a socket's is. `cargo run --release --package bench --example large_chat` prints a line for each step.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a measuring tool has nobody to recover for, and prints"
)]

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use act::{Announcer, Call, FreshKey, Operation, Ports, Purpose, Runtime, Vault};
use base::{KeyId, Result, TenantId};
use bus::{Bus, InProcess};
use cipher::{BlindIndex, DataKey};
use futures_util::future::BoxFuture;
use gate::{Hear, Outbound, SocketLimits, StreamHub};
use serde_json::json;
use stream::{Hub, SocketShares, Stream};
use testkit::{Actor, House, HouseBuilder, MemoryVault};

const MEMBERS: usize = 10_000;
const MESSAGES: usize = 200;
const CHANGES_OF_MEMBERS: usize = 50;
/// How many members one act brings in.
const AT_ONCE: usize = 200;
const TICKS_PER_S: f64 = 100.0;

/// Counts what is opened, by operation: each reading of the log and of the members opens the chat's key once.
#[derive(Default)]
struct Counting {
    keys: MemoryVault,
    opened: Mutex<HashMap<&'static str, usize>>,
}

impl Vault for Counting {
    fn keys<'a>(
        &'a self,
        purpose: Purpose,
        tenant: TenantId,
        ids: &'a [KeyId],
    ) -> BoxFuture<'a, Result<Vec<Arc<DataKey>>>> {
        *self
            .opened
            .lock()
            .unwrap()
            .entry(purpose.operation)
            .or_default() += 1;
        self.keys.keys(purpose, tenant, ids)
    }

    fn fresh(&self, purpose: Purpose, tenant: TenantId) -> BoxFuture<'_, Result<FreshKey>> {
        self.keys.fresh(purpose, tenant)
    }

    fn found_tenant(&self, tenant: TenantId) -> BoxFuture<'_, Result<()>> {
        self.keys.found_tenant(tenant)
    }

    fn index(&self, tenant: TenantId) -> BoxFuture<'_, Result<Arc<BlindIndex>>> {
        self.keys.index(tenant)
    }
}

/// The two nodes, and what has arrived at all sockets together.
struct Cell {
    house: House,
    bus: Arc<InProcess>,
    vault: Arc<Counting>,
    hubs: [Arc<Hub>; 2],
    arrived: Arc<AtomicUsize>,
}

/// What had happened at one moment.
struct Moment {
    processor_s: f64,
    arrived: usize,
    log: usize,
    members: usize,
    entries: usize,
    published: u64,
}

impl Cell {
    async fn start() -> Self {
        let bus = Arc::new(InProcess::default());
        let vault = Arc::new(Counting::default());
        let words = |node| stream::words(Arc::clone(&bus) as Arc<dyn Bus>, [node; 16]).unwrap();
        let ((here, heard_here), (there, heard_there)) = (words(1), words(2));
        let house = HouseBuilder::new(vec![messenger::module()])
            .vault(Arc::clone(&vault) as _)
            .announcer(here)
            .build()
            .await;
        let second = Arc::new(second_node(house.runtime().ports(), there).await);
        let hub = |runtime: Arc<Runtime>, heard, node| {
            let bus = Arc::clone(&bus) as Arc<dyn Bus>;
            async move {
                Hub::start(
                    runtime,
                    bus,
                    heard,
                    [node; 16],
                    Box::new(|_| {}),
                    SocketShares::default(),
                )
                .await
                .unwrap()
            }
        };
        let hubs = [
            hub(Arc::clone(house.runtime()), heard_here, 1).await,
            hub(second, heard_there, 2).await,
        ];
        Self {
            house,
            bus,
            vault,
            hubs,
            arrived: Arc::default(),
        }
    }

    /// Opens a socket on one of the nodes, at the present, and has it emptied.
    async fn listens(&self, who: &Actor, node: usize) -> Box<dyn Hear> {
        let outbound = Outbound::detached(&SocketLimits::default());
        let call = Call::internal(*who.caller(), self.house.runtime().new_id());
        let stream = Stream(Arc::clone(&self.hubs[node]));
        let mut talk = stream.subscribe(call, outbound.clone()).await.unwrap();
        talk.hear(r#"{"type":"resume","cursor":{}}"#).unwrap();
        let (arrived, empties) = (Arc::clone(&self.arrived), outbound.clone());
        let mut is_level = false;
        while !is_level {
            let frames = outbound.written().await.unwrap();
            is_level = frames
                .iter()
                .any(|frame| frame.as_str().contains("caught_up"));
        }
        tokio::spawn(async move {
            while let Ok(frames) = empties.written().await {
                arrived.fetch_add(frames.len(), Ordering::Relaxed);
            }
        });
        talk
    }

    fn now(&self) -> Moment {
        let opened = self.vault.opened.lock().unwrap();
        let count = |name| opened.get(name).copied().unwrap_or(0);
        Moment {
            processor_s: processor_s(),
            arrived: self.arrived.load(Ordering::Relaxed),
            log: count("messenger.chat.changes"),
            members: count("messenger.chat.audience"),
            entries: self.house.audit().all().len(),
            published: self.bus.counters().published,
        }
    }

    async fn until_arrived(&self, count: usize) {
        while self.arrived.load(Ordering::Relaxed) < count {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    fn tell(&self, what: &str, times: usize, before: &Moment) {
        let now = self.now();
        let per = |count: usize| f64::from(u32::try_from(count).unwrap());
        let (spent_s, arrived) = (
            now.processor_s - before.processor_s,
            now.arrived - before.arrived,
        );
        let each_us = |count: usize| spent_s * 1e6 / per(count.max(1));
        println!(
            "{what}: {times} times, {spent_s:.2} s of processor time, {:.0} us each; {arrived} deliveries, {:.2} us each; \
             log read {}, members read {}, entries {}, announcements {}",
            each_us(times),
            if arrived == 0 { 0.0 } else { each_us(arrived) },
            now.log - before.log,
            now.members - before.members,
            now.entries - before.entries,
            now.published - before.published,
        );
        // So that no step meets a limit that the one before it has used up.
        self.house.passes(Duration::from_secs(600));
    }
}

/// A second runtime over the same ports, with a word of its own to its own hub.
async fn second_node(ports: &Ports, announcer: Arc<dyn Announcer>) -> Runtime {
    let ports = Ports {
        database: Arc::clone(&ports.database),
        vault: Arc::clone(&ports.vault),
        access: Arc::clone(&ports.access),
        recorder: Arc::clone(&ports.recorder),
        announcer,
        blobs: Arc::clone(&ports.blobs),
        directory: Arc::clone(&ports.directory),
        clock: Arc::clone(&ports.clock),
        entropy: Arc::clone(&ports.entropy),
    };
    Runtime::start(ports, vec![messenger::module()])
        .await
        .unwrap()
}

/// Time that this process has used: fields 14 and 15 of its `stat`.
fn processor_s() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let after_name = stat.rsplit(')').next().unwrap();
    let ticks = after_name.split_whitespace().skip(11).take(2);
    ticks
        .map(|field| field.parse::<f64>().unwrap())
        .sum::<f64>()
        / TICKS_PER_S
}

async fn say(cell: &Cell, who: &Actor, chat: &serde_json::Value, number: usize, heard_by: usize) {
    static SEND: &Operation = &messenger::send_message::OP;
    let text = "The minutes of Tuesday are in the folder; please read the second part before noon.";
    let input =
        json!({ "chat": chat, "client_id": format!("m-{number}"), "body": { "text": text } });
    let expected = cell.arrived.load(Ordering::Relaxed) + heard_by;
    who.does(SEND, input).await;
    cell.until_arrived(expected).await;
}

#[tokio::main]
async fn main() {
    let cell = Cell::start().await;
    let [ana] = cell.house.people(["ana"]).await;
    let new = json!({ "name": "everybody", "members": [] });
    let chat = ana.does(&messenger::create_chat::OP, new).await["id"].clone();
    let people: Vec<Actor> = (1..MEMBERS)
        .map(|number| cell.house.colleague_of(&ana, &format!("p{number}")))
        .collect();
    for some in people.chunks(AT_ONCE) {
        let accounts: Vec<_> = some.iter().map(Actor::account).collect();
        let input = json!({ "chat": chat, "accounts": accounts });
        ana.does(&messenger::add_members::OP, input).await;
    }

    let before = cell.now();
    for number in 0..MESSAGES {
        say(&cell, &ana, &chat, number, 0).await;
    }
    cell.tell("sending to nobody", MESSAGES, &before);

    let before = cell.now();
    let mut talks = Vec::new();
    for (number, who) in std::iter::once(&ana).chain(&people).enumerate() {
        talks.push(cell.listens(who, number % 2).await);
    }
    cell.tell("resuming", MEMBERS, &before);

    let before = cell.now();
    for number in MESSAGES..MESSAGES * 2 {
        say(&cell, &ana, &chat, number, MEMBERS).await;
    }
    cell.tell("sending, one after the other", MESSAGES, &before);

    let before = cell.now();
    let expected = before.arrived + MESSAGES * MEMBERS;
    let sending = (MESSAGES * 2..MESSAGES * 3).map(|number| say(&cell, &ana, &chat, number, 0));
    futures_util::future::join_all(sending).await;
    cell.until_arrived(expected).await;
    cell.tell("sending, all at once", MESSAGES, &before);

    // The last member has no socket: only who stays is counted.
    let last = people.last().unwrap();
    let gone = talks.pop();
    drop(gone);
    let of_last = json!({ "chat": chat, "account": last.account() });
    let back = json!({ "chat": chat, "accounts": [last.account()] });
    let before = cell.now();
    for _ in 0..CHANGES_OF_MEMBERS {
        let expected = cell.arrived.load(Ordering::Relaxed) + MEMBERS - 1;
        ana.does(&messenger::remove_member::OP, of_last.clone())
            .await;
        cell.until_arrived(expected).await;
        ana.does(&messenger::add_members::OP, back.clone()).await;
        cell.until_arrived(expected + MEMBERS - 1).await;
    }
    cell.tell("changes of members", CHANGES_OF_MEMBERS * 2, &before);
}
