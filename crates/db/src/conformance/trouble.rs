//! What goes wrong below: a full disk, broken connections, transactions that wait for each other.

use std::{sync::Arc, time::Duration};

use base::Refusal;
use futures_util::future::join_all;
use tokio::task::JoinHandle;
use tokio_postgres::{Client, NoTls};

use crate::{
    Batch, CommitError, DISK_FULL, Database, Options, Plain, ResourceKey, Series, UNAVAILABLE,
    Value, params,
};

use super::{
    Fresh, fresh_postgres, fresh_sqlite,
    things::{
        self, ADD, APPEND, INSERT_COUNTER, Outcome, TENANT, appending, assert_conflict,
        assert_fault, assert_refused, found, ids, resource_id,
    },
};

/// A thing with a body of 100 KiB.
fn large(resource: ResourceKey, id: i64) -> Batch {
    let mut batch = Batch::new();
    batch.number(resource, Series::Items);
    let row = params! { resource: resource_id(resource), id: id, number: None::<i64>, note: Value::Null, body: Plain::bytes(vec![7; 100 * 1024]) };
    batch.execute(TENANT, &APPEND, row).unwrap();
    batch
}

#[tokio::test]
async fn a_full_disk_refuses_writes_and_goes_on() {
    static WIPE: crate::Statement = crate::Statement::write(
        "DELETE FROM test_thing WHERE tenant = :tenant AND resource = :resource",
    );
    let place = fresh_sqlite().unwrap();
    drop(place.open(things::SETS).await.unwrap());
    let database = Database::open_small(place.url(), 300).unwrap();
    let resource = found(&database, 1).await;

    let outcomes = join_all((0..40).map(|id| database.commit(large(resource, id)))).await;
    let written = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert!((5..40).contains(&written), "{written}");
    for outcome in outcomes.into_iter().filter(Result::is_err) {
        assert_refused(outcome, &DISK_FULL);
    }
    assert_eq!(ids(&database, resource).await.len(), written);

    let mut wipe = Batch::new();
    wipe.execute(TENANT, &WIPE, params! { resource: resource_id(resource) })
        .unwrap();
    database.commit(wipe).await.unwrap();
    let next = database.commit(large(resource, 50)).await.unwrap();
    assert_eq!(next.numbers, [i64::try_from(written).unwrap() + 1]);
    database.close().await;
    place.remove().await.unwrap();
}

/// A PostgreSQL of one test: the database under test, and a client beside it.
struct Bench {
    database: Arc<Database>,
    beside: Client,
    place: Fresh,
    name: String,
}

impl Bench {
    async fn new() -> Option<Self> {
        let place = fresh_postgres().await.unwrap()?;
        let database = Arc::new(place.open(things::SETS).await.unwrap());
        let beside = connect(&place).await;
        let row = beside
            .query_one("SELECT current_schema()::text", &[])
            .await
            .unwrap();
        let bench = Self {
            database,
            beside,
            place,
            name: row.get(0),
        };
        Some(bench)
    }

    /// Breaks every connection of the database under test.
    async fn cut(&self) {
        let cut = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
            WHERE application_name = $1 AND pid <> pg_backend_pid()";
        self.beside.query(cut, &[&self.name]).await.unwrap();
    }

    /// Returns when a connection of the database under test waits for a lock.
    async fn until_one_waits(&self) {
        let waiting = "SELECT count(*) FROM pg_stat_activity
            WHERE application_name = $1 AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()";
        while self
            .beside
            .query_one(waiting, &[&self.name])
            .await
            .unwrap()
            .get::<_, i64>(0)
            == 0
        {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// A client that locks what the database under test wants.
    async fn holder(&self) -> Client {
        let holder = connect(&self.place).await;
        let name = "SET application_name = 'holder'";
        holder.batch_execute(name).await.unwrap();
        holder
    }

    fn commit(&self, batch: Batch) -> JoinHandle<Outcome> {
        let database = Arc::clone(&self.database);
        tokio::spawn(async move { database.commit(batch).await })
    }

    async fn end(self) {
        drop((self.database, self.beside));
        self.place.remove().await.unwrap();
    }
}

async fn connect(place: &Fresh) -> Client {
    let (client, connection) = tokio_postgres::connect(place.url(), NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_says_of_a_failure_is_told_to_the_act() {
    enum Told {
        Conflict,
        Refused(&'static Refusal),
        Fault,
    }
    let Some(bench) = Bench::new().await else {
        return;
    };
    bench
        .beside
        .batch_execute(
            "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN IF NEW.note IS NOT NULL THEN RAISE 'failing' USING ERRCODE = NEW.note; END IF; RETURN NEW; END $$;
             CREATE TRIGGER fail BEFORE INSERT ON test_thing FOR EACH ROW EXECUTE FUNCTION fail();",
        )
        .await
        .unwrap();
    let resource = found(&bench.database, 1).await;
    for (code, told) in [
        ("40001", Told::Conflict),
        ("40P01", Told::Conflict),
        ("23505", Told::Conflict),
        ("53100", Told::Refused(&DISK_FULL)),
        ("55P03", Told::Refused(&UNAVAILABLE)),
        ("57014", Told::Refused(&UNAVAILABLE)),
        ("53200", Told::Refused(&UNAVAILABLE)),
        ("25006", Told::Refused(&UNAVAILABLE)),
        ("23514", Told::Fault),
        ("XX000", Told::Fault),
    ] {
        let failing = || {
            let mut batch = Batch::new();
            let row = params! { resource: resource_id(resource), id: 1i64, number: None::<i64>, note: crate::plain(code), body: Value::Null };
            batch.execute(TENANT, &APPEND, row).unwrap();
            batch
        };
        let sound = |id: i64| {
            let mut batch = Batch::new();
            batch.number(resource, Series::Items);
            batch
                .execute(TENANT, &ADD, params! { id: id, total: 1i64 })
                .unwrap();
            batch
        };
        let commit = |batch| bench.database.commit(batch);
        let outcomes = join_all([
            commit(sound(1)),
            commit(failing()),
            commit(sound(2)),
            commit(failing()),
        ])
        .await;
        let [first, failed, second, again] = <[Outcome; 4]>::try_from(outcomes).unwrap();
        first.unwrap();
        second.unwrap();
        for outcome in [failed, again] {
            match told {
                Told::Conflict => assert_conflict(outcome),
                Told::Refused(refusal) => assert_refused(outcome, refusal),
                Told::Fault => assert_fault(outcome),
            }
        }
    }
    bench.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_loses_a_deadlock_conflicts() {
    let Some(bench) = Bench::new().await else {
        return;
    };
    let mut counters = Batch::new();
    for id in [1i64, 2] {
        counters
            .execute(TENANT, &INSERT_COUNTER, params! { id: id, total: 0i64 })
            .unwrap();
    }
    bench.database.commit(counters).await.unwrap();
    let lock = "UPDATE test_counter SET total = 9 WHERE id = $1";
    let holder = bench.holder().await;
    holder
        .batch_execute("SET deadlock_timeout = '1h'; BEGIN")
        .await
        .unwrap();
    holder.execute(lock, &[&2i64]).await.unwrap();

    let mut batch = Batch::new();
    for id in [1i64, 2] {
        batch
            .execute(TENANT, &ADD, params! { id: id, total: 1i64 })
            .unwrap();
    }
    let commit = bench.commit(batch);
    bench.until_one_waits().await;
    holder.execute(lock, &[&1i64]).await.unwrap();
    assert_conflict(commit.await.unwrap());
    holder.batch_execute("ROLLBACK").await.unwrap();
    bench.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_broke_while_idle_are_made_anew() {
    let Some(bench) = Bench::new().await else {
        return;
    };
    let resource = found(&bench.database, 1).await;
    for round in 0..6 {
        ids(&bench.database, resource).await;
        bench.cut().await;
        // Nothing of these can have been committed before the break was noticed: none of them needs to hear of it.
        let outcomes =
            join_all((0..8).map(|id| bench.database.commit(appending(resource, round * 8 + id))))
                .await;
        outcomes
            .into_iter()
            .for_each(|outcome| drop(outcome.unwrap()));
    }
    assert_eq!(ids(&bench.database, resource).await.len(), 48);
    bench.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_breaks_before_the_commit_left_loses_nothing() {
    let Some(bench) = Bench::new().await else {
        return;
    };
    let resource = found(&bench.database, 1).await;
    let mut holder = bench.holder().await;
    let held = holder.transaction().await.unwrap();
    held.batch_execute("SELECT 1 FROM db_resource FOR UPDATE")
        .await
        .unwrap();
    let mut batch = appending(resource, 1);
    batch.number(resource, Series::Items);
    let commit = bench.commit(batch);
    bench.until_one_waits().await;
    bench.cut().await;
    held.rollback().await.unwrap();
    assert_eq!(commit.await.unwrap().unwrap().numbers, [1]);
    assert_eq!(ids(&bench.database, resource).await, [1]);
    bench.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_breaks_with_the_commit_under_way_is_said_so() {
    let Some(bench) = Bench::new().await else {
        return;
    };
    let resource = found(&bench.database, 1).await;
    let mut holder = bench.holder().await;
    let held = holder.transaction().await.unwrap();
    held.execute(
        "INSERT INTO test_thing (tenant, resource, id) VALUES ($1, $2, 1)",
        &[&TENANT.to_bytes().to_vec(), &resource.id.to_vec()],
    )
    .await
    .unwrap();
    // The insert waits for the holder's, and the COMMIT has left behind it.
    let commit = bench.commit(appending(resource, 1));
    bench.until_one_waits().await;
    bench.cut().await;
    let outcome = commit.await.unwrap();
    assert!(
        matches!(&outcome, Err(CommitError::Fault(fault)) if fault.to_string().contains("not known")),
        "{outcome:?}"
    );
    held.rollback().await.unwrap();
    assert!(ids(&bench.database, resource).await.is_empty());
    bench.database.commit(appending(resource, 2)).await.unwrap();
    bench.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_too_long_for_another_is_told_to_come_back() {
    let Some(bench) = Bench::new().await else {
        return;
    };
    let resource = found(&bench.database, 1).await;
    let free = found(&bench.database, 2).await;
    let mut holder = bench.holder().await;
    let held = holder.transaction().await.unwrap();
    let lock = "SELECT 1 FROM db_resource WHERE id = $1 FOR UPDATE";
    held.execute(lock, &[&resource.id.to_vec()]).await.unwrap();
    let numbering = |resource| {
        let mut batch = Batch::new();
        batch.number(resource, Series::Items);
        bench.database.commit(batch)
    };
    let both = [
        numbering(resource),
        numbering(free),
        numbering(resource),
        numbering(free),
    ];
    let [one, two, three, four] = <[Outcome; 4]>::try_from(join_all(both).await).unwrap();
    assert_refused(one, &UNAVAILABLE);
    assert_refused(three, &UNAVAILABLE);
    assert_eq!([two.unwrap().numbers, four.unwrap().numbers], [[1], [2]]);
    held.rollback().await.unwrap();
    assert_eq!(numbering(resource).await.unwrap().numbers, [1]);
    bench.end().await;
}

#[tokio::test]
async fn a_database_that_is_away_is_unavailable() {
    let absent = "postgres://nobody@127.0.0.1:1/nothing";
    let opened = Database::open(absent, Options::default()).await;
    let error = opened.map(|_| ()).unwrap_err();
    assert!(error.is(&UNAVAILABLE), "{error}");
}
