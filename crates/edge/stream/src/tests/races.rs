//! Stories of members who go, and of sockets that close, while something is being read for them. The messenger is a double
//! in memory: what it answers is decided at once, and can be held back until something else has happened.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, Weak},
    time::Duration,
};

use act::{
    Act, Action, Announcement, Announcer, Audit, Migration, MigrationSet, Module, Operation,
};
use base::{AccountId, ChatId, Refusal, Result, SessionId};
use bus::{Bus, Counters, Health, InProcess, Pattern, Published, Subject, Subscription};
use bytes::Bytes;
use futures_util::future::BoxFuture;
use gate::{Close, Hear, Outbound, SocketLimits, StreamHub, TextFrame};
use serde_json::{Value, json};
use testkit::{Actor, House, HouseBuilder};
use tokio::sync::{Semaphore, watch};

use crate::{
    Hub, SocketShares, Stream,
    membership::Membership,
    registry::{Attached, Registry, Socket},
    topic::{Numbered, Replayed, Topic},
    wire::{Audience, FrameNumber},
    words,
};

const COVERED: Audit = Audit::Covered("tests");
const ABSENT: Refusal = Refusal::absent("messenger.chat_absent", "You are not in it.");

static RESUME: Operation = member_op("messenger.stream.resume");
static JOIN: Operation = member_op("messenger.stream.join");
static CHANGES: Operation = system_op("messenger.chat.changes");
static AUDIENCE: Operation = system_op("messenger.chat.audience");
static STATES: Operation = system_op("messenger.chat.states");
static LIVE: Operation = system_op("identity.session.live");

/// Public, since a double gets no permits.
const fn member_op(name: &'static str) -> Operation {
    Operation::read(name, Action::Read)
        .public()
        .audited(COVERED)
}

const fn system_op(name: &'static str) -> Operation {
    Operation::read(name, Action::Serve)
        .system()
        .without_permit("a double gets none")
        .audited(COVERED)
}

/// A chat of the double. Who comes or goes raises its version and is a change.
#[derive(Default, Clone)]
struct Chat {
    version: i64,
    changes: i64,
    members: Vec<AccountId>,
}

/// A place where an answer waits.
struct Held {
    arrived: Semaphore,
    goes_on: Semaphore,
}

#[derive(Default)]
struct Double {
    chats: Mutex<HashMap<ChatId, Chat>>,
    live: Mutex<HashMap<SessionId, AccountId>>,
    held: Mutex<HashMap<&'static str, Arc<Held>>>,
    asked: Mutex<Vec<&'static str>>,
    /// Whether an account is in more chats than it follows.
    has_more: Mutex<bool>,
}

impl Double {
    fn state(&self, id: ChatId) -> Value {
        let chat = &self.chats.lock().unwrap()[&id];
        json!({ "chat": id, "change": chat.changes, "version": chat.version })
    }

    fn answer(
        &self,
        operation: &'static str,
        by: Option<AccountId>,
        input: &Value,
    ) -> Result<Value> {
        let id = || serde_json::from_value::<ChatId>(input["chat"].clone()).unwrap();
        let chat = || self.chats.lock().unwrap()[&id()].clone();
        let is_in = |chat: &Chat| by.is_some_and(|by| chat.members.contains(&by));
        Ok(match operation {
            "messenger.stream.resume" => {
                let chats = self.chats.lock().unwrap().clone();
                let mut topics: Vec<_> =
                    chats.into_iter().filter(|(_, chat)| is_in(chat)).collect();
                topics.sort_unstable_by_key(|(id, _)| *id);
                let topics: Vec<_> = topics.into_iter().map(|(id, _)| self.state(id)).collect();
                json!({ "topics": topics, "has_more": *self.has_more.lock().unwrap() })
            }
            "messenger.stream.join" if !is_in(&chat()) => return Err(ABSENT.into()),
            "messenger.stream.join" => self.state(id()),
            "messenger.chat.changes" => {
                let (chat, after) = (chat(), input["after"].as_i64().unwrap());
                let frame = |change| json!({ "type": "event", "topic": id(), "change": change });
                let frames: Vec<_> = (after + 1..=chat.changes).take(5).map(frame).collect();
                json!({ "version": chat.version, "change_last": chat.changes, "frames": frames })
            }
            "messenger.chat.audience" => {
                let chat = chat();
                json!({ "version": chat.version, "accounts": chat.members })
            }
            "messenger.chat.states" => json!({ "topics": [] }),
            _ => {
                let live = self.live.lock().unwrap();
                let all = live
                    .iter()
                    .map(|(session, account)| json!({ "session": session, "account": account }));
                json!({ "live": all.collect::<Vec<_>>() })
            }
        })
    }

    /// The next answer of this operation is held back: waits for it to be asked for, then for [`Held::goes_on`].
    fn holds(&self, operation: &'static str) -> Arc<Held> {
        let held = Arc::new(Held {
            arrived: Semaphore::new(0),
            goes_on: Semaphore::new(0),
        });
        self.held
            .lock()
            .unwrap()
            .insert(operation, Arc::clone(&held));
        held
    }

    fn count(&self, operation: &str) -> usize {
        let asked = self.asked.lock().unwrap();
        asked.iter().filter(|name| **name == operation).count()
    }

    fn module(self: &Arc<Self>) -> Module {
        const NO_TABLES: MigrationSet = MigrationSet {
            domain: "double",
            migrations: &[] as &[Migration],
        };
        let operations = [&RESUME, &JOIN, &CHANGES, &AUDIENCE, &STATES, &LIVE];
        operations
            .into_iter()
            .fold(Module::new("double", NO_TABLES), |module, operation| {
                let (double, name) = (Arc::clone(self), operation.name);
                module.with(operation, move |act: &mut Act, input: Value| {
                    let by = act.member().ok().map(|member| member.account);
                    let double = Arc::clone(&double);
                    async move {
                        double.asked.lock().unwrap().push(name);
                        let answer = double.answer(name, by, &input);
                        let held = double.held.lock().unwrap().remove(name);
                        if let Some(held) = held {
                            held.arrived.add_permits(1);
                            held.goes_on.acquire().await.unwrap().forget();
                        }
                        answer
                    }
                })
            })
    }
}

/// A bus that says it is away: the node then compares often.
struct Away(InProcess, watch::Sender<Health>);

impl Bus for Away {
    fn publish(&self, subject: &Subject, payload: Bytes) -> Published {
        self.0.publish(subject, payload)
    }
    fn subscribe(&self, pattern: Pattern) -> BoxFuture<'_, Result<Subscription>> {
        self.0.subscribe(pattern)
    }
    fn health(&self) -> watch::Receiver<Health> {
        self.1.subscribe()
    }
    fn counters(&self) -> Counters {
        self.0.counters()
    }
}

/// One node, its double, and three people who are in no chat yet.
struct Stage {
    house: House,
    hub: Arc<Hub>,
    double: Arc<Double>,
    announcer: Arc<dyn Announcer>,
    people: [Actor; 3],
}

struct Client {
    outbound: Outbound,
    talk: Box<dyn Hear>,
    socket: Weak<Socket>,
}

impl Stage {
    async fn set() -> Self {
        Self::with_bus(Arc::new(InProcess::default())).await
    }

    async fn with_bus(bus: Arc<dyn Bus>) -> Self {
        let double = Arc::new(Double::default());
        let (announcer, heard) = words(Arc::clone(&bus), [1; 16]).unwrap();
        let house = HouseBuilder::new(vec![double.module()])
            .announcer(Arc::clone(&announcer))
            .build()
            .await;
        let runtime = Arc::clone(house.runtime());
        let shares = SocketShares::default();
        let hub = Hub::start(runtime, bus, heard, [1; 16], Box::new(|_| {}), shares).await;
        let people = house.people(["ana", "bo", "cy"]).await;
        Self {
            hub: hub.unwrap(),
            house,
            double,
            announcer,
            people,
        }
    }

    /// A chat of all three, in which two things were said.
    fn chat(&self, number: u8) -> ChatId {
        let id = ChatId::from_bytes([number; 16]);
        let chat = Chat {
            version: 1,
            changes: 2,
            members: self.people.iter().map(Actor::account).collect(),
        };
        self.double.chats.lock().unwrap().insert(id, chat);
        id
    }

    fn changes(&self, id: ChatId, by: impl FnOnce(&mut Chat)) -> i64 {
        let mut chats = self.double.chats.lock().unwrap();
        let chat = chats.get_mut(&id).unwrap();
        by(chat);
        chat.changes
    }

    fn removes(&self, id: ChatId, who: &Actor) -> i64 {
        self.changes(id, |chat| {
            chat.members.retain(|account| *account != who.account());
            chat.version += 1;
            chat.changes += 1;
        })
    }

    fn says(&self, id: ChatId, count: i64) -> i64 {
        self.changes(id, |chat| chat.changes += count)
    }

    fn announces(&self, id: ChatId, change: i64) {
        let tenant = self.people[0].caller().tenant();
        let topic = id.to_bytes();
        self.announcer.announce(vec![Announcement::Changed {
            tenant,
            topic,
            change,
        }]);
    }

    fn added(&self, id: ChatId, who: &Actor) {
        self.announcer.announce(vec![Announcement::Notice {
            tenant: who.caller().tenant(),
            account: who.account(),
            notice: "chat.added",
            topic: Some(id.to_bytes()),
            number: None,
        }]);
    }

    async fn connects(&self, who: &Actor) -> Client {
        let member = *who.caller().member().unwrap();
        self.double
            .live
            .lock()
            .unwrap()
            .insert(member.session, member.account);
        let outbound = Outbound::detached(&SocketLimits::default());
        let call = act::Call::internal(*who.caller(), self.house.runtime().new_id());
        let stream = Stream(Arc::clone(&self.hub));
        let talk = stream.subscribe(call, outbound.clone()).await.unwrap();
        let sockets = self.hub.registry.of_account(member.tenant, member.account);
        Client {
            outbound,
            talk,
            socket: Arc::downgrade(sockets.last().unwrap()),
        }
    }

    /// Somebody who listens already.
    async fn listens(&self, who: &Actor) -> Client {
        let mut client = self.connects(who).await;
        client.resumes(&json!({}));
        client.hears_until("caught_up").await;
        client
    }
}

impl Client {
    fn resumes(&mut self, cursor: &Value) {
        let frame = json!({ "type": "resume", "cursor": cursor });
        self.talk.hear(&frame.to_string()).unwrap();
    }

    /// All frames up to the first with this text in it.
    async fn hears_until(&self, text: &str) -> Vec<Value> {
        let mut heard = Vec::new();
        let hearing = async {
            loop {
                for frame in self.outbound.written().await.unwrap() {
                    let frame: Value = serde_json::from_str(frame.as_str()).unwrap();
                    let is_last = frame.to_string().contains(text);
                    heard.push(frame);
                    if is_last {
                        return;
                    }
                }
            }
        };
        in_time(hearing).await;
        heard
    }

    /// The changes that it hears up to one that was announced.
    async fn hears_change(&self, change: i64) -> Vec<i64> {
        changes_in(&self.hears_until(&format!("\"change\":{change},")).await)
    }
}

fn changes_in(frames: &[Value]) -> Vec<i64> {
    let changes = frames.iter().filter_map(|frame| frame["change"].as_i64());
    changes.collect()
}

async fn in_time<T>(awaited: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(10), awaited)
        .await
        .expect("it happens in time")
}

impl Held {
    async fn is_reached(&self) {
        in_time(self.arrived.acquire()).await.unwrap().forget();
    }

    fn goes_on(&self) {
        self.goes_on.add_permits(1);
    }
}

#[tokio::test]
async fn who_is_removed_while_resuming_hears_nothing_of_what_follows() {
    let stage = Stage::set().await;
    let [ana, bo, _] = &stage.people;
    let chat = stage.chat(1);
    let others = stage.listens(ana).await;
    let mut removed = stage.connects(bo).await;
    let held = stage.double.holds("messenger.stream.resume");
    removed.resumes(&json!({ chat.to_string(): 1 }));
    held.is_reached().await;

    stage.removes(chat, bo);
    let last = stage.says(chat, 3);
    stage.announces(chat, last);
    assert_eq!(others.hears_change(last).await, [3, 4, 5, 6]);
    held.goes_on();

    let heard = removed.hears_until("caught_up").await;
    assert_eq!(changes_in(&heard), [0; 0], "said after the removal");
    let later = stage.says(chat, 1);
    stage.announces(chat, later);
    assert_eq!(others.hears_change(later).await, [7]);
    let topic = &stage.hub.registry.topics()[0];
    assert!(!topic.has(&removed.socket.upgrade().unwrap()));
}

#[tokio::test]
async fn who_is_removed_hears_no_page_of_the_log_that_was_read_after_it() {
    let stage = Stage::set().await;
    let [_, bo, _] = &stage.people;
    let chat = stage.chat(1);
    stage.says(chat, 8);
    let mut removed = stage.connects(bo).await;
    let held = stage.double.holds("messenger.stream.resume");
    // Nobody else listens here, so that nothing but the log itself tells of the removal.
    removed.resumes(&json!({ chat.to_string(): 1 }));
    held.is_reached().await;
    stage.removes(chat, bo);
    stage.says(chat, 3);
    held.goes_on();

    let heard = removed.hears_until("caught_up").await;

    assert_eq!(changes_in(&heard), [0; 0], "read after the removal");
    assert!(stage.hub.registry.topics().is_empty());
}

#[tokio::test]
async fn who_is_removed_while_joining_hears_nothing_of_what_follows() {
    let stage = Stage::set().await;
    let [ana, bo, _] = &stage.people;
    let chat = stage.chat(1);
    stage.removes(chat, bo);
    let others = stage.listens(ana).await;
    let joins = stage.listens(bo).await;
    stage.changes(chat, |chat| {
        chat.members.push(bo.account());
        chat.version += 1;
        chat.changes += 1;
    });
    let held = stage.double.holds("messenger.stream.join");
    stage.added(chat, bo);
    held.is_reached().await;

    stage.removes(chat, bo);
    let last = stage.says(chat, 1);
    stage.announces(chat, last);
    others.hears_change(last).await;
    held.goes_on();

    let socket = joins.socket.upgrade().unwrap();
    let key = (bo.caller().tenant(), chat.to_bytes());
    in_time(async {
        // The join that came too late asks once more, and is refused.
        while stage.double.count("messenger.stream.join") < 2 {
            tokio::task::yield_now().await;
        }
        // When another can begin, it has ended.
        while !stage.hub.registry.begin_join(&socket, key) {
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert!(!stage.hub.registry.find_topic(&key).unwrap().has(&socket));
    let heard = joins.hears_until("chat.added").await;
    assert_eq!(changes_in(&heard), [0; 0]);
}

#[tokio::test]
async fn who_comes_later_joins_once_and_hears_what_follows() {
    let stage = Stage::set().await;
    let [ana, bo, _] = &stage.people;
    let chat = stage.chat(1);
    stage.removes(chat, bo);
    let others = stage.listens(ana).await;
    let joins = stage.listens(bo).await;

    let last = stage.changes(chat, |chat| {
        chat.members.push(bo.account());
        chat.version += 1;
        chat.changes += 1;
    });
    // The notice and the change tell of it both.
    stage.added(chat, bo);
    stage.announces(chat, last);
    others.hears_change(last).await;
    let socket = joins.socket.upgrade().unwrap();
    let key = (bo.caller().tenant(), chat.to_bytes());
    let topic = stage.hub.registry.find_topic(&key).unwrap();
    in_time(async {
        while !topic.has(&socket) {
            tokio::task::yield_now().await;
        }
    })
    .await;
    let later = stage.says(chat, 1);
    stage.announces(chat, later);

    assert_eq!(joins.hears_change(later).await.last(), Some(&later));
    assert_eq!(stage.double.count("messenger.stream.join"), 1);
}

#[tokio::test]
async fn a_socket_that_closes_while_resuming_is_attached_to_nothing() {
    let stage = Stage::set().await;
    let [_, bo, _] = &stage.people;
    let chats = [1, 2, 3].map(|number| stage.chat(number));
    let mut closing = stage.connects(bo).await;
    let held = stage.double.holds("messenger.chat.changes");
    closing.resumes(&json!({ chats[0].to_string(): 1 }));
    held.is_reached().await;

    let Client { talk, socket, .. } = closing;
    drop(talk);
    held.goes_on();

    in_time(async {
        while socket.upgrade().is_some() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert!(stage.hub.registry.topics().is_empty());
}

#[tokio::test]
async fn a_notice_while_resuming_does_not_hide_what_the_cursor_asks_for() {
    let stage = Stage::set().await;
    let [_, bo, _] = &stage.people;
    let chat = stage.chat(1);
    let last = stage.says(chat, 10);
    let mut client = stage.connects(bo).await;
    let held = stage.double.holds("messenger.stream.resume");
    client.resumes(&json!({ chat.to_string(): 4 }));
    held.is_reached().await;
    stage.added(chat, bo);
    let mut heard = client.hears_until("chat.added").await;
    held.goes_on();

    heard.extend(client.hears_until("caught_up").await);

    assert_eq!(changes_in(&heard), (5..=last).collect::<Vec<_>>());
    assert_eq!(stage.double.count("messenger.stream.join"), 0);
}

#[tokio::test]
async fn who_resumes_again_goes_back_to_the_cursor() {
    let stage = Stage::set().await;
    let [_, bo, _] = &stage.people;
    let chat = stage.chat(1);
    let mut client = stage.listens(bo).await;
    let last = stage.says(chat, 2);
    stage.announces(chat, last);
    assert_eq!(client.hears_change(last).await, [3, 4]);

    client.resumes(&json!({ chat.to_string(): 1 }));

    let heard = client.hears_until("caught_up").await;
    assert_eq!(changes_in(&heard), [2, 3, 4]);
}

#[tokio::test]
async fn who_is_in_more_chats_than_are_followed_is_told() {
    let stage = Stage::set().await;
    let mut client = stage.connects(&stage.people[1]).await;
    *stage.double.has_more.lock().unwrap() = true;

    client.resumes(&json!({}));

    let heard = client.hears_until("caught_up").await;
    assert_eq!(heard[1], json!({ "type": "not_all" }));
}

#[tokio::test]
async fn a_session_is_cut_while_the_comparison_of_topics_hangs() {
    let away = watch::Sender::new(Health::Disconnected);
    let stage = Stage::with_bus(Arc::new(Away(InProcess::default(), away))).await;
    let [ana, ..] = &stage.people;
    stage.chat(1);
    let held = stage.double.holds("messenger.chat.states");
    let client = stage.listens(ana).await;
    held.is_reached().await;

    let session = ana.caller().member().unwrap().session;
    stage.double.live.lock().unwrap().remove(&session);

    let end = in_time(async {
        loop {
            if let Err(close) = client.outbound.written().await {
                return close;
            }
        }
    });
    assert_eq!(end.await, Close::SessionEnded);
}

fn socket_of(actor: &Actor) -> Arc<Socket> {
    Arc::new(Socket {
        member: *actor.caller().member().unwrap(),
        call: act::Call::internal(*actor.caller(), base::Id::NIL),
        outbound: Outbound::detached(&SocketLimits::default()),
        has_resumed: true.into(),
    })
}

fn audience(version: i64, accounts: &[AccountId]) -> Audience {
    Audience {
        version,
        accounts: accounts.to_vec(),
        newcomers: Vec::new(),
    }
}

fn numbered(change: i64) -> Numbered {
    let number = FrameNumber {
        change,
        message: None,
        at: None,
    };
    let frame = TextFrame::new(change.to_string());
    Numbered::new(ChatId::from_bytes([1; 16]), &number, frame)
}

#[tokio::test]
async fn a_topic_hands_nothing_to_whom_it_does_not_know_for_a_member() {
    let stage = Stage::set().await;
    let [ana, bo, cy] = &stage.people;
    let id = ChatId::from_bytes([1; 16]);
    let topic = Topic::new((ana.caller().tenant(), id.to_bytes()));
    let [first, second, third] = [ana, bo, cy].map(socket_of);
    let as_of = |version| Membership::made_up(id, 4, version);

    assert!(topic.attach(&first, &as_of(7), None));
    assert!(!topic.attach(&second, &as_of(6), None), "read too early");
    assert!(topic.attach(&third, &as_of(9), Some(1)));
    let replay = |version| topic.replay(&third, 1, &numbered(2), version);
    assert_eq!(replay(10), Replayed::No, "read later");
    assert_eq!(replay(9), Replayed::Yes);

    // The log was read as of members that the topic has not been told of: only who proved as much may hear it.
    topic.deliver(&[numbered(5)], 5, 8);
    assert_eq!((topic.has(&first), topic.has(&third)), (false, true));
    assert!(topic.admit(&audience(8, &[])).is_empty());
    assert!(topic.has(&third), "confirmed by a later reading");
    assert!(
        topic.admit(&audience(7, &[ana.account()])).is_empty(),
        "an old reading"
    );
    assert_eq!(topic.version(), 8);
    assert_eq!(topic.admit(&audience(9, &[bo.account()])), [bo.account()]);
    assert!(topic.is_empty());
}

#[tokio::test]
async fn who_goes_back_during_a_replay_is_handed_nothing_beyond() {
    let stage = Stage::set().await;
    let ana = &stage.people[0];
    let id = ChatId::from_bytes([1; 16]);
    let topic = Topic::new((ana.caller().tenant(), id.to_bytes()));
    let socket = socket_of(ana);
    let goes_on_from = |seen| topic.attach(&socket, &Membership::made_up(id, 9, 1), Some(seen));
    let replay = |change| topic.replay(&socket, change - 1, &numbered(change), 1);
    assert!(goes_on_from(4));
    assert_eq!(replay(5), Replayed::Yes);

    assert!(goes_on_from(2));

    // What was read after the place of before would leave a hole.
    assert_eq!(replay(6), Replayed::Rewound);
    topic.caught_up_to(&socket, 5, 9);
    assert_eq!(topic.behind(&socket), Some(2));
    assert_eq!(replay(3), Replayed::Yes);
}

#[tokio::test]
async fn a_closed_socket_leaves_a_topic_though_it_was_not_caught_up() {
    let stage = Stage::set().await;
    let ana = &stage.people[0];
    let id = ChatId::from_bytes([1; 16]);
    let (registry, socket) = (Registry::default(), socket_of(ana));
    let membership = Membership::made_up(id, 4, 1);
    let attach = || registry.attach(&socket, &membership, Some(1));
    assert!(matches!(attach(), Attached::Gone), "not registered yet");
    assert!(registry.add(
        &socket,
        SocketShares::default(),
        &TextFrame::new("0".to_owned())
    ));
    let Attached::Here(topic) = attach() else {
        panic!("a registered socket is attached");
    };
    assert_eq!(topic.behind(&socket), Some(1));

    socket.outbound.close(Close::TooSlow);
    topic.deliver(&[numbered(5)], 5, 1);

    assert!(topic.is_empty());
    assert!(
        registry.topics().is_empty(),
        "forgotten with its last listener"
    );
    registry.remove(&socket);
    assert!(
        matches!(attach(), Attached::Gone),
        "not registered any more"
    );
}
