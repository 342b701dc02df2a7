//! `kill -9` under load: what was acknowledged is there, once, in the order of its sender; what was not can be sent again.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fs,
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use system_tests::{Client, Connection, Organisation, Server, run_command};

use crate::ground::{Ground, Kind, variable};

/// Rounds on each database; `make kill` runs more.
const ROUNDS: u32 = 25;
const SENDERS: usize = 8;
const CHATS: usize = 4;
/// From the start of the process until it is ready, in every round.
const READY_WITHIN: Duration = Duration::from_secs(2);
/// What of SQLite's log is left to be read at the next start, however many rounds there were.
const LOG_BYTES: u64 = 64 * 1024 * 1024;
/// From the last round until every entry is in the chain; walking a long one takes its time.
const CHAINED_WITHIN: Duration = Duration::from_secs(300);

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_on_sqlite() {
    rounds(Kind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_on_postgres() {
    rounds(Kind::Postgres).await;
}

async fn rounds(kind: Kind) {
    let Some(ground) = Ground::of(kind).await else {
        return;
    };
    let rounds = variable("BASTIDE_KILL_ROUNDS").map_or(ROUNDS, |rounds| rounds.parse().unwrap());
    // One account sends all that the server takes.
    let mut options = ground.options.clone();
    let lifted = ("BASTIDE_API_RATE_PER_MINUTE".to_owned(), "0".to_owned());
    options.variables.push(lifted);
    let mut server = Server::start(ground.directory.path(), options).await;
    let mut org = Organisation::new(&server.shared_client(), "kill", &["ana"]).await;
    let mut chats = Vec::new();
    for number in 0..CHATS {
        let name = format!("chat {number}");
        chats.push(org.people[0].creates_chat(&name, &[]).await);
    }
    let token = org.people[0].token.clone();
    let mut senders: Vec<_> = (0..SENDERS).map(|name| Sender::new(name, &chats)).collect();
    let mut ledger = Ledger::default();
    let (mut slowest, mut repeated) = (Duration::ZERO, 0);
    for round in 0..rounds {
        let client = server.shared_client();
        let sending: Vec<_> = senders
            .into_iter()
            .map(|sender| tokio::spawn(sender.send(Arc::clone(&client), token.clone())))
            .collect();
        // Another moment in each round, the same in every run.
        tokio::time::sleep(Duration::from_millis(u64::from(60 + round * 37 % 240))).await;
        server.restart_after_kill().await;
        slowest = slowest.max(server.ready_after);
        assert!(
            server.ready_after < READY_WITHIN,
            "round {round}: ready only after {:?}",
            server.ready_after
        );
        let mut connection = server.client().connect().await;
        connection.token = Some(token.clone());
        senders = Vec::new();
        for sender in sending {
            let mut sender = sender.await.unwrap();
            repeated += usize::from(sender.repeat(&mut connection).await);
            ledger.take(&mut sender, round);
            senders.push(sender);
        }
        ledger.read_on(&mut connection, &chats, round).await;
    }
    if let Ok(log) = fs::metadata(ground.directory.path().join("bastide.db-wal")) {
        assert!(log.len() < LOG_BYTES, "{} bytes of log", log.len());
    }
    let total = ledger.acknowledged.len();
    assert!(total > usize::try_from(rounds).unwrap(), "load: {total}");

    // The whole once more, from the first message on.
    let mut connection = server.client().connect().await;
    connection.token = Some(token);
    let mut again = Ledger {
        acknowledged: ledger.acknowledged,
        ..Ledger::default()
    };
    again.read_on(&mut connection, &chats, rounds).await;
    assert_eq!(again.texts.len(), total, "nothing more and nothing less");
    // Numbering goes on when the lease of the node that was killed has run out.
    let begun = Instant::now();
    while verified(&ground).await <= total {
        assert!(begun.elapsed() < CHAINED_WITHIN, "entries wait for numbers");
    }
    server.stop().await;
    let entries = verified(&ground).await;
    assert!(entries > total, "each message has its entry: {entries}");
    println!(
        "{kind:?}: {rounds} rounds, {total} acknowledged, 0 lost; {repeated} sent again, none twice; \
         {entries} entries in one chain; slowest ready again in {slowest:?}"
    );
}

/// Walks the chain of entries, and answers how many there are in it.
async fn verified(ground: &Ground) -> usize {
    let data = ground.directory.path();
    let report = run_command(data, &ground.options, &["audit", "verify"]).await;
    assert_eq!(report["problem"], Value::Null, "{report}");
    usize::try_from(report["entries"].as_i64().unwrap()).unwrap()
}

/// A message as it is sent.
#[derive(Clone)]
struct Letter {
    chat: String,
    client_id: String,
    text: String,
}

/// One client that sends, one message after the other, whatever happens to the server.
struct Sender {
    name: usize,
    chats: Vec<String>,
    count: usize,
    /// The one that was sent and not acknowledged.
    pending: Option<Letter>,
    /// Acknowledged and not yet in the ledger, in the order they were sent, with their numbers.
    acknowledged: Vec<(Letter, i64)>,
    /// The last number acknowledged to this sender in each chat.
    last: HashMap<String, i64>,
}

impl Sender {
    fn new(name: usize, chats: &[String]) -> Self {
        Self {
            name,
            chats: chats.to_vec(),
            count: 0,
            pending: None,
            acknowledged: Vec::new(),
            last: HashMap::new(),
        }
    }

    /// Sends until something is not acknowledged.
    async fn send(mut self, client: Arc<Client>, token: String) -> Self {
        let Ok(mut connection) = client.try_connect().await else {
            return self;
        };
        connection.token = Some(token);
        while self.pending.is_none() {
            let client_id = format!("{}-{}", self.name, self.count);
            let letter = Letter {
                chat: self.chats[(self.name + self.count) % self.chats.len()].clone(),
                text: format!("text of {client_id}"),
                client_id,
            };
            self.count += 1;
            match post(&mut connection, &letter).await {
                Some(number) => self.acknowledged.push((letter, number)),
                None => self.pending = Some(letter),
            }
        }
        self
    }

    /// Sends what was not acknowledged again, under the same client id. Whether there was anything.
    async fn repeat(&mut self, connection: &mut Connection) -> bool {
        let Some(letter) = self.pending.take() else {
            return false;
        };
        let number = post(connection, &letter).await;
        let number = number.expect("a server that is ready takes a message");
        self.acknowledged.push((letter, number));
        true
    }
}

/// The message's number in its chat, when the server acknowledged it.
async fn post(connection: &mut Connection, letter: &Letter) -> Option<i64> {
    let body = json!({ "client_id": letter.client_id, "body": { "text": letter.text } });
    let path = format!("/chats/{}/messages", letter.chat);
    let reply = connection.try_call("POST", &path, &body).await.ok()?;
    if reply.status != 201 {
        return None;
    }
    reply.json()["number"].as_i64()
}

/// What was acknowledged, and how far the server's own account of it was read.
#[derive(Default)]
struct Ledger {
    /// By chat and number.
    acknowledged: BTreeMap<(String, i64), String>,
    read_to: HashMap<String, i64>,
    texts: HashSet<String>,
}

impl Ledger {
    fn take(&mut self, sender: &mut Sender, round: u32) {
        for (letter, number) in sender.acknowledged.drain(..) {
            let before = sender.last.insert(letter.chat.clone(), number);
            assert!(
                before.is_none_or(|before| before < number),
                "round {round}: {} has number {number}, the one sent before it {before:?}",
                letter.client_id
            );
            let other = self
                .acknowledged
                .insert((letter.chat, number), letter.text.clone());
            assert_eq!(other, None, "round {round}: {} is another's", letter.text);
        }
    }

    /// Reads what is new in each chat. Everything was acknowledged by now, so both accounts are the same.
    async fn read_on(&mut self, connection: &mut Connection, chats: &[String], round: u32) {
        for chat in chats {
            let from = self.read_to.get(chat).copied().unwrap_or(0);
            let to = self.read_chat(connection, chat, from, round).await;
            self.read_to.insert(chat.clone(), to);
            let next = (chat.clone(), to + 1)..=(chat.clone(), i64::MAX);
            let lost = self.acknowledged.range(next).next();
            assert_eq!(lost, None, "round {round}: acknowledged and lost");
        }
    }

    async fn read_chat(
        &mut self,
        connection: &mut Connection,
        chat: &str,
        from: i64,
        round: u32,
    ) -> i64 {
        let mut after = from;
        loop {
            let path = format!("/chats/{chat}/messages?after={after}&limit=100");
            let page = connection.call("GET", &path, &Value::Null).await.ok();
            let items = page["items"].as_array().unwrap();
            for message in items {
                let number = message["number"].as_i64().unwrap();
                assert_eq!(number, after + 1, "numbers have no gap and no repetition");
                after = number;
                self.compare(chat, message, round);
            }
            if items.is_empty() || page["has_after"] == false {
                return after;
            }
        }
    }

    fn compare(&mut self, chat: &str, message: &Value, round: u32) {
        let number = message["number"].as_i64().unwrap();
        let text = message["body"]["text"].as_str();
        let acknowledged = self.acknowledged.get(&(chat.to_owned(), number));
        assert_eq!(
            text,
            acknowledged.map(String::as_str),
            "round {round}: {chat} has another at {number}"
        );
        if let Some(text) = text {
            let is_new = self.texts.insert(text.to_owned());
            assert!(is_new, "round {round}: {text} is there twice");
        }
    }
}
