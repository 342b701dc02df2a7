//! A store whose root key is in shares from the beginning, and one that nobody relied on yet and is made anew.

use base::{KeyId, Result, TenantId, Timestamp};
use db::{Batch, NewResource, Statement, params};

use super::{HEAD, NewStore, guard_store, tenant_keys};

pub(super) static INSERT_SHARED_STORE: Statement = Statement::write(
    "INSERT INTO kms_store (tenant, id, seal, root_check, created_at, sealed_at, rooted_at, environment)
     VALUES (:cell, :id, 'quorum', :root_check, :now, :now, :now, :environment)",
);
pub(super) static OPENED: Statement = Statement::write(
    "UPDATE kms_store SET opened_at = :now WHERE tenant = :cell AND opened_at IS NULL",
);
pub(super) static FORGET_STORE: Statement =
    Statement::write("DELETE FROM kms_store WHERE tenant = :cell AND opened_at IS NULL")
        .exactly_one();
pub(super) static FORGET_BARRIERS: Statement =
    Statement::write("DELETE FROM kms_barrier WHERE tenant = :cell");
pub(super) static FORGET_CELL: Statement =
    Statement::write("DELETE FROM kms_tenant WHERE tenant = :cell");
pub(super) static FORGET_CELL_KEYS: Statement =
    Statement::write("DELETE FROM kms_tenant_key WHERE tenant = :cell");
pub(super) static FORGET_ALL_SHARES: Statement =
    Statement::write("DELETE FROM kms_share WHERE tenant = :cell");
pub(super) static FORGET_SHARE_SETS: Statement =
    Statement::write("DELETE FROM kms_share_set WHERE tenant = :cell");

/// A new store, sealed, whose root key is in shares.
pub(crate) fn insert_shared_store(
    batch: &mut Batch,
    store: &NewStore<'_>,
    now: Timestamp,
) -> Result<()> {
    batch.execute(TenantId::NIL, &INSERT_SHARED_STORE, store.params(now))
}

/// The resources of a store that is made for the first time.
pub(crate) fn found_head(batch: &mut Batch) {
    batch.found(NewResource {
        key: HEAD,
        kind: "kms.store",
        data_key: KeyId::NIL,
    });
}

/// Removes a store that was never opened, unless that changed since `version` was read.
pub(crate) fn forget_store(batch: &mut Batch, version: i64) -> Result<()> {
    guard_store(batch, version);
    batch.raise(tenant_keys(TenantId::NIL));
    for statement in [
        &FORGET_STORE,
        &FORGET_BARRIERS,
        &FORGET_CELL,
        &FORGET_CELL_KEYS,
        &FORGET_ALL_SHARES,
        &FORGET_SHARE_SETS,
    ] {
        batch.execute(TenantId::NIL, statement, params! {})?;
    }
    Ok(())
}

/// Notes that the store is open: from now on somebody may rely on it.
pub(crate) fn note_opened(batch: &mut Batch, now: Timestamp) -> Result<()> {
    batch.execute(TenantId::NIL, &OPENED, params! { now: now })
}
