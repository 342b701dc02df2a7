//! Sweeps over everything that the modules bring: a new operation or statement joins them by existing.

mod entries;
mod exports;
mod files;
mod imports;
mod messages;
mod stage;

use std::collections::BTreeSet;

use act::{Audience, Method, Mode, Repetition};
use db::{OWN_MIGRATIONS, Statement, conformance::fresh};

use crate::house::modules;

/// Operations for people that have no address: the stream asks them in the name of a socket, the gate in that of a download.
const ASKED_BY_THE_STREAM: &[&str] = &[
    "messenger.export.live",
    "messenger.file.live",
    "messenger.stream.join",
    "messenger.stream.resume",
];

/// Operations that may end well without a permit. Each says why.
const WITHOUT_PERMIT: &[&str] = &["identity.session.live", "identity.session.resolve"];

fn statements() -> Vec<&'static Statement> {
    let mut all: Vec<&Statement> = act::STATEMENTS
        .iter()
        .chain(vault::STATEMENTS)
        .copied()
        .collect();
    all.extend(
        modules(None)
            .iter()
            .flat_map(|module| &module.statements)
            .copied(),
    );
    all
}

#[tokio::test]
async fn every_statement_is_bound_to_a_tenant_and_understood_by_both_databases() {
    for statement in statements() {
        assert!(
            statement.is_bound(),
            "«{}» names neither :tenant nor :cell",
            statement.text()
        );
    }
    let mut sets = vec![OWN_MIGRATIONS, act::MIGRATIONS];
    sets.extend(modules(None).iter().map(|module| module.migrations));
    for ground in fresh().await.unwrap() {
        let database = ground.open(&sets).await.unwrap();
        database.prepare_all(&statements()).await.unwrap();
    }
}

#[test]
fn every_operation_says_what_it_is() {
    let mut names = BTreeSet::new();
    let mut places = BTreeSet::new();
    for module in modules(None) {
        for binding in &module.bindings {
            let operation = binding.operation;
            assert!(
                names.insert(operation.name),
                "{} is declared twice",
                operation.name
            );
            assert!(
                operation.name.starts_with(module.name),
                "{} is named after its module",
                operation.name
            );
            let is_inside = matches!(operation.access, Audience::System | Audience::Operator)
                || ASKED_BY_THE_STREAM.contains(&operation.name);
            assert_eq!(
                operation.http.is_none(),
                is_inside,
                "{} is reached where it should be",
                operation.name
            );
            if let Some((method, path)) = operation.http {
                assert!(
                    !operation.summary.is_empty(),
                    "{} has a sentence for the document",
                    operation.name
                );
                assert!(
                    places.insert((method.name(), path)),
                    "{} shares its address",
                    operation.name
                );
                let is_get = method.name() == "GET";
                assert!(
                    !is_get || operation.mode == Mode::Read,
                    "{} changes something by GET",
                    operation.name
                );
            }
        }
    }
    assert!(names.len() > 40, "the registry is not empty");
}

#[test]
fn every_post_says_what_it_does_with_an_idempotency_key() {
    for module in modules(None) {
        for binding in &module.bindings {
            let operation = binding.operation;
            let is_post = matches!(operation.http, Some((Method::Post, _)));
            assert!(
                !is_post || operation.repetition != Repetition::Unsaid,
                "{} says nothing of repetitions: idempotent, harmless_again or not_idempotent",
                operation.name
            );
            let Some(replay) = operation.replay() else {
                continue;
            };
            let reads = module.bindings.iter().any(|other| {
                other.operation.name == replay.operation && other.operation.mode == Mode::Read
            });
            assert!(reads, "{} is replayed by no read", operation.name);
        }
    }
}

#[test]
fn few_operations_do_without_a_permit() {
    let all = modules(None);
    let mut without: Vec<&str> = all
        .iter()
        .flat_map(|module| &module.bindings)
        .filter(|binding| binding.operation.permitless.is_some())
        .map(|binding| binding.operation.name)
        .collect();
    without.sort_unstable();
    assert_eq!(without, WITHOUT_PERMIT);
}

#[test]
fn every_refusal_has_one_sentence() {
    let mut sentences = std::collections::BTreeMap::new();
    let own = act::refusals();
    let listed = modules(None)
        .into_iter()
        .flat_map(|module| module.refusals.clone());
    for refusal in own.into_iter().chain(listed) {
        let earlier = sentences.insert(refusal.code, refusal.title);
        assert!(
            earlier.is_none_or(|title| title == refusal.title),
            "{} has two sentences",
            refusal.code
        );
    }
}
