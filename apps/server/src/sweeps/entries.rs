//! Every operation leaves its entry. The operations are taken from the registry: a new one joins by existing, and the sweep
//! asks for a deed that tries it.

use act::{Audience, Audit, Call, Mode, Operation};
use audit::conformance::bodies;
use base::Result;
use serde_json::{Value, json};

use super::stage::{Deed, Stage};

/// The entries that a deed left, written down as a node would that stops after it.
struct Left(Vec<Value>);

impl Left {
    /// Those of the operation itself with this outcome.
    fn of(&self, operation: &Operation, outcome: &str) -> usize {
        let is_so = |body: &&Value| {
            body["operation"] == operation.name && body["outcome"].as_str() == Some(outcome)
        };
        self.0.iter().filter(is_so).count()
    }
}

impl Stage {
    async fn entries_of(&self, operation: &'static Operation, deed: &Deed) -> (Result<()>, Left) {
        // Every window ends: what was read or refused before is not counted together with what comes now.
        self.log.close().await.unwrap();
        let before = bodies(&self.log, None).await.unwrap();
        let with_body = |call| Call {
            body: deed.body.clone(),
            ..call
        };
        let input = deed.input.clone();
        let done = deed.actor.calls_with(operation, input, with_body).await;
        self.log.close().await.unwrap();
        let mut entries = bodies(&self.log, None).await.unwrap();
        entries.retain(|entry| !before.contains(entry));
        (done.map(|_| ()), Left(entries))
    }
}

/// How many entries a deed must leave that went well, and how they say it.
fn expected(operation: &Operation) -> (usize, &'static str) {
    match (operation.audit, operation.mode) {
        (Audit::Covered(_), _) => (0, "done"),
        (Audit::Always, _) | (Audit::Ordinary, Mode::Write) => (1, "done"),
        (Audit::Ordinary, Mode::Read) => (1, "reads_began"),
    }
}

#[tokio::test]
async fn every_operation_that_goes_well_leaves_its_entry() {
    let stage = Stage::new().await;
    let mut problems = Vec::new();
    for binding in stage.house.runtime().bindings() {
        let operation = binding.operation;
        if operation.name.starts_with("testkit.") {
            continue;
        }
        // Buckets fill again.
        stage.house.passes(std::time::Duration::from_secs(3_600));
        let Some(deed) = stage.deed(operation.name).await else {
            problems.push(format!("{} needs a fixture in stage.rs", operation.name));
            continue;
        };
        let (done, left) = stage.entries_of(operation, &deed).await;
        if let Err(error) = done {
            problems.push(format!("{} is not done: {error}", operation.name));
            continue;
        }
        let (count, outcome) = expected(operation);
        let found = left.of(operation, outcome);
        if found != count || left.0.len() != count {
            problems.push(format!(
                "{} left {found} entries «{outcome}» in place of {count}: {:?}",
                operation.name, left.0
            ));
        }
    }
    assert!(problems.is_empty(), "{problems:#?}");
}

#[tokio::test]
async fn every_operation_that_is_refused_leaves_an_entry() {
    let stage = Stage::new().await;
    let mut problems = Vec::new();
    for binding in stage.house.runtime().bindings() {
        let operation = binding.operation;
        let (input, code) = match operation.access {
            Audience::Member => (json!({}), "access.not_signed_in"),
            Audience::System | Audience::Operator => (json!({}), "access.not_permitted"),
            Audience::Public => (json!({ "unheard_of": 1 }), "act.input_invalid"),
        };
        let deed = Deed {
            actor: stage.house.anonymous(),
            input,
            body: bytes::Bytes::new(),
        };
        let (done, left) = stage.entries_of(operation, &deed).await;
        let refusal = done
            .err()
            .and_then(|error| error.refusal().map(|one| one.code));
        if refusal != Some(code) {
            problems.push(format!("{} answered {refusal:?}", operation.name));
        }
        let has_code = left.0.iter().all(|entry| entry["code"] == code);
        if left.of(operation, "refused") != 1 || left.0.len() != 1 || !has_code {
            problems.push(format!("{} left {:?}", operation.name, left.0));
        }
    }
    assert!(problems.is_empty(), "{problems:#?}");
}

#[tokio::test]
async fn what_covers_an_operation_has_entries_itself() {
    let stage = Stage::new().await;
    for binding in stage.house.runtime().bindings() {
        if let Audit::Covered(by) = binding.operation.audit {
            let covering = stage.operation(by);
            assert!(
                !matches!(covering.audit, Audit::Covered(_)),
                "{} is covered by {by}, which is covered itself",
                binding.operation.name
            );
        }
    }
}
