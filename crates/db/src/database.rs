//! The port itself: open, read on a snapshot, commit a batch.

use std::{path::PathBuf, time::Duration};

use base::{Error, Fault, Kind, Refusal, Result, TenantId};

use crate::{
    Batch, MigrationSet, Params, Row, Statement, postgres::Postgres, postgres::PostgresSnapshot,
    sqlite::Sqlite, sqlite::SqliteSnapshot,
};

/// The disk under the database is full: reading goes on, writing does not.
pub const DISK_FULL: Refusal =
    Refusal::new(Kind::Full, "db.disk_full", "The server's disk is full.");

/// The database does not answer, or the commit's outcome is not known.
pub const UNAVAILABLE: Refusal = Refusal::new(
    Kind::Unavailable,
    "db.unavailable",
    "The database does not answer. Try again in a moment.",
);

/// How a database is opened.
#[derive(Debug, Clone)]
pub struct Options {
    /// How many snapshots may be open at once; further readers wait.
    pub readers_max: u32,
    /// How many batches one transaction takes at most.
    pub group_max: usize,
    /// How many groups may be under way at once on PostgreSQL; SQLite has one writer.
    pub committers: usize,
    /// How long a caller waits for a reader, or for a place in the queue of batches, before [`UNAVAILABLE`].
    pub wait: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            readers_max: 16,
            group_max: 128,
            committers: 2,
            wait: Duration::from_secs(10),
        }
    }
}

/// What a commit gave: the numbers, in the order in which the batch asked for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed {
    pub numbers: Vec<i64>,
}

/// Why a batch was not applied. Nothing of it was.
#[derive(Debug)]
pub enum CommitError {
    /// Something the act relied on has changed: run it again.
    Conflict,
    /// A refusal declared with the statement, or [`DISK_FULL`].
    Refused(Refusal),
    /// Ours. When the connection broke in the middle, the outcome is unknown and the fault says so.
    Fault(Fault),
}

impl From<CommitError> for Error {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Conflict => {
                Fault::new("a commit conflicted where nobody runs it again").into()
            }
            CommitError::Refused(refusal) => refusal.into(),
            CommitError::Fault(fault) => fault.into(),
        }
    }
}

impl From<Error> for CommitError {
    fn from(error: Error) -> Self {
        match error {
            Error::Refusal(answer) => Self::Refused(answer.refusal),
            Error::Fault(fault) => Self::Fault(fault),
        }
    }
}

/// An open database.
pub struct Database {
    backend: Backend,
}

enum Backend {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

/// A consistent view for reading; short-lived by contract.
pub struct Snapshot {
    view: View,
}

enum View {
    Sqlite(SqliteSnapshot),
    Postgres(PostgresSnapshot),
}

impl Database {
    /// Opens `sqlite://path` or `postgres://…` (PostgreSQL connection URI, with `options` for a schema of its own).
    ///
    /// # Errors
    /// A fault when the URL is of neither kind or the database cannot be reached.
    pub async fn open(url: &str, options: Options) -> Result<Self> {
        let backend = if let Some(path) = url.strip_prefix("sqlite://") {
            Backend::Sqlite(Sqlite::open(PathBuf::from(path), &options)?)
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Backend::Postgres(Postgres::open(url, &options).await?)
        } else {
            return Err(Fault::new(
                "the database URL begins with neither sqlite:// nor postgres://",
            )
            .into());
        };
        Ok(Self { backend })
    }

    /// Opens `sqlite://path` on a disk that holds no more than so many pages.
    #[cfg(test)]
    pub(crate) fn open_small(url: &str, pages_max: u32) -> Result<Self> {
        let path = PathBuf::from(url.trim_start_matches("sqlite://"));
        let backend = Backend::Sqlite(Sqlite::open_small(path, pages_max)?);
        Ok(Self { backend })
    }

    /// Applies what is missing of `sets`, in order.
    ///
    /// # Errors
    /// A fault when the database holds a migration that this binary does not know (it is newer), or one that was edited.
    pub async fn migrate(&self, sets: &[MigrationSet]) -> Result<()> {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.migrate(sets),
            Backend::Postgres(postgres) => postgres.migrate(sets).await,
        }
    }

    /// A view for reading. Its moment is that of its first read.
    ///
    /// # Errors
    /// [`UNAVAILABLE`] when no reader comes free in time.
    pub async fn snapshot(&self) -> Result<Snapshot> {
        let view = match &self.backend {
            Backend::Sqlite(sqlite) => View::Sqlite(sqlite.snapshot().await?),
            Backend::Postgres(postgres) => View::Postgres(postgres.snapshot().await?),
        };
        Ok(Snapshot { view })
    }

    /// Applies a batch and answers when it is durable.
    ///
    /// # Errors
    /// See [`CommitError`].
    pub async fn commit(&self, batch: Batch) -> Result<Committed, CommitError> {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.commit(batch).await,
            Backend::Postgres(postgres) => postgres.commit(batch).await,
        }
    }

    /// How many batches wait for a writer.
    pub fn waiting(&self) -> usize {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.waiting(),
            Backend::Postgres(postgres) => postgres.waiting(),
        }
    }

    /// Has the database parse every statement: what a typing error would break is found before it runs.
    ///
    /// # Errors
    /// A fault that names the first statement the database refuses.
    pub async fn prepare_all(&self, statements: &[&'static Statement]) -> Result<()> {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.prepare_all(statements).await,
            Backend::Postgres(postgres) => postgres.prepare_all(statements).await,
        }
    }

    /// Whether the database answers and takes writes.
    pub async fn is_alive(&self) -> bool {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.is_alive(),
            Backend::Postgres(postgres) => postgres.is_alive().await,
        }
    }

    /// Lets the writer finish what was handed to it, then closes.
    pub async fn close(self) {
        match self.backend {
            Backend::Sqlite(sqlite) => sqlite.close().await,
            Backend::Postgres(postgres) => postgres.close().await,
        }
    }
}

impl Snapshot {
    /// All rows of a read. Statements page by themselves: there is no cursor.
    ///
    /// # Errors
    /// A fault when parameters do not fit or the database fails.
    pub async fn rows(
        &mut self,
        tenant: TenantId,
        statement: &'static Statement,
        params: Params,
    ) -> Result<Vec<Row>> {
        let values = statement.bind(tenant, params)?;
        match &mut self.view {
            View::Sqlite(sqlite) => sqlite.rows(statement, &values),
            View::Postgres(postgres) => postgres.rows(statement, &values).await,
        }
    }

    /// The only row of a read, if there is one.
    ///
    /// # Errors
    /// As [`Snapshot::rows`].
    pub async fn row(
        &mut self,
        tenant: TenantId,
        statement: &'static Statement,
        params: Params,
    ) -> Result<Option<Row>> {
        Ok(self
            .rows(tenant, statement, params)
            .await?
            .into_iter()
            .next())
    }
}

/// What cannot be survived: the durability of something acknowledged is in doubt. Stops the process at once.
#[expect(
    clippy::disallowed_methods,
    reason = "a process that cannot make its writes durable must not go on"
)]
pub(crate) fn fatal(what: &str, error: &dyn std::fmt::Display) -> ! {
    tracing::error!(what, %error, "the database cannot make writes durable: stopping");
    std::process::exit(70)
}
