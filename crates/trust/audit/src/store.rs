//! Every SQL statement of the log.

use db::{Migration, MigrationSet, Statement};

pub const MIGRATIONS: MigrationSet = MigrationSet {
    domain: "audit",
    migrations: &[Migration {
        name: "0001_audit",
        sql: include_str!("../migrations/0001_audit.sql"),
    }],
};

pub(crate) static MONTH_KEY: Statement =
    Statement::read("SELECT key_id FROM db_resource WHERE tenant = :tenant AND id = :id");

pub(crate) static INSERT_ENTRY: Statement = Statement::append(
    "INSERT INTO audit_entry (tenant, id, at, commitment, body_sealed)
     VALUES (:tenant, :id, :at, :commitment, :body_sealed)",
);

pub(crate) static ENTRY: Statement =
    Statement::read("SELECT at FROM audit_entry WHERE tenant = :tenant AND id = :id");

pub(crate) static INSERT_PENDING: Statement = Statement::append(
    "INSERT INTO audit_pending (tenant, id, of_tenant) VALUES (:cell, :id, :of_tenant)",
);

/// What waits for its number. An entry that has one already is left aside: it must not stop the others.
pub(crate) static LIST_PENDING: Statement = Statement::read(
    "SELECT p.id, p.of_tenant, e.at, e.commitment FROM audit_pending p
     JOIN audit_entry e ON e.tenant = p.of_tenant AND e.id = p.id
     LEFT JOIN audit_link l ON l.tenant = p.tenant AND l.of_tenant = p.of_tenant AND l.entry = p.id
     WHERE p.tenant = :cell AND l.number IS NULL ORDER BY p.id LIMIT :limit",
);

/// Takes away what has got a number: comes after the links in their batch.
pub(crate) static DELETE_LINKED: Statement = Statement::write(
    "DELETE FROM audit_pending WHERE tenant = :cell AND id IN
        (SELECT entry FROM audit_link WHERE tenant = :cell AND number > :after AND number <= :last)",
);

pub(crate) static LAST_LINK: Statement = Statement::read(
    "SELECT number, head FROM audit_link WHERE tenant = :cell ORDER BY number DESC LIMIT 1",
);

pub(crate) static INSERT_LINK: Statement = Statement::append(
    "INSERT INTO audit_link (tenant, number, of_tenant, entry, head)
     VALUES (:cell, :number, :of_tenant, :entry, :head)",
);

/// The chain with the entries it names, in order.
pub(crate) static LIST_LINKS: Statement = Statement::read(
    "SELECT l.number, l.of_tenant, l.entry, l.head, e.at, e.commitment, e.body_sealed FROM audit_link l
     LEFT JOIN audit_entry e ON e.tenant = l.of_tenant AND e.id = l.entry
     WHERE l.tenant = :cell AND l.number > :after ORDER BY l.number LIMIT :limit",
);

/// Every entry of the cell, and whether the chain or the sequencer knows of it.
pub(crate) static LIST_ENTRIES: Statement = Statement::read(
    "SELECT e.tenant, e.id, l.number, p.id AS pending FROM audit_entry e
     LEFT JOIN audit_link l ON l.tenant = :cell AND l.of_tenant = e.tenant AND l.entry = e.id
     LEFT JOIN audit_pending p ON p.tenant = :cell AND p.id = e.id AND p.of_tenant = e.tenant
     WHERE (e.tenant, e.id) > (:tenant_after, :after)
     ORDER BY e.tenant, e.id LIMIT :limit",
);

/// What waits for its number, with its bodies.
pub(crate) static LIST_WAITING: Statement = Statement::read(
    "SELECT p.id, p.of_tenant, e.at, e.commitment, e.body_sealed FROM audit_pending p
     JOIN audit_entry e ON e.tenant = p.of_tenant AND e.id = p.id
     WHERE p.tenant = :cell AND p.id > :after ORDER BY p.id LIMIT :limit",
);

/// What waits for a number and is no entry, or has a number.
pub(crate) static WRONGLY_PENDING: Statement = Statement::read(
    "SELECT p.id FROM audit_pending p
     LEFT JOIN audit_entry e ON e.tenant = p.of_tenant AND e.id = p.id
     LEFT JOIN audit_link l ON l.tenant = p.tenant AND l.of_tenant = p.of_tenant AND l.entry = p.id
     WHERE p.tenant = :cell AND (e.id IS NULL OR l.number IS NOT NULL) ORDER BY p.id LIMIT 1",
);

/// For the sweep that has both databases parse every statement.
pub static STATEMENTS: &[&Statement] = &[
    &MONTH_KEY,
    &INSERT_ENTRY,
    &ENTRY,
    &INSERT_PENDING,
    &LIST_PENDING,
    &DELETE_LINKED,
    &LAST_LINK,
    &INSERT_LINK,
    &LIST_LINKS,
    &LIST_ENTRIES,
    &LIST_WAITING,
    &WRONGLY_PENDING,
];
