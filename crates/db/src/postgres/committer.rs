//! Group commit on PostgreSQL. Two round trips for a group: the states with their locks, then everything else with COMMIT.
//!
//! A group has no savepoints: when one of its statements fails, the group is rolled back and run again with one for each
//! batch, so that the failure meets only the batch that caused it.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{Mutex, mpsc},
    task::JoinHandle,
};
use tokio_postgres::{Config, types::ToSql};

use super::{
    failure::Failure,
    pipeline::{Broken, Pipeline},
    pool::{Prepared, connect},
    writes::{StateColumns, Writes, execute},
};
use crate::{
    Batch, Committed, Expect, Options, ResourceKey,
    plan::{Outcome, State, States},
    queue::{Answer, Order, Queue},
};

/// The most savepoints of one transaction: beyond 64, every snapshot of the server has to look them up.
const SAVEPOINTS_MAX: usize = 32;

const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";
/// When a group waited in vain for a lock, those of its batches that do not need it must not wait again.
const BEGIN_IMPATIENT: &str =
    "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = '100ms'";
const SELECT_STATES: &str = "SELECT r.tenant, r.id, r.version, r.items_last, r.changes_last
    FROM db_resource r JOIN unnest($1::bytea[], $2::bytea[]) AS wanted (tenant, id)
      ON r.tenant = wanted.tenant AND r.id = wanted.id
    ORDER BY r.tenant, r.id FOR UPDATE OF r";
const UPDATE_STATES: &str = "UPDATE db_resource r SET version = new.version, items_last = new.items, changes_last = new.changes
    FROM unnest($1::bytea[], $2::bytea[], $3::bigint[], $4::bigint[], $5::bigint[]) AS new (tenant, id, version, items, changes)
    WHERE r.tenant = new.tenant AND r.id = new.id";
const INSERT_STATE: &str =
    "INSERT INTO db_resource (tenant, id, kind, version, key_id, items_last, changes_last)
    VALUES ($1, $2, $3, 1, $4, 0, 0)";

/// While one group waits for its disk, another fills.
pub(crate) struct Committers {
    queue: Queue,
    tasks: Vec<JoinHandle<()>>,
}

impl Committers {
    pub(crate) fn start(config: &Config, options: &Options) -> Self {
        let (queue, waiting) = Queue::new(options);
        let waiting = Arc::new(Mutex::new(waiting));
        let tasks = (0..options.committers.max(1)).map(|_| {
            let committer = Committer {
                config: config.clone(),
                wait: options.wait,
                connection: None,
            };
            tokio::spawn(run(committer, Arc::clone(&waiting), options.group_max))
        });
        Self {
            tasks: tasks.collect(),
            queue,
        }
    }

    pub(crate) async fn commit(&self, batch: Batch) -> Answer {
        self.queue.commit(batch).await
    }

    pub(crate) fn waiting(&self) -> usize {
        self.queue.waiting()
    }

    /// Whether a batch that is handed over now is taken up.
    pub(crate) fn are_running(&self) -> bool {
        self.tasks.iter().any(|task| !task.is_finished())
    }

    pub(crate) async fn close(self) {
        drop(self.queue);
        for task in self.tasks {
            if task.await.is_err() {
                tracing::error!("a database committer ended badly");
            }
        }
    }
}

async fn run(
    mut committer: Committer,
    waiting: Arc<Mutex<mpsc::Receiver<Order>>>,
    group_max: usize,
) {
    let mut group = Vec::with_capacity(group_max);
    loop {
        if waiting.lock().await.recv_many(&mut group, group_max).await == 0 {
            return;
        }
        let batches: Vec<&Batch> = group.iter().map(|order| &order.batch).collect();
        let answers = committer.settle(&batches).await;
        for (order, answer) in group.drain(..).zip(answers) {
            // A caller that went away has its answer all the same: the write stands.
            drop(order.answer.send(answer));
        }
    }
}

/// How batches share a transaction.
#[derive(Clone, Copy)]
enum Way {
    /// All or none.
    Together,
    /// A savepoint each.
    Apart,
    /// One batch, which does not wait for locks.
    Alone,
}

struct Committer {
    config: Config,
    wait: Duration,
    connection: Option<Prepared>,
}

impl Committer {
    /// An answer for each batch.
    async fn settle(&mut self, batches: &[&Batch]) -> Vec<Answer> {
        let failure = match self.attempt(Way::Together, batches).await {
            Ok(answers) => return answers,
            Err(failure) => failure,
        };
        if batches.len() == 1 || !failure.is_of_a_batch() {
            return batches.iter().map(|_| Err(failure.answer())).collect();
        }
        if failure.is_of_waiting() {
            return self.singly(batches).await;
        }
        let mut answers = Vec::with_capacity(batches.len());
        for some in batches.chunks(SAVEPOINTS_MAX) {
            match self.attempt(Way::Apart, some).await {
                Ok(each) => answers.extend(each),
                Err(failure) if failure.is_of_a_batch() => answers.extend(self.singly(some).await),
                Err(failure) => answers.extend(some.iter().map(|_| Err(failure.answer()))),
            }
        }
        answers
    }

    async fn singly(&mut self, batches: &[&Batch]) -> Vec<Answer> {
        let mut answers = Vec::with_capacity(batches.len());
        for batch in batches {
            match self.attempt(Way::Alone, &[*batch]).await {
                Ok(single) => answers.extend(single),
                Err(failure) => answers.push(Err(failure.answer())),
            }
        }
        answers
    }

    /// One transaction, on a second connection when the first turns out to be broken before COMMIT left.
    async fn attempt(&mut self, way: Way, batches: &[&Batch]) -> Result<Vec<Answer>, Failure> {
        match self.transaction(way, batches).await {
            Err(Failure::Lost) => self.transaction(way, batches).await,
            other => other,
        }
    }

    /// One transaction. After a failure the connection is either clean again or given up.
    async fn transaction(&mut self, way: Way, batches: &[&Batch]) -> Result<Vec<Answer>, Failure> {
        let mut connection = match self.connection.take() {
            Some(connection) if !connection.client.is_closed() => connection,
            _ => connect(&self.config, self.wait)
                .await
                .map_err(|_| Failure::Unreachable)?,
        };
        let result = match way {
            Way::Together => together(&mut connection, BEGIN, batches).await,
            Way::Apart => apart(&mut connection, batches).await,
            Way::Alone => together(&mut connection, BEGIN_IMPATIENT, batches).await,
        };
        let is_clean = match &result {
            Ok(_) => true,
            Err(failure) if failure.is_of_a_batch() => {
                connection.client.batch_execute("ROLLBACK").await.is_ok()
            }
            Err(_) => false,
        };
        self.connection = Some(connection).filter(|_| is_clean);
        result
    }
}

/// One transaction of batches that stand or fall together.
async fn together(
    connection: &mut Prepared,
    begin: &'static str,
    batches: &[&Batch],
) -> Result<Vec<Answer>, Failure> {
    let mut states = lock_states(connection, begin, batches).await?;
    let mut answers = Vec::with_capacity(batches.len());
    let mut accepted: Vec<(&Batch, Outcome)> = Vec::with_capacity(batches.len());
    for batch in batches {
        match states.decide(batch) {
            Err(error) => answers.push(Err(error)),
            Ok(outcome) => {
                states.accept(&outcome);
                answers.push(Ok(committed(&outcome)));
                accepted.push((batch, outcome));
            }
        }
    }
    let ending = Ending::CommitWith(&states);
    write(connection, &accepted, ending).await?;
    Ok(answers)
}

/// One transaction with two round trips for each batch: its savepoint, then its writes.
async fn apart(connection: &mut Prepared, batches: &[&Batch]) -> Result<Vec<Answer>, Failure> {
    let mut states = lock_states(connection, BEGIN, batches).await?;
    let mut answers = Vec::with_capacity(batches.len());
    let mut savepoint = "SAVEPOINT act";
    for batch in batches {
        let outcome = match states.decide(batch) {
            Ok(outcome) => outcome,
            Err(error) => {
                answers.push(Err(error));
                continue;
            }
        };
        connection.client.batch_execute(savepoint).await?;
        let accepted = [(*batch, outcome)];
        match write(connection, &accepted, Ending::Open).await {
            Ok(()) => {
                for (_, outcome) in &accepted {
                    states.accept(outcome);
                    answers.push(Ok(committed(outcome)));
                }
                savepoint = "RELEASE act; SAVEPOINT act";
            }
            Err(failure) if failure.is_of_a_batch() => {
                answers.push(Err(failure.answer()));
                savepoint = "ROLLBACK TO act";
            }
            Err(failure) => return Err(failure),
        }
    }
    if savepoint == "ROLLBACK TO act" {
        connection.client.batch_execute(savepoint).await?;
    }
    write(connection, &[], Ending::CommitWith(&states)).await?;
    Ok(answers)
}

fn committed(outcome: &Outcome) -> Committed {
    Committed {
        numbers: outcome.numbers.clone(),
    }
}

/// Begins, and locks what the batches touch in the order of the keys, so that two groups never wait for each other here.
async fn lock_states(
    connection: &mut Prepared,
    begin: &'static str,
    batches: &[&Batch],
) -> Result<States, Failure> {
    let mut keys: Vec<ResourceKey> = batches.iter().flat_map(|batch| batch.touched()).collect();
    keys.sort_unstable();
    keys.dedup();
    let tenants: Vec<Vec<u8>> = keys
        .iter()
        .map(|key| key.tenant.to_bytes().to_vec())
        .collect();
    let ids: Vec<Vec<u8>> = keys.iter().map(|key| key.id.to_vec()).collect();
    let select = connection.fixed(SELECT_STATES).await?;
    let client = &connection.client;
    let params: [&(dyn ToSql + Sync); 2] = [&tenants, &ids];
    let begin = client.batch_execute(begin);
    let (begun, rows) = futures_util::future::join(begin, client.query(&select, &params)).await;
    begun?;
    let mut states = States::default();
    for row in rows? {
        let (tenant, id): (Vec<u8>, Vec<u8>) = (row.try_get(0)?, row.try_get(1)?);
        if let (Ok(tenant), Ok(id)) = (tenant.try_into(), id.try_into()) {
            let key = ResourceKey {
                tenant: base::Id::from_bytes(tenant),
                id,
            };
            let state = State {
                version: row.try_get(2)?,
                items_last: row.try_get(3)?,
                changes_last: row.try_get(4)?,
            };
            states.learn(key, state);
        }
    }
    Ok(states)
}

/// What follows the writes.
#[derive(Clone, Copy)]
enum Ending<'a> {
    /// More batches.
    Open,
    /// The states as they are now, and COMMIT.
    CommitWith(&'a States),
}

async fn write(
    connection: &mut Prepared,
    accepted: &[(&Batch, Outcome)],
    ending: Ending<'_>,
) -> Result<(), Failure> {
    let writes = Writes::gather(accepted)?;
    let sends = writes.prepare(connection).await?;
    let insert_state = connection.fixed(INSERT_STATE).await?;
    let update_states = connection.fixed(UPDATE_STATES).await?;
    let columns = match ending {
        Ending::Open => StateColumns::default(),
        Ending::CommitWith(states) => StateColumns::of(states),
    };
    let client = &connection.client;
    let mut pipeline = Pipeline::default();
    for values in &writes.founded {
        pipeline.push(execute(client, &insert_state, values, None));
    }
    for send in &sends {
        let statement = Some(send.statement);
        pipeline.push(execute(client, &send.prepared, &send.values, statement));
    }
    if !columns.is_empty() {
        pipeline.push(columns.write(client, &update_states));
    }
    let commit = async || Ok(client.batch_execute("COMMIT").await?);
    let is_counted = sends
        .iter()
        .any(|send| send.statement.expect() == Expect::One);
    let is_open = matches!(ending, Ending::Open);
    if is_open || is_counted {
        pipeline.run().await.map_err(|broken| broken.failure)?;
        if is_open {
            return Ok(());
        }
        // How many rows were touched had to be known before the commit.
        return commit().await.map_err(Failure::with_commit_under_way);
    }
    // COMMIT of a failed transaction answers well and rolls back: what the statements said decides.
    pipeline.push(Box::pin(commit()));
    pipeline.run().await.map_err(|broken| match broken {
        Broken {
            failure,
            has_last_left: true,
        } => failure.with_commit_under_way(),
        Broken { failure, .. } => failure,
    })
}
