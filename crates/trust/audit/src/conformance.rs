//! For tests of the whole house: the entries of the log, opened, and a recorder that can be given away before there is a log.

use std::{
    collections::{HashMap, hash_map},
    sync::{Arc, OnceLock},
};

use act::{Facts, Recorder};
use base::{Context, EntryId, Fault, Result, TenantId};
use cipher::{DataKey, open_record};
use db::{Batch, Statement, params};
use futures_util::future::BoxFuture;
use serde_json::Value;

use crate::{
    Log,
    log::SALT_BYTES,
    months::{self, Month},
};

static BODIES: Statement = Statement::read(
    "SELECT tenant, id, at, body_sealed FROM audit_entry WHERE tenant >= :cell ORDER BY id",
);

/// A house needs its recorder before its database is open, and a log needs the database.
#[derive(Default)]
pub struct Later(OnceLock<Arc<Log>>);

impl Later {
    /// From here on the log records.
    ///
    /// # Errors
    /// A fault when it was set before.
    pub fn set(&self, log: Arc<Log>) -> Result<()> {
        self.0
            .set(log)
            .map_err(|_| Fault::new("the log is set already").into())
    }

    fn log(&self) -> Result<&Log> {
        let log = self.0.get().context("the house is not built yet")?;
        Ok(log.as_ref())
    }
}

impl Recorder for Later {
    fn written<'a>(&'a self, facts: Facts<'a>, batch: &'a mut Batch) -> BoxFuture<'a, Result<()>> {
        match self.log() {
            Ok(log) => log.written(facts, batch),
            Err(error) => Box::pin(async { Err(error) }),
        }
    }

    fn read(&self, facts: &Facts<'_>) -> Result<()> {
        self.log()?.read(facts)
    }

    fn refused(&self, facts: &Facts<'_>) {
        if let Ok(log) = self.log() {
            log.refused(facts);
        }
    }
}

/// The bodies of the entries of one tenant, or of all, in the order of their making.
///
/// # Errors
/// A fault when one cannot be opened.
pub async fn bodies(log: &Log, only: Option<TenantId>) -> Result<Vec<Value>> {
    let mut snapshot = log.database.snapshot().await?;
    let rows = snapshot.rows(TenantId::NIL, &BODIES, params! {}).await?;
    drop(snapshot);
    let mut keys = HashMap::new();
    let mut bodies = Vec::new();
    for mut row in rows {
        let (tenant, id): (TenantId, EntryId) = (row.take("tenant")?, row.take("id")?);
        if only.is_some_and(|only| only != tenant) {
            continue;
        }
        let month = Month::of(row.take("at")?);
        let key: &Arc<DataKey> = match keys.entry((tenant, month)) {
            hash_map::Entry::Occupied(known) => known.into_mut(),
            hash_map::Entry::Vacant(new) => new.insert(key_of(log, tenant, month).await?),
        };
        let sealed: Vec<u8> = row.take("body_sealed")?;
        let content = open_record(key, &months::place(tenant, month, id), &sealed)
            .context("opening an entry")?;
        let json = content.expose().get(SALT_BYTES + 1..).unwrap_or_default();
        bodies.push(serde_json::from_slice(json).context("reading an entry")?);
    }
    Ok(bodies)
}

async fn key_of(log: &Log, tenant: TenantId, month: Month) -> Result<Arc<DataKey>> {
    let key = months::find(&log.database, tenant, month).await?;
    let key = key.context("an entry has the key of its month")?;
    let purpose = months::purpose("test", tenant, log.clock.as_ref(), log.entropy.as_ref());
    let keys = log.vault.keys(purpose, tenant, &[key]).await?;
    keys.into_iter()
        .next()
        .context("the key that was asked for")
}
