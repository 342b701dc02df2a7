//! A world of chats in memory, and clients that hear what a socket would carry.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use act::{
    Act, Action, Announcement, Announcer, Answer, Audit, Call, Caller, Member, MigrationSet,
    Module, Operation, Role,
};
use base::{AccountId, ChatId, Id, Refusal, Result, SessionId, TenantId};
use bus::{Bus, InProcess};
use gate::{Close, Hear, Outbound, SocketLimits, StreamHub, TextFrame};
use serde_json::{Value, json};
use testkit::{House, HouseBuilder};

use crate::{Hub, SocketShares, Stream, words};

static RESUME: Operation = of_member("messenger.stream.resume");
static JOIN: Operation = of_member("messenger.stream.join");
static CHANGES: Operation = of_system("messenger.chat.changes");
static AUDIENCE: Operation = of_system("messenger.chat.audience");
static STATES: Operation = of_system("messenger.chat.states");

/// Gives a notice to an account: one that the module declares, or another.
static RING: Operation = Operation::write("messenger.bell.ring", Action::Serve)
    .system()
    .without_permit("a bell has none to give")
    .audited(Audit::Covered("tests"));

const ABSENT: Refusal = Refusal::absent("messenger.chat_absent", "You are not in it.");
const NO_TABLES: MigrationSet = MigrationSet {
    domain: "messenger",
    migrations: &[],
};
const TENANT: [u8; 16] = [1; 16];

/// Public, since chats in memory have no permits to give.
const fn of_member(name: &'static str) -> Operation {
    Operation::read(name, Action::Read)
        .public()
        .audited(Audit::Covered("tests"))
}

const fn of_system(name: &'static str) -> Operation {
    Operation::read(name, Action::Serve)
        .system()
        .without_permit("chats in memory have none to give")
        .audited(Audit::Covered("tests"))
}

/// One chat: each change is a text.
#[derive(Default)]
struct Chat {
    version: i64,
    members: Vec<AccountId>,
    /// Those who read from a message and from a change on.
    newcomers: HashMap<AccountId, (i64, i64)>,
    log: Vec<String>,
}

impl Chat {
    fn change(&self) -> i64 {
        self.log.len().try_into().unwrap()
    }

    fn newcomers(&self) -> Vec<Value> {
        let newcomers = self.newcomers.iter();
        newcomers
            .filter(|(account, _)| self.members.contains(account))
            .map(|(account, from)| json!({ "account": account, "history_from": from.0 }))
            .collect()
    }
}

/// The message that a text is about: `#3`, or `#7>2` where the seventh quotes the second.
fn message_in(text: &str) -> Option<Value> {
    let (about, quoted) = match text.strip_prefix('#')?.split_once('>') {
        Some((about, quoted)) => (about, quoted.parse::<i64>().ok()),
        None => (text.strip_prefix('#')?, None),
    };
    let quote = quoted.map(|number| json!({ "number": number }));
    Some(json!({ "number": about.parse::<i64>().ok()?, "quote": quote }))
}

/// What the log of the messenger would have.
#[derive(Default)]
struct World(Mutex<HashMap<ChatId, Chat>>);

impl World {
    fn with<T>(&self, chat: ChatId, work: impl FnOnce(&mut Chat) -> T) -> T {
        work(self.0.lock().unwrap().entry(chat).or_default())
    }

    /// Where chats stand for an account that is in them.
    fn followed(&self, account: AccountId) -> Vec<Value> {
        let chats = self.0.lock().unwrap();
        let of = chats
            .iter()
            .filter(|(_, chat)| chat.members.contains(&account));
        of.map(|(id, chat)| {
            let from = chat.newcomers.get(&account).copied().unwrap_or_default();
            json!({
                "chat": id, "change": chat.change(), "version": chat.version, "history_from": from.0,
                "changes_from": from.1,
            })
        })
        .collect()
    }

    fn states(&self, wanted: impl Fn(ChatId, &Chat) -> bool) -> Vec<Value> {
        let chats = self.0.lock().unwrap();
        let states = chats.iter().filter(|(id, chat)| wanted(**id, chat));
        let states = states.map(
            |(id, chat)| json!({ "chat": id, "change": chat.change(), "version": chat.version }),
        );
        states.collect()
    }

    fn join(&self, chat: ChatId, account: AccountId) -> Result<Value> {
        let mut found = self.followed(account).into_iter();
        found
            .find(|state| state["chat"] == json!(chat))
            .ok_or_else(|| ABSENT.into())
    }

    fn changes(&self, input: &Value) -> Value {
        let after: usize = read(&input["after"]);
        let limit: usize = read(&input["limit"]);
        let id: ChatId = read(&input["chat"]);
        self.with(id, |chat| {
            let events = chat.log.iter().enumerate().skip(after).take(limit);
            let frames = events.map(|(index, text)| json!({ "type": "event", "topic": id, "change": index + 1, "text": text, "message": message_in(text) }));
            json!({ "version": chat.version, "change_last": chat.change(), "frames": frames.collect::<Vec<_>>() })
        })
    }

    fn audience(&self, input: &Value) -> Value {
        self.with(
            read(&input["chat"]),
            |chat| json!({ "version": chat.version, "accounts": chat.members, "newcomers": chat.newcomers() }),
        )
    }
}

fn read<T: serde::de::DeserializeOwned>(value: &Value) -> T {
    serde_json::from_value(value.clone()).unwrap()
}

fn module(world: &Arc<World>) -> Module {
    let of = || Arc::clone(world);
    let (resumed, joined, changes, audience, states) = (of(), of(), of(), of(), of());
    let mut module = Module::new("messenger", NO_TABLES)
        .with(&RESUME, move |act: &mut Act, _: Value| {
            let found = act.member().map(|member| {
                let topics = resumed.followed(member.account);
                json!({ "topics": topics, "has_more": false })
            });
            async move { found }
        })
        .with(&JOIN, move |act: &mut Act, input: Value| {
            let member = act.member();
            let found = member.and_then(|member| joined.join(read(&input["chat"]), member.account));
            async move { found }
        })
        .with(&CHANGES, move |_: &mut Act, input: Value| {
            let found = changes.changes(&input);
            async move { Result::<Value>::Ok(found) }
        })
        .with(&AUDIENCE, move |_: &mut Act, input: Value| {
            let found = audience.audience(&input);
            async move { Result::<Value>::Ok(found) }
        })
        .with(&STATES, move |_: &mut Act, input: Value| {
            let chats: Vec<ChatId> = read(&input["chats"]);
            let found = json!({ "topics": states.states(|id, _| chats.contains(&id)) });
            async move { Result::<Value>::Ok(found) }
        })
        .with(&RING, |act: &mut Act, input: Value| {
            let notice = match read::<bool>(&input["declared"]) {
                true => "bell",
                false => "gong",
            };
            act.notify(read(&input["account"]), notice, None, None);
            async move { Result::<Value>::Ok(json!({})) }
        });
    module.notices = &["chat.added", "bell"];
    module
}

/// Passes announcements on, unless it is told to lose them.
struct Leaky {
    inner: Arc<dyn Announcer>,
    loses: AtomicBool,
}

impl Announcer for Leaky {
    fn announce(&self, announcements: Vec<Announcement>) {
        if !self.loses.load(Ordering::Relaxed) {
            self.inner.announce(announcements);
        }
    }
}

/// One node.
pub(super) struct Node {
    world: Arc<World>,
    house: House,
    leaky: Arc<Leaky>,
    pub(super) hub: Arc<Hub>,
}

/// Somebody with an account; each socket has a session of its own unless told otherwise.
#[derive(Clone, Copy)]
pub(super) struct Person(pub(super) AccountId);

/// One socket from its other end.
pub(super) struct Client {
    pub(super) outbound: Outbound,
    ear: Box<dyn Hear>,
    heard: Vec<TextFrame>,
}

pub(super) fn chat(number: u16) -> ChatId {
    let mut bytes = [2; 16];
    bytes[14..].copy_from_slice(&number.to_be_bytes());
    Id::from_bytes(bytes)
}

pub(super) fn person(number: u16) -> Person {
    let mut bytes = [3; 16];
    bytes[14..].copy_from_slice(&number.to_be_bytes());
    Person(Id::from_bytes(bytes))
}

impl Node {
    pub(super) async fn start() -> Self {
        Self::with(SocketShares::default()).await
    }

    pub(super) async fn with(shares: SocketShares) -> Self {
        let bus: Arc<dyn Bus> = Arc::new(InProcess::new(bus::Limits::default()));
        Self::on(bus, Arc::default(), [7; 16], shares).await
    }

    /// Another node of the same cell.
    pub(super) async fn beside(&self) -> Self {
        let world = Arc::clone(&self.world);
        Self::on(
            Arc::clone(&self.hub.bus),
            world,
            [8; 16],
            SocketShares::default(),
        )
        .await
    }

    async fn on(
        bus: Arc<dyn Bus>,
        world: Arc<World>,
        node: [u8; 16],
        shares: SocketShares,
    ) -> Self {
        let (inner, words) = words(Arc::clone(&bus), node).unwrap();
        let leaky = Arc::new(Leaky {
            inner,
            loses: AtomicBool::new(false),
        });
        let house = HouseBuilder::new(vec![module(&world)])
            .announcer(Arc::clone(&leaky) as _)
            .build()
            .await;
        let runtime = Arc::clone(house.runtime());
        let hub = Hub::start(runtime, bus, words, node, Box::new(|_| ()), shares)
            .await
            .unwrap();
        Self {
            world,
            house,
            leaky,
            hub,
        }
    }

    /// Announcements are lost from here on, or heard again.
    pub(super) fn loses_announcements(&self, loses: bool) {
        self.leaky.loses.store(loses, Ordering::Relaxed);
    }

    /// People join a chat.
    pub(super) fn joins(&self, chat: ChatId, people: &[Person]) {
        self.world.with(chat, |chat| {
            chat.version += 1;
            chat.members.extend(people.iter().map(|person| person.0));
        });
    }

    /// Somebody comes later, to read from a message and from a change on.
    pub(super) fn joins_late(&self, chat: ChatId, person: Person, from: (i64, i64)) {
        self.world.with(chat, |chat| {
            chat.version += 1;
            chat.members.push(person.0);
            chat.newcomers.insert(person.0, from);
        });
    }

    /// Somebody is removed, which is a change of the chat.
    pub(super) fn removes(&self, chat: ChatId, person: Person) {
        self.world.with(chat, |chat| {
            chat.version += 1;
            chat.members.retain(|member| *member != person.0);
        });
        self.says(chat, "removed");
    }

    /// One more change, announced.
    pub(super) fn says(&self, chat: ChatId, text: &str) {
        let change = self.world.with(chat, |chat| {
            chat.log.push(text.to_owned());
            chat.change()
        });
        let announcement = Announcement::Changed {
            tenant: Id::from_bytes(TENANT),
            topic: chat.to_bytes(),
            change,
        };
        self.house.runtime().announce(vec![announcement]);
    }

    pub(super) fn says_many(&self, chat: ChatId, count: usize) {
        let texts = (0..count).map(|index| index.to_string());
        self.world.with(chat, |chat| chat.log.extend(texts));
    }

    pub(super) fn notifies(&self, person: Person, notice: &'static str, chat: ChatId) {
        let announcement = Announcement::Notice {
            tenant: Id::from_bytes(TENANT),
            account: person.0,
            notice,
            topic: Some(chat.to_bytes()),
            number: None,
        };
        self.house.runtime().announce(vec![announcement]);
    }

    /// An act gives somebody a notice, which the module declares or does not.
    pub(super) async fn rings(&self, person: Person, is_declared: bool) -> Result<Answer> {
        let input = json!({ "account": person.0, "declared": is_declared });
        let system = self.house.system("test", Id::from_bytes(TENANT));
        system.calls(&RING, input).await
    }

    pub(super) async fn opens(&self, person: Person) -> Client {
        let session = self.house.runtime().new_id();
        self.opens_with(person, session, SocketLimits::default())
            .await
    }

    pub(super) async fn opens_with(
        &self,
        person: Person,
        session: SessionId,
        limits: SocketLimits,
    ) -> Client {
        let tenant: TenantId = Id::from_bytes(TENANT);
        let member = Member {
            tenant,
            account: person.0,
            person: person.0.cast(),
            session,
            role: Role::Member,
        };
        let call = Call::internal(Caller::Member(member), self.house.runtime().new_id());
        let outbound = Outbound::detached(&limits);
        let stream = Stream(Arc::clone(&self.hub));
        let ear = stream.subscribe(call, outbound.clone()).await.unwrap();
        Client {
            outbound,
            ear,
            heard: Vec::new(),
        }
    }

    /// A socket that has resumed from these changes and was caught up.
    pub(super) async fn follows(&self, person: Person, cursor: &[(ChatId, i64)]) -> Client {
        let mut client = self.opens(person).await;
        client.resumes(cursor);
        client.until("caught_up").await;
        client
    }
}

impl Client {
    pub(super) fn say(&mut self, frame: &Value) -> Result<(), Close> {
        self.ear.hear(&frame.to_string())
    }

    pub(super) fn resumes(&mut self, cursor: &[(ChatId, i64)]) {
        let cursor: HashMap<_, _> = cursor.iter().copied().collect();
        self.say(&json!({ "type": "resume", "cursor": cursor }))
            .unwrap();
    }

    async fn next(&mut self) -> Result<TextFrame, Close> {
        if self.heard.is_empty() {
            let written = tokio::time::timeout(Duration::from_secs(30), self.outbound.written());
            self.heard = written.await.expect("something is heard in time")?;
        }
        Ok(self.heard.remove(0))
    }

    /// Everything up to a frame of this type, without it.
    pub(super) async fn until(&mut self, kind: &str) -> Vec<Value> {
        let mut before = Vec::new();
        loop {
            let frame = self.next().await.expect("the socket stays open");
            let frame: Value = serde_json::from_str(frame.as_str()).unwrap();
            if frame["type"] == kind {
                return before;
            }
            before.push(frame);
        }
    }

    /// The next event: its chat, change and text.
    pub(super) async fn event(&mut self) -> (ChatId, i64, String) {
        loop {
            let frame = self.next().await.expect("the socket stays open");
            let frame: Value = serde_json::from_str(frame.as_str()).unwrap();
            if frame["type"] == "event" {
                return event(&frame);
            }
        }
    }

    /// The next event as the bytes that all share.
    pub(super) async fn frame(&mut self) -> TextFrame {
        self.next().await.expect("the socket stays open")
    }

    /// Reads to the end.
    pub(super) async fn closed(&mut self) -> Close {
        loop {
            if let Err(close) = self.next().await {
                return close;
            }
        }
    }
}

pub(super) fn event(frame: &Value) -> (ChatId, i64, String) {
    (
        read(&frame["topic"]),
        read(&frame["change"]),
        read(&frame["text"]),
    )
}

/// The change numbers of the events among frames.
pub(super) fn changes(frames: &[Value]) -> Vec<i64> {
    let events = frames.iter().filter(|frame| frame["type"] == "event");
    events.map(|frame| read(&frame["change"])).collect()
}

/// Waits for something that another task brings about.
pub(super) async fn eventually(mut holds: impl FnMut() -> bool) {
    for _ in 0..3_000 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("it never came to hold");
}
