//! The people of a measured server, their chats, and what they say.

use std::{
    io::Write,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use system_tests::{Client, Organisation, Person, Server};

use crate::{
    load::{Script, Sender},
    wire::{Wire, request},
};

const NAMES: [&str; 8] = ["ana", "bo", "cy", "dee", "eve", "fay", "gus", "hal"];
const TEXT: &str =
    "The minutes of Tuesday are in the folder; please read the second part before noon. 下午见。";
const CLIENT_ID_DIGITS: usize = 16;

/// Numbers messages over the whole run, so that no client id comes twice.
static SENT: AtomicU64 = AtomicU64::new(1);

pub(crate) struct Crowd {
    pub(crate) client: Arc<Client>,
    pub(crate) tokens: Vec<String>,
    organisation: Organisation,
}

impl Crowd {
    /// Eight people of one organisation, each signed in once.
    pub(crate) async fn sign_up(server: &Server) -> Self {
        let client = server.shared_client();
        let organisation = Organisation::new(&client, "bench", &NAMES).await;
        let tokens = organisation
            .people
            .iter()
            .map(|person| person.token.clone());
        Self {
            tokens: tokens.collect(),
            client,
            organisation,
        }
    }

    /// New groups of everybody.
    pub(crate) async fn chats(&mut self, count: usize) -> Arc<[String]> {
        let others = self.organisation.people.iter().skip(1);
        let members: Vec<String> = others.map(|person| person.account.clone()).collect();
        let owner = self.owner().await;
        let mut chats = Vec::new();
        for number in 0..count {
            chats.push(
                owner
                    .creates_chat(&format!("chat {number}"), &members)
                    .await,
            );
        }
        chats.into()
    }

    /// Somebody who came later: in no chat but those that are made for them.
    pub(crate) async fn newcomer(&mut self, chats: usize) -> String {
        let owner = self.owner().await;
        let person = owner.brings("ivy").await;
        for number in 0..chats {
            owner
                .creates_chat(
                    &format!("quiet {number}"),
                    std::slice::from_ref(&person.account),
                )
                .await;
        }
        person.token
    }

    /// Somebody new, in chats of these names with everybody, and the chats.
    pub(crate) async fn reader(&mut self, names: &[&str]) -> (Person, Vec<String>) {
        let mut members: Vec<String> = self.organisation.people[1..]
            .iter()
            .map(|person| person.account.clone())
            .collect();
        let owner = self.owner().await;
        let reader = owner.brings("kim").await;
        members.push(reader.account.clone());
        let mut chats = Vec::new();
        for name in names {
            chats.push(owner.creates_chat(name, &members).await);
        }
        (reader, chats)
    }

    /// The owner on a new connection: the one before may have rested for longer than the server waits.
    async fn owner(&mut self) -> &mut Person {
        let owner = &mut self.organisation.people[0];
        owner.connection = self.client.connect().await;
        owner.connection.token = Some(owner.token.clone());
        owner
    }

    /// Senders of messages, a connection each, who go round the chats.
    pub(crate) async fn senders(&self, count: usize, chats: &Arc<[String]>) -> Vec<Sender> {
        let mut senders = Vec::new();
        for number in 0..count {
            let token = &self.tokens[number % self.tokens.len()];
            let script = Messages::new(&self.client, token, chats, number);
            senders.push((self.wire().await, Box::new(script) as Box<dyn Script>));
        }
        senders
    }

    pub(crate) async fn wire(&self) -> Wire {
        Wire::open(&self.client)
            .await
            .expect("the server takes connections")
    }
}

/// Message after message, laid out once: only the chat and the client id are written anew.
pub(crate) struct Messages {
    bytes: Vec<u8>,
    chat_at: usize,
    client_id_at: usize,
    chats: Arc<[String]>,
    turn: usize,
    /// The client id of the last message.
    pub(crate) last: u64,
}

impl Messages {
    pub(crate) fn new(client: &Client, token: &str, chats: &Arc<[String]>, turn: usize) -> Self {
        let client_id = "0".repeat(CLIENT_ID_DIGITS);
        let body = format!(r#"{{"client_id":"{client_id}","body":{{"text":"{TEXT}"}}}}"#);
        let path = format!("/api/v1/chats/{}/messages", chats[0]);
        let bytes = request(client, "POST", &path, token, body.as_bytes());
        let body_at = bytes.len() - body.len();
        Self {
            chat_at: "POST /api/v1/chats/".len(),
            client_id_at: body_at + r#"{"client_id":""#.len(),
            bytes,
            chats: Arc::clone(chats),
            // Senders begin far apart, so that two are seldom in the same chat.
            turn: turn * 37,
            last: 0,
        }
    }
}

impl Script for Messages {
    fn next(&mut self) -> &[u8] {
        let chat = self.chats[self.turn % self.chats.len()].as_bytes();
        self.turn += 1;
        self.bytes[self.chat_at..][..chat.len()].copy_from_slice(chat);
        self.last = SENT.fetch_add(1, Ordering::Relaxed);
        let mut digits = &mut self.bytes[self.client_id_at..][..CLIENT_ID_DIGITS];
        write!(digits, "{:016x}", self.last).unwrap();
        &self.bytes
    }
}

/// Whether a frame tells of the message with this client id.
pub(crate) fn client_id_in(frame: &[u8]) -> Option<u64> {
    let name = br#""client_id":""#;
    let begin = crate::wire::find(frame, name)? + name.len();
    let digits = std::str::from_utf8(frame.get(begin..begin + CLIENT_ID_DIGITS)?).ok()?;
    u64::from_str_radix(digits, 16).ok()
}
