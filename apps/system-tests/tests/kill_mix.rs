//! `kill -9` under everything that is done with messages: what was acknowledged is there; what was not is there whole, or
//! not at all.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use system_tests::{Client, Connection, Organisation, Person, Server};

use crate::ground::{Ground, Kind, variable};

/// Rounds on each ground; `make kill` runs more.
const ROUNDS: u32 = 12;
const WORKERS: usize = 6;
const EMOJI: &str = "👍";

#[tokio::test(flavor = "multi_thread")]
async fn what_was_done_to_messages_is_done_whole_on_sqlite() {
    alone(Kind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_done_to_messages_is_done_whole_on_postgres() {
    alone(Kind::Postgres).await;
}

/// The node that is worked on dies; the other one shows at once what it had acknowledged.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_done_to_messages_is_done_whole_on_two_nodes() {
    let Some(ground) = Ground::cell().await else {
        return;
    };
    let folder = |name: &str| ground.directory.path().join(name);
    let (one, two) = (folder("one"), folder("two"));
    let (mut first, second) = tokio::join!(
        Server::start(&one, ground.options.clone()),
        Server::start(&two, ground.options.clone())
    );
    let mut workers = Worker::all(&first.shared_client()).await;
    for round in 0..rounds() {
        let working = start(workers, &first.shared_client());
        tokio::time::sleep(moment(round)).await;
        first.kill().await;
        workers = settle(working, &second.client(), round).await;
        first.restart_after_kill().await;
    }
    report(&workers);
    first.stop().await;
    second.stop().await;
}

async fn alone(kind: Kind) {
    let Some(ground) = Ground::of(kind).await else {
        return;
    };
    let mut server = Server::start(ground.directory.path(), ground.options.clone()).await;
    let mut workers = Worker::all(&server.shared_client()).await;
    for round in 0..rounds() {
        let working = start(workers, &server.shared_client());
        tokio::time::sleep(moment(round)).await;
        server.restart_after_kill().await;
        workers = settle(working, &server.client(), round).await;
    }
    report(&workers);
    server.stop().await;
}

fn rounds() -> u32 {
    variable("BASTIDE_KILL_ROUNDS").map_or(ROUNDS, |rounds| rounds.parse().unwrap())
}

/// Another moment in each round, the same in every run.
fn moment(round: u32) -> Duration {
    Duration::from_millis(u64::from(80 + round * 41 % 260))
}

type Working = Vec<tokio::task::JoinHandle<Worker>>;

fn start(workers: Vec<Worker>, client: &Arc<Client>) -> Working {
    workers
        .into_iter()
        .map(|worker| tokio::spawn(worker.work(Arc::clone(client))))
        .collect()
}

async fn settle(working: Working, client: &Client, round: u32) -> Vec<Worker> {
    let mut workers = Vec::new();
    for worker in working {
        let mut worker = worker.await.unwrap();
        worker.settle(client, round).await;
        workers.push(worker);
    }
    workers
}

fn report(workers: &[Worker]) {
    let done: usize = workers.iter().map(|worker| worker.done).sum();
    let whole: usize = workers.iter().map(|worker| worker.whole).sum();
    assert!(done > WORKERS * 10, "load: {done}");
    println!("{done} acknowledged, none lost; of those that were not, {whole} were there, whole");
}

/// A message as it has to stand, and whether the other one is in the chat.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct State {
    text: Option<String>,
    edits: i64,
    reactions: i64,
    replies: i64,
    pinned: bool,
    recalled: bool,
    members: i64,
}

/// What is done with each message, one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Send,
    Edit,
    React,
    Reply,
    Pin,
    Leave,
    Unreact,
    Return,
    Recall,
}

const STEPS: [Step; 9] = [
    Step::Send,
    Step::Edit,
    Step::React,
    Step::Reply,
    Step::Pin,
    Step::Leave,
    Step::Unreact,
    Step::Return,
    Step::Recall,
];

/// One person who works in a chat of their own, with a colleague who comes and goes.
struct Worker {
    owner: String,
    other: Person,
    chat: String,
    /// How many messages were begun, and the step that comes next for the last one.
    messages: usize,
    next: usize,
    /// The message that is worked on.
    message: Option<String>,
    state: State,
    /// What was not acknowledged.
    pending: Option<Step>,
    done: usize,
    whole: usize,
    /// Messages that are done with, as they have to stay.
    past: Vec<(String, State)>,
}

impl Worker {
    async fn all(client: &Arc<Client>) -> Vec<Self> {
        let mut workers = Vec::new();
        for index in 0..WORKERS {
            let name = format!("mix{index}");
            let mut org = Organisation::new(client, &name, &["ana", "bo"]).await;
            let other = org.people.remove(1);
            let members = std::slice::from_ref(&other.account);
            let chat = org.people[0].creates_chat(&name, members).await;
            workers.push(Self {
                owner: org.people[0].token.clone(),
                other,
                chat,
                messages: 0,
                next: 0,
                message: None,
                state: State {
                    members: 2,
                    ..State::default()
                },
                pending: None,
                done: 0,
                whole: 0,
                past: Vec::new(),
            });
        }
        workers
    }

    /// Goes on until something is not acknowledged.
    async fn work(mut self, client: Arc<Client>) -> Self {
        let connect = || async { client.try_connect().await.ok() };
        let (Some(mut owner), Some(mut other)) = (connect().await, connect().await) else {
            return self;
        };
        owner.token = Some(self.owner.clone());
        other.token = Some(self.other.token.clone());
        while self.pending.is_none() {
            let step = STEPS[self.next];
            match self.take(step, &mut owner, &mut other).await {
                true => self.acknowledged(step),
                false => self.pending = Some(step),
            }
        }
        self
    }

    /// Whether the server acknowledged the step.
    async fn take(&mut self, step: Step, owner: &mut Connection, other: &mut Connection) -> bool {
        let chat = format!("/chats/{}", self.chat);
        let id = self.message.clone().unwrap_or_default();
        let message = format!("{chat}/messages/{id}");
        let number = self.messages;
        let (by, method, path, input) = match step {
            Step::Send => {
                let text = format!("message {number}");
                let input = json!({ "client_id": format!("c-{number}"), "body": { "text": text } });
                (owner, "POST", format!("{chat}/messages"), input)
            }
            Step::Edit => {
                let input = json!({ "text": format!("message {number}, edited") });
                (owner, "PATCH", message, input)
            }
            Step::React | Step::Unreact => {
                let input = json!({ "emoji": EMOJI, "present": step == Step::React });
                (owner, "PUT", format!("{message}/reaction"), input)
            }
            Step::Reply => {
                let client_id = format!("r-{number}");
                let input =
                    json!({ "client_id": client_id, "body": { "text": "a reply" }, "thread": id });
                (owner, "POST", format!("{chat}/messages"), input)
            }
            Step::Pin => (owner, "PUT", format!("{chat}/pins/{id}"), json!({})),
            Step::Leave => (other, "POST", format!("{chat}/leave"), json!({})),
            Step::Return => {
                let input = json!({ "accounts": [self.other.account] });
                (owner, "POST", format!("{chat}/members"), input)
            }
            Step::Recall => (owner, "DELETE", message, Value::Null),
        };
        let Ok(reply) = by.try_call(method, &path, &input).await else {
            return false;
        };
        // A server that ends answers nothing or that it is not there; everything else would be a mistake of the test.
        assert!(
            reply.status < 300 || reply.status >= 500,
            "{step:?}: {}",
            reply.code()
        );
        let is_done = reply.status < 300;
        if is_done && step == Step::Send {
            self.message = reply.json()["id"].as_str().map(str::to_owned);
        }
        is_done
    }

    fn acknowledged(&mut self, step: Step) {
        self.done += 1;
        self.state = self.after(step);
        self.go_on();
    }

    fn go_on(&mut self) {
        self.next += 1;
        // Every third message is recalled at last; the others stay as they are.
        let is_last = self.next == STEPS.len();
        let stays = self.next + 1 == STEPS.len() && !self.messages.is_multiple_of(3);
        if is_last || stays {
            let message = self.message.take().unwrap();
            let members = self.state.members;
            self.past.push((message, std::mem::take(&mut self.state)));
            self.state.members = members;
            self.messages += 1;
            self.next = 0;
        }
    }

    /// How everything stands once the step is taken.
    fn after(&self, step: Step) -> State {
        let mut state = self.state.clone();
        match step {
            Step::Send => state.text = Some(format!("message {}", self.messages)),
            Step::Edit => {
                state.text = Some(format!("message {}, edited", self.messages));
                state.edits += 1;
            }
            Step::React => state.reactions += 1,
            Step::Unreact => state.reactions -= 1,
            Step::Reply => state.replies += 1,
            Step::Pin => state.pinned = true,
            Step::Leave => state.members -= 1,
            Step::Return => state.members += 1,
            Step::Recall => {
                state.recalled = true;
                state.text = None;
                state.pinned = false;
            }
        }
        state
    }

    /// Compares what the server has with what was acknowledged; what was not is taken as it is found.
    async fn settle(&mut self, client: &Client, round: u32) {
        let mut owner = client.connect().await;
        owner.token = Some(self.owner.clone());
        if let Some(step) = self.pending.take() {
            // Sending again under the same client id tells whether it was there.
            if step == Step::Send {
                self.find_sent(&mut owner).await;
            }
            let found = self.read(&mut owner).await;
            let after = self.after(step);
            if found == after && after != self.state {
                self.whole += 1;
                self.state = after;
                self.go_on();
            } else {
                assert_eq!(
                    found, self.state,
                    "round {round}: {step:?} was done in part"
                );
            }
        }
        let found = self.read(&mut owner).await;
        assert_eq!(found, self.state, "round {round}");
        for (message, state) in self.past.iter().rev().take(5) {
            let mut found = self.read_message(&mut owner, message).await;
            found.members = state.members;
            assert_eq!(found, *state, "round {round}: {message}");
        }
    }

    async fn find_sent(&mut self, owner: &mut Connection) {
        let path = format!("/chats/{}/messages?limit=1", self.chat);
        let page = owner.call("GET", &path, &Value::Null).await.ok();
        let last = &page["items"][0];
        if last["client_id"] == json!(format!("c-{}", self.messages)) {
            self.message = last["id"].as_str().map(str::to_owned);
        }
    }

    async fn read(&self, owner: &mut Connection) -> State {
        let mut state = match &self.message {
            Some(message) => self.read_message(owner, message).await,
            None => State::default(),
        };
        let path = format!("/chats/{}", self.chat);
        let chat = owner.call("GET", &path, &Value::Null).await.ok();
        state.members = chat["members"].as_i64().unwrap();
        state
    }

    async fn read_message(&self, owner: &mut Connection, message: &str) -> State {
        let path = format!("/chats/{}/messages/{message}", self.chat);
        let found = owner.call("GET", &path, &Value::Null).await.ok();
        let thread = format!("{path}/thread");
        let thread = owner.call("GET", &thread, &Value::Null).await.ok();
        let replies = found["replies"]["count"].as_i64().unwrap_or(0);
        let items = thread["items"].as_array().unwrap().len();
        assert_eq!(usize::try_from(replies).unwrap(), items, "counted and kept");
        State {
            text: found["body"]["text"].as_str().map(str::to_owned),
            edits: found["edits"].as_i64().unwrap(),
            reactions: found["reactions"][0]["count"].as_i64().unwrap_or(0),
            replies,
            pinned: found["pinned"].as_bool().unwrap(),
            recalled: !found["recalled"].is_null(),
            members: 0,
        }
    }
}
