//! What caches must forget, in numbered changes.

use base::{KeyId, Result, TenantId, Timestamp};
use db::{Batch, Late, Series, Snapshot, Statement, params};

use super::{CHANGES_MAX, HEAD};
use crate::port::Destroyed;

pub(super) static CHANGES: Statement = Statement::read(
    "SELECT gone_tenant, gone_key FROM kms_change
     WHERE tenant = :cell AND epoch > :since ORDER BY epoch LIMIT :limit",
);
pub(super) static INSERT_CHANGE: Statement = Statement::write(
    "INSERT INTO kms_change (tenant, epoch, gone_tenant, gone_key, changed_at)
     VALUES (:cell, :epoch, :gone_tenant, :gone_key, :now)",
);
pub(super) static FORGET_CHANGES: Statement = Statement::write(
    "DELETE FROM kms_change WHERE tenant = :cell AND epoch <= CAST(:epoch AS BIGINT) - :kept",
);

/// One numbered change; `None` for a change of the seal.
pub(crate) async fn list_changes(
    snapshot: &mut Snapshot,
    since: i64,
) -> Result<Vec<Option<Destroyed>>> {
    let window = params! { since: since, limit: CHANGES_MAX };
    let rows = snapshot.rows(TenantId::NIL, &CHANGES, window).await?;
    rows.into_iter()
        .map(|mut row| {
            let tenant: Option<TenantId> = row.take("gone_tenant")?;
            let key: Option<KeyId> = row.take("gone_key")?;
            Ok(tenant.map(|tenant| match key {
                Some(key) => Destroyed::Key(tenant, key),
                None => Destroyed::Tenant(tenant),
            }))
        })
        .collect()
}

pub(super) fn insert_change(
    batch: &mut Batch,
    gone: Option<Destroyed>,
    now: Timestamp,
) -> Result<()> {
    let epoch: Late = batch.number(HEAD, Series::Changes);
    let (tenant, key) = match gone {
        None => (None, None),
        Some(Destroyed::Tenant(tenant)) => (Some(tenant), None),
        Some(Destroyed::Key(tenant, key)) => (Some(tenant), Some(key)),
    };
    let row = params! { epoch: epoch, gone_tenant: tenant, gone_key: key, now: now };
    batch.execute(TenantId::NIL, &INSERT_CHANGE, row)?;
    let old = params! { epoch: epoch, kept: CHANGES_MAX };
    batch.execute(TenantId::NIL, &FORGET_CHANGES, old)
}
