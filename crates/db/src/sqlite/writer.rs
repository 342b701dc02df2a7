//! The single writer: takes whatever batches wait, applies each under a savepoint, commits once, then answers all.

use std::{
    path::PathBuf,
    sync::mpsc,
    thread::{self, JoinHandle},
    time::Duration,
};

use base::{Context, Fault, Refusal, Result};
use rusqlite::{Connection, ErrorCode, OptionalExtension, ffi};

use super::{READER_CACHE, connect};
use crate::{
    Batch, CommitError, Committed, DISK_FULL, Expect, NewResource, Options, ResourceKey,
    UNAVAILABLE,
    database::fatal,
    plan::{self, Outcome, State, States},
    queue::{Answer, Order, Queue},
    value::Value,
};

/// How often the checkpointer moves the log into the database.
const CHECKPOINT_EVERY: Duration = Duration::from_millis(500);
/// Beyond this size of the log the checkpointer makes writers wait until it is empty, in bytes.
const LOG_MAX: u64 = 256 * 1024 * 1024;

const SELECT_STATE: &str =
    "SELECT version, items_last, changes_last FROM db_resource WHERE tenant = ?1 AND id = ?2";
const UPDATE_STATE: &str = "UPDATE db_resource SET version = ?3, items_last = ?4, changes_last = ?5 WHERE tenant = ?1 AND id = ?2";
const INSERT_STATE: &str =
    "INSERT INTO db_resource (tenant, id, kind, version, key_id, items_last, changes_last)
    VALUES (?1, ?2, ?3, 1, ?4, 0, 0)";

pub(crate) struct Writer {
    queue: Queue,
    thread: JoinHandle<()>,
    /// Dropped to stop the checkpointer.
    _checkpoints: mpsc::Sender<()>,
}

impl Writer {
    pub(crate) fn start(connection: Connection, path: PathBuf, options: &Options) -> Result<Self> {
        let (queue, waiting) = Queue::new(options);
        let group_max = options.group_max;
        let thread = thread::Builder::new()
            .name("db-writer".into())
            .spawn(move || run(&connection, waiting, group_max))
            .context("starting the writer")?;
        let (checkpoints, stop) = mpsc::channel();
        thread::Builder::new()
            .name("db-checkpoint".into())
            .spawn(move || checkpoint(&path, &stop))
            .context("starting the checkpointer")?;
        Ok(Self {
            queue,
            thread,
            _checkpoints: checkpoints,
        })
    }

    pub(crate) async fn commit(&self, batch: Batch) -> Answer {
        self.queue.commit(batch).await
    }

    pub(crate) fn waiting(&self) -> usize {
        self.queue.waiting()
    }

    /// Whether a batch that is handed over now is taken up.
    pub(crate) fn is_running(&self) -> bool {
        !self.thread.is_finished()
    }

    pub(crate) async fn close(self) {
        drop(self.queue);
        let joined = tokio::task::spawn_blocking(move || self.thread.join()).await;
        if !matches!(joined, Ok(Ok(()))) {
            tracing::error!("the database writer ended badly");
        }
    }
}

fn run(connection: &Connection, mut waiting: tokio::sync::mpsc::Receiver<Order>, group_max: usize) {
    let mut group = Vec::with_capacity(group_max);
    while let Some(first) = waiting.blocking_recv() {
        group.push(first);
        while group.len() < group_max {
            match waiting.try_recv() {
                Ok(order) => group.push(order),
                Err(_) => break,
            }
        }
        write_group(connection, &mut group);
    }
}

fn write_group(connection: &Connection, group: &mut Vec<Order>) {
    let answers = match settle(connection, group) {
        // What is too much together may fit one by one; SQLite gave up the whole transaction.
        Err(error) if is_disk_full(&error) && group.len() > 1 => {
            let singly = group.chunks(1).flat_map(|order| {
                settle(connection, order).unwrap_or_else(|error| vec![Err(commit_error(&error))])
            });
            singly.collect()
        }
        Err(error) => group
            .iter()
            .map(|_| Err(commit_error(&error)))
            .collect::<Vec<_>>(),
        Ok(answers) => answers,
    };
    for (order, answer) in group.drain(..).zip(answers) {
        // A caller that went away has its answer all the same: the write stands.
        drop(order.answer.send(answer));
    }
}

/// One transaction that is certainly over, whatever became of it.
fn settle(connection: &Connection, group: &[Order]) -> rusqlite::Result<Vec<Answer>> {
    let answers = apply(connection, group);
    if let Err(error) = &answers {
        let rolled_back =
            connection.is_autocommit() || connection.execute_batch("ROLLBACK").is_ok();
        if !rolled_back {
            fatal("rolling back", error);
        }
    }
    answers
}

/// One transaction for the whole group. An error that is returned concerns all of it; a batch's own error is its answer.
fn apply(connection: &Connection, group: &[Order]) -> rusqlite::Result<Vec<Answer>> {
    run_cached(connection, "BEGIN IMMEDIATE")?;
    let mut states = States::default();
    let mut answers = Vec::with_capacity(group.len());
    for order in group {
        learn(connection, &mut states, &order.batch)?;
        answers.push(match states.decide(&order.batch) {
            Err(error) => Err(error),
            Ok(outcome) => apply_one(connection, &order.batch, &outcome)?.map(|()| {
                states.accept(&outcome);
                Committed {
                    numbers: outcome.numbers,
                }
            }),
        });
    }
    for (key, state) in states.changed() {
        let mut update = connection.prepare_cached(UPDATE_STATE)?;
        update.execute((
            key.tenant.to_bytes(),
            key.id,
            state.version,
            state.items_last,
            state.changes_last,
        ))?;
    }
    if let Err(error) = run_cached(connection, "COMMIT") {
        if is_durability_lost(&error) {
            fatal("committing", &error);
        }
        return Err(error);
    }
    Ok(answers)
}

/// The writes of one batch, under a savepoint: what is wrong with them is answered to it alone.
fn apply_one(
    connection: &Connection,
    batch: &Batch,
    outcome: &Outcome,
) -> rusqlite::Result<Result<(), CommitError>> {
    run_cached(connection, "SAVEPOINT act")?;
    let answer = match write(connection, batch, outcome) {
        Ok(()) => Ok(()),
        // Some errors take the transaction with them.
        Err(Failure::Database(error)) if connection.is_autocommit() || is_of_the_store(&error) => {
            return Err(error);
        }
        Err(Failure::Database(error)) => Err(commit_error(&error)),
        Err(Failure::Batch(error)) => Err(error),
    };
    if answer.is_err() {
        run_cached(connection, "ROLLBACK TO act")?;
    }
    run_cached(connection, "RELEASE act")?;
    Ok(answer)
}

fn learn(connection: &Connection, states: &mut States, batch: &Batch) -> rusqlite::Result<()> {
    for key in batch.touched() {
        if states.knows(&key) {
            continue;
        }
        if let Some(state) = select_state(connection, key)? {
            states.learn(key, state);
        }
    }
    Ok(())
}

fn select_state(connection: &Connection, key: ResourceKey) -> rusqlite::Result<Option<State>> {
    let mut select = connection.prepare_cached(SELECT_STATE)?;
    select
        .query_row((key.tenant.to_bytes(), key.id), |row| {
            Ok(State {
                version: row.get(0)?,
                items_last: row.get(1)?,
                changes_last: row.get(2)?,
            })
        })
        .optional()
}

enum Failure {
    Batch(CommitError),
    Database(rusqlite::Error),
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

fn write(connection: &Connection, batch: &Batch, outcome: &Outcome) -> Result<(), Failure> {
    for NewResource {
        key,
        kind,
        data_key,
    } in &batch.founded
    {
        let mut insert = connection.prepare_cached(INSERT_STATE)?;
        insert
            .execute((key.tenant.to_bytes(), key.id, kind, data_key.to_bytes()))
            .map_err(|error| duplicate(error, None))?;
    }
    for write in &batch.writes {
        let mut prepared = connection.prepare_cached(&write.statement.parsed().sqlite)?;
        let mut slot = Value::Null;
        for (index, value) in write.values.iter().enumerate() {
            let value = plan::resolve(value, &outcome.numbers, &mut slot)
                .map_err(|error| Failure::Batch(error.into()))?;
            prepared.raw_bind_parameter(index + 1, value)?;
        }
        let touched = prepared
            .raw_execute()
            .map_err(|error| duplicate(error, write.statement.on_duplicate()))?;
        if write.statement.expect() == Expect::One && touched != 1 {
            return Err(Failure::Batch(CommitError::Conflict));
        }
    }
    Ok(())
}

fn run_cached(connection: &Connection, text: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(text)?.execute([]).map(|_| ())
}

/// A row that is there already: the refusal declared for it, or a conflict. Other errors stay what they are.
fn duplicate(error: rusqlite::Error, refusal: Option<Refusal>) -> Failure {
    match extended_code(&error) {
        Some(ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY) => {
            Failure::Batch(refusal.map_or(CommitError::Conflict, CommitError::Refused))
        }
        _ => Failure::Database(error),
    }
}

fn extended_code(error: &rusqlite::Error) -> Option<i32> {
    error.sqlite_error().map(|error| error.extended_code)
}

/// The file or the memory under the transaction fails: no other batch would fare better.
fn is_of_the_store(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(
            ErrorCode::SystemIoFailure
                | ErrorCode::DatabaseCorrupt
                | ErrorCode::NotADatabase
                | ErrorCode::OutOfMemory
        )
    )
}

/// A full disk shows itself in the shared index of the log as an I/O error, before anything was to be synchronised.
fn is_disk_full(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::DiskFull)
        || extended_code(error) == Some(ffi::SQLITE_IOERR_SHMSIZE)
}

/// An I/O error at commit: the kernel may have dropped the pages it could not write, so trying again proves nothing
/// (Rebello et al., "Can Applications Recover from fsync Failures?", 2020).
fn is_durability_lost(error: &rusqlite::Error) -> bool {
    !is_disk_full(error)
        && matches!(
            error.sqlite_error_code(),
            Some(ErrorCode::SystemIoFailure | ErrorCode::DatabaseCorrupt)
        )
}

fn commit_error(error: &rusqlite::Error) -> CommitError {
    match error.sqlite_error_code() {
        _ if is_disk_full(error) => CommitError::Refused(DISK_FULL),
        Some(ErrorCode::DatabaseBusy) => CommitError::Refused(UNAVAILABLE),
        _ => CommitError::Fault(Fault::new(format!("writing: {error}"))),
    }
}

/// Moves the log into the database beside the writer, so that no commit pays for it. It begins at once: what a process that was
/// killed left is read anew at each start, and grows from start to start when none lives long.
fn checkpoint(path: &std::path::Path, stop: &mpsc::Receiver<()>) {
    let connection = match connect(path, READER_CACHE) {
        Ok(connection) => connection,
        Err(error) => {
            tracing::error!(%error, "the checkpointer cannot open the database");
            return;
        }
    };
    let log = path.with_file_name(format!(
        "{}-wal",
        path.file_name().unwrap_or_default().to_string_lossy()
    ));
    loop {
        let size = std::fs::metadata(&log).map_or(0, |log| log.len());
        let mode = if size > LOG_MAX {
            "TRUNCATE"
        } else {
            "PASSIVE"
        };
        let done = connection.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |_| Ok(()));
        if let Err(error) = done {
            // Whoever closed the database may have removed it since.
            if stop.try_recv() == Err(mpsc::TryRecvError::Disconnected) {
                return;
            }
            if is_durability_lost(&error) {
                fatal("checkpointing", &error);
            }
            tracing::warn!(%error, "a checkpoint did not succeed");
        }
        if stop.recv_timeout(CHECKPOINT_EVERY) != Err(mpsc::RecvTimeoutError::Timeout) {
            return;
        }
    }
}
