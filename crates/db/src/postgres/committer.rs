//! Group commit on PostgreSQL. Two round trips for a group: the states with their locks, then everything else with COMMIT.
//!
//! A group has no savepoints: when one of its statements fails, the group is rolled back and its batches run one by one, so
//! that the failure meets only the batch that caused it.

use std::{collections::HashMap, sync::Arc};

use super::pipeline::{Call, Pipeline};
use base::{Fault, Result};
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio_postgres::{
    Client, Config,
    error::SqlState,
    types::{ToSql, Type},
};

use super::pool::{Prepared, connect};
use crate::{
    Batch, CommitError, Committed, DISK_FULL, Expect, ResourceKey, Statement, UNAVAILABLE,
    plan::{self, Outcome, State, States},
    value::Value,
};

/// How many groups may be under way at once: while one waits for its disk, another fills.
const COMMITTERS: usize = 2;
const QUEUE_MAX: usize = 4_096;
/// The most rows one joined insert has; smaller ones are powers of two, so that few texts are ever prepared.
const ROWS_MAX: usize = 32;

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

type Answer = Result<Committed, CommitError>;

struct Order {
    batch: Batch,
    answer: oneshot::Sender<Answer>,
}

pub(crate) struct Committers {
    orders: mpsc::Sender<Order>,
}

impl Committers {
    pub(crate) fn start(config: Config, group_max: usize) -> Self {
        let (orders, waiting) = mpsc::channel(QUEUE_MAX);
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..COMMITTERS {
            tokio::spawn(run(config.clone(), Arc::clone(&waiting), group_max));
        }
        Self { orders }
    }

    pub(crate) async fn commit(&self, batch: Batch) -> Answer {
        let (answer, answered) = oneshot::channel();
        let closed = || CommitError::Fault(Fault::new("the committers have stopped"));
        self.orders
            .send(Order { batch, answer })
            .await
            .map_err(|_| closed())?;
        answered.await.map_err(|_| closed())?
    }
}

async fn run(config: Config, waiting: Arc<Mutex<mpsc::Receiver<Order>>>, group_max: usize) {
    let mut connection: Option<Committer> = None;
    let mut group = Vec::with_capacity(group_max);
    loop {
        if waiting.lock().await.recv_many(&mut group, group_max).await == 0 {
            return;
        }
        if connection
            .as_ref()
            .is_none_or(|committer| committer.prepared.client.is_closed())
        {
            connection = connect(&config).await.ok().map(Committer::new);
        }
        match connection.as_mut() {
            Some(committer) => committer.write_group(&mut group).await,
            None => {
                for order in group.drain(..) {
                    drop(order.answer.send(Err(CommitError::Refused(UNAVAILABLE))));
                }
            }
        }
    }
}

struct Committer {
    prepared: Prepared,
    joined: HashMap<(usize, usize), tokio_postgres::Statement>,
    fixed: HashMap<&'static str, tokio_postgres::Statement>,
}

pub(super) enum Failure {
    Database(tokio_postgres::Error),
    Batch(CommitError),
}

impl From<tokio_postgres::Error> for Failure {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Database(error)
    }
}

impl Committer {
    fn new(prepared: Prepared) -> Self {
        Self {
            prepared,
            joined: HashMap::new(),
            fixed: HashMap::new(),
        }
    }

    async fn write_group(&mut self, group: &mut Vec<Order>) {
        let batches: Vec<&Batch> = group.iter().map(|order| &order.batch).collect();
        let answers = match self.attempt(&batches).await {
            Ok(answers) => answers,
            Err(failure) if batches.len() == 1 => vec![Err(failure.answer())],
            Err(failure) if failure.is_outcome_unknown() => {
                batches.iter().map(|_| Err(unknown_outcome())).collect()
            }
            Err(_) => {
                let mut answers = Vec::with_capacity(batches.len());
                for batch in &batches {
                    answers.push(match self.attempt(&[*batch]).await {
                        Ok(mut single) => single.pop().unwrap_or_else(|| Err(unknown_outcome())),
                        Err(failure) => Err(failure.answer()),
                    });
                }
                answers
            }
        };
        for (order, answer) in group.drain(..).zip(answers) {
            drop(order.answer.send(answer));
        }
    }

    /// One transaction. An error means that nothing of it stands (or that the connection broke).
    async fn attempt(&mut self, batches: &[&Batch]) -> Result<Vec<Answer>, Failure> {
        let result = self.transaction(batches).await;
        if result.is_err() && !self.prepared.client.is_closed() {
            drop(self.prepared.client.batch_execute("ROLLBACK").await);
        }
        result
    }

    async fn transaction(&mut self, batches: &[&Batch]) -> Result<Vec<Answer>, Failure> {
        let mut states = self.lock_states(batches).await?;
        let mut answers = Vec::with_capacity(batches.len());
        let mut accepted: Vec<(&Batch, Outcome)> = Vec::with_capacity(batches.len());
        for batch in batches {
            match states.decide(batch) {
                Err(error) => answers.push(Err(error)),
                Ok(outcome) => {
                    states.accept(&outcome);
                    answers.push(Ok(Committed {
                        numbers: outcome.numbers.clone(),
                    }));
                    accepted.push((batch, outcome));
                }
            }
        }
        self.write(&accepted, &states).await?;
        Ok(answers)
    }

    async fn lock_states(&mut self, batches: &[&Batch]) -> Result<States, Failure> {
        let mut keys: Vec<ResourceKey> = batches.iter().flat_map(|batch| batch.touched()).collect();
        keys.sort_unstable();
        keys.dedup();
        let tenants: Vec<Vec<u8>> = keys
            .iter()
            .map(|key| key.tenant.to_bytes().to_vec())
            .collect();
        let ids: Vec<Vec<u8>> = keys.iter().map(|key| key.id.to_vec()).collect();
        let select = self.fixed(SELECT_STATES).await?;
        let client = &self.prepared.client;
        let params: [&(dyn ToSql + Sync); 2] = [&tenants, &ids];
        let begin = client.batch_execute("BEGIN");
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

    async fn write(
        &mut self,
        accepted: &[(&Batch, Outcome)],
        states: &States,
    ) -> Result<(), Failure> {
        let statements = Writes::gather(accepted)?;
        let insert_state = self.fixed(INSERT_STATE).await?;
        let update_states = self.fixed(UPDATE_STATES).await?;
        let mut sends = Vec::with_capacity(statements.ordered.len());
        for call in &statements.appends {
            for rows in in_powers_of_two(&call.rows) {
                sends.push((
                    self.joined(call.statement, rows.len()).await?,
                    rows.concat(),
                    call.statement,
                ));
            }
        }
        for (statement, values) in statements.ordered {
            sends.push((self.prepared.statement(statement).await?, values, statement));
        }
        let founded: Vec<[Value; 4]> = accepted
            .iter()
            .flat_map(|(batch, _)| founded_rows(batch))
            .collect();
        let columns = StateColumns::of(states);
        let client = &self.prepared.client;
        let mut pipeline = Pipeline::default();
        for values in &founded {
            pipeline.push(execute(client, &insert_state, values, None));
        }
        for (prepared, values, statement) in &sends {
            pipeline.push(execute(client, prepared, values, Some(statement)));
        }
        pipeline.push(columns.write(client, &update_states));
        let is_counted = sends
            .iter()
            .any(|(_, _, statement)| statement.expect() == Expect::One);
        if is_counted {
            // How many rows were touched must be known before the commit.
            pipeline.run().await?;
            client.batch_execute("COMMIT").await?;
        } else {
            // COMMIT of a failed transaction answers well and rolls back: what the statements said decides.
            pipeline.push(Box::pin(async {
                Ok(client.batch_execute("COMMIT").await?)
            }));
            pipeline.run().await?;
        }
        Ok(())
    }

    async fn fixed(
        &mut self,
        text: &'static str,
    ) -> Result<tokio_postgres::Statement, tokio_postgres::Error> {
        if let Some(statement) = self.fixed.get(text) {
            return Ok(statement.clone());
        }
        let statement = self.prepared.client.prepare(text).await?;
        self.fixed.insert(text, statement.clone());
        Ok(statement)
    }

    async fn joined(
        &mut self,
        statement: &'static Statement,
        rows: usize,
    ) -> Result<tokio_postgres::Statement, tokio_postgres::Error> {
        let single = self.prepared.statement(statement).await?;
        let parsed = statement.parsed();
        let Some(insert) = parsed.insert.as_ref().filter(|_| rows > 1) else {
            return Ok(single);
        };
        let key = (statement.address(), rows);
        if let Some(joined) = self.joined.get(&key) {
            return Ok(joined.clone());
        }
        let types: Vec<Type> = std::iter::repeat_n(single.params(), rows)
            .flatten()
            .cloned()
            .collect();
        let joined = self
            .prepared
            .client
            .prepare_typed(&insert.text(rows, parsed.names.len()), &types)
            .await?;
        self.joined.insert(key, joined.clone());
        Ok(joined)
    }
}

/// The writes of a group: appends by statement, the others in order.
#[derive(Default)]
struct Writes {
    appends: Vec<Appends>,
    ordered: Vec<(&'static Statement, Vec<Value>)>,
}

struct Appends {
    statement: &'static Statement,
    rows: Vec<Vec<Value>>,
}

impl Writes {
    fn gather(accepted: &[(&Batch, Outcome)]) -> Result<Self, Failure> {
        let mut all = Self::default();
        for (batch, outcome) in accepted {
            for write in &batch.writes {
                let mut values = write.values.clone();
                for value in &mut values {
                    if let Value::Late(_) = value {
                        let mut slot = Value::Null;
                        let known = plan::resolve(value, &outcome.numbers, &mut slot);
                        *value = known.map_err(|error| Failure::Batch(error.into()))?.clone();
                    }
                }
                if !write.statement.is_append() {
                    all.ordered.push((write.statement, values));
                    continue;
                }
                match all
                    .appends
                    .iter_mut()
                    .find(|call| std::ptr::eq(call.statement, write.statement))
                {
                    Some(call) => call.rows.push(values),
                    None => all.appends.push(Appends {
                        statement: write.statement,
                        rows: vec![values],
                    }),
                }
            }
        }
        Ok(all)
    }
}

struct StateColumns {
    tenants: Vec<Vec<u8>>,
    ids: Vec<Vec<u8>>,
    versions: Vec<i64>,
    items: Vec<i64>,
    changes: Vec<i64>,
}

impl StateColumns {
    fn of(states: &States) -> Self {
        let mut columns = Self {
            tenants: vec![],
            ids: vec![],
            versions: vec![],
            items: vec![],
            changes: vec![],
        };
        for (key, state) in states.changed() {
            columns.tenants.push(key.tenant.to_bytes().to_vec());
            columns.ids.push(key.id.to_vec());
            columns.versions.push(state.version);
            columns.items.push(state.items_last);
            columns.changes.push(state.changes_last);
        }
        columns
    }
}

impl StateColumns {
    fn write<'a>(&'a self, client: &'a Client, update: &'a tokio_postgres::Statement) -> Call<'a> {
        Box::pin(async move {
            let params: [&(dyn ToSql + Sync); 5] = [
                &self.tenants,
                &self.ids,
                &self.versions,
                &self.items,
                &self.changes,
            ];
            client.execute(update, &params).await?;
            Ok(())
        })
    }
}

/// One write of the pipeline; a broken unique index is the statement's own refusal.
fn execute<'a>(
    client: &'a Client,
    prepared: &'a tokio_postgres::Statement,
    values: &'a [Value],
    statement: Option<&'static Statement>,
) -> Call<'a> {
    Box::pin(async move {
        let params: Vec<&(dyn ToSql + Sync)> = values
            .iter()
            .map(|value| value as &(dyn ToSql + Sync))
            .collect();
        let touched = match client.execute(prepared, &params).await {
            Ok(touched) => touched,
            Err(error) if error.code() == Some(&SqlState::UNIQUE_VIOLATION) => {
                let refusal = statement.and_then(Statement::on_duplicate);
                return Err(Failure::Batch(
                    refusal.map_or(CommitError::Conflict, CommitError::Refused),
                ));
            }
            Err(error) => return Err(error.into()),
        };
        match statement.map(Statement::expect) {
            Some(Expect::One) if touched != 1 => Err(Failure::Batch(CommitError::Conflict)),
            _ => Ok(()),
        }
    })
}

fn founded_rows(batch: &Batch) -> impl Iterator<Item = [Value; 4]> + '_ {
    batch.founded.iter().map(|new| {
        [
            Value::Bytes(new.key.tenant.to_bytes().to_vec()),
            Value::Bytes(new.key.id.to_vec()),
            Value::Text(new.kind.to_owned()),
            Value::Bytes(new.data_key.to_bytes().to_vec()),
        ]
    })
}

/// Cuts rows into runs whose lengths are powers of two, the largest first.
fn in_powers_of_two(mut rows: &[Vec<Value>]) -> Vec<&[Vec<Value>]> {
    let mut runs = Vec::new();
    while !rows.is_empty() {
        let mut length = ROWS_MAX;
        while length > rows.len() {
            length /= 2;
        }
        let (run, rest) = rows.split_at(length);
        runs.push(run);
        rows = rest;
    }
    runs
}

fn unknown_outcome() -> CommitError {
    CommitError::Fault(Fault::new(
        "the connection broke while committing: the outcome is not known",
    ))
}

impl Failure {
    fn is_outcome_unknown(&self) -> bool {
        matches!(self, Self::Database(error) if error.is_closed() || error.code().is_none())
    }

    fn answer(self) -> CommitError {
        match self {
            Self::Batch(error) => error,
            Self::Database(error) => match error.code() {
                Some(code)
                    if *code == SqlState::T_R_SERIALIZATION_FAILURE
                        || *code == SqlState::T_R_DEADLOCK_DETECTED =>
                {
                    CommitError::Conflict
                }
                Some(code) if *code == SqlState::DISK_FULL => CommitError::Refused(DISK_FULL),
                Some(_) => CommitError::Fault(Fault::new(format!("writing: {error:?}"))),
                None => unknown_outcome(),
            },
        }
    }
}
