//! A house without rooms: two operations, three people, and a memory.

use std::{
    ops::Range,
    sync::{Arc, Mutex},
    time::Duration,
};

use act::{
    Act, Action, Answer, ByteStream, Call, Caller, Carrier, Content, Live, Member, Method, Module,
    NOT_SIGNED_IN, Operation, Role, Shown, Source,
};
use base::{
    AccountId, Fault, PersonId, Refusal, Result, Secret, SessionId, SystemClock, SystemEntropy,
    TenantId,
};
use bytes::Bytes;
use futures_util::{StreamExt, future::BoxFuture, stream};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    Asset, Assets, Authenticate, Caching, Check, Close, Execute, Hear, House, Metrics, Outbound,
    QuorumView, RootHeld, SealDoor, SealStage, SealView, StreamHub, TextFrame,
};

const LOCKED: Refusal = Refusal::conflict("test.locked", "This note is locked.");

static ADD: Operation = Operation::write("test.note.add", Action::Post)
    .http(Method::Post, "/shelves/{shelf}/notes")
    .summary("Adds a note.")
    .idempotent("test.note.read", "note")
    .created()
    .input_max(16 * 1024)
    .refusing(&[LOCKED]);
static READ: Operation = Operation::read("test.note.read", Action::Read)
    .http(Method::Get, "/shelves/{shelf}/notes")
    .summary("Reads notes.");
static GREET: Operation = Operation::write("test.door.greet", Action::Authenticate)
    .http(Method::Post, "/greetings")
    .public()
    .not_idempotent("each greeting is another one");
static PICTURE: Operation = Operation::write("test.picture.set", Action::Change)
    .http(Method::Put, "/picture")
    .carrying(Carrier::BytesIn {
        media: &["image/png"],
        bytes_max: 100_000,
    });
static SHOW: Operation = Operation::read("test.picture.read", Action::Read)
    .http(Method::Get, "/pictures/{picture}")
    .carrying(Carrier::BytesOut);
static FILM: Operation = Operation::read("test.film.read", Action::Read)
    .http(Method::Get, "/films/{film}")
    .carrying(Carrier::StreamOut);
static FILM_LIVE: Operation = Operation::read("test.film.live", Action::Read);
/// How long a film is, in bytes.
pub(super) const FILM_BYTES: u64 = 200_000;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only their schema is looked at")]
struct Film {
    film: String,
}

/// Bytes that say where they stand; a slow one waits before each piece.
struct Reel {
    pause: Duration,
}

impl Source for Reel {
    fn size_bytes(&self) -> u64 {
        FILM_BYTES
    }

    fn open(&self, range: Range<u64>) -> ByteStream {
        let pause = self.pause;
        stream::try_unfold(range, move |mut range| async move {
            if range.is_empty() {
                return Ok(None);
            }
            tokio::time::sleep(pause).await;
            let end = range.end.min(range.start + 10_000);
            let piece: Bytes = (range.start..end).map(|at| (at % 251) as u8).collect();
            range.start = end;
            Ok(Some((piece, range)))
        })
        .boxed()
    }
}

fn film(name: &str) -> Content {
    let pause = match name {
        "slow" => Duration::from_millis(300),
        _ => Duration::ZERO,
    };
    Content {
        media: "video/mp4",
        shown: Shown::Attachment,
        name: "夏 summer.mp4".to_owned(),
        tag: "f1".to_owned(),
        live: Live {
            operation: &FILM_LIVE,
            input: serde_json::json!({}),
        },
        source: Arc::new(Reel { pause }),
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only their schema is looked at")]
struct AddNote {
    shelf: String,
    text: String,
    mood: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only their schema is looked at")]
struct ReadNotes {
    shelf: String,
    limit: Option<u32>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only their schema is looked at")]
struct Picture {
    picture: String,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Note {
    text: String,
}

pub(super) async fn never<I: Send>(_: &mut Act, _: I) -> Result<Note> {
    Err(Fault::new("the remembering house runs nothing").into())
}

/// What was asked, and how to answer.
#[derive(Default)]
pub(super) struct Remembering {
    pub(super) calls: Mutex<Vec<(&'static str, Call, Value)>>,
    /// What the gate refused by itself: operation, whether somebody was signed in, code.
    pub(super) refused: Mutex<Vec<(&'static str, bool, &'static str)>>,
    pub(super) sockets: Mutex<Vec<Outbound>>,
    pub(super) heard: Arc<Mutex<Vec<String>>>,
    pub(super) unready: Mutex<bool>,
    /// Whether the house is sealed, and the shares that were entered.
    pub(super) sealed: Mutex<bool>,
    pub(super) shares: Mutex<Vec<String>>,
    /// Whether films may no longer be seen.
    pub(super) gone: Mutex<bool>,
}

impl Remembering {
    pub(super) fn last(&self) -> (&'static str, Call, Value) {
        self.calls.lock().unwrap().last().cloned().unwrap()
    }
}

struct Shared(Arc<Remembering>);

/// Two shares open it; one that is `wrong` is none.
const WRONG: Refusal = Refusal::invalid("kms.share_other", "This share does not belong here.");

impl SealDoor for Shared {
    fn is_open(&self) -> bool {
        !*self.0.sealed.lock().unwrap()
    }

    fn read(&self) -> BoxFuture<'_, Result<SealView>> {
        let state = match self.is_open() {
            true => SealStage::Unsealed,
            false => SealStage::Sealed,
        };
        let entered = self.0.shares.lock().unwrap().len();
        let view = SealView {
            state,
            seal: Some(RootHeld::Quorum),
            quorum: Some(QuorumView {
                shares: 3,
                threshold: 2,
                entered: u32::try_from(entered).unwrap(),
            }),
        };
        Box::pin(std::future::ready(Ok(view)))
    }

    fn enter<'a>(&'a self, _: Call, share: &'a Secret<String>) -> BoxFuture<'a, Result<SealView>> {
        if share.expose() == "wrong" {
            return Box::pin(std::future::ready(Err(WRONG.into())));
        }
        let mut shares = self.0.shares.lock().unwrap();
        shares.push(share.expose().clone());
        if shares.len() == 2 {
            *self.0.sealed.lock().unwrap() = false;
            shares.clear();
        }
        drop(shares);
        self.read()
    }

    fn forget(&self, _: Call) -> BoxFuture<'_, Result<SealView>> {
        self.0.shares.lock().unwrap().clear();
        self.read()
    }
}

impl Execute for Shared {
    fn execute<'a>(
        &'a self,
        name: &'static str,
        call: Call,
        input: Value,
    ) -> BoxFuture<'a, Result<Answer>> {
        self.0
            .calls
            .lock()
            .unwrap()
            .push((name, call, input.clone()));
        Box::pin(async move {
            let answer = |status, media, body: Bytes, session| {
                Ok(Answer {
                    status,
                    media,
                    body,
                    session,
                    content: None,
                })
            };
            match (name, input.get("text").and_then(Value::as_str)) {
                ("test.note.add", Some("fault")) => {
                    Err(Fault::new("the note of ana says secret").into())
                }
                ("test.note.add", Some("panic")) => panic!("at the disco"),
                ("test.note.add", Some("locked")) => Err(LOCKED.at("text")),
                ("test.note.add", Some("slow")) => {
                    tokio::time::sleep(Duration::from_millis(300)).await;
                    answer(201, "application/json", Bytes::from_static(b"{}"), None)
                }
                ("test.film.read", _) => Ok(Answer {
                    status: 200,
                    media: "application/json",
                    body: Bytes::new(),
                    session: None,
                    content: input["film"].as_str().map(film),
                }),
                ("test.film.live", _) if *self.0.gone.lock().unwrap() => Err(LOCKED.into()),
                ("test.door.greet", _) => {
                    let body = Bytes::from_static(br#"{"token":"","state":"signed_in"}"#);
                    answer(200, "application/json", body, Some("tok-1".to_owned()))
                }
                ("test.picture.read", _) => {
                    answer(200, "image/png", Bytes::from_static(b"png"), None)
                }
                _ => answer(201, "application/json", input.to_string().into(), None),
            }
        })
    }

    fn refused(&self, operation: &'static Operation, call: &Call, refusal: &Refusal) {
        let is_member = call.caller.member().is_some();
        let mut refused = self.0.refused.lock().unwrap();
        refused.push((operation.name, is_member, refusal.code));
    }
}

impl Authenticate for Shared {
    fn authenticate<'a>(&'a self, token: &'a Secret<String>) -> BoxFuture<'a, Result<Caller>> {
        Box::pin(async move {
            if token.expose() != "ana" {
                return Err(NOT_SIGNED_IN.into());
            }
            Ok(Caller::Member(Member {
                tenant: TenantId::NIL,
                account: AccountId::NIL,
                person: PersonId::NIL,
                session: SessionId::NIL,
                role: Role::Member,
            }))
        })
    }
}

impl StreamHub for Shared {
    fn subscribe(&self, _: Call, outbound: Outbound) -> BoxFuture<'_, Result<Box<dyn Hear>>> {
        outbound.send(&TextFrame::new("hello".into()));
        self.0.sockets.lock().unwrap().push(outbound.clone());
        let ear = Ear {
            heard: Arc::clone(&self.0.heard),
            outbound,
        };
        Box::pin(async move { Ok(Box::new(ear) as Box<dyn Hear>) })
    }
}

struct Ear {
    heard: Arc<Mutex<Vec<String>>>,
    outbound: Outbound,
}

impl Hear for Ear {
    fn hear(&mut self, text: &str) -> Result<(), Close> {
        self.heard.lock().unwrap().push(text.to_owned());
        match text {
            "bad" => Err(Close::Malformed),
            other => {
                self.outbound
                    .send(&TextFrame::new(format!("heard {other}")));
                Ok(())
            }
        }
    }
}

impl Drop for Ear {
    fn drop(&mut self) {
        self.heard.lock().unwrap().push("(gone)".into());
    }
}

impl Check for Shared {
    fn name(&self) -> &'static str {
        "database"
    }

    fn check(&self) -> BoxFuture<'_, Result<()>> {
        let unready = *self.0.unready.lock().unwrap();
        Box::pin(async move {
            if unready {
                Err(Fault::new("no database").into())
            } else {
                Ok(())
            }
        })
    }
}

pub(super) fn house(memory: &Arc<Remembering>, metrics: &Arc<Metrics>) -> House {
    let shared = || Arc::new(Shared(Arc::clone(memory)));
    let module = Module::new("test", act::MIGRATIONS)
        .with(&ADD, never::<AddNote>)
        .with(&READ, never::<ReadNotes>)
        .with(&GREET, never::<Nothing>)
        .with(&PICTURE, never::<Nothing>)
        .with(&SHOW, never::<Picture>)
        .with(&FILM, never::<Film>);
    House {
        bindings: module.bindings,
        execute: shared(),
        authenticate: shared(),
        hub: shared(),
        seal: shared(),
        assets: Assets::new([Asset {
            path: "/index.html".into(),
            bytes: Bytes::from_static(b"<!doctype html>"),
            mime: "text/html; charset=utf-8",
            tag: "i1".into(),
            caching: Caching::Revalidate,
            gzip: None,
            brotli: None,
        }]),
        checks: vec![shared()],
        metrics: Arc::clone(metrics),
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
    }
}
