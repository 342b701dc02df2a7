//! The store's own row: which hierarchy it holds, how its root key is held, whether it is sealed, and its head.

use base::{Fault, Id, Result, TenantId, Timestamp};
use db::{Batch, Series, Snapshot, Statement, params, plain};

use super::{HEAD, found_head, insert_change, version};
use crate::port::Seal;

pub(super) static STORE: Statement = Statement::read(
    "SELECT s.id, s.seal, s.root_version, s.root_check, s.sealed_at, s.opened_at, s.environment, s.head_base,
       s.head_base + r.items_last AS head, r.changes_last AS epoch, r.version,
       (SELECT MIN(b.version) FROM kms_barrier b WHERE b.tenant = s.tenant) AS oldest_barrier,
       (SELECT MAX(b.version) FROM kms_barrier b WHERE b.tenant = s.tenant) AS newest_barrier
     FROM kms_store s JOIN db_resource r ON r.tenant = s.tenant AND r.id = :head
     WHERE s.tenant = :cell",
);
pub(super) static INSERT_STORE: Statement = Statement::write(
    "INSERT INTO kms_store (tenant, id, seal, root_check, created_at, sealed_at, rooted_at, opened_at, environment)
     VALUES (:cell, :id, 'development', :root_check, :now, NULL, :now, :now, :environment)",
);
pub(super) static SEAL: Statement = Statement::write(
    "UPDATE kms_store SET sealed_at = :now WHERE tenant = :cell AND sealed_at IS NULL",
)
.exactly_one();
pub(super) static NAME_ENVIRONMENT: Statement = Statement::write(
    "UPDATE kms_store SET environment = :environment WHERE tenant = :cell AND environment IS NULL",
)
.exactly_one();
pub(super) static LIFT_HEAD: Statement =
    Statement::write("UPDATE kms_store SET head_base = :base WHERE tenant = :cell").exactly_one();
pub(super) static UNSEAL: Statement = Statement::write(
    "UPDATE kms_store SET sealed_at = NULL WHERE tenant = :cell AND sealed_at IS NOT NULL",
)
.exactly_one();

/// The store's own row.
pub(crate) struct StoreRow {
    pub(crate) hierarchy: [u8; 16],
    pub(crate) seal: Seal,
    pub(crate) root_version: u32,
    pub(crate) root_check: [u8; 32],
    pub(crate) is_sealed: bool,
    /// Whether it was ever opened with shares; one under the development seal is open from the beginning.
    pub(crate) was_opened: bool,
    pub(crate) oldest_barrier: u32,
    pub(crate) newest_barrier: u32,
    /// Where the store is told from its older copies: grows with each change that an older copy must not undo.
    pub(crate) head: i64,
    /// What is added to the count of those changes.
    pub(crate) head_base: i64,
    pub(crate) environment: Option<String>,
    pub(crate) epoch: i64,
    /// Guards what relies on the seal's state.
    pub(crate) version: i64,
}

pub(crate) async fn find_store(snapshot: &mut Snapshot) -> Result<Option<StoreRow>> {
    let head: Id<base::kinds::Key> = Id::from_bytes(HEAD.id);
    let row = snapshot
        .row(TenantId::NIL, &STORE, params! { head: head })
        .await?;
    row.map(|mut row| {
        Ok(StoreRow {
            hierarchy: row.take("id")?,
            seal: match row.take::<String>("seal")?.as_str() {
                "development" => Seal::Development,
                "quorum" => Seal::Quorum,
                _ => return Err(Fault::new("the store has a seal that is not known").into()),
            },
            root_version: version(row.take("root_version")?)?,
            root_check: row.take("root_check")?,
            is_sealed: row.take::<Option<i64>>("sealed_at")?.is_some(),
            was_opened: row.take::<Option<i64>>("opened_at")?.is_some(),
            oldest_barrier: version(row.take::<Option<i64>>("oldest_barrier")?.unwrap_or(0))?,
            newest_barrier: version(row.take::<Option<i64>>("newest_barrier")?.unwrap_or(0))?,
            head: row.take("head")?,
            head_base: row.take("head_base")?,
            environment: row.take("environment")?,
            epoch: row.take("epoch")?,
            version: row.take("version")?,
        })
    })
    .transpose()
}

/// What a new store begins with.
pub(crate) struct NewStore<'a> {
    pub(crate) hierarchy: [u8; 16],
    pub(crate) root_check: [u8; 32],
    pub(crate) environment: Option<&'a str>,
}

impl NewStore<'_> {
    pub(super) fn params(&self, now: Timestamp) -> db::Params {
        params! {
            id: db::Plain::bytes(self.hierarchy), root_check: db::Plain::bytes(self.root_check),
            environment: self.environment.map(plain), now: now,
        }
    }
}

/// A new store, open, under the development seal.
pub(crate) fn insert_store(batch: &mut Batch, store: &NewStore<'_>, now: Timestamp) -> Result<()> {
    found_head(batch);
    move_head(batch);
    batch.execute(TenantId::NIL, &INSERT_STORE, store.params(now))
}

/// Notes a change that an older copy of the store must not undo.
pub(crate) fn move_head(batch: &mut Batch) {
    batch.number(HEAD, Series::Items);
}

/// Has the head be past `known`, unless the store changed since `row` was read; answers the head.
///
/// # Errors
/// A fault when no number is left.
pub(crate) fn lift_head(batch: &mut Batch, row: &StoreRow, known: i64) -> Result<i64> {
    guard_store(batch, row.version);
    let next = row.head.max(known).checked_add(1);
    let next = next.ok_or_else(|| Fault::new("the head of the store has no number left"))?;
    // The commit itself counts as one.
    let base = row.head_base.saturating_add(next - 1 - row.head);
    batch.execute(TenantId::NIL, &LIFT_HEAD, params! { base: base })?;
    Ok(next)
}

/// Gives a store that has none the name of its environment.
pub(crate) fn name_environment(batch: &mut Batch, version: i64, name: &str) -> Result<()> {
    guard_store(batch, version);
    batch.execute(
        TenantId::NIL,
        &NAME_ENVIRONMENT,
        params! { environment: plain(name) },
    )
}

/// Makes the batch fail if the root, the seal or the shares change meanwhile.
pub(crate) fn guard_store(batch: &mut Batch, version: i64) {
    batch.guard(HEAD, version);
    batch.raise(HEAD);
    move_head(batch);
}

/// Seals or unseals, as long as nobody else did so since `version` was read. Either empties every cache.
pub(crate) fn update_seal(
    batch: &mut Batch,
    version: i64,
    to: SealMark,
    now: Timestamp,
) -> Result<()> {
    guard_store(batch, version);
    match to {
        SealMark::Sealed => batch.execute(TenantId::NIL, &SEAL, params! { now: now })?,
        SealMark::Unsealed => batch.execute(TenantId::NIL, &UNSEAL, params! {})?,
    }
    insert_change(batch, None, now)
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum SealMark {
    Sealed,
    Unsealed,
}
