//! The barrier keyring, and what its older keys still wrap.

use base::{Result, TenantId, Timestamp};
use db::{Batch, Snapshot, Statement, params};

use super::{WrapRow, guard_store, named};

pub(super) static BARRIERS: Statement = Statement::read(
    "SELECT version, wrap, chain, rooted, uses, created_at FROM kms_barrier WHERE tenant = :cell ORDER BY version",
);
pub(super) static INSERT_BARRIER: Statement = Statement::write(
    "INSERT INTO kms_barrier (tenant, version, wrap, chain, rooted, created_at)
     VALUES (:cell, :version, :wrap, :chain, :rooted, :now)",
);
pub(super) static ROOT_BARRIER: Statement = Statement::write(
    "UPDATE kms_barrier SET wrap = :wrap, rooted = 1 WHERE tenant = :cell AND version = :version",
)
.exactly_one();
pub(super) static COUNT_USES: Statement = Statement::write(
    "UPDATE kms_barrier SET uses = uses + :made WHERE tenant = :cell AND version = :version",
);
// A wrap names the version of the key around it in its second to fifth byte.
pub(super) static STALE_TENANT_KEYS: Statement = Statement::read(
    "SELECT tenant, version, wrap FROM kms_tenant_key
     WHERE tenant >= :cell AND substr(wrap, 2, 4) <> :newest ORDER BY tenant, version LIMIT :limit",
);
// Only what is still as it was read: what another node wrapped anew meanwhile stays.
pub(super) static REWRAP_TENANT_KEY: Statement = Statement::write(
    "UPDATE kms_tenant_key SET wrap = :wrap
     WHERE tenant = :tenant AND version = :version AND wrap = :before",
);
pub(super) static RETIRE_BARRIERS: Statement =
    Statement::write("DELETE FROM kms_barrier WHERE tenant = :cell AND version < :newest");
pub(super) static CUT_CHAINS: Statement =
    Statement::write("UPDATE kms_barrier SET chain = NULL WHERE tenant = :cell");

/// A barrier key as it stands.
pub(crate) struct BarrierRow {
    /// By the root key, once that was at hand.
    pub(crate) wrap: WrapRow,
    /// By the barrier key before.
    pub(crate) chain: Option<Vec<u8>>,
    pub(crate) is_rooted: bool,
    /// How many wraps were made with it.
    pub(crate) uses: i64,
    pub(crate) made_at: Timestamp,
}

impl BarrierRow {
    /// The first one.
    pub(crate) const fn rooted(wrap: WrapRow) -> Self {
        Self {
            wrap,
            chain: None,
            is_rooted: true,
            uses: 0,
            made_at: Timestamp::from_micros(0),
        }
    }
}

/// Oldest first.
pub(crate) async fn barriers(snapshot: &mut Snapshot) -> Result<Vec<BarrierRow>> {
    let rows = snapshot.rows(TenantId::NIL, &BARRIERS, params! {}).await?;
    rows.into_iter()
        .map(|mut row| {
            Ok(BarrierRow {
                wrap: WrapRow::read(&mut row)?,
                chain: row.take("chain")?,
                is_rooted: row.take::<i64>("rooted")? != 0,
                uses: row.take("uses")?,
                made_at: row.take("created_at")?,
            })
        })
        .collect()
}

pub(crate) fn insert_barrier(batch: &mut Batch, row: BarrierRow, now: Timestamp) -> Result<()> {
    let chain = row.chain.map(db::Plain::bytes);
    let row = params! {
        version: row.wrap.version, wrap: db::Plain::bytes(row.wrap.wrap), chain: chain,
        rooted: u32::from(row.is_rooted), now: now,
    };
    batch.execute(TenantId::NIL, &INSERT_BARRIER, row)
}

/// Has the root key wrap a barrier key.
pub(crate) fn root_barrier(batch: &mut Batch, barrier: WrapRow) -> Result<()> {
    let row = params! { version: barrier.version, wrap: db::Plain::bytes(barrier.wrap) };
    batch.execute(TenantId::NIL, &ROOT_BARRIER, row)
}

/// Makes the batch fail if the barrier turns meanwhile: what it wraps is wrapped by the newest key.
pub(crate) fn guard_barrier(batch: &mut Batch, version: i64) {
    batch.guard(super::HEAD, version);
}

/// Notes how many wraps a barrier key made. A batch with this touches [`super::HEAD`], so that no two wait for each other.
pub(crate) fn count_uses(batch: &mut Batch, barrier: u32, made: usize) -> Result<()> {
    let made = i64::try_from(made).unwrap_or(i64::MAX);
    let row = params! { version: barrier, made: made };
    batch.execute(TenantId::NIL, &COUNT_USES, row)
}

/// Tenant keys that an older barrier key wraps.
pub(crate) async fn stale_tenant_keys(
    snapshot: &mut Snapshot,
    newest: u32,
    limit: u32,
) -> Result<Vec<(TenantId, WrapRow)>> {
    let window = params! { newest: named(newest), limit: limit };
    let rows = snapshot
        .rows(TenantId::NIL, &STALE_TENANT_KEYS, window)
        .await?;
    rows.into_iter()
        .map(|mut row| Ok((row.take("tenant")?, WrapRow::read(&mut row)?)))
        .collect()
}

pub(crate) fn rewrap_tenant_key(
    batch: &mut Batch,
    tenant: TenantId,
    before: WrapRow,
    wrap: Vec<u8>,
) -> Result<()> {
    let row = params! {
        version: before.version, before: db::Plain::bytes(before.wrap), wrap: db::Plain::bytes(wrap),
    };
    batch.execute(tenant, &REWRAP_TENANT_KEY, row)
}

/// Removes the barrier keys before the newest, and their wraps of newer ones, unless the store changed since `version` was read.
pub(crate) fn retire_barriers(batch: &mut Batch, version: i64, newest: u32) -> Result<()> {
    guard_store(batch, version);
    batch.execute(TenantId::NIL, &RETIRE_BARRIERS, params! { newest: newest })?;
    batch.execute(TenantId::NIL, &CUT_CHAINS, params! {})
}
