//! Every SQL statement of the spine.

use db::{Migration, MigrationSet, Statement};

pub const MIGRATIONS: MigrationSet = MigrationSet {
    domain: "act",
    migrations: &[
        Migration {
            name: "0001_events",
            sql: include_str!("../migrations/0001_events.sql"),
        },
        Migration {
            name: "0002_retention",
            sql: include_str!("../migrations/0002_retention.sql"),
        },
    ],
};

pub(crate) static RESOURCE: Statement = Statement::read(
    "SELECT kind, version, key_id, items_last, changes_last FROM db_resource WHERE tenant = :tenant AND id = :id",
);

pub(crate) static INSERT_EVENT: Statement = Statement::append(
    "INSERT INTO act_event (tenant, topic, change, name, item, subject, accounts, at)
     VALUES (:tenant, :topic, :change, :name, :item, :subject, :accounts, :at)",
);

pub(crate) static LIST_EVENTS: Statement = Statement::read(
    "SELECT change, name, item, subject, accounts, at FROM act_event
     WHERE tenant = :tenant AND topic = :topic AND change > :after ORDER BY change LIMIT :limit",
);

pub(crate) static IDEMPOTENCY: Statement = Statement::read(
    "SELECT input_hash, reference FROM act_idempotency
     WHERE tenant = :tenant AND account = :account AND token_hash = :token_hash",
);

pub(crate) static INSERT_IDEMPOTENCY: Statement = Statement::append(
    "INSERT INTO act_idempotency (tenant, account, token_hash, input_hash, reference, at)
     VALUES (:tenant, :account, :token_hash, :input_hash, :reference, :at)",
);

pub(crate) static INSERT_JOB: Statement = Statement::append(
    "INSERT INTO act_job (tenant, id, operation, subject, due_at, attempts)
     VALUES (:tenant, :id, :operation, :subject, :due_at, 0)",
);

/// Of all tenants, beginning with the cell: the runner takes what is due wherever it is, and each job runs in its own tenant.
pub(crate) static LIST_DUE_JOBS: Statement = Statement::read(
    "SELECT tenant, id, operation, subject, attempts FROM act_job
     WHERE due_at <= :now AND tenant >= :cell ORDER BY due_at, tenant, id LIMIT :limit",
);

pub(crate) static DELETE_JOB: Statement =
    Statement::write("DELETE FROM act_job WHERE tenant = :tenant AND id = :id");

pub(crate) static POSTPONE_JOB: Statement = Statement::write(
    "UPDATE act_job SET attempts = attempts + 1, due_at = :due_at WHERE tenant = :tenant AND id = :id",
);

/// Topics of all tenants, in order, each with its oldest event and the time of the one that is `:step` further on.
pub(crate) static LIST_OLDEST_EVENTS: Statement = Statement::read(
    "SELECT r.tenant, r.id, e.change, e.at, f.at AS at_beyond FROM (
         SELECT tenant, id FROM db_resource
         WHERE (tenant, id) > (:after_tenant, :after) AND tenant >= :cell AND changes_last > 0
         ORDER BY tenant, id LIMIT :limit) r
     LEFT JOIN act_event e ON e.tenant = r.tenant AND e.topic = r.id
         AND e.change = (SELECT MIN(x.change) FROM act_event x WHERE x.tenant = r.tenant AND x.topic = r.id)
     LEFT JOIN act_event f ON f.tenant = r.tenant AND f.topic = r.id AND f.change = e.change + :step
     ORDER BY r.tenant, r.id",
);

/// Of any tenant: what the cell keeps for a time only.
pub(crate) static DELETE_EVENTS: Statement = Statement::write(
    "DELETE FROM act_event WHERE tenant = :of_tenant AND topic = :topic AND change >= :first AND change < :end
         AND at < :before AND tenant >= :cell",
);

pub(crate) static COUNT_OUTDATED_KEYS: Statement = Statement::read(
    "SELECT COUNT(*) AS outdated FROM (
         SELECT at FROM act_idempotency WHERE at < :before AND tenant >= :cell LIMIT :limit) old",
);

pub(crate) static DELETE_KEYS: Statement = Statement::write(
    "DELETE FROM act_idempotency WHERE (tenant, account, token_hash) IN (
         SELECT tenant, account, token_hash FROM act_idempotency
         WHERE at < :before AND tenant >= :cell LIMIT :limit)",
);

/// For the sweep that has both databases parse every statement.
pub static STATEMENTS: &[&Statement] = &[
    &RESOURCE,
    &INSERT_EVENT,
    &LIST_EVENTS,
    &IDEMPOTENCY,
    &INSERT_IDEMPOTENCY,
    &INSERT_JOB,
    &LIST_DUE_JOBS,
    &DELETE_JOB,
    &POSTPONE_JOB,
    &LIST_OLDEST_EVENTS,
    &DELETE_EVENTS,
    &COUNT_OUTDATED_KEYS,
    &DELETE_KEYS,
];
