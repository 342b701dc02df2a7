//! `kill -9` under load: what was acknowledged is there, once, in order.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Duration,
};

use serde_json::{Value, json};
use system_tests::{Client, Organisation, Server};

use crate::ground::{Ground, Kind, variable};

/// Rounds on each database; a target of its own runs more.
const ROUNDS: u32 = 25;
const SENDERS: usize = 8;
const CHATS: usize = 4;

/// What the server acknowledged: by chat and number, what was sent under which client id.
type Acknowledged = BTreeMap<(String, i64), (String, String)>;

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
    let mut server = Server::start(ground.directory.path(), ground.options.clone()).await;
    let mut org = Organisation::new(&server.shared_client(), "kill", &["ana"]).await;
    let mut chats = Vec::new();
    for number in 0..CHATS {
        chats.push(
            org.people[0]
                .creates_chat(&format!("chat {number}"), &[])
                .await,
        );
    }
    let token = org.people[0].token.clone();
    let mut all = Acknowledged::new();
    let mut slowest = Duration::ZERO;
    for round in 0..rounds {
        let client = server.shared_client();
        let senders: Vec<_> = (0..SENDERS)
            .map(|sender| {
                tokio::spawn(send(
                    Arc::clone(&client),
                    token.clone(),
                    chats.clone(),
                    round,
                    sender,
                ))
            })
            .collect();
        // Another moment in each round, the same in every run.
        tokio::time::sleep(Duration::from_millis(u64::from(60 + round * 37 % 240))).await;
        server.restart_after_kill().await;
        slowest = slowest.max(server.ready_after);
        for sender in senders {
            all.extend(sender.await.unwrap());
        }
        let stored = stored(&server.client(), &token, &chats).await;
        check(&all, &stored, round);
    }
    assert!(
        all.len() > usize::try_from(rounds).unwrap(),
        "there was load: {}",
        all.len()
    );
    println!(
        "{kind:?}: {rounds} rounds, {} acknowledged, 0 lost; slowest ready again in {slowest:?}",
        all.len()
    );
    server.stop().await;
}

/// Sends until the connection breaks; answers what was acknowledged.
async fn send(
    client: Arc<Client>,
    token: String,
    chats: Vec<String>,
    round: u32,
    sender: usize,
) -> Acknowledged {
    let mut acknowledged = Acknowledged::new();
    let Ok(mut connection) = client.try_connect().await else {
        return acknowledged;
    };
    connection.token = Some(token);
    for number in 0.. {
        let chat = &chats[(sender + number) % chats.len()];
        let client_id = format!("{round}-{sender}-{number}");
        let text = format!("text of {client_id}");
        let body = json!({ "client_id": client_id, "body": { "text": text } });
        let Ok(reply) = connection
            .try_call("POST", &format!("/chats/{chat}/messages"), &body)
            .await
        else {
            break;
        };
        if reply.status == 201 {
            let at = reply.json()["number"].as_i64().unwrap();
            acknowledged.insert((chat.clone(), at), (client_id, text));
        }
    }
    acknowledged
}

/// Everything that the server has, by chat and number.
async fn stored(client: &Client, token: &str, chats: &[String]) -> HashMap<(String, i64), Value> {
    let mut connection = client.connect().await;
    connection.token = Some(token.to_owned());
    let mut all = HashMap::new();
    for chat in chats {
        let mut after = 0;
        loop {
            let path = format!("/chats/{chat}/messages?after={after}&limit=100");
            let page = connection.call("GET", &path, &Value::Null).await.ok();
            let items = page["items"].as_array().unwrap();
            for message in items {
                let number = message["number"].as_i64().unwrap();
                assert_eq!(number, after + 1, "numbers have no gap and no repetition");
                after = number;
                all.insert((chat.clone(), number), message.clone());
            }
            if items.is_empty() || page["has_after"] == false {
                break;
            }
        }
    }
    all
}

fn check(acknowledged: &Acknowledged, stored: &HashMap<(String, i64), Value>, round: u32) {
    for (place, (_, text)) in acknowledged {
        let message = stored
            .get(place)
            .unwrap_or_else(|| panic!("round {round}: {place:?} is lost"));
        assert_eq!(
            message["body"]["text"],
            text.as_str(),
            "round {round}: {place:?} is another"
        );
    }
    let mut seen = HashMap::new();
    for (place, message) in stored {
        if let Some(text) = message["body"]["text"].as_str()
            && let Some(other) = seen.insert(text.to_owned(), place)
        {
            panic!("round {round}: {text} stands at {place:?} and {other:?}");
        }
    }
}
