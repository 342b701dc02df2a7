//! The tenants of the cell, and who may make new ones.

use act::{Act, Cell, Permit, ResourceRef, Row, Sealed, Statement, params, plain};
use base::{Result, TenantId, Timestamp};

use super::take_name;
use crate::model::{DIRECTORY, Directory, SignUp, State, Tenant, TenantKind};

pub(super) static TENANT: Statement = Statement::read(
    "SELECT t.id, t.kind, t.state, t.name_sealed, r.version, r.key_id
     FROM identity_tenant t JOIN db_resource r ON r.tenant = t.id AND r.id = t.id
     WHERE t.tenant = :cell AND t.id = :id",
);

pub(super) static INSERT_TENANT: Statement = Statement::write(
    "INSERT INTO identity_tenant (tenant, id, kind, state, name_sealed, locale, zone, created_at)
     VALUES (:cell, :id, :kind, 'active', :name_sealed, :locale, :zone, :at)",
);

pub(super) static UPDATE_TENANT_STATE: Statement =
    Statement::write("UPDATE identity_tenant SET state = :state WHERE tenant = :cell AND id = :id")
        .exactly_one();

/// Counts only: the operator opens nothing.
pub(super) static LIST_TENANTS: Statement = Statement::read(
    "SELECT t.id, t.kind, t.state, t.created_at,
            (SELECT count(*) FROM identity_account a WHERE a.tenant = t.id AND a.state = 'active') AS accounts_active,
            (SELECT count(*) FROM identity_account a WHERE a.tenant = t.id) AS accounts
     FROM identity_tenant t
     WHERE t.tenant = :cell AND t.id > :after ORDER BY t.id LIMIT :limit",
);

pub(super) static SIGN_UP: Statement =
    Statement::read("SELECT sign_up FROM identity_setting WHERE tenant = :cell");

pub(super) static UPSERT_SIGN_UP: Statement = Statement::write(
    "INSERT INTO identity_setting (tenant, sign_up) VALUES (:cell, :sign_up)
     ON CONFLICT (tenant) DO UPDATE SET sign_up = excluded.sign_up",
);

/// Reads the columns that statements over tenants share.
pub(super) fn tenant_of(row: &mut Row, columns: Columns) -> Result<Tenant> {
    let id: TenantId = row.take(columns.id)?;
    Ok(Tenant {
        id,
        kind: take_name(row, columns.kind, TenantKind::from_name)?,
        state: take_name(row, columns.state, State::from_name)?,
        name: row.take(columns.name)?,
        directory: ResourceRef::take(DIRECTORY, id, id, row)?,
    })
}

/// What a tenant's columns are called in a statement.
#[derive(Clone, Copy)]
pub(super) struct Columns {
    pub(super) id: &'static str,
    pub(super) kind: &'static str,
    pub(super) state: &'static str,
    pub(super) name: &'static str,
}

const OWN: Columns = Columns {
    id: "id",
    kind: "kind",
    state: "state",
    name: "name_sealed",
};

pub(crate) async fn find_tenant(act: &mut Act, id: TenantId) -> Result<Option<Tenant>> {
    let row = act.row(&TENANT, params! { id: id }).await?;
    row.map(|mut row| tenant_of(&mut row, OWN)).transpose()
}

/// What a new tenant is made of beside its id.
pub(crate) struct NewTenant<'a> {
    pub(crate) kind: TenantKind,
    pub(crate) name: Sealed,
    pub(crate) locale: &'a str,
    pub(crate) zone: &'a str,
}

pub(crate) fn insert_tenant(
    act: &mut Act,
    permit: &Permit<Directory>,
    id: TenantId,
    new: NewTenant<'_>,
) -> Result<()> {
    let at = act.now();
    act.execute(
        permit,
        &INSERT_TENANT,
        params! {
            id: id, kind: plain(new.kind.name()), name_sealed: new.name, locale: plain(new.locale),
            zone: plain(new.zone), at: at,
        },
    )
}

pub(crate) fn update_tenant_state(
    act: &mut Act,
    permit: &Permit<Directory>,
    id: TenantId,
    state: State,
) -> Result<()> {
    act.execute(
        permit,
        &UPDATE_TENANT_STATE,
        params! { id: id, state: plain(state.name()) },
    )
}

/// A tenant as the operator sees it.
pub(crate) struct Counted {
    pub(crate) id: TenantId,
    pub(crate) kind: TenantKind,
    pub(crate) state: State,
    pub(crate) created_at: Timestamp,
    pub(crate) accounts: i64,
    pub(crate) accounts_active: i64,
}

pub(crate) async fn list_tenants(
    act: &mut Act,
    after: TenantId,
    limit: u32,
) -> Result<Vec<Counted>> {
    let rows = act
        .rows(&LIST_TENANTS, params! { after: after, limit: limit })
        .await?;
    let counted = |mut row: Row| {
        Ok(Counted {
            id: row.take("id")?,
            kind: take_name(&mut row, "kind", TenantKind::from_name)?,
            state: take_name(&mut row, "state", State::from_name)?,
            created_at: row.take("created_at")?,
            accounts: row.take("accounts")?,
            accounts_active: row.take("accounts_active")?,
        })
    };
    rows.into_iter().map(counted).collect()
}

/// Who may sign up; everybody, as long as the operator has not said otherwise.
pub(crate) async fn sign_up(act: &mut Act) -> Result<SignUp> {
    match act.row(&SIGN_UP, params! {}).await? {
        None => Ok(SignUp::Open),
        Some(mut row) => take_name(&mut row, "sign_up", SignUp::from_name),
    }
}

pub(crate) fn set_sign_up(act: &mut Act, permit: &Permit<Cell>, sign_up: SignUp) -> Result<()> {
    act.execute(
        permit,
        &UPSERT_SIGN_UP,
        params! { sign_up: plain(sign_up.name()) },
    )
}
