//! How much an organisation keeps in files, and how much its administrators let it.

use act::{Act, Permit, Resource, Statement, params};
use base::Result;

use super::files::{size, take_size};
use crate::model::Storage;

static STORAGE: Statement = Statement::read(
    "SELECT used_bytes, allowed_bytes FROM messenger_storage WHERE tenant = :tenant",
);

/// Counts bytes before they come; who finds no room runs again, and is told so.
static TAKE_STORAGE: Statement = Statement::write(
    "INSERT INTO messenger_storage (tenant, used_bytes, allowed_bytes) VALUES (:tenant, :size_bytes, NULL)
     ON CONFLICT (tenant) DO UPDATE SET used_bytes = messenger_storage.used_bytes + excluded.used_bytes
     WHERE messenger_storage.used_bytes + excluded.used_bytes <= :allowed",
)
.exactly_one();

static ALLOW_STORAGE: Statement = Statement::write(
    "INSERT INTO messenger_storage (tenant, used_bytes, allowed_bytes) VALUES (:tenant, 0, :allowed_bytes)
     ON CONFLICT (tenant) DO UPDATE SET allowed_bytes = excluded.allowed_bytes",
);

pub(super) const STATEMENTS: &[&Statement] = &[&STORAGE, &TAKE_STORAGE, &ALLOW_STORAGE];

/// How much the organisation keeps.
pub(crate) async fn storage(act: &mut Act) -> Result<Storage> {
    let Some(mut row) = act.row(&STORAGE, params! {}).await? else {
        return Ok(Storage::default());
    };
    let allowed: Option<i64> = row.take("allowed_bytes")?;
    Ok(Storage {
        used_bytes: take_size(&mut row, "used_bytes")?,
        allowed_bytes: allowed.and_then(|allowed| u64::try_from(allowed).ok()),
    })
}

/// Counts bytes that are about to come, as long as they find room.
pub(crate) fn take_storage<R: Resource>(
    act: &mut Act,
    permit: &Permit<R>,
    size_bytes: u64,
    allowed: Option<u64>,
) -> Result<()> {
    let allowed = allowed.and_then(|allowed| i64::try_from(allowed).ok());
    let params = params! { size_bytes: size(size_bytes)?, allowed: allowed.unwrap_or(i64::MAX) };
    act.execute(permit, &TAKE_STORAGE, params)
}

pub(crate) fn allow_storage<R: Resource>(
    act: &mut Act,
    permit: &Permit<R>,
    allowed: Option<u64>,
) -> Result<()> {
    let allowed = allowed.map(size).transpose()?;
    act.execute(permit, &ALLOW_STORAGE, params! { allowed_bytes: allowed })
}
