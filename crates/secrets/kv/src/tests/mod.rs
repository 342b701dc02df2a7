//! Stories over a real store.

mod cubbyhole;
mod hostile;
mod metadata;
mod model;
mod plain;
mod races;
mod versions;

use std::sync::Arc;

use logical::{Backend, Failure, Operation, Outcome, Request, testing::Stage};
use serde_json::{Map, Value, json};

use crate::Engine;

/// A mount with versions.
pub(crate) async fn versioned() -> Stage {
    let mut stage = Stage::new("kv").await;
    let options = &mut stage.mount.options;
    options.insert("version".to_owned(), "2".to_owned());
    stage
}

async fn run(stage: &Stage, operation: Operation, path: &str, data: Value) -> Outcome {
    stage.run(&Engine, operation, path, data).await
}

/// What is answered, as status and data.
async fn ask(stage: &Stage, operation: Operation, path: &str, data: Value) -> (u16, Value) {
    told(run(stage, operation, path, data).await)
}

fn told(outcome: Outcome) -> (u16, Value) {
    match outcome {
        Ok(reply) => {
            let usual = if reply.data.is_some() { 200 } else { 204 };
            let data = reply.data.map_or(Value::Null, Value::Object);
            (reply.status.unwrap_or(usual), data)
        }
        Err(Failure::Invalid(what)) => (400, json!(what)),
        Err(Failure::Denied) => (403, Value::Null),
        Err(Failure::Absent | Failure::AbsentBecause(_)) => (404, Value::Null),
        Err(Failure::Unsupported) => (405, Value::Null),
        Err(Failure::Status(status, what)) => (status, json!(what)),
        Err(failure) => panic!("{failure:?}"),
    }
}

pub(crate) async fn read(stage: &Stage, path: &str) -> (u16, Value) {
    ask(stage, Operation::Read, path, json!({})).await
}

pub(crate) async fn write(stage: &Stage, path: &str, data: Value) -> (u16, Value) {
    ask(stage, Operation::Update, path, data).await
}

pub(crate) async fn delete(stage: &Stage, path: &str) -> (u16, Value) {
    ask(stage, Operation::Delete, path, json!({})).await
}

/// The names in a folder; nothing when it is absent.
pub(crate) async fn list(stage: &Stage, path: &str) -> Value {
    let (_, told) = ask(stage, Operation::List, path, json!({})).await;
    told.get("keys").cloned().unwrap_or_default()
}

fn request(stage: &Stage, operation: Operation, path: &str, data: Value) -> Request {
    Request {
        operation,
        path: path.to_owned(),
        data: Arc::new(data.as_object().cloned().unwrap_or_default()),
        caller: Some(Arc::new(stage.caller.clone())),
        mount: Arc::new(stage.mount.clone()),
        now: base::Clock::now(&*stage.clock),
        source: None,
    }
}

/// Whether the engine says that there is something at the path.
async fn exists(stage: &Stage, engine: &dyn Backend, path: &str) -> Option<bool> {
    let request = request(stage, Operation::Update, path, json!({}));
    let mut changes = stage.store.begin().unwrap();
    let mut txn = changes.below(format!("logical/{}/", stage.mount.uuid));
    engine.exists(&mut txn, &request).await.unwrap()
}

/// An object with so many levels.
fn nested(levels: usize) -> Map<String, Value> {
    let mut map = Map::new();
    for _ in 1..levels {
        map = Map::from_iter([("x".to_owned(), Value::Object(map))]);
    }
    map
}

/// Numbers that look random and are the same in every run (xorshift64*).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % end
    }

    fn is_one_in(&mut self, end: u64) -> bool {
        self.below(end) == 0
    }
}
