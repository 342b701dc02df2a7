//! Batches: applied whole or not at all, each by itself, in order.

use std::sync::Arc;

use futures_util::future::join_all;

use crate::{Batch, CommitError, Plain, Series, Statement, Value, params, plain};

use super::{
    on_each,
    things::{
        self, ADD, APPEND, APPEND_ONE, INSERT_COUNTER, INSERT_UNIQUE, NOTE_TAKEN, TENANT, TOTAL,
        UPDATE_ALL, UPDATE_NUMBER, appending, assert_conflict, assert_fault, assert_refused, found,
        founding, ids, noted, numbered, resource, resource_id, thing, things,
    },
};

static NO_SUCH_TABLE: Statement =
    Statement::write("INSERT INTO test_absent (tenant) VALUES (:tenant)");
static NO_SUCH_TABLE_APPENDED: Statement =
    Statement::append("INSERT INTO test_absent (tenant) VALUES (:tenant)");
static INSERT_LOWER: Statement =
    Statement::append("insert into test_counter (tenant, id, total) values (:tenant, :id, 1)");

#[tokio::test]
async fn a_batch_stands_whole_or_not_at_all() {
    on_each(async |database| {
        let resource = found(database, 1).await;
        let mut taken = Batch::new();
        taken
            .execute(TENANT, &INSERT_UNIQUE, noted(resource, 1, "a"))
            .unwrap();
        database.commit(taken).await.unwrap();

        let mut refused = founding(self::resource(2));
        let number = refused.number(resource, Series::Items);
        refused.raise(resource);
        refused
            .execute(TENANT, &APPEND, numbered(resource, 2, number))
            .unwrap();
        refused
            .execute(TENANT, &INSERT_UNIQUE, noted(resource, 3, "a"))
            .unwrap();
        refused
            .execute(TENANT, &APPEND, thing(resource, 4, None))
            .unwrap();
        assert_refused(database.commit(refused).await, &NOTE_TAKEN);

        assert_eq!(ids(database, resource).await, [1]);
        // Neither the resource nor the number nor the version: they are given to the next.
        let mut next = founding(self::resource(2));
        next.number(resource, Series::Items);
        next.guard(resource, 1);
        assert_eq!(database.commit(next).await.unwrap().numbers, [1]);
    })
    .await;
}

#[tokio::test]
async fn the_others_of_a_group_do_not_suffer() {
    on_each(async |database| {
        let resource = found(database, 1).await;
        let mut commits = Vec::new();
        for id in 0..60 {
            let mut batch = appending(resource, id);
            batch.number(resource, Series::Changes);
            match id % 6 {
                1 => batch.guard(resource, 99),
                2 => batch.execute(TENANT, &INSERT_UNIQUE, noted(resource, 1_000 + id, "same")).unwrap(),
                3 => batch.execute(TENANT, &UPDATE_NUMBER, params! { resource: resource_id(resource), id: -1i64, number: 0i64 }).unwrap(),
                4 => batch.execute(TENANT, &NO_SUCH_TABLE, params! {}).unwrap(),
                5 if id % 12 == 5 => batch.execute(TENANT, &APPEND, params! { resource: resource_id(resource), id: id + 1_000, number: plain("x"), note: Value::Null, body: Value::Null }).unwrap(),
                5 => batch.execute(TENANT, &NO_SUCH_TABLE_APPENDED, params! {}).unwrap(),
                _ => {}
            }
            commits.push(database.commit(batch));
        }
        let outcomes = join_all(commits).await;
        let mut numbers = Vec::new();
        let mut refused = 0;
        for (id, outcome) in (0i64..).zip(outcomes) {
            match (id % 6, outcome) {
                (0 | 2, Ok(committed)) => numbers.extend(committed.numbers),
                (1 | 3, outcome) => assert_conflict(outcome),
                (2, outcome) => { assert_refused(outcome, &NOTE_TAKEN); refused += 1; }
                (_, outcome) => assert_fault(outcome),
            }
        }
        assert_eq!(refused, 9, "one of them has the note");
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=11).collect::<Vec<i64>>());
        assert_eq!(ids(database, resource).await.len(), 12);
    })
    .await;
}

#[tokio::test]
async fn guards_hold_a_version() {
    on_each(async |database| {
        let resource = found(database, 1).await;
        let guarded = |version| {
            let mut batch = Batch::new();
            batch.guard(resource, version);
            batch
        };
        database.commit(guarded(1)).await.unwrap();
        assert_conflict(database.commit(guarded(2)).await);
        let mut raising = guarded(1);
        raising.raise(resource);
        raising.raise(resource);
        database.commit(raising).await.unwrap();
        assert_conflict(database.commit(guarded(1)).await);
        database.commit(guarded(2)).await.unwrap();

        let absent = self::resource(9);
        let mut batch = Batch::new();
        batch.guard(absent, 1);
        assert_conflict(database.commit(batch).await);
        let mut batch = Batch::new();
        batch.raise(absent);
        assert_conflict(database.commit(batch).await);
        let mut batch = Batch::new();
        batch.number(absent, Series::Items);
        assert_conflict(database.commit(batch).await);
        assert_eq!(
            database.commit(Batch::new()).await.unwrap().numbers,
            Vec::<i64>::new()
        );
    })
    .await;
}

#[tokio::test]
async fn what_a_batch_founds_it_can_guard_raise_and_number() {
    on_each(async |database| {
        let resource = resource(1);
        let mut batch = founding(resource);
        batch.guard(resource, 1);
        batch.raise(resource);
        let (item, change) = (
            batch.number(resource, Series::Items),
            batch.number(resource, Series::Changes),
        );
        batch
            .execute(TENANT, &APPEND, numbered(resource, 1, item))
            .unwrap();
        batch
            .execute(TENANT, &APPEND, numbered(resource, 2, change))
            .unwrap();
        batch.number(resource, Series::Items);
        assert_eq!(database.commit(batch).await.unwrap().numbers, [1, 1, 2]);
        let mut next = Batch::new();
        next.guard(resource, 2);
        next.number(resource, Series::Items);
        assert_eq!(database.commit(next).await.unwrap().numbers, [3]);

        let mut other = founding(self::resource(2));
        other.guard(self::resource(2), 2);
        assert_conflict(database.commit(other).await);
    })
    .await;
}

#[tokio::test]
async fn a_resource_is_founded_once() {
    on_each(async |database| {
        let outcomes = join_all((0..8).map(|id| {
            let mut batch = founding(resource(1));
            batch
                .execute(TENANT, &APPEND, thing(resource(1), id, None))
                .unwrap();
            batch.number(resource(1), Series::Items);
            database.commit(batch)
        }))
        .await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
        outcomes
            .into_iter()
            .filter(Result::is_err)
            .for_each(assert_conflict);
        assert_eq!(ids(database, resource(1)).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn raising_conflicts_those_who_relied_on_the_version() {
    on_each(async |database| {
        let resource = found(database, 1).await;
        for version in 1..=5 {
            let outcomes = join_all((0..32).map(|index| {
                let mut batch = appending(resource, version * 100 + index);
                batch.guard(resource, version);
                batch.raise(resource);
                database.commit(batch)
            }))
            .await;
            assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
            outcomes
                .into_iter()
                .filter(Result::is_err)
                .for_each(assert_conflict);
        }
        assert_eq!(ids(database, resource).await.len(), 5);
    })
    .await;
}

#[tokio::test]
async fn duplicates_are_the_declared_refusal_or_a_conflict() {
    on_each(async |database| {
        let resource = found(database, 1).await;
        let with_note = |id, note| {
            let mut batch = Batch::new();
            batch
                .execute(TENANT, &INSERT_UNIQUE, noted(resource, id, note))
                .unwrap();
            batch
        };
        database.commit(with_note(1, "a")).await.unwrap();
        assert_refused(database.commit(with_note(2, "a")).await, &NOTE_TAKEN);
        assert_refused(database.commit(with_note(1, "b")).await, &NOTE_TAKEN);
        assert_conflict(database.commit(appending(resource, 1)).await);

        let mut twice = appending(resource, 7);
        twice
            .execute(TENANT, &APPEND, thing(resource, 7, None))
            .unwrap();
        assert_conflict(database.commit(twice).await);
        assert_eq!(ids(database, resource).await, [1]);
    })
    .await;
}

#[tokio::test]
async fn exactly_one_row_or_a_conflict() {
    on_each(async |database| {
        let resource = found(database, 1).await;
        let update = |id: i64| {
            let mut batch = Batch::new();
            let row = params! { resource: resource_id(resource), id: id, number: 5i64 };
            batch.execute(TENANT, &UPDATE_NUMBER, row).unwrap();
            batch
        };
        let update_all = || {
            let mut batch = Batch::new();
            let row = params! { resource: resource_id(resource), number: 6i64 };
            batch.execute(TENANT, &UPDATE_ALL, row).unwrap();
            batch
        };
        assert_conflict(database.commit(update(1)).await);
        assert_conflict(database.commit(update_all()).await);
        database.commit(appending(resource, 1)).await.unwrap();
        database.commit(update(1)).await.unwrap();
        database.commit(update_all()).await.unwrap();
        database.commit(appending(resource, 2)).await.unwrap();
        assert_conflict(database.commit(update_all()).await);
        assert_eq!(things(database, resource).await, [(1, Some(6)), (2, None)]);

        let mut appended = Batch::new();
        for id in 3..8i64 {
            appended
                .execute(
                    TENANT,
                    &APPEND_ONE,
                    params! { resource: resource_id(resource), id: id },
                )
                .unwrap();
        }
        database.commit(appended).await.unwrap();
        assert_eq!(ids(database, resource).await.len(), 7);
    })
    .await;
}

#[tokio::test]
async fn many_rows_of_one_statement_in_one_batch() {
    on_each(async |database| {
        let resource = found(database, 1).await;
        let mut batch = Batch::new();
        for id in 0..101i64 {
            let number = batch.number(resource, Series::Items);
            let row = params! { resource: resource_id(resource), id: id, number: number, note: plain(format!("n{id}")), body: Plain::bytes(vec![7; 300]) };
            batch.execute(TENANT, &APPEND, row).unwrap();
            batch.execute(TENANT, &INSERT_LOWER, params! { id: id }).unwrap();
        }
        database.commit(batch).await.unwrap();
        let expected: Vec<_> = (0..101).map(|id| (id, Some(id + 1))).collect();
        assert_eq!(things(database, resource).await, expected);
    })
    .await;
}

#[tokio::test]
async fn three_hundred_ordered_writes_run_in_order() {
    on_each(async |database| {
        let resource = found(database, 1).await;
        let mut batch = Batch::new();
        batch
            .execute(TENANT, &INSERT_COUNTER, params! { id: 1i64, total: 0i64 })
            .unwrap();
        let mut expected = 0i64;
        for step in 0..300 {
            let id = step % 2;
            batch
                .execute(TENANT, &ADD, params! { id: id, total: step })
                .unwrap();
            // Kept small by writing over it now and then; the order is what counts.
            if id == 1 {
                expected = expected * 3 + step;
            }
            if step % 30 == 29 {
                let row = params! { id: 1i64, total: step };
                batch.execute(TENANT, &RESET, row).unwrap();
                expected = step;
            }
        }
        let number = batch.number(resource, Series::Items);
        batch
            .execute(TENANT, &ADD, params! { id: 1i64, total: number })
            .unwrap();
        database.commit(batch).await.unwrap();
        let mut snapshot = database.snapshot().await.unwrap();
        let mut row = snapshot
            .row(TENANT, &TOTAL, params! { id: 1i64 })
            .await
            .unwrap()
            .unwrap();
        assert_eq!(row.take::<i64>("total").unwrap(), expected * 3 + 1);
    })
    .await;
}

static RESET: Statement =
    Statement::write("UPDATE test_counter SET total = :total WHERE tenant = :tenant AND id = :id");

#[tokio::test]
async fn a_value_that_does_not_fit_is_a_fault_and_leaves_nothing() {
    on_each(async |database| {
        let resource = found(database, 1).await;
        let mut other = Batch::new();
        other.number(resource, Series::Items);
        let late_of_another = other.number(resource, Series::Items);
        let bad: Vec<(Value, Value, Value)> = vec![
            (plain_value("text"), Value::Null, Value::Null),
            (Value::Bytes(vec![0; 8]), Value::Null, Value::Null),
            (Value::Null, Value::Bytes(b"bytes".to_vec()), Value::Null),
            (Value::Null, Value::Null, plain_value("text")),
            (Value::Null, Value::Null, Value::Int(1)),
            (Value::Late(late_of_another), Value::Null, Value::Null),
        ];
        for statement in [&APPEND, &WRITE] {
            for (number, note, body) in bad.clone() {
                let what = format!("{number:?} {note:?} {body:?}");
                let mut batch = appending(resource, 1);
                let row = params! { resource: resource_id(resource), id: 2i64, number: number, note: note, body: body };
                batch.execute(TENANT, statement, row).unwrap();
                batch.execute(TENANT, &ADD, params! { id: 1i64, total: 1i64 }).unwrap();
                let outcome = database.commit(batch).await;
                assert!(matches!(&outcome, Err(CommitError::Fault(_))), "{what}: {outcome:?}");
                assert!(ids(database, resource).await.is_empty(), "{what}");
            }
        }
        database.commit(appending(resource, 3)).await.unwrap();
    })
    .await;
}

static WRITE: Statement = Statement::write(
    "INSERT INTO test_thing (tenant, resource, id, number, note, body)
     VALUES (:tenant, :resource, :id, :number, :note, :body)",
);

fn plain_value(text: &str) -> Value {
    Value::Text(text.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_callers_leaving_does_not_undo_its_write() {
    on_each(async |database| {
        let resource = found(database, 1).await;
        for id in 0..40 {
            let task = tokio::spawn({
                let database = Arc::clone(database);
                async move {
                    let commit = std::pin::pin!(database.commit(appending(resource, id)));
                    // Handed over by the first poll, then given up.
                    drop(futures_util::FutureExt::now_or_never(commit));
                }
            });
            task.await.unwrap();
        }
        // Batches are taken in the order in which they were handed over.
        let mut last = Batch::new();
        last.number(resource, Series::Items);
        database.commit(last).await.unwrap();
        while ids(database, resource).await.len() < 40 {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

#[tokio::test]
async fn closing_waits_for_what_was_handed_over() {
    for place in super::fresh().await.unwrap() {
        let database = place.open(things::SETS).await.unwrap();
        let resource = found(&database, 1).await;
        for id in 0..40 {
            let commit = std::pin::pin!(database.commit(appending(resource, id)));
            drop(futures_util::FutureExt::now_or_never(commit));
        }
        assert!(database.is_alive().await);
        database.close().await;
        let database = place.open(things::SETS).await.unwrap();
        assert_eq!(ids(&database, resource).await.len(), 40);
        drop(database);
        place.remove().await.unwrap();
    }
}
