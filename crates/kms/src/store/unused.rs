//! Keys that were reserved and that nothing is known to use.

use base::{KeyId, Result, TenantId, Timestamp};
use db::{Batch, Snapshot, Statement, params};

use crate::port::UnusedKey;

// The coalesce keeps SQLite from walking the primary key where the index of reserved keys is meant.
pub(super) static UNUSED: Statement = Statement::read(
    "SELECT tenant, id, reserved_at FROM kms_key
     WHERE state = 'reserved' AND reserved_at <= :before AND coalesce(tenant, :cell) >= :cell
     ORDER BY reserved_at LIMIT :limit",
);
pub(super) static MARK_USED: Statement = Statement::write(
    "UPDATE kms_key SET state = 'used', used_at = :now
     WHERE tenant = :tenant AND id = :id AND state = 'reserved'",
);
pub(super) static DISCARD: Statement = Statement::write(
    "DELETE FROM kms_key
     WHERE tenant = :tenant AND id = :id AND state = 'reserved' AND reserved_at <= :before",
);

pub(crate) async fn list_unused(
    snapshot: &mut Snapshot,
    before: Timestamp,
    limit: u32,
) -> Result<Vec<UnusedKey>> {
    let window = params! { before: before, limit: limit };
    let rows = snapshot.rows(TenantId::NIL, &UNUSED, window).await?;
    rows.into_iter()
        .map(|mut row| {
            Ok(UnusedKey {
                tenant: row.take("tenant")?,
                id: row.take("id")?,
                reserved_at: row.take("reserved_at")?,
            })
        })
        .collect()
}

pub(crate) fn mark_used(
    batch: &mut Batch,
    tenant: TenantId,
    id: KeyId,
    now: Timestamp,
) -> Result<()> {
    batch.execute(tenant, &MARK_USED, params! { id: id, now: now })
}

pub(crate) fn discard(
    batch: &mut Batch,
    tenant: TenantId,
    id: KeyId,
    before: Timestamp,
) -> Result<()> {
    batch.execute(tenant, &DISCARD, params! { id: id, before: before })
}
