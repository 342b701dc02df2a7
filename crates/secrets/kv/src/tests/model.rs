//! Sequences of operations against a model that is as simple as can be.

use std::collections::BTreeMap;

use logical::{Failure, Operation};
use serde_json::{Value, json};

use super::versions::stage;
use crate::Engine;

#[derive(Default)]
struct Model {
    values: BTreeMap<u64, (u64, bool, bool)>,
    current: u64,
    exists: bool,
}

impl Model {
    fn write(&mut self, value: u64) {
        self.exists = true;
        self.current += 1;
        self.values.insert(self.current, (value, false, false));
        while self.values.len() > 4 {
            self.values.pop_first();
        }
    }

    fn change(&mut self, version: u64, word: &str) {
        if let Some((_, deleted, destroyed)) = self.values.get_mut(&version) {
            match word {
                "delete" => *deleted = *deleted || !*destroyed,
                "undelete" => *deleted = *deleted && *destroyed,
                _ => *destroyed = true,
            }
        }
    }

    fn read(&self, version: u64) -> (u16, Option<u64>) {
        let version = if version == 0 { self.current } else { version };
        match self.values.get(&version) {
            None => (404, None),
            Some((_, deleted, destroyed)) if *deleted || *destroyed => (404, None),
            Some((value, ..)) => (200, Some(*value)),
        }
    }
}

/// A small generator of numbers (xorshift).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

#[tokio::test]
async fn versions_are_as_in_the_model() {
    let stage = stage().await;
    let run =
        async |operation, path: &str, data: Value| stage.run(&Engine, operation, path, data).await;
    run(Operation::Update, "config", json!({ "max_versions": 4 }))
        .await
        .unwrap();
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut models: Vec<Model> = (0..3).map(|_| Model::default()).collect();
    for step in 0..1_500u64 {
        let which = dice.roll(3);
        let (model, name) = (
            &mut models[usize::try_from(which).unwrap()],
            format!("s{which}"),
        );
        let version = dice.roll(model.current + 2);
        match dice.roll(7) {
            0 | 1 => {
                let cas = dice.roll(3) == 0;
                let guess = model.current + dice.roll(2);
                let mut data = json!({ "data": { "v": step } });
                if cas {
                    data["options"] = json!({ "cas": guess });
                }
                let written = run(Operation::Update, &format!("data/{name}"), data).await;
                let goes = !cas || guess == model.current;
                assert_eq!(written.is_ok(), goes, "step {step}");
                if goes {
                    model.write(step);
                }
            }
            2 => {
                run(Operation::Delete, &format!("data/{name}"), json!({}))
                    .await
                    .unwrap();
                model.change(model.current, "delete");
            }
            kind @ 3..=5 => {
                let word = ["delete", "undelete", "destroy"][usize::try_from(kind - 3).unwrap()];
                let changed = run(
                    Operation::Update,
                    &format!("{word}/{name}"),
                    json!({ "versions": [version] }),
                )
                .await;
                assert_eq!(changed.is_ok(), model.exists);
                model.change(version, word);
            }
            _ if dice.roll(20) == 0 => {
                run(Operation::Delete, &format!("metadata/{name}"), json!({}))
                    .await
                    .unwrap();
                *model = Model::default();
            }
            _ => {}
        }
        let read = run(
            Operation::Read,
            &format!("data/{name}"),
            json!({ "version": version }),
        )
        .await;
        let seen = match read {
            Ok(reply) => {
                let value = reply.data.unwrap()["data"]["v"].as_u64();
                (reply.status.unwrap_or(200), value)
            }
            Err(Failure::Absent) => (404, None),
            Err(failure) => panic!("{failure:?}"),
        };
        assert_eq!(
            seen,
            model.read(version),
            "step {step}, version {version} of {name}"
        );
    }
}
