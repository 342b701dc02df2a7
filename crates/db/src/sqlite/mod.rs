//! SQLite: WAL, readers inline on the calling thread, one writer thread with group commit.

mod reader;
mod writer;

use std::{
    fs::OpenOptions,
    io,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use base::{Context, Fault, Result};
use rusqlite::{
    Connection, ErrorCode, OpenFlags, ToSql,
    config::DbConfig,
    types::{ToSqlOutput, ValueRef},
};

pub(crate) use reader::SqliteSnapshot;

use crate::{
    Batch, CommitError, Committed, MigrationSet, Options, Statement, migrate, value::Value,
};
use reader::Readers;
use writer::Writer;

/// Prepared statements kept per connection.
const STATEMENTS_KEPT: usize = 512;
/// Page cache of a connection, in KiB (negative by SQLite's convention).
const READER_CACHE: i64 = -8_192;
const WRITER_CACHE: i64 = -65_536;

pub(crate) struct Sqlite {
    path: PathBuf,
    readers: Arc<Readers>,
    writer: Writer,
}

/// Makes an absent file for its owner alone; SQLite gives what lies beside it the same mode. One that is there stays as it is.
fn make_private(path: &Path) -> io::Result<()> {
    let made = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    match made {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

impl Sqlite {
    pub(crate) fn open(path: PathBuf, options: &Options) -> Result<Self> {
        let connection = Self::prepare(&path)?;
        Self::start(connection, path, options)
    }

    /// Like [`Sqlite::open`], on a disk that holds no more than so many pages.
    #[cfg(test)]
    pub(crate) fn open_small(path: PathBuf, pages_max: u32) -> Result<Self> {
        let connection = Self::prepare(&path)?;
        connection
            .pragma_update(None, "max_page_count", pages_max)
            .context("limiting the database")?;
        Self::start(connection, path, &Options::default())
    }

    fn prepare(path: &Path) -> Result<Connection> {
        if let Some(parent) = path
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty())
        {
            std::fs::create_dir_all(parent).context("creating the database's directory")?;
        }
        make_private(path).context("creating the database's file")?;
        let connection = connect(path, WRITER_CACHE)?;
        match set_wal(&connection).context("setting the journal mode")? {
            true => Ok(connection),
            false => {
                Err(Fault::new("the file system under the database does not allow WAL").into())
            }
        }
    }

    fn start(connection: Connection, path: PathBuf, options: &Options) -> Result<Self> {
        let writer = Writer::start(connection, path.clone(), options)?;
        let readers = Arc::new(Readers::new(path.clone(), options));
        Ok(Self {
            path,
            readers,
            writer,
        })
    }

    pub(crate) fn migrate(&self, sets: &[MigrationSet]) -> Result<()> {
        let mut connection = connect(&self.path, READER_CACHE)?;
        migrate::sqlite(&mut connection, sets)
    }

    pub(crate) async fn snapshot(&self) -> Result<SqliteSnapshot> {
        Readers::snapshot(&self.readers).await
    }

    pub(crate) async fn commit(&self, batch: Batch) -> Result<Committed, CommitError> {
        self.writer.commit(batch).await
    }

    pub(crate) fn waiting(&self) -> usize {
        self.writer.waiting()
    }

    pub(crate) async fn prepare_all(&self, statements: &[&'static Statement]) -> Result<()> {
        let connection = connect(&self.path, READER_CACHE)?;
        for statement in statements {
            connection
                .prepare(&statement.parsed().sqlite)
                .map_err(|error| {
                    Fault::new(format!("SQLite refuses «{}»: {error}", statement.text()))
                })?;
            statement.check_joined()?;
        }
        Ok(())
    }

    pub(crate) fn is_alive(&self) -> bool {
        self.writer.is_running()
    }

    pub(crate) async fn close(self) {
        self.writer.close().await;
    }
}

/// Gives a new database its log. Two that open one at once may both hold what the other waits for: SQLite answers that with
/// «busy» and never asks the busy handler, so waiting for the other is done here.
fn set_wal(connection: &Connection) -> rusqlite::Result<bool> {
    const TRIES: u32 = 400;
    const WAIT: Duration = Duration::from_millis(25);
    let mut tries = 0;
    loop {
        let mode: rusqlite::Result<String> =
            connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0));
        tries += 1;
        match mode {
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && tries < TRIES =>
            {
                std::thread::sleep(WAIT);
            }
            mode => return Ok(mode? == "wal"),
        }
    }
}

fn connect(path: &Path, cache: i64) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_PRIVATE_CACHE;
    let connection =
        Connection::open_with_flags(path, flags).context("opening the SQLite database")?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    // The bundled SQLite is built with STAT4, where binding other values plans a prepared statement anew each time. Plans here
    // must not depend on values anyway.
    connection
        .set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
        .context("fixing the plans of statements")?;
    connection
        .execute_batch(&format!(
            "PRAGMA busy_timeout = 10000; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
             PRAGMA temp_store = MEMORY; PRAGMA cache_size = {cache}; PRAGMA secure_delete = ON;
             PRAGMA trusted_schema = OFF; PRAGMA wal_autocheckpoint = 0;"
        ))
        .context("setting up the SQLite connection")?;
    Ok(connection)
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Null => ToSqlOutput::Borrowed(ValueRef::Null),
            Self::Int(int) => ToSqlOutput::Borrowed(ValueRef::Integer(*int)),
            Self::Bytes(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
            Self::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Self::Late(_) => {
                return Err(rusqlite::Error::ToSqlConversionFailure(
                    "a late number in a read".into(),
                ));
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use super::*;

    #[tokio::test]
    async fn a_new_database_is_for_its_owner_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("own.db");
        let sqlite = Sqlite::open(path, &Options::default()).unwrap();
        sqlite.migrate(&[crate::OWN_MIGRATIONS]).unwrap();
        let files = std::fs::read_dir(directory.path()).unwrap();
        let modes: Vec<_> = files
            .map(|file| file.unwrap())
            .map(|file| (file.file_name(), file.metadata().unwrap().mode() & 0o777))
            .collect();
        assert!(modes.iter().all(|(_, mode)| *mode == 0o600), "{modes:?}");
        assert!(modes.len() > 1, "what lies beside it too: {modes:?}");
        sqlite.close().await;
    }
}
