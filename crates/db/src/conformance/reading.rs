//! Snapshots: what goes in comes out, and one moment is seen.

use std::{sync::Arc, time::Duration};

use base::Timestamp;

use crate::{Database, Options, Plain, Statement, UNAVAILABLE, params, plain};

use super::{
    fresh, on_each,
    things::{self, ALL, APPEND, TENANT, appending, found, ids, resource, resource_id, seen},
};

static EITHER: Statement = Statement::read(
    "SELECT id FROM test_thing WHERE tenant = :tenant AND (id = :id OR number = :id) ORDER BY id LIMIT :limit",
);
static MISSPELT: Statement =
    Statement::read("SELECT nothing FROM test_thing WHERE tenant = :tenant");
static IS_NULL: Statement = Statement::read(
    "SELECT id FROM test_thing WHERE tenant = :tenant AND note IS NULL AND body IS NOT NULL ORDER BY id LIMIT 9",
);

#[tokio::test]
async fn values_come_back_as_they_went_in() {
    let all = resource(1);
    let bytes: Vec<u8> = (0..=255).collect();
    let texts = ["", "héllo", "中文 \u{1F44B}", "it's a :name, '?1' and $2"];
    on_each(async |database| {
        for (id, text) in (0i64..).zip(texts) {
            let mut batch = crate::Batch::new();
            let number = if id == 0 { i64::MIN } else { i64::MAX };
            let row = params! { resource: resource_id(all), id: id, number: number, note: plain(text), body: Plain::bytes(bytes.clone()) };
            batch.execute(TENANT, &APPEND, row).unwrap();
            database.commit(batch).await.unwrap();
        }
        let mut snapshot = database.snapshot().await.unwrap();
        let found = snapshot.rows(TENANT, &ALL, params! { resource: resource_id(all) }).await.unwrap();
        assert_eq!(found.len(), texts.len());
        for (mut row, text) in found.into_iter().zip(texts) {
            assert_eq!(row.take::<String>("note").unwrap(), text);
            assert_eq!(row.take::<Vec<u8>>("body").unwrap(), bytes);
            let id: i64 = row.take("id").unwrap();
            let number: Timestamp = row.take("number").unwrap();
            assert_eq!(number.micros(), if id == 0 { i64::MIN } else { i64::MAX });
            assert!(row.take::<i64>("absent").is_err());
        }
    })
    .await;
}

#[tokio::test]
async fn nothing_is_not_the_same_as_empty() {
    on_each(async |database| {
        let mut batch = crate::Batch::new();
        for (id, note, body) in [
            (1i64, Some(""), Some(vec![])),
            (2, None, Some(vec![])),
            (3, None, None),
        ] {
            let row = params! { resource: resource_id(resource(1)), id: id, number: None::<i64>, note: note.map(plain), body: body.map(|body: Vec<u8>| Plain::bytes(body)) };
            batch.execute(TENANT, &APPEND, row).unwrap();
        }
        database.commit(batch).await.unwrap();
        let mut snapshot = database.snapshot().await.unwrap();
        let mut rows = snapshot.rows(TENANT, &ALL, params! { resource: resource_id(resource(1)) }).await.unwrap();
        let notes: Vec<Option<String>> = rows.iter_mut().map(|row| row.take("note").unwrap()).collect();
        let bodies: Vec<Option<Vec<u8>>> = rows.iter_mut().map(|row| row.take("body").unwrap()).collect();
        assert_eq!(notes, [Some(String::new()), None, None]);
        assert_eq!(bodies, [Some(vec![]), Some(vec![]), None]);
        assert!(rows.iter_mut().all(|row| row.take::<i64>("number").is_err()));
        let mut found = snapshot.row(TENANT, &IS_NULL, params! {}).await.unwrap().unwrap();
        assert_eq!(found.take::<i64>("id").unwrap(), 2);
    })
    .await;
}

#[tokio::test]
async fn parameters_bind_by_name_and_only_what_is_named() {
    on_each(async |database| {
        let mut batch = crate::Batch::new();
        for (id, number) in [(1, 5), (2, 1), (3, 9)] {
            batch
                .execute(
                    TENANT,
                    &APPEND,
                    things::thing(resource(1), id, Some(number)),
                )
                .unwrap();
        }
        database.commit(batch).await.unwrap();
        let mut snapshot = database.snapshot().await.unwrap();
        let rows = snapshot
            .rows(TENANT, &EITHER, params! { limit: 10i64, id: 1i64 })
            .await
            .unwrap();
        assert_eq!(rows.len(), 2);
        assert!(
            snapshot
                .rows(TENANT, &EITHER, params! { id: 1i64 })
                .await
                .is_err()
        );
        assert!(
            snapshot
                .rows(
                    TENANT,
                    &EITHER,
                    params! { id: 1i64, limit: 1i64, more: 1i64 }
                )
                .await
                .is_err()
        );
        let others = base::TenantId::from_bytes([8; 16]);
        assert!(
            snapshot
                .rows(others, &EITHER, params! { limit: 10i64, id: 1i64 })
                .await
                .unwrap()
                .is_empty()
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_sees_one_moment_while_commits_go_on() {
    on_each(async |database| {
        let resource = found(database, 1).await;
        database.commit(appending(resource, 0)).await.unwrap();
        let mut before = database.snapshot().await.unwrap();
        assert_eq!(seen(&mut before, resource).await.len(), 1);

        let writing = tokio::spawn({
            let database = Arc::clone(database);
            async move {
                for id in 1..50 {
                    database.commit(appending(resource, id)).await.unwrap();
                    // What was answered is seen by whoever reads next.
                    assert!(ids(&database, resource).await.contains(&id));
                }
            }
        });
        while !writing.is_finished() {
            assert_eq!(seen(&mut before, resource).await.len(), 1);
            tokio::task::yield_now().await;
        }
        writing.await.unwrap();
        assert_eq!(seen(&mut before, resource).await.len(), 1);
        drop(before);
        assert_eq!(ids(database, resource).await.len(), 50);
    })
    .await;
}

#[tokio::test]
async fn a_read_that_failed_does_not_move_the_moment() {
    on_each(async |database| {
        let resource = found(database, 1).await;
        let mut snapshot = database.snapshot().await.unwrap();
        let misspelt = snapshot.rows(TENANT, &MISSPELT, params! {}).await;
        assert!(misspelt.is_err());
        assert_eq!(seen(&mut snapshot, resource).await.len(), 0);
        database.commit(appending(resource, 1)).await.unwrap();
        assert_eq!(seen(&mut snapshot, resource).await.len(), 0);
        drop(snapshot);
        assert_eq!(ids(database, resource).await, [1]);
    })
    .await;
}

#[tokio::test]
async fn a_reader_that_does_not_come_free_is_said_so() {
    for place in fresh().await.unwrap() {
        drop(place.open(things::SETS).await.unwrap());
        let options = Options {
            readers_max: 2,
            wait: Duration::from_millis(300),
            ..Options::default()
        };
        let database = Database::open(place.url(), options).await.unwrap();
        for _ in 0..3 {
            let mut one = database.snapshot().await.unwrap();
            let two = database.snapshot().await.unwrap();
            seen(&mut one, resource(1)).await;
            let refused = database.snapshot().await.map(|_| ()).unwrap_err();
            assert!(refused.is(&UNAVAILABLE), "{refused}");
            drop((one, two));
            until_a_reader_is_free(&database).await;
        }
        place.remove().await.unwrap();
    }
}

/// A reader comes back when the end of its transaction is answered, shortly after it was dropped.
async fn until_a_reader_is_free(database: &Database) {
    let mut both = Vec::new();
    while both.len() < 2 {
        both.extend(database.snapshot().await);
    }
}

#[tokio::test]
async fn a_read_given_up_half_way_does_not_spoil_the_reader() {
    on_each(async |database| {
        let resource = found(database, 1).await;
        for id in 0..20 {
            let mut snapshot = database.snapshot().await.unwrap();
            let read = snapshot.rows(TENANT, &ALL, params! { resource: resource_id(resource) });
            drop(tokio::time::timeout(Duration::from_micros(100), read).await);
            drop(snapshot);
            database.commit(appending(resource, id)).await.unwrap();
        }
        assert_eq!(ids(database, resource).await.len(), 20);
    })
    .await;
}

#[tokio::test]
async fn reads_read_and_writes_write() {
    on_each(async |database| {
        let mut snapshot = database.snapshot().await.unwrap();
        let row = things::thing(resource(1), 1, None);
        assert!(snapshot.rows(TENANT, &APPEND, row).await.is_err());
        let read = params! { resource: resource_id(resource(1)) };
        assert!(crate::Batch::new().execute(TENANT, &ALL, read).is_err());
        drop(snapshot);
        assert!(ids(database, resource(1)).await.is_empty());
    })
    .await;
}
