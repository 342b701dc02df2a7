//! The keys of entries: one for each tenant and month, so that a month can be shredded as a whole.

use std::{collections::HashMap, sync::Mutex};

use act::{Caller, FreshKey, Purpose, Vault};
use base::{Clock, Context, Entropy, Id, KeyId, Result, TenantId, Timestamp, kinds};
use cipher::{DataKey, Field, RecordContext};
use db::{Batch, CommitError, Database, NewResource, ResourceKey, params};

use crate::{MONTH, store};

/// How many months are remembered, of all tenants together.
const MONTHS_MAX: usize = 10_000;

/// The body of an entry, with its salt.
const BODY: Field = Field {
    label: 0x0401,
    name: "audit.entry.body",
};

/// A month of a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Month {
    year: u16,
    month: u8,
}

impl Month {
    pub(crate) fn of(at: Timestamp) -> Self {
        let (year, month, _) = at.date();
        Self {
            year: u16::try_from(year).unwrap_or(0),
            month: u8::try_from(month).unwrap_or(0),
        }
    }

    /// The resource that has the key. The first bytes are a time far from now, so that no generated id meets it.
    pub(crate) fn resource(self) -> [u8; 16] {
        let mut id = *b"audit.month.____";
        let [.., zero, high, low, month] = &mut id;
        *zero = 0;
        [*high, *low] = self.year.to_be_bytes();
        *month = self.month;
        id
    }
}

/// Where the body of an entry is sealed.
pub(crate) fn place(tenant: TenantId, month: Month, entry: base::EntryId) -> RecordContext {
    RecordContext {
        tenant,
        resource: month.resource(),
        field: BODY,
        row: entry.to_bytes(),
        row_version: 0,
    }
}

/// In whose name keys of months are used.
pub(crate) fn purpose(
    operation: &'static str,
    tenant: TenantId,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
) -> Purpose {
    Purpose {
        operation,
        caller: Caller::System {
            name: "audit",
            tenant,
        },
        request: Id::generate(clock.now(), entropy),
    }
}

/// The ids of the keys in use. Keys themselves are kept by the vault alone.
#[derive(Default)]
pub(crate) struct Months {
    known: Mutex<HashMap<(TenantId, Month), KeyId>>,
    /// One founds at a time; the others find.
    founding: tokio::sync::Mutex<()>,
}

impl Months {
    /// The key of a month, made and founded if this is its first entry.
    ///
    /// # Errors
    /// [`act::SEALED`]; a fault when the database or the key store fails.
    pub(crate) async fn key(
        &self,
        database: &Database,
        vault: &dyn Vault,
        purpose: Purpose,
        tenant: TenantId,
        month: Month,
    ) -> Result<std::sync::Arc<DataKey>> {
        let id = match self.remembered(tenant, month) {
            Some(id) => id,
            None => {
                self.find_or_found(database, vault, purpose, tenant, month)
                    .await?
            }
        };
        let keys = vault.keys(purpose, tenant, &[id]).await?;
        keys.into_iter()
            .next()
            .context("the key of a month was asked for")
    }

    fn remembered(&self, tenant: TenantId, month: Month) -> Option<KeyId> {
        self.known.lock().ok()?.get(&(tenant, month)).copied()
    }

    fn remember(&self, tenant: TenantId, month: Month, id: KeyId) {
        if let Ok(mut known) = self.known.lock() {
            if known.len() >= MONTHS_MAX {
                known.clear();
            }
            known.insert((tenant, month), id);
        }
    }

    async fn find_or_found(
        &self,
        database: &Database,
        vault: &dyn Vault,
        purpose: Purpose,
        tenant: TenantId,
        month: Month,
    ) -> Result<KeyId> {
        let _turn = self.founding.lock().await;
        if let Some(id) = self.remembered(tenant, month) {
            return Ok(id);
        }
        let id = match find(database, tenant, month).await? {
            Some(id) => id,
            None => found(database, vault, purpose, tenant, month).await?,
        };
        self.remember(tenant, month, id);
        Ok(id)
    }
}

/// The key of a month that has entries.
///
/// # Errors
/// A fault when the database fails.
pub(crate) async fn find(
    database: &Database,
    tenant: TenantId,
    month: Month,
) -> Result<Option<KeyId>> {
    let id: Id<kinds::Key> = Id::from_bytes(month.resource());
    let mut snapshot = database.snapshot().await?;
    let row = snapshot
        .row(tenant, &store::MONTH_KEY, params! { id: id })
        .await?;
    row.map(|mut row| row.take("key_id")).transpose()
}

/// The key is made first and the resource commits then, apart from the act: no act runs again because a month began.
async fn found(
    database: &Database,
    vault: &dyn Vault,
    purpose: Purpose,
    tenant: TenantId,
    month: Month,
) -> Result<KeyId> {
    let FreshKey { id, .. } = vault.fresh(purpose, tenant).await?;
    let mut batch = Batch::new();
    batch.found(NewResource {
        key: ResourceKey {
            tenant,
            id: month.resource(),
        },
        kind: MONTH.0,
        data_key: id,
    });
    match database.commit(batch).await {
        Ok(_) => Ok(id),
        Err(CommitError::Conflict) => find(database, tenant, month)
            .await?
            .context("another node founded the month, and it is not there"),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_month_has_a_resource_of_its_own() {
        let at = |text| Month::of(Timestamp::parse(text).unwrap()).resource();
        let november = at("2026-11-30T23:59:59.999999Z");
        assert_eq!(november, at("2026-11-01T00:00:00Z"));
        assert_ne!(november, at("2026-12-01T00:00:00Z"));
        assert_ne!(november, at("2027-11-01T00:00:00Z"));
    }
}
