//! The tables that the suite works on: things, which belong to a resource, and counters.

use base::{Id, KeyId, Refusal, TenantId};

use crate::{
    Batch, CommitError, Committed, Database, Late, Migration, MigrationSet, NewResource,
    OWN_MIGRATIONS, Params, ResourceKey, Snapshot, Statement, Value, params, plain,
};

pub(super) const MIGRATION: Migration = Migration {
    name: "0001_things",
    sql: "-- The suite's own tables; BYTEA in a comment, and a writer's apostrophe, are no SQL.
CREATE TABLE test_thing (
    tenant BYTEA NOT NULL,
    resource BYTEA NOT NULL,
    id BIGINT NOT NULL,
    number BIGINT,
    note TEXT,
    body BYTEA,
    PRIMARY KEY (tenant, resource, id)
);
CREATE UNIQUE INDEX test_thing_by_note ON test_thing (
    tenant, resource, note
);
CREATE TABLE test_counter (tenant BYTEA NOT NULL, id BIGINT NOT NULL, total BIGINT NOT NULL, PRIMARY KEY (tenant, id));",
};

pub(super) const SET: MigrationSet = MigrationSet {
    domain: "test",
    migrations: &[MIGRATION],
};

pub(super) const SETS: &[MigrationSet] = &[OWN_MIGRATIONS, SET];

pub(super) const TENANT: TenantId = TenantId::from_bytes([7; 16]);

pub(super) const NOTE_TAKEN: Refusal = Refusal::conflict("test.note_taken", "The note is taken.");

pub(super) static APPEND: Statement = Statement::append(
    "INSERT INTO test_thing (tenant, resource, id, number, note, body)
     VALUES (:tenant, :resource, :id, :number, :note, :body)",
);
pub(super) static INSERT_UNIQUE: Statement = Statement::write(
    "INSERT INTO test_thing (tenant, resource, id, note) VALUES (:tenant, :resource, :id, :note)",
)
.or_duplicate(NOTE_TAKEN);
pub(super) static APPEND_ONE: Statement = Statement::append(
    "INSERT INTO test_thing (tenant, resource, id) VALUES (:tenant, :resource, :id)",
)
.exactly_one();
pub(super) static UPDATE_NUMBER: Statement = Statement::write(
    "UPDATE test_thing SET number = :number WHERE tenant = :tenant AND resource = :resource AND id = :id",
)
.exactly_one();
pub(super) static UPDATE_ALL: Statement = Statement::write(
    "UPDATE test_thing SET number = :number WHERE tenant = :tenant AND resource = :resource",
)
.exactly_one();
pub(super) static ALL: Statement = Statement::read(
    "SELECT id, number, note, body FROM test_thing
     WHERE tenant = :tenant AND resource = :resource ORDER BY id LIMIT 1000",
);
pub(super) static INSERT_COUNTER: Statement =
    Statement::append("INSERT INTO test_counter (tenant, id, total) VALUES (:tenant, :id, :total)");
pub(super) static ADD: Statement = Statement::write(
    "UPDATE test_counter SET total = total * 3 + :total WHERE tenant = :tenant AND id = :id",
);
pub(super) static TOTAL: Statement =
    Statement::read("SELECT total FROM test_counter WHERE tenant = :tenant AND id = :id");

pub(super) type Outcome = Result<Committed, CommitError>;

/// The resource with this number for a name.
pub(super) fn resource(name: u8) -> ResourceKey {
    ResourceKey {
        tenant: TENANT,
        id: [name; 16],
    }
}

pub(super) fn resource_id(resource: ResourceKey) -> Id<base::kinds::Chat> {
    Id::from_bytes(resource.id)
}

pub(super) fn founding(resource: ResourceKey) -> Batch {
    let mut batch = Batch::new();
    batch.found(NewResource {
        key: resource,
        kind: "test",
        data_key: KeyId::NIL,
    });
    batch
}

pub(super) async fn found(database: &Database, name: u8) -> ResourceKey {
    let resource = resource(name);
    database.commit(founding(resource)).await.unwrap();
    resource
}

pub(super) fn thing(resource: ResourceKey, id: i64, number: Option<i64>) -> Params {
    params! { resource: resource_id(resource), id: id, number: number, note: Value::Null, body: Value::Null }
}

pub(super) fn numbered(resource: ResourceKey, id: i64, number: Late) -> Params {
    params! { resource: resource_id(resource), id: id, number: number, note: Value::Null, body: Value::Null }
}

pub(super) fn noted(resource: ResourceKey, id: i64, note: &str) -> Params {
    params! { resource: resource_id(resource), id: id, note: plain(note) }
}

/// A batch of one appended thing.
pub(super) fn appending(resource: ResourceKey, id: i64) -> Batch {
    let mut batch = Batch::new();
    batch
        .execute(TENANT, &APPEND, thing(resource, id, None))
        .unwrap();
    batch
}

/// The ids and numbers of a resource's things, as a snapshot sees them.
pub(super) async fn seen(
    snapshot: &mut Snapshot,
    resource: ResourceKey,
) -> Vec<(i64, Option<i64>)> {
    let rows = snapshot
        .rows(TENANT, &ALL, params! { resource: resource_id(resource) })
        .await
        .unwrap();
    rows.into_iter()
        .map(|mut row| (row.take("id").unwrap(), row.take("number").unwrap()))
        .collect()
}

pub(super) async fn things(database: &Database, resource: ResourceKey) -> Vec<(i64, Option<i64>)> {
    seen(&mut database.snapshot().await.unwrap(), resource).await
}

pub(super) async fn ids(database: &Database, resource: ResourceKey) -> Vec<i64> {
    let things = things(database, resource).await;
    things.into_iter().map(|(id, _)| id).collect()
}

#[track_caller]
pub(super) fn assert_conflict(outcome: Outcome) {
    assert!(matches!(outcome, Err(CommitError::Conflict)), "{outcome:?}");
}

#[track_caller]
pub(super) fn assert_fault(outcome: Outcome) {
    assert!(matches!(outcome, Err(CommitError::Fault(_))), "{outcome:?}");
}

#[track_caller]
pub(super) fn assert_refused(outcome: Outcome, refusal: &Refusal) {
    assert!(
        matches!(&outcome, Err(CommitError::Refused(given)) if given.code == refusal.code),
        "{outcome:?}"
    );
}
