//! Sequences of operations against a model that is as simple as can be: it never forgets anything, and works out what to answer.

use std::{collections::BTreeMap, time::Duration};

use base::{Clock, Timestamp};
use logical::{Operation, testing::Stage};
use serde_json::{Map, Value, json};

use super::{Dice, ask, list, read, versioned};

#[derive(Default, Clone)]
struct Settings {
    versions: u64,
    relies: bool,
    seconds: u64,
}

struct Version {
    value: Value,
    made: Timestamp,
    deleted: Option<Timestamp>,
    is_destroyed: bool,
    is_dropped: bool,
}

struct Secret {
    made: Timestamp,
    changed: Timestamp,
    settings: Settings,
    custom: Value,
    versions: Vec<Version>,
}

struct Model {
    now: Timestamp,
    mount: Settings,
    secrets: BTreeMap<String, Secret>,
}

impl Version {
    fn is_gone(&self, now: Timestamp) -> bool {
        self.is_destroyed || self.deleted.is_some_and(|deleted| deleted <= now)
    }

    fn told(&self) -> Value {
        let deleted = self.deleted.map(|deleted| deleted.to_string());
        json!({
            "created_time": self.made.to_string(), "deletion_time": deleted.unwrap_or_default(),
            "destroyed": self.is_destroyed,
        })
    }
}

impl Secret {
    fn new(now: Timestamp) -> Self {
        Self {
            made: now,
            changed: now,
            settings: Settings::default(),
            custom: Value::Null,
            versions: Vec::new(),
        }
    }

    fn current(&self) -> u64 {
        self.versions.len() as u64
    }

    fn version(&mut self, number: u64) -> Option<&mut Version> {
        let at = usize::try_from(number.checked_sub(1)?).unwrap();
        self.versions
            .get_mut(at)
            .filter(|version| !version.is_dropped)
    }

    fn told(&mut self, number: u64) -> Value {
        let custom = self.custom.clone();
        let mut told = self.version(number).unwrap().told();
        told["version"] = json!(number);
        told["custom_metadata"] = custom;
        told
    }
}

impl Model {
    /// The secret, if a write that relies on this version is to be done.
    fn relied(&self, name: &str, relied: Option<u64>) -> bool {
        let secret = self.secrets.get(name);
        match relied {
            Some(relied) => relied == secret.map_or(0, Secret::current),
            None => !self.mount.relies && !secret.is_some_and(|secret| secret.settings.relies),
        }
    }

    fn add(&mut self, name: &str, value: Value) -> (u16, Value) {
        let (now, mount) = (self.now, self.mount.clone());
        let secret = self.secrets.entry(name.to_owned());
        let secret = secret.or_insert_with(|| Secret::new(now));
        let spans = [secret.settings.seconds, mount.seconds];
        let seconds = spans.into_iter().filter(|seconds| *seconds > 0).min();
        secret.versions.push(Version {
            value,
            made: now,
            deleted: seconds.map(|seconds| now.after(Duration::from_secs(seconds))),
            is_destroyed: false,
            is_dropped: false,
        });
        secret.changed = now;
        let said = [secret.settings.versions, mount.versions, 10];
        let kept = said.into_iter().find(|versions| *versions > 0).unwrap();
        let dropped = secret.current().saturating_sub(kept);
        let old = secret.versions.iter_mut().take(dropped as usize);
        old.for_each(|version| version.is_dropped = true);
        (200, secret.told(secret.current()))
    }

    fn patch(&mut self, name: &str, patch: &Map<String, Value>) -> (u16, Value) {
        let now = self.now;
        let secret = self.secrets.get_mut(name).unwrap();
        let current = secret.current();
        let Some(version) = secret.version(current) else {
            return (404, Value::Null);
        };
        if version.is_gone(now) {
            let told = secret.told(current);
            return (404, json!({ "data": null, "metadata": told }));
        }
        let mut value = version.value.clone();
        let fields = value.as_object_mut().unwrap();
        for (key, change) in patch {
            match change {
                Value::Null => drop(fields.remove(key)),
                change => drop(fields.insert(key.clone(), change.clone())),
            }
        }
        self.add(name, value)
    }

    fn change(&mut self, name: &str, word: &str, numbers: &[u64]) {
        let now = self.now;
        let Some(secret) = self.secrets.get_mut(name) else {
            return;
        };
        for number in numbers {
            let Some(version) = secret.version(*number) else {
                continue;
            };
            let before = version.told();
            match word {
                "delete" if !version.is_gone(now) => version.deleted = Some(now),
                "undelete" if !version.is_destroyed => version.deleted = None,
                "destroy" => version.is_destroyed = true,
                _ => {}
            }
            if version.told() != before {
                secret.changed = now;
            }
        }
    }

    fn read(&mut self, name: &str, number: u64) -> (u16, Value) {
        let now = self.now;
        let Some(secret) = self.secrets.get_mut(name) else {
            return (404, Value::Null);
        };
        let number = if number == 0 {
            secret.current()
        } else {
            number
        };
        let Some(version) = secret.version(number) else {
            return (404, Value::Null);
        };
        let (status, value) = match version.is_gone(now) {
            true => (404, Value::Null),
            false => (200, version.value.clone()),
        };
        (
            status,
            json!({ "data": value, "metadata": secret.told(number) }),
        )
    }

    /// Without the oldest version, which depends on when room was made.
    fn about(&self, name: &str) -> (u16, Value) {
        let Some(secret) = self.secrets.get(name) else {
            return (404, Value::Null);
        };
        let versions = secret.versions.iter().enumerate();
        let versions = versions.filter(|(_, version)| !version.is_dropped);
        let versions = versions.map(|(at, version)| ((at + 1).to_string(), version.told()));
        let settings = &secret.settings;
        let told = json!({
            "created_time": secret.made.to_string(), "updated_time": secret.changed.to_string(),
            "current_version": secret.current(), "max_versions": settings.versions, "cas_required": settings.relies,
            "delete_version_after": format!("{}s", settings.seconds), "custom_metadata": secret.custom,
            "versions": versions.collect::<Map<_, _>>(),
        });
        (200, told)
    }
}

/// One step of the engine and of the model; what each answers.
struct Step<'a> {
    stage: &'a Stage,
    dice: &'a mut Dice,
    model: &'a mut Model,
    number: u64,
}

type Answers = [(u16, Value); 2];

impl Step<'_> {
    async fn take(&mut self, name: &str) -> Answers {
        match self.dice.below(12) {
            0..=3 => self.write(name).await,
            4 => self.patch(name).await,
            5..=8 => self.change(name).await,
            9 => self.settle(name).await,
            10 if self.dice.is_one_in(3) => self.remove(name).await,
            10 => self.configure().await,
            _ => {
                let span = Duration::from_secs(self.dice.below(20));
                self.stage.clock.advance(span);
                self.model.now = self.stage.clock.now();
                [(204, Value::Null), (204, Value::Null)]
            }
        }
    }

    /// A version to rely on, which is often the newest.
    fn relied(&mut self, name: &str) -> Option<u64> {
        let current = self.model.secrets.get(name).map_or(0, Secret::current);
        match self.dice.below(4) {
            0 => None,
            1 => Some(self.dice.below(current + 2)),
            _ => Some(current),
        }
    }

    async fn write(&mut self, name: &str) -> Answers {
        let relied = self.relied(name);
        let value = json!({ "n": self.number, "same": 1 });
        let sent = json!({ "data": value, "options": { "cas": relied } });
        let path = format!("data/{name}");
        let told = ask(self.stage, Operation::Update, &path, sent).await;
        match self.model.relied(name, relied) {
            true => [told, self.model.add(name, value)],
            false => [(told.0, Value::Null), (400, Value::Null)],
        }
    }

    async fn patch(&mut self, name: &str) -> Answers {
        let relied = self.relied(name);
        let patch = json!({ "p": self.number, "n": null });
        let sent = json!({ "data": patch, "options": { "cas": relied } });
        let path = format!("data/{name}");
        let told = ask(self.stage, Operation::Patch, &path, sent).await;
        if !self.model.secrets.contains_key(name) {
            return [told, (404, Value::Null)];
        }
        match self.model.relied(name, relied) {
            true => [told, self.model.patch(name, patch.as_object().unwrap())],
            false => [(told.0, Value::Null), (400, Value::Null)],
        }
    }

    async fn change(&mut self, name: &str) -> Answers {
        let current = self.model.secrets.get(name).map_or(0, Secret::current);
        let stage = self.stage;
        if self.dice.is_one_in(3) {
            self.model.change(name, "delete", &[current]);
            let path = format!("data/{name}");
            let told = ask(stage, Operation::Delete, &path, json!({})).await;
            return [told, (204, Value::Null)];
        }
        let words = ["delete", "undelete", "destroy"];
        let word = words[self.dice.below(3) as usize];
        let numbers: Vec<u64> = (0..=self.dice.below(3))
            .map(|_| self.dice.below(current + 3))
            .collect();
        self.model.change(name, word, &numbers);
        let sent = json!({ "versions": numbers });
        let told = ask(stage, Operation::Update, &format!("{word}/{name}"), sent).await;
        [told, (204, Value::Null)]
    }

    async fn settle(&mut self, name: &str) -> Answers {
        let settings = Settings {
            versions: self.dice.below(6),
            relies: self.dice.is_one_in(3),
            seconds: self.dice.below(3) * 10,
        };
        let custom = json!({ "step": self.number.to_string() });
        let sent = json!({
            "max_versions": settings.versions, "cas_required": settings.relies,
            "delete_version_after": settings.seconds, "custom_metadata": custom,
        });
        let now = self.model.now;
        let secret = self.model.secrets.entry(name.to_owned());
        let secret = secret.or_insert_with(|| Secret::new(now));
        secret.settings = settings;
        secret.custom = custom;
        secret.changed = now;
        let path = format!("metadata/{name}");
        let told = ask(self.stage, Operation::Update, &path, sent).await;
        [told, (204, Value::Null)]
    }

    async fn configure(&mut self) -> Answers {
        self.model.mount = Settings {
            versions: self.dice.below(8),
            relies: self.dice.is_one_in(5),
            seconds: self.dice.below(3) * 15,
        };
        let sent = json!({
            "max_versions": self.model.mount.versions, "cas_required": self.model.mount.relies,
            "delete_version_after": self.model.mount.seconds,
        });
        let told = ask(self.stage, Operation::Update, "config", sent).await;
        [told, (204, Value::Null)]
    }

    async fn remove(&mut self, name: &str) -> Answers {
        self.model.secrets.remove(name);
        let path = format!("metadata/{name}");
        let told = ask(self.stage, Operation::Delete, &path, json!({})).await;
        [told, (204, Value::Null)]
    }
}

#[tokio::test]
async fn whatever_is_done_the_engine_answers_as_the_model() {
    let names = ["a", "a/1", "b/c"];
    for seed in [1, 0x5eed, 0x9e37_79b9_7f4a_7c15] {
        let stage = versioned().await;
        let mut dice = Dice(seed);
        let mut model = Model {
            now: stage.clock.now(),
            mount: Settings::default(),
            secrets: BTreeMap::new(),
        };
        for number in 0..500 {
            let name = names[dice.below(3) as usize];
            let mut step = Step {
                stage: &stage,
                dice: &mut dice,
                model: &mut model,
                number,
            };
            let at = format!("seed {seed:#x}, step {number}, {name}");
            let [told, expected] = step.take(name).await;
            assert_eq!(told, expected, "{at}");

            let version = dice.below(14);
            let asked = json!({ "version": version });
            let told = ask(&stage, Operation::Read, &format!("data/{name}"), asked).await;
            assert_eq!(told, model.read(name, version), "{at}, version {version}");
            let (status, mut told) = read(&stage, &format!("metadata/{name}")).await;
            if let Some(told) = told.as_object_mut() {
                told.remove("oldest_version");
            }
            assert_eq!((status, told), model.about(name), "{at}");
        }
        let mut top = Vec::new();
        for (name, listed) in [("a", "a"), ("a/1", "a/"), ("b/c", "b/")] {
            if model.secrets.contains_key(name) {
                top.push(listed);
            }
        }
        let listed = list(&stage, "metadata").await;
        assert_eq!(
            listed,
            if top.is_empty() {
                Value::Null
            } else {
                json!(top)
            }
        );
    }
}
