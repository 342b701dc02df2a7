//! Tenant keys that newer ones follow, and what they still wrap.

use base::{KeyId, Result, TenantId, Timestamp};
use db::{Batch, Row, Snapshot, Statement, params, plain};

use super::{
    INSERT_TENANT_KEY, WrapRow, guard_tenant, move_head, tenant_keys, version, wrap_params,
};

pub(super) static TENANT_KEYS: Statement = Statement::read(
    "SELECT k.tenant, MAX(k.version) AS version, MAX(k.created_at) AS made_at, count(*) AS versions
     FROM kms_tenant_key k WHERE k.tenant >= :cell AND k.tenant > :after
     GROUP BY k.tenant ORDER BY k.tenant LIMIT :limit",
);
pub(super) static TENANT_KEY_OF: Statement = Statement::read(
    "SELECT k.tenant, MAX(k.version) AS version, MAX(k.created_at) AS made_at, count(*) AS versions
     FROM kms_tenant_key k WHERE k.tenant = :tenant GROUP BY k.tenant",
);
// A wrap names the version of the key around it in its second to fifth byte.
pub(super) static STALE_KEYS: Statement = Statement::read(
    "SELECT id, version, wrap FROM kms_key
     WHERE tenant = :tenant AND id > :after AND wrap IS NOT NULL AND substr(wrap, 2, 4) <> :newest
     ORDER BY id LIMIT :limit",
);
// Only what is still as it was read: what another node wrapped anew meanwhile stays.
pub(super) static REWRAP_KEY: Statement = Statement::write(
    "UPDATE kms_key SET wrap = :wrap
     WHERE tenant = :tenant AND id = :id AND version = :version AND wrap = :before",
);
pub(super) static STALE_INDEX_KEYS: Statement = Statement::read(
    "SELECT label, version, wrap FROM kms_index_key
     WHERE tenant = :tenant AND substr(wrap, 2, 4) <> :newest ORDER BY label, version LIMIT :limit",
);
pub(super) static REWRAP_INDEX_KEY: Statement = Statement::write(
    "UPDATE kms_index_key SET wrap = :wrap
     WHERE tenant = :tenant AND label = :label AND version = :version AND wrap = :before",
);
pub(super) static RETIRE_TENANT_KEYS: Statement =
    Statement::write("DELETE FROM kms_tenant_key WHERE tenant = :tenant AND version < :newest");

/// The newest key of a tenant, and how many versions it has.
pub(crate) struct TenantKeyRow {
    pub(crate) tenant: TenantId,
    pub(crate) version: u32,
    pub(crate) made_at: Timestamp,
    pub(crate) versions: i64,
}

/// Tenants that have keys, by id after one of them; the cell's own key comes first.
pub(crate) async fn list_tenant_keys(
    snapshot: &mut Snapshot,
    after: Option<TenantId>,
    limit: u32,
) -> Result<Vec<TenantKeyRow>> {
    // Nothing is smaller than the cell's nil id: no bytes at all come before it.
    let after = db::Plain::bytes(after.map_or_else(Vec::new, |after| after.to_bytes().to_vec()));
    let window = params! { after: after, limit: limit };
    let rows = snapshot.rows(TenantId::NIL, &TENANT_KEYS, window).await?;
    rows.into_iter().map(TenantKeyRow::read).collect()
}

/// That of one tenant.
pub(crate) async fn find_tenant_key(
    snapshot: &mut Snapshot,
    tenant: TenantId,
) -> Result<Option<TenantKeyRow>> {
    let row = snapshot.row(tenant, &TENANT_KEY_OF, params! {}).await?;
    row.map(TenantKeyRow::read).transpose()
}

impl TenantKeyRow {
    fn read(mut row: Row) -> Result<Self> {
        Ok(Self {
            tenant: row.take("tenant")?,
            version: version(row.take("version")?)?,
            made_at: row.take("made_at")?,
            versions: row.take("versions")?,
        })
    }
}

/// Gives a tenant a newer key. What relied on the older one conflicts from here on.
pub(crate) fn add_tenant_key(
    batch: &mut Batch,
    (tenant, guard): (TenantId, i64),
    key: WrapRow,
    now: Timestamp,
) -> Result<()> {
    guard_tenant(batch, tenant, guard);
    batch.raise(tenant_keys(tenant));
    move_head(batch);
    batch.execute(tenant, &INSERT_TENANT_KEY, wrap_params(key, now))
}

/// Removes the tenant's keys before the newest, as long as nothing relied on them meanwhile.
pub(crate) fn retire_tenant_keys(
    batch: &mut Batch,
    (tenant, guard): (TenantId, i64),
    newest: u32,
) -> Result<()> {
    guard_tenant(batch, tenant, guard);
    batch.raise(tenant_keys(tenant));
    move_head(batch);
    batch.execute(tenant, &RETIRE_TENANT_KEYS, params! { newest: newest })
}

/// A resource key that is wrapped by an older key of its tenant.
pub(crate) struct StaleKey {
    pub(crate) id: KeyId,
    pub(crate) row: WrapRow,
}

pub(crate) async fn stale_keys(
    snapshot: &mut Snapshot,
    tenant: TenantId,
    (newest, after, limit): (u32, KeyId, u32),
) -> Result<Vec<StaleKey>> {
    let window = params! { newest: named(newest), after: after, limit: limit };
    let rows = snapshot.rows(tenant, &STALE_KEYS, window).await?;
    rows.into_iter()
        .map(|mut row| {
            Ok(StaleKey {
                id: row.take("id")?,
                row: WrapRow::read(&mut row)?,
            })
        })
        .collect()
}

pub(crate) fn rewrap_key(
    batch: &mut Batch,
    tenant: TenantId,
    stale: StaleKey,
    wrap: Vec<u8>,
) -> Result<()> {
    let row = params! {
        id: stale.id, version: stale.row.version, before: db::Plain::bytes(stale.row.wrap),
        wrap: db::Plain::bytes(wrap),
    };
    batch.execute(tenant, &REWRAP_KEY, row)
}

/// A key of keyed hashes that is wrapped by an older key of its tenant.
pub(crate) struct StaleIndexKey {
    pub(crate) label: String,
    pub(crate) row: WrapRow,
}

pub(crate) async fn stale_index_keys(
    snapshot: &mut Snapshot,
    tenant: TenantId,
    (newest, limit): (u32, u32),
) -> Result<Vec<StaleIndexKey>> {
    let window = params! { newest: named(newest), limit: limit };
    let rows = snapshot.rows(tenant, &STALE_INDEX_KEYS, window).await?;
    rows.into_iter()
        .map(|mut row| {
            Ok(StaleIndexKey {
                label: row.take("label")?,
                row: WrapRow::read(&mut row)?,
            })
        })
        .collect()
}

pub(crate) fn rewrap_index_key(
    batch: &mut Batch,
    tenant: TenantId,
    stale: StaleIndexKey,
    wrap: Vec<u8>,
) -> Result<()> {
    let row = params! {
        label: plain(&stale.label), version: stale.row.version,
        before: db::Plain::bytes(stale.row.wrap), wrap: db::Plain::bytes(wrap),
    };
    batch.execute(tenant, &REWRAP_INDEX_KEY, row)
}

/// A version as wraps name it.
pub(super) fn named(version: u32) -> db::Plain {
    db::Plain::bytes(version.to_be_bytes())
}
