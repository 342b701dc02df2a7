//! Numbers: gapless per resource, in the order of the commits, and the same in rows and answers.

use std::{collections::BTreeMap, sync::Arc};

use base::{Entropy, SystemEntropy};
use tokio::sync::Barrier;

use crate::{Batch, CommitError, Database, ResourceKey, Series, params};

use super::{
    on_each,
    things::{
        APPEND, INSERT_UNIQUE, TENANT, UPDATE_NUMBER, found, noted, numbered, resource_id, seen,
        thing,
    },
};

const COMMITTERS: u64 = 64;
const COMMITS_EACH: u64 = 12;
const RESOURCES: u8 = 3;

/// What happens to be wrong with a batch.
#[derive(Clone, Copy)]
enum Flaw {
    None,
    Guard,
    Duplicate,
    Count,
}

/// A small generator with a seed that a failing run prints.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

/// The numbers a batch was given, by resource and the ids of the rows that hold them.
type Given = Vec<(ResourceKey, i64, i64)>;

#[tokio::test(flavor = "multi_thread")]
async fn numbers_are_gapless_in_commit_order_whatever_fails() {
    let mut seed = [0u8; 8];
    SystemEntropy.fill(&mut seed);
    let seed = u64::from_le_bytes(seed) | 1;
    println!("seed {seed}");
    on_each(async |database| {
        let mut resources = Vec::new();
        for name in 1..=RESOURCES {
            resources.push(found(database, name).await);
        }
        let mut taken = Batch::new();
        taken
            .execute(TENANT, &INSERT_UNIQUE, noted(resources[0], -1, "taken"))
            .unwrap();
        database.commit(taken).await.unwrap();

        let start = Arc::new(Barrier::new(usize::try_from(COMMITTERS).unwrap()));
        let committers: Vec<_> = (0..COMMITTERS)
            .map(|committer| {
                let (database, start, resources) =
                    (Arc::clone(database), Arc::clone(&start), resources.clone());
                tokio::spawn(async move {
                    start.wait().await;
                    commit_many(&database, &resources, committer, seed).await
                })
            })
            .collect();
        let watching = tokio::spawn(watch(Arc::clone(database), resources.clone()));
        let mut given = Given::new();
        for committer in committers {
            given.extend(committer.await.unwrap());
        }
        watching.abort();
        if let Err(error) = watching.await {
            assert!(error.is_cancelled(), "{error}");
        }
        compare(database, &resources, given).await;
    })
    .await;
}

async fn commit_many(
    database: &Database,
    resources: &[ResourceKey],
    committer: u64,
    seed: u64,
) -> Given {
    let mut dice = Dice(seed ^ ((committer + 1) << 32));
    let mut given = Given::new();
    for index in 0..COMMITS_EACH {
        let first = i64::try_from((committer * COMMITS_EACH + index) * 10).unwrap();
        let flaw = match dice.roll(8) {
            0 => Flaw::Guard,
            1 => Flaw::Duplicate,
            2 => Flaw::Count,
            _ => Flaw::None,
        };
        let (batch, rows) = one_batch(resources, first, flaw, &mut dice);
        let outcome = database.commit(batch).await;
        match (flaw, outcome) {
            (Flaw::None, Ok(committed)) => {
                assert_eq!(committed.numbers.len(), rows.len());
                given.extend(
                    rows.into_iter()
                        .zip(committed.numbers)
                        .map(|((resource, id), number)| (resource, id, number)),
                );
            }
            // Two batches that both update rows, in different orders, may wait for each other: one of them conflicts.
            (Flaw::None | Flaw::Guard | Flaw::Count, Err(CommitError::Conflict)) => {}
            (Flaw::Duplicate, Err(CommitError::Refused(_) | CommitError::Conflict)) => {}
            (_, outcome) => panic!("unexpected: {outcome:?}"),
        }
    }
    given
}

/// Some rows of some resources, each with a number: appended, or updated after they were appended.
fn one_batch(
    resources: &[ResourceKey],
    first: i64,
    flaw: Flaw,
    dice: &mut Dice,
) -> (Batch, Vec<(ResourceKey, i64)>) {
    let mut batch = Batch::new();
    let mut rows = Vec::new();
    for id in first..first + i64::try_from(dice.roll(4) + 1).unwrap() {
        let resource = resources[usize::try_from(dice.roll(u64::from(RESOURCES))).unwrap()];
        let number = batch.number(resource, Series::Items);
        if dice.roll(2) == 0 {
            batch
                .execute(TENANT, &APPEND, numbered(resource, id, number))
                .unwrap();
        } else {
            batch
                .execute(TENANT, &APPEND, thing(resource, id, None))
                .unwrap();
            let row = params! { resource: resource_id(resource), id: id, number: number };
            batch.execute(TENANT, &UPDATE_NUMBER, row).unwrap();
        }
        rows.push((resource, id));
    }
    match flaw {
        Flaw::None => {}
        Flaw::Guard => batch.guard(resources[0], 7),
        Flaw::Duplicate => batch
            .execute(TENANT, &INSERT_UNIQUE, noted(resources[0], first, "taken"))
            .unwrap(),
        Flaw::Count => {
            let row = params! { resource: resource_id(resources[1]), id: -5i64, number: 1i64 };
            batch.execute(TENANT, &UPDATE_NUMBER, row).unwrap();
        }
    }
    (batch, rows)
}

/// Whoever looks, whenever, sees 1 to n without a hole: numbers are given in the order of the commits.
async fn watch(database: Arc<Database>, resources: Vec<ResourceKey>) {
    loop {
        let mut snapshot = database.snapshot().await.unwrap();
        for resource in &resources {
            assert_gapless(&numbers(&seen(&mut snapshot, *resource).await));
        }
        drop(snapshot);
        tokio::task::yield_now().await;
    }
}

fn numbers(things: &[(i64, Option<i64>)]) -> Vec<i64> {
    let mut numbers: Vec<i64> = things.iter().filter_map(|(_, number)| *number).collect();
    numbers.sort_unstable();
    numbers
}

#[track_caller]
fn assert_gapless(numbers: &[i64]) {
    assert!(
        numbers
            .iter()
            .zip(1..)
            .all(|(number, expected)| *number == expected),
        "{numbers:?}"
    );
}

async fn compare(database: &Database, resources: &[ResourceKey], given: Given) {
    let mut snapshot = database.snapshot().await.unwrap();
    for resource in resources {
        let stored: BTreeMap<i64, i64> = seen(&mut snapshot, *resource)
            .await
            .into_iter()
            .filter_map(|(id, number)| Some((id, number?)))
            .collect();
        let answered: BTreeMap<i64, i64> = given
            .iter()
            .filter(|(of, ..)| of == resource)
            .map(|(_, id, number)| (*id, *number))
            .collect();
        assert_eq!(stored, answered);
        assert!(!stored.is_empty());
        let mut numbers: Vec<i64> = stored.into_values().collect();
        numbers.sort_unstable();
        assert_gapless(&numbers);
    }
}

#[tokio::test]
async fn the_two_series_do_not_know_each_other() {
    on_each(async |database| {
        let resource = found(database, 1).await;
        for round in 0..3 {
            let mut batch = Batch::new();
            batch.number(resource, Series::Changes);
            batch.number(resource, Series::Items);
            batch.number(resource, Series::Changes);
            let numbers = database.commit(batch).await.unwrap().numbers;
            assert_eq!(numbers, [2 * round + 1, round + 1, 2 * round + 2]);
        }
    })
    .await;
}
