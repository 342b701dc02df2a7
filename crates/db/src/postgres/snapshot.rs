//! A read-only transaction at repeatable read; its beginning travels with the first read.

use std::sync::Arc;

use base::{Context, Fault, Result};
use tokio_postgres::types::{ToSql, Type};

use super::{failure::describe, pool::Loan};
use crate::{Row, Statement, value::Value};

pub(crate) struct PostgresSnapshot {
    loan: Option<Loan>,
    has_begun: bool,
}

impl PostgresSnapshot {
    pub(crate) const fn new(loan: Loan) -> Self {
        Self {
            loan: Some(loan),
            has_begun: false,
        }
    }

    pub(crate) async fn rows(
        &mut self,
        statement: &'static Statement,
        values: &[Value],
    ) -> Result<Vec<Row>> {
        let loan = self.loan.as_mut().context("the snapshot has ended")?;
        let failed = |error: tokio_postgres::Error| {
            describe(&format!("reading by «{}»", statement.text()), &error)
        };
        let prepared = loan.prepared().statement(statement).await.map_err(failed)?;
        let client = loan.raw();
        // From here on a transaction is open, whatever becomes of the read.
        let has_begun = std::mem::replace(&mut self.has_begun, true);
        let params: Vec<&(dyn ToSql + Sync)> = values
            .iter()
            .map(|value| value as &(dyn ToSql + Sync))
            .collect();
        let read = client.query(&prepared, &params);
        let rows = if has_begun {
            read.await
        } else {
            let begin = client.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
            let (begun, rows) = futures_util::future::join(begin, read).await;
            begun.and(rows)
        };
        let columns = statement.columns(|| {
            let columns = prepared.columns().iter();
            columns.map(|column| column.name().to_owned()).collect()
        });
        rows.map_err(failed)?
            .iter()
            .map(|row| convert(&columns, row))
            .collect()
    }
}

impl Drop for PostgresSnapshot {
    fn drop(&mut self) {
        if let Some(loan) = self.loan.take().filter(|_| self.has_begun) {
            loan.end_transaction();
        }
    }
}

fn convert(columns: &Arc<[String]>, row: &tokio_postgres::Row) -> Result<Row> {
    let mut values = Vec::with_capacity(columns.len());
    for (index, column) in row.columns().iter().enumerate() {
        let value = match *column.type_() {
            Type::INT8 => row
                .try_get::<_, Option<i64>>(index)
                .map(|v| v.map(Value::Int)),
            Type::INT4 => row
                .try_get::<_, Option<i32>>(index)
                .map(|v| v.map(|int| Value::Int(i64::from(int)))),
            Type::BYTEA => row
                .try_get::<_, Option<Vec<u8>>>(index)
                .map(|v| v.map(Value::Bytes)),
            Type::TEXT | Type::VARCHAR => row
                .try_get::<_, Option<String>>(index)
                .map(|v| v.map(Value::Text)),
            _ => {
                return Err(Fault::new(format!(
                    "column {} has a type that is not portable",
                    column.name()
                ))
                .into());
            }
        };
        values.push(value.context("reading a column")?.unwrap_or(Value::Null));
    }
    Ok(Row {
        columns: Arc::clone(columns),
        values,
    })
}
