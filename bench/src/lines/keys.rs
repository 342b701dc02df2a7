//! The key service over TLS with an audit device on: what it encrypts, how soon, and how many keys it makes.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use system_tests::{KeyService, ServerOptions};
use tempfile::TempDir;
use tokio::task::JoinSet;

use super::SENDERS;
use crate::{
    load::{Outcome, Same, Script, Sender, for_window, step, us},
    options::Options,
    table::{Goal, Line, Table, Unit, progress, real},
    usage::Usage,
    wire::{Wire, request},
};

/// 32 bytes, as keys and tokens have.
const PLAINTEXT: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const BATCH: usize = 100;
const GOAL_PER_SECOND: f64 = 30_000.0;
const GOAL_BLOCKS: f64 = 100_000.0;
const GOAL_MS: f64 = 5.0;
const GOAL_KEYS: f64 = 2_000.0;

pub(super) async fn measure(table: &mut Table, options: &Options) {
    progress("keys");
    let directory = TempDir::with_prefix("bastide-bench-").unwrap();
    let mut service = KeyService::start(directory.path(), ServerOptions::default()).await;
    let begun = Instant::now();
    service.initialise().await;
    let unsealed = begun.elapsed().as_secs_f64() * 1_000.0;
    table.add(Line::new(
        "key service initialised and unsealed",
        Unit::Ms,
        unsealed,
    ));
    let device =
        json!({ "type": "file", "options": { "file_path": directory.path().join("audit.log") } });
    service.does("PUT", "sys/audit/file", device).await;
    service
        .does("POST", "sys/mounts/transit", json!({ "type": "transit" }))
        .await;
    service.does("POST", "transit/keys/own", json!({})).await;
    let encrypt = json!({ "plaintext": PLAINTEXT });
    let sealed = service
        .does("POST", "transit/encrypt/own", encrypt.clone())
        .await;
    let decrypt = json!({ "ciphertext": sealed["data"]["ciphertext"] });

    let mut rate = 0.0;
    for (name, path, body) in [
        (
            "transit encrypt, audited",
            "transit/encrypt/own",
            encrypt.clone(),
        ),
        ("transit decrypt, audited", "transit/decrypt/own", decrypt),
    ] {
        let outcome = loaded(&service, path, &body, options).await;
        rate = outcome.per_second();
        table.add(line(name, rate, &outcome).goal(Goal::AtLeast(GOAL_PER_SECOND)));
    }
    let items: Vec<Value> = (0..BATCH).map(|_| encrypt.clone()).collect();
    let batch = json!({ "batch_input": items });
    let outcome = loaded(&service, "transit/encrypt/own", &batch, options).await;
    let blocks = outcome.per_second() * real(BATCH);
    table.add(
        line(
            "transit encrypt in batches of 100, blocks",
            blocks,
            &outcome,
        )
        .goal(Goal::AtLeast(GOAL_BLOCKS)),
    );
    let paced = paced(&service, &encrypt, rate / 2.0, options.window).await;
    table.add(
        Line::new(
            "transit encrypt at half load, p99",
            Unit::Ms,
            paced.percentile_ms(99),
        )
        .goal(Goal::AtMost(GOAL_MS)),
    );
    for connections in [8, SENDERS, 2 * SENDERS] {
        let outcome = made(&service, connections, options).await;
        let name = format!("keys made over {connections} connections");
        table.add(line(name, outcome.per_second(), &outcome).goal(Goal::AtLeast(GOAL_KEYS)));
    }
}

fn line(name: impl Into<String>, rate: f64, outcome: &Outcome) -> Line {
    Line::new(name, Unit::PerSecond, rate).spent(outcome.spent, real(outcome.count))
}

async fn wire(service: &KeyService) -> Wire {
    Wire::open(&service.client())
        .await
        .expect("the key service takes connections")
}

async fn loaded(service: &KeyService, path: &str, body: &Value, options: &Options) -> Outcome {
    let body = serde_json::to_vec(body).unwrap();
    let mut senders: Vec<Sender> = Vec::new();
    for _ in 0..SENDERS {
        let bytes = request(
            &service.client(),
            "POST",
            &format!("/v1/{path}"),
            &service.root,
            &body,
        );
        senders.push((wire(service).await, Box::new(Same(bytes))));
    }
    for_window(service.pid(), senders, options.window).await.0
}

/// Requests at a pace of their own, whether those before were answered or not: late ones count from when they were due.
async fn paced(service: &KeyService, body: &Value, rate: f64, window: Duration) -> Outcome {
    let body = serde_json::to_vec(body).unwrap();
    let every = Duration::from_secs_f64(real(SENDERS) / rate);
    let usage = Usage::now(service.pid());
    let begun = Instant::now();
    let mut running = JoinSet::new();
    for number in 0..SENDERS {
        let mut wire = wire(service).await;
        let path = "/v1/transit/encrypt/own";
        let mut script = Same(request(
            &service.client(),
            "POST",
            path,
            &service.root,
            &body,
        ));
        running.spawn(async move {
            let mut latencies = Vec::new();
            let offset = every.mul_f64(real(number) / real(SENDERS));
            let mut due = Instant::now() + offset;
            let end = Instant::now() + window;
            while due < end {
                tokio::time::sleep_until(due.into()).await;
                step(&mut wire, &mut script).await;
                latencies.push(us(due.elapsed()));
                due += every;
            }
            latencies
        });
    }
    let latencies = running.join_all().await.concat();
    let (seconds, spent) = (begun.elapsed().as_secs_f64(), usage.spent());
    Outcome::new(latencies.len(), seconds, spent, latencies)
}

/// A key of another name with every request.
struct Names {
    head: String,
    host: String,
    token: String,
    number: usize,
    bytes: Vec<u8>,
}

impl Script for Names {
    fn next(&mut self) -> &[u8] {
        self.number += 1;
        let Self {
            head,
            host,
            token,
            number,
            ..
        } = self;
        self.bytes = format!(
            "POST /v1/transit/keys/{head}-{number} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nContent-Length: 2\r\n\r\n{{}}"
        )
        .into_bytes();
        &self.bytes
    }
}

async fn made(service: &KeyService, connections: usize, options: &Options) -> Outcome {
    let mut senders: Vec<Sender> = Vec::new();
    for number in 0..connections {
        let names = Names {
            head: format!("k{connections}-{number}"),
            host: service.client().host(),
            token: service.root.clone(),
            number: 0,
            bytes: Vec::new(),
        };
        senders.push((wire(service).await, Box::new(names)));
    }
    for_window(service.pid(), senders, options.window).await.0
}
