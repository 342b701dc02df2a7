//! The pool of readers. A read runs inline on the calling thread: a hop costs more than the reads that stores do.

use std::{path::PathBuf, sync::Arc, sync::Mutex, time::Duration};

use base::{Context, Fault, Result};
use rusqlite::{Connection, types::ValueRef};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{READER_CACHE, connect};
use crate::{Options, Row, Statement, UNAVAILABLE, value::Value};

pub(crate) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
    places: Arc<Semaphore>,
    wait: Duration,
}

/// A read transaction on a borrowed connection.
pub(crate) struct SqliteSnapshot {
    /// Never contended: the lock only makes the snapshot shareable between threads.
    connection: Mutex<Option<Connection>>,
    has_begun: bool,
    readers: Arc<Readers>,
    _place: OwnedSemaphorePermit,
}

impl Readers {
    pub(crate) fn new(path: PathBuf, options: &Options) -> Self {
        let places = Arc::new(Semaphore::new(
            usize::try_from(options.readers_max).unwrap_or(1),
        ));
        Self {
            path,
            idle: Mutex::default(),
            places,
            wait: options.wait,
        }
    }

    pub(crate) async fn snapshot(readers: &Arc<Self>) -> Result<SqliteSnapshot> {
        let place = tokio::time::timeout(readers.wait, Arc::clone(&readers.places).acquire_owned())
            .await
            .map_err(|_| UNAVAILABLE)?
            .context("the readers are closed")?;
        let idle = readers.idle.lock().ok().and_then(|mut idle| idle.pop());
        let connection = match idle {
            Some(connection) => connection,
            None => {
                let connection = connect(&readers.path, READER_CACHE)?;
                connection
                    .execute_batch("PRAGMA query_only = ON")
                    .context("making the reader read-only")?;
                connection
            }
        };
        Ok(SqliteSnapshot {
            connection: Mutex::new(Some(connection)),
            has_begun: false,
            readers: Arc::clone(readers),
            _place: place,
        })
    }
}

impl SqliteSnapshot {
    pub(crate) fn rows(
        &mut self,
        statement: &'static Statement,
        values: &[Value],
    ) -> Result<Vec<Row>> {
        let held = self
            .connection
            .get_mut()
            .ok()
            .and_then(|held| held.as_ref());
        let connection = held.context("the snapshot has ended")?;
        if !self.has_begun {
            connection
                .prepare_cached("BEGIN")
                .and_then(|mut begin| begin.execute([]))
                .context("beginning to read")?;
            self.has_begun = true;
        }
        query(connection, statement, values).map_err(|error| {
            Fault::new(format!("reading by «{}»: {error}", statement.text())).into()
        })
    }
}

impl Drop for SqliteSnapshot {
    fn drop(&mut self) {
        let Some(connection) = self.connection.get_mut().ok().and_then(Option::take) else {
            return;
        };
        let has_ended = !self.has_begun
            || connection
                .prepare_cached("COMMIT")
                .and_then(|mut commit| commit.execute([]))
                .is_ok();
        if has_ended && let Ok(mut idle) = self.readers.idle.lock() {
            idle.push(connection);
        }
    }
}

fn query(
    connection: &Connection,
    statement: &'static Statement,
    values: &[Value],
) -> rusqlite::Result<Vec<Row>> {
    let mut prepared = connection.prepare_cached(&statement.parsed().sqlite)?;
    let columns = statement.columns(|| {
        let names = prepared.column_names().into_iter();
        names.map(str::to_owned).collect()
    });
    let mut found = prepared.query(rusqlite::params_from_iter(values))?;
    let mut rows = Vec::new();
    while let Some(row) = found.next()? {
        let mut values = Vec::with_capacity(columns.len());
        for index in 0..columns.len() {
            values.push(match row.get_ref(index)? {
                ValueRef::Null => Value::Null,
                ValueRef::Integer(int) => Value::Int(int),
                ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec()),
                ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
                ValueRef::Real(_) => return Err(rusqlite::Error::InvalidQuery),
            });
        }
        rows.push(Row {
            columns: Arc::clone(&columns),
            values,
        });
    }
    Ok(rows)
}
