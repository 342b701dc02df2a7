//! Every SQL statement of the crate, and the rows they read.

mod barrier;
mod changes;
mod founding;
mod hierarchy;
mod shares;
mod turning;
mod unused;

use base::{Fault, Id, KeyId, Result, TenantId, Timestamp};
use db::{
    Batch, Database, Migration, MigrationSet, NewResource, ResourceKey, Row, Snapshot, Statement,
    params, plain,
};

use crate::port::{Destroyed, KeyCounts};

pub(crate) use barrier::*;
pub(crate) use changes::*;
pub(crate) use founding::*;
pub(crate) use hierarchy::*;
pub(crate) use shares::*;
use turning::named;
pub(crate) use turning::*;
pub(crate) use unused::*;

/// The tables of the key store. They stand in a database or schema of their own.
pub const MIGRATIONS: MigrationSet = MigrationSet {
    domain: "kms",
    migrations: &[
        Migration {
            name: "0001_hierarchy",
            sql: include_str!("../../migrations/0001_hierarchy.sql"),
        },
        Migration {
            name: "0002_quorum",
            sql: include_str!("../../migrations/0002_quorum.sql"),
        },
    ],
};

/// Every statement, for the sweep that has both databases parse them.
pub static STATEMENTS: &[&Statement] = &[
    &hierarchy::STORE,
    &hierarchy::INSERT_STORE,
    &barrier::BARRIERS,
    &barrier::INSERT_BARRIER,
    &barrier::ROOT_BARRIER,
    &barrier::COUNT_USES,
    &barrier::STALE_TENANT_KEYS,
    &barrier::REWRAP_TENANT_KEY,
    &barrier::RETIRE_BARRIERS,
    &barrier::CUT_CHAINS,
    &founding::INSERT_SHARED_STORE,
    &founding::OPENED,
    &founding::FORGET_STORE,
    &founding::FORGET_BARRIERS,
    &founding::FORGET_CELL,
    &founding::FORGET_CELL_KEYS,
    &founding::FORGET_ALL_SHARES,
    &founding::FORGET_SHARE_SETS,
    &shares::ASSIGN_SHARE,
    &shares::SET_ROOT,
    &shares::SHARE_SETS,
    &shares::INSERT_SHARE_SET,
    &shares::TURN_SHARE_SET,
    &shares::FORGET_SHARE_SET,
    &shares::SHARES,
    &shares::INSERT_SHARE,
    &shares::FORGET_SHARES,
    &shares::PROVE_SHARE,
    &hierarchy::NAME_ENVIRONMENT,
    &hierarchy::LIFT_HEAD,
    &hierarchy::SEAL,
    &hierarchy::UNSEAL,
    &COUNT_TENANTS,
    &COUNT_KEYS,
    &changes::CHANGES,
    &changes::INSERT_CHANGE,
    &changes::FORGET_CHANGES,
    &TENANT,
    &INSERT_TENANT,
    &INSERT_TENANT_KEY,
    &DESTROY_TENANT,
    &DELETE_TENANT_KEYS,
    &DELETE_INDEX_KEYS,
    &KEYS_FROM,
    &DELETE_KEYS_TO,
    &INSERT_KEY,
    &UNWRAP,
    &KEY_STATE,
    &DESTROY_KEY,
    &unused::UNUSED,
    &unused::MARK_USED,
    &unused::DISCARD,
    &INDEX_KEY,
    &INSERT_INDEX_KEY,
    &turning::TENANT_KEYS,
    &turning::TENANT_KEY_OF,
    &turning::STALE_KEYS,
    &turning::REWRAP_KEY,
    &turning::STALE_INDEX_KEYS,
    &turning::REWRAP_INDEX_KEY,
    &turning::RETIRE_TENANT_KEYS,
];

/// The version that resource keys and index keys have while they have one.
pub(crate) const FIRST_VERSION: u32 = 1;

/// How many changes are kept; who asks for older ones forgets everything.
pub(crate) const CHANGES_MAX: u32 = 1_000;

/// The resource whose changes are the epochs, and whose version guards the seal.
const HEAD: ResourceKey = ResourceKey {
    tenant: TenantId::NIL,
    id: *b"kms.store\0\0\0\0\0\0\0",
};

/// The resource by which a tenant's destruction stops reserves that are under way.
const fn tenant_keys(tenant: TenantId) -> ResourceKey {
    ResourceKey {
        tenant,
        id: *b"kms.tenant\0\0\0\0\0\0",
    }
}

// What concerns all tenants says so by comparing with the cell, whose nil id is the smallest of all.
static COUNT_TENANTS: Statement = Statement::read(
    "SELECT count(*) AS tenants FROM kms_tenant WHERE tenant >= :cell AND destroyed_at IS NULL",
);
static COUNT_KEYS: Statement = Statement::read(
    "SELECT state, count(*) AS keys FROM kms_key WHERE tenant >= :cell GROUP BY state",
);
static TENANT: Statement = Statement::read(
    "SELECT s.sealed_at, t.destroyed_at, r.version AS guard, k.version, k.wrap
     FROM kms_store s
     LEFT JOIN kms_tenant t ON t.tenant = :tenant
     LEFT JOIN db_resource r ON r.tenant = t.tenant AND r.id = :keys
     LEFT JOIN kms_tenant_key k ON k.tenant = t.tenant
     WHERE s.tenant = :cell ORDER BY k.version",
);
static INSERT_TENANT: Statement = Statement::write(
    "INSERT INTO kms_tenant (tenant, created_at, destroyed_at) VALUES (:tenant, :now, NULL)",
);
static INSERT_TENANT_KEY: Statement = Statement::write(
    "INSERT INTO kms_tenant_key (tenant, version, wrap, created_at) VALUES (:tenant, :version, :wrap, :now)",
);
static DESTROY_TENANT: Statement = Statement::write(
    "UPDATE kms_tenant SET destroyed_at = :now WHERE tenant = :tenant AND destroyed_at IS NULL",
)
.exactly_one();
static DELETE_TENANT_KEYS: Statement =
    Statement::write("DELETE FROM kms_tenant_key WHERE tenant = :tenant");
static DELETE_INDEX_KEYS: Statement =
    Statement::write("DELETE FROM kms_index_key WHERE tenant = :tenant");
static KEYS_FROM: Statement =
    Statement::read("SELECT id FROM kms_key WHERE tenant = :tenant ORDER BY id LIMIT :limit");
static DELETE_KEYS_TO: Statement =
    Statement::write("DELETE FROM kms_key WHERE tenant = :tenant AND id <= :last");
static INSERT_KEY: Statement = Statement::append(
    "INSERT INTO kms_key (tenant, id, version, state, wrap, reserved_at) VALUES (:tenant, :id, :version, 'reserved', :wrap, :now)",
);
// The ids come as one run of bytes, cut up here: neither database has an array that the other understands. The coalesce
// tells PostgreSQL that the parameter is bytes. Rows at position -1 are the tenant's keys.
static UNWRAP: Statement = Statement::read(
    "WITH RECURSIVE wanted (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM wanted WHERE n < :last)
     SELECT -1 AS position, s.sealed_at, t.version, t.wrap
     FROM kms_store s LEFT JOIN kms_tenant_key t ON t.tenant = :tenant
     WHERE s.tenant = :cell
     UNION ALL
     SELECT w.n, NULL, k.version, k.wrap
     FROM kms_store s CROSS JOIN wanted w CROSS JOIN kms_key k
     WHERE s.tenant = :cell AND k.tenant = :tenant AND k.version = :version AND k.wrap IS NOT NULL
       AND k.id = substr(coalesce(:ids, s.tenant), w.n * 16 + 1, 16)",
);
static KEY_STATE: Statement = Statement::read(
    "SELECT state FROM kms_key WHERE tenant = :tenant AND id = :id AND version = :version",
);
static DESTROY_KEY: Statement = Statement::write(
    "UPDATE kms_key SET state = 'destroyed', wrap = NULL, destroyed_at = :now
     WHERE tenant = :tenant AND id = :id AND state <> 'destroyed'",
)
.exactly_one();
static INDEX_KEY: Statement = Statement::read(
    "SELECT version, wrap FROM kms_index_key
     WHERE tenant = :tenant AND label = :label ORDER BY version DESC",
);
static INSERT_INDEX_KEY: Statement = Statement::write(
    "INSERT INTO kms_index_key (tenant, label, version, wrap, created_at)
     VALUES (:tenant, :label, :version, :wrap, :now)",
);

/// A wrapped key and its own version.
pub(crate) struct WrapRow {
    pub(crate) version: u32,
    pub(crate) wrap: Vec<u8>,
}

impl WrapRow {
    fn read(row: &mut Row) -> Result<Self> {
        Ok(Self {
            version: version(row.take("version")?)?,
            wrap: row.take("wrap")?,
        })
    }
}

pub(crate) async fn counts(snapshot: &mut Snapshot) -> Result<KeyCounts> {
    let mut counts = KeyCounts::default();
    if let Some(mut row) = snapshot
        .row(TenantId::NIL, &COUNT_TENANTS, params! {})
        .await?
    {
        counts.tenants = row.take("tenants")?;
    }
    for mut row in snapshot
        .rows(TenantId::NIL, &COUNT_KEYS, params! {})
        .await?
    {
        let keys = row.take("keys")?;
        match row.take::<String>("state")?.as_str() {
            "reserved" => counts.reserved = keys,
            "used" => counts.used = keys,
            "destroyed" => counts.destroyed = keys,
            _ => return Err(Fault::new("a key has a state that is not known").into()),
        }
    }
    Ok(counts)
}

/// What the store says of one tenant.
pub(crate) struct TenantRow {
    pub(crate) is_sealed: bool,
    pub(crate) state: TenantState,
}

pub(crate) enum TenantState {
    Absent,
    Destroyed,
    /// The keys are ordered by version, the newest last.
    Live {
        guard: i64,
        keys: Vec<WrapRow>,
    },
}

/// `None` when the store holds no hierarchy.
pub(crate) async fn find_tenant(
    snapshot: &mut Snapshot,
    tenant: TenantId,
) -> Result<Option<TenantRow>> {
    let keys: KeyId = Id::from_bytes(tenant_keys(tenant).id);
    let mut rows = snapshot
        .rows(tenant, &TENANT, params! { keys: keys })
        .await?
        .into_iter();
    let Some(mut first) = rows.next() else {
        return Ok(None);
    };
    let is_sealed = first.take::<Option<i64>>("sealed_at")?.is_some();
    let guard: Option<i64> = first.take("guard")?;
    let is_destroyed = first.take::<Option<i64>>("destroyed_at")?.is_some();
    let state = match guard {
        None => TenantState::Absent,
        Some(_) if is_destroyed => TenantState::Destroyed,
        Some(guard) => {
            let mut keys = vec![WrapRow::read(&mut first)?];
            for mut row in rows {
                keys.push(WrapRow::read(&mut row)?);
            }
            TenantState::Live { guard, keys }
        }
    };
    Ok(Some(TenantRow { is_sealed, state }))
}

/// The resource that guards a new tenant's keys.
pub(crate) fn found_tenant_keys(batch: &mut Batch, tenant: TenantId) {
    batch.found(NewResource {
        key: tenant_keys(tenant),
        kind: "kms.tenant",
        data_key: KeyId::NIL,
    });
}

pub(crate) fn insert_tenant(
    batch: &mut Batch,
    tenant: TenantId,
    key: WrapRow,
    now: Timestamp,
) -> Result<()> {
    move_head(batch);
    batch.execute(tenant, &INSERT_TENANT, params! { now: now })?;
    batch.execute(tenant, &INSERT_TENANT_KEY, wrap_params(key, now))
}

/// Whatever relied on the tenant's keys conflicts from here on.
pub(crate) fn destroy_tenant(batch: &mut Batch, tenant: TenantId, now: Timestamp) -> Result<()> {
    batch.raise(tenant_keys(tenant));
    batch.execute(tenant, &DESTROY_TENANT, params! { now: now })?;
    batch.execute(tenant, &DELETE_TENANT_KEYS, params! {})?;
    batch.execute(tenant, &DELETE_INDEX_KEYS, params! {})?;
    move_head(batch);
    insert_change(batch, Some(Destroyed::Tenant(tenant)), now)
}

/// The last of the tenant's first `limit` keys.
pub(crate) async fn last_key_of_page(
    snapshot: &mut Snapshot,
    tenant: TenantId,
    limit: u32,
) -> Result<Option<KeyId>> {
    let rows = snapshot
        .rows(tenant, &KEYS_FROM, params! { limit: limit })
        .await?;
    rows.into_iter()
        .next_back()
        .map(|mut row| row.take("id"))
        .transpose()
}

pub(crate) fn delete_keys_to(batch: &mut Batch, tenant: TenantId, last: KeyId) -> Result<()> {
    batch.execute(tenant, &DELETE_KEYS_TO, params! { last: last })
}

/// Makes the batch fail once the tenant is destroyed.
pub(crate) fn guard_tenant(batch: &mut Batch, tenant: TenantId, guard: i64) {
    batch.guard(tenant_keys(tenant), guard);
}

pub(crate) fn insert_key(
    batch: &mut Batch,
    tenant: TenantId,
    id: KeyId,
    wrap: Vec<u8>,
    now: Timestamp,
) -> Result<()> {
    let row = params! { id: id, version: FIRST_VERSION, wrap: db::Plain::bytes(wrap), now: now };
    batch.execute(tenant, &INSERT_KEY, row)
}

/// What one reading for an unwrap found.
pub(crate) struct Wrapped {
    pub(crate) is_sealed: bool,
    pub(crate) tenant_keys: Vec<WrapRow>,
    /// With the position in the list asked for.
    pub(crate) keys: Vec<(usize, WrapRow)>,
}

/// `None` when the store holds no hierarchy. `ids` must not be empty.
pub(crate) async fn find_wrapped(
    snapshot: &mut Snapshot,
    tenant: TenantId,
    ids: &[KeyId],
) -> Result<Option<Wrapped>> {
    let last = i64::try_from(ids.len()).unwrap_or(i64::MAX) - 1;
    let ids: Vec<u8> = ids.iter().flat_map(|id| id.to_bytes()).collect();
    let wanted = params! { last: last, ids: db::Plain::bytes(ids), version: FIRST_VERSION };
    let mut found = None;
    for mut row in snapshot.rows(tenant, &UNWRAP, wanted).await? {
        let wrapped = found.get_or_insert_with(|| Wrapped {
            is_sealed: false,
            tenant_keys: Vec::new(),
            keys: Vec::new(),
        });
        match usize::try_from(row.take::<i64>("position")?) {
            Ok(position) => wrapped.keys.push((position, WrapRow::read(&mut row)?)),
            Err(_) => {
                wrapped.is_sealed |= row.take::<Option<i64>>("sealed_at")?.is_some();
                let own: Option<i64> = row.take("version")?;
                if let Some(own) = own {
                    wrapped.tenant_keys.push(WrapRow {
                        version: version(own)?,
                        wrap: row.take("wrap")?,
                    });
                }
            }
        }
    }
    Ok(found)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyState {
    Absent,
    Destroyed,
    Live,
}

pub(crate) async fn key_state(
    snapshot: &mut Snapshot,
    tenant: TenantId,
    id: KeyId,
) -> Result<KeyState> {
    let row = snapshot
        .row(
            tenant,
            &KEY_STATE,
            params! { id: id, version: FIRST_VERSION },
        )
        .await?;
    let state: Option<String> = row.map(|mut row| row.take("state")).transpose()?;
    Ok(match state.as_deref() {
        None => KeyState::Absent,
        Some("destroyed") => KeyState::Destroyed,
        Some(_) => KeyState::Live,
    })
}

pub(crate) fn destroy_key(
    batch: &mut Batch,
    tenant: TenantId,
    id: KeyId,
    now: Timestamp,
) -> Result<()> {
    batch.execute(tenant, &DESTROY_KEY, params! { id: id, now: now })?;
    move_head(batch);
    insert_change(batch, Some(Destroyed::Key(tenant, id)), now)
}

/// Newest first.
pub(crate) async fn index_keys(
    snapshot: &mut Snapshot,
    tenant: TenantId,
    label: &str,
) -> Result<Vec<WrapRow>> {
    let rows = snapshot
        .rows(tenant, &INDEX_KEY, params! { label: plain(label) })
        .await?;
    rows.into_iter()
        .map(|mut row| WrapRow::read(&mut row))
        .collect()
}

pub(crate) fn insert_index_key(
    batch: &mut Batch,
    tenant: TenantId,
    label: &str,
    key: WrapRow,
    now: Timestamp,
) -> Result<()> {
    let mut row = wrap_params(key, now);
    row.extend(params! { label: plain(label) });
    batch.execute(tenant, &INSERT_INDEX_KEY, row)
}

fn wrap_params(row: WrapRow, now: Timestamp) -> db::Params {
    params! { version: row.version, wrap: db::Plain::bytes(row.wrap), now: now }
}

fn version(stored: i64) -> Result<u32> {
    u32::try_from(stored).map_err(|_| Fault::new("a stored key version is out of range").into())
}

/// Opens the store's tables in `database`.
///
/// # Errors
/// As [`Database::migrate`].
pub(crate) async fn migrate(database: &Database) -> Result<()> {
    database.migrate(&[db::OWN_MIGRATIONS, MIGRATIONS]).await
}
