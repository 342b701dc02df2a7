//! What people do in a day at once: of 100 requests 70 send, 10 react, 5 edit and 15 read history, against sending alone.

use std::sync::Arc;

use serde_json::{Value, json};
use system_tests::Server;

use super::{CHATS, SENDERS};
use crate::{
    crowd::{Crowd, Messages},
    load::{self, Script, Sender},
    options::Options,
    table::{Line, Table, Unit, progress, real},
    wire::{Wire, request},
};

/// Messages of its own that each sender reacts to and edits. A message takes 20 edits.
const OWN: usize = 40;
const EDITS_MAX: usize = 20;

pub(super) async fn measure(
    table: &mut Table,
    server: &Server,
    crowd: &mut Crowd,
    options: &Options,
) {
    let chats = crowd.chats(CHATS).await;
    progress("sending alone");
    let senders = crowd.senders(SENDERS, &chats).await;
    let (alone, _) = load::for_window(server.pid(), senders, options.window).await;
    progress("mixed traffic");
    let mut senders: Vec<Sender> = Vec::new();
    for number in 0..SENDERS {
        let mut wire = crowd.wire().await;
        let script = Mixed::new(&mut wire, crowd, &chats, number).await;
        senders.push((wire, Box::new(script)));
    }
    let (mixed, _) = load::for_window(server.pid(), senders, options.window).await;
    table.add(
        Line::new(
            "mixed requests, SQLite",
            Unit::PerSecond,
            mixed.per_second(),
        )
        .limit("sending alone", alone.per_second())
        .spent(mixed.spent, real(mixed.count)),
    );
    table.add(
        Line::new("  p99 of mixed requests", Unit::Ms, mixed.percentile_ms(99))
            .limit("sending alone", alone.percentile_ms(99)),
    );
}

/// A message that can be reacted to and edited, its requests laid out.
struct Known {
    react: [Vec<u8>; 2],
    edits: Vec<Vec<u8>>,
}

struct Mixed {
    messages: Messages,
    known: Vec<Known>,
    history: Vec<Vec<u8>>,
    turn: usize,
    reacts: usize,
    edits: usize,
}

impl Mixed {
    async fn new(wire: &mut Wire, crowd: &Crowd, chats: &Arc<[String]>, number: usize) -> Self {
        let token = &crowd.tokens[number % crowd.tokens.len()];
        let mut messages = Messages::new(&crowd.client, token, chats, number);
        let mut known = Vec::new();
        for _ in 0..OWN {
            let answer = wire
                .exchange(messages.next())
                .await
                .expect("the server answers");
            let sent: Value = serde_json::from_slice(wire.body(&answer)).unwrap();
            let text = |name: &str| sent[name].as_str().unwrap().to_owned();
            let path = format!("/api/v1/chats/{}/messages/{}", text("chat"), text("id"));
            let lay = |method, path: &str, input: Value| {
                let body = input.to_string();
                request(&crowd.client, method, path, token, body.as_bytes())
            };
            let reaction = format!("{path}/reaction");
            let react = [true, false].map(|present| {
                lay(
                    "PUT",
                    &reaction,
                    json!({ "emoji": "👍", "present": present }),
                )
            });
            let edits = (0..EDITS_MAX)
                .map(|edit| lay("PATCH", &path, json!({ "text": format!("wording {edit}") })));
            known.push(Known {
                react,
                edits: edits.collect(),
            });
        }
        let history = chats
            .iter()
            .map(|chat| {
                let path = format!("/api/v1/chats/{chat}/messages?limit=50");
                request(&crowd.client, "GET", &path, token, b"")
            })
            .collect();
        Self {
            messages,
            known,
            history,
            turn: number * 7,
            reacts: 0,
            edits: 0,
        }
    }
}

impl Script for Mixed {
    fn next(&mut self) -> &[u8] {
        self.turn += 1;
        // 37 and 100 have no common factor: a hundred turns in a row are all of them, well mixed.
        match self.turn * 37 % 100 {
            0..10 => {
                let (message, present) = (self.reacts / 2 % OWN, self.reacts % 2);
                self.reacts += 1;
                &self.known[message].react[present]
            }
            10..15 if self.edits < OWN * EDITS_MAX => {
                let (message, edit) = (self.edits % OWN, self.edits / OWN);
                self.edits += 1;
                &self.known[message].edits[edit]
            }
            15..30 => &self.history[self.turn % self.history.len()],
            _ => self.messages.next(),
        }
    }
}
