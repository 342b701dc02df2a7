//! What the batches of a group want written, as the messages that say it.

use base::{Fault, Result};
use tokio_postgres::{Client, error::SqlState, types::ToSql};

use super::{failure::Failure, pipeline::Call, pool::Prepared};
use crate::{
    Batch, CommitError, Expect, Statement,
    plan::{self, Outcome, States},
    value::Value,
};

/// The most rows one joined insert has; smaller ones are powers of two, so that few texts are ever prepared.
const ROWS_MAX: usize = 32;

/// The writes of a group: new resources, appends by statement, and the others in order.
#[derive(Default)]
pub(super) struct Writes {
    pub(super) founded: Vec<[Value; 4]>,
    appends: Vec<Appends>,
    ordered: Vec<(&'static Statement, Vec<Value>)>,
}

struct Appends {
    statement: &'static Statement,
    rows: Vec<Vec<Value>>,
}

/// One message: a prepared statement and its values.
pub(super) struct Send {
    pub(super) statement: &'static Statement,
    pub(super) prepared: tokio_postgres::Statement,
    pub(super) values: Vec<Value>,
}

impl Writes {
    pub(super) fn gather(accepted: &[(&Batch, Outcome)]) -> Result<Self, Failure> {
        let mut all = Self::default();
        for (batch, outcome) in accepted {
            all.founded.extend(founded_rows(batch));
            for write in &batch.writes {
                let values = resolve(&write.values, &outcome.numbers)?;
                if write.statement.joined().is_none() {
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

    /// The messages in the order in which they go.
    pub(super) async fn prepare(&self, connection: &mut Prepared) -> Result<Vec<Send>, Failure> {
        let mut sends = Vec::with_capacity(self.appends.len() + self.ordered.len());
        for Appends { statement, rows } in &self.appends {
            for rows in in_powers_of_two(rows) {
                let prepared = connection.joined(statement, rows.len()).await?;
                sends.push(Send::new(statement, prepared, rows.concat())?);
            }
        }
        for (statement, values) in &self.ordered {
            let prepared = connection.statement(statement).await?;
            sends.push(Send::new(statement, prepared, values.clone())?);
        }
        Ok(sends)
    }
}

impl Send {
    /// A value of another type than its parameter's is found here: the client would fail to write it when the messages
    /// before it have left.
    fn new(
        statement: &'static Statement,
        prepared: tokio_postgres::Statement,
        values: Vec<Value>,
    ) -> Result<Self, Failure> {
        let types = prepared.params();
        let is_fitting = types.len() == values.len()
            && values.iter().zip(types).all(|(value, ty)| value.fits(ty));
        if !is_fitting {
            let what = format!("a value does not fit «{}»", statement.text());
            return Err(Failure::Batch(CommitError::Fault(Fault::new(what))));
        }
        Ok(Self {
            statement,
            prepared,
            values,
        })
    }
}

/// The values with the numbers that were late.
fn resolve(values: &[Value], numbers: &[i64]) -> Result<Vec<Value>, Failure> {
    let mut slot = Value::Null;
    values
        .iter()
        .map(|value| plan::resolve(value, numbers, &mut slot).cloned())
        .collect::<Result<_>>()
        .map_err(|error| Failure::Batch(error.into()))
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

/// One write of the pipeline; a broken unique index is the statement's own refusal.
pub(super) fn execute<'a>(
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

/// The states to write back, a column each.
#[derive(Default)]
pub(super) struct StateColumns {
    tenants: Vec<Vec<u8>>,
    ids: Vec<Vec<u8>>,
    versions: Vec<i64>,
    items: Vec<i64>,
    changes: Vec<i64>,
}

impl StateColumns {
    pub(super) fn of(states: &States) -> Self {
        let mut columns = Self::default();
        for (key, state) in states.changed() {
            columns.tenants.push(key.tenant.to_bytes().to_vec());
            columns.ids.push(key.id.to_vec());
            columns.versions.push(state.version);
            columns.items.push(state.items_last);
            columns.changes.push(state.changes_last);
        }
        columns
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    pub(super) fn write<'a>(
        &'a self,
        client: &'a Client,
        update: &'a tokio_postgres::Statement,
    ) -> Call<'a> {
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
