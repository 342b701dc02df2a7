//! Migrations on a real database.

use crate::{Migration, MigrationSet, Statement};

use super::{fresh, on_each, things};

static MISSPELT: Statement =
    Statement::read("SELECT nothing FROM test_thing WHERE tenant = :tenant");
static NOT_JOINABLE: Statement = Statement::append(
    "INSERT INTO test_counter (tenant, id, total) VALUES (:tenant, 1, 1) ON CONFLICT DO NOTHING",
);
static NO_TUPLE: Statement = Statement::append(
    "INSERT INTO test_counter (tenant, id, total) SELECT tenant, id, 1 FROM test_counter WHERE tenant = :tenant",
);
static NOT_PORTABLE: Statement =
    Statement::read("SELECT sum(total) * 0.5 AS half FROM test_counter WHERE tenant = :tenant");

const CREATE_LATER: Migration = Migration {
    name: "0002_later",
    sql: "CREATE TABLE test_later (tenant BYTEA NOT NULL, PRIMARY KEY (tenant));",
};
const EDITED: Migration = Migration {
    name: things::MIGRATION.name,
    sql: "CREATE TABLE test_thing (tenant BYTEA NOT NULL, PRIMARY KEY (tenant));",
};
const BROKEN: Migration = Migration {
    name: "0003_broken",
    sql: "CREATE TABLE test_half (tenant BYTEA NOT NULL, PRIMARY KEY (tenant));
CREATE TABLE test_half (tenant BYTEA NOT NULL, PRIMARY KEY (tenant));",
};
const LATER: MigrationSet = MigrationSet {
    domain: "test",
    migrations: &[things::MIGRATION, CREATE_LATER],
};

#[tokio::test]
async fn migrating_again_changes_nothing_and_a_later_one_is_added() {
    on_each(async |database| {
        database.migrate(things::SETS).await.unwrap();
        database.migrate(&[LATER]).await.unwrap();
        database.migrate(&[LATER]).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_newer_schema_and_an_edited_migration_are_refused() {
    on_each(async |database| {
        database.migrate(&[LATER]).await.unwrap();
        let newer = database.migrate(things::SETS).await.unwrap_err();
        assert!(newer.to_string().contains("newer"), "{newer}");

        let edited = MigrationSet {
            domain: "test",
            migrations: &[EDITED, CREATE_LATER],
        };
        let edited = database.migrate(&[edited]).await.unwrap_err();
        assert!(edited.to_string().contains("edited"), "{edited}");
    })
    .await;
}

#[tokio::test]
async fn a_migration_that_fails_leaves_nothing() {
    on_each(async |database| {
        let broken = MigrationSet {
            domain: "test",
            migrations: &[things::MIGRATION, CREATE_LATER, BROKEN],
        };
        let error = database.migrate(&[broken]).await.unwrap_err();
        assert!(error.to_string().contains("test/0003_broken"), "{error}");
        database.migrate(things::SETS).await.unwrap();
        database.migrate(&[LATER]).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_that_start_together_make_one_schema() {
    for place in fresh().await.unwrap() {
        let nodes = (0..4).map(|_| place.open(things::SETS));
        for node in futures_util::future::join_all(nodes).await {
            node.unwrap();
        }
        place.remove().await.unwrap();
    }
}

#[tokio::test]
async fn statements_that_would_fail_are_found_before_they_run() {
    on_each(async |database| {
        let sound = [
            &things::APPEND,
            &things::INSERT_UNIQUE,
            &things::APPEND_ONE,
            &things::UPDATE_ALL,
            &things::ALL,
            &things::ADD,
        ];
        database.prepare_all(&sound).await.unwrap();
        for wrong in [&MISSPELT, &NOT_JOINABLE, &NO_TUPLE] {
            let error = database.prepare_all(&[wrong]).await;
            assert!(error.is_err(), "{}", wrong.text());
        }
    })
    .await;
}

#[tokio::test]
async fn a_column_that_only_one_database_can_give_is_found() {
    let Some(place) = super::fresh_postgres().await.unwrap() else {
        return;
    };
    let database = place.open(things::SETS).await.unwrap();
    let error = database.prepare_all(&[&NOT_PORTABLE]).await.unwrap_err();
    assert!(error.to_string().contains("half"), "{error}");
    place.remove().await.unwrap();
}
