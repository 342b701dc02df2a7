//! PostgreSQL: a pool of clients for snapshots, and committers that pipeline whole groups.

mod committer;
mod failure;
mod pipeline;
mod pool;
mod snapshot;
mod writes;

use std::{error::Error as StdError, sync::Arc, time::Duration};

use base::{Context, Fault, Result};
use tokio_postgres::types::{IsNull, ToSql, Type, private::BytesMut};

pub(crate) use snapshot::PostgresSnapshot;

use crate::{
    Batch, CommitError, Committed, MigrationSet, Options, Statement, migrate, value::Value,
};
use committer::Committers;
use failure::describe;
use pool::Pool;

/// How long a connection is silent before the server is asked whether it lives.
const KEEPALIVE: Duration = Duration::from_secs(10);
/// How long sent bytes may go without being acknowledged.
const SILENCE_MAX: Duration = Duration::from_secs(30);

pub(crate) struct Postgres {
    pool: Arc<Pool>,
    committers: Committers,
}

impl Postgres {
    pub(crate) async fn open(url: &str, options: &Options) -> Result<Self> {
        let mut config: tokio_postgres::Config =
            url.parse().context("reading the PostgreSQL URL")?;
        // A server that vanished without a word is given up long before TCP would by itself.
        config
            .keepalives_idle(KEEPALIVE)
            .keepalives_interval(KEEPALIVE)
            .keepalives_retries(2)
            .tcp_user_timeout(SILENCE_MAX);
        let pool = Arc::new(Pool::new(config.clone(), options));
        drop(pool.client().await?);
        let committers = Committers::start(&config, options);
        Ok(Self { pool, committers })
    }

    pub(crate) async fn migrate(&self, sets: &[MigrationSet]) -> Result<()> {
        let mut client = self.pool.client().await?;
        migrate::postgres(client.raw(), sets).await
    }

    pub(crate) async fn snapshot(&self) -> Result<PostgresSnapshot> {
        Ok(PostgresSnapshot::new(self.pool.client().await?))
    }

    pub(crate) async fn commit(&self, batch: Batch) -> Result<Committed, CommitError> {
        self.committers.commit(batch).await
    }

    pub(crate) fn waiting(&self) -> usize {
        self.committers.waiting()
    }

    pub(crate) async fn prepare_all(&self, statements: &[&'static Statement]) -> Result<()> {
        let mut client = self.pool.client().await?;
        for statement in statements {
            let refused = |error: tokio_postgres::Error| {
                describe(
                    &format!("PostgreSQL refuses «{}»", statement.text()),
                    &error,
                )
            };
            statement.check_joined()?;
            let client = client.prepared();
            // Two rows show whether an append can be joined at all.
            let prepared = client.joined(statement, 2).await.map_err(refused)?;
            if let Some(column) = prepared.columns().iter().find(|c| !is_portable(c.type_())) {
                let (name, text) = (column.name(), statement.text());
                let what = format!("column {name} of «{text}» has a type that is not portable");
                return Err(Fault::new(what).into());
            }
        }
        Ok(())
    }

    pub(crate) async fn is_alive(&self) -> bool {
        if !self.committers.are_running() {
            return false;
        }
        match self.pool.client().await {
            Ok(mut client) => client.raw().simple_query("SELECT 1").await.is_ok(),
            Err(_) => false,
        }
    }

    pub(crate) async fn close(self) {
        self.committers.close().await;
    }
}

/// The types that a column of an answer can have.
const fn is_portable(ty: &Type) -> bool {
    matches!(
        *ty,
        Type::INT8 | Type::INT4 | Type::BYTEA | Type::TEXT | Type::VARCHAR
    )
}

impl Value {
    /// Whether the value can be sent for a parameter of this type.
    fn fits(&self, ty: &Type) -> bool {
        match (self, ty) {
            (Self::Null, _) => true,
            (Self::Int(int), &Type::INT4) => i32::try_from(*int).is_ok(),
            (Self::Int(_), &Type::INT8) => true,
            (Self::Bytes(_), &Type::BYTEA) => true,
            (Self::Text(_), &Type::TEXT | &Type::VARCHAR) => true,
            _ => false,
        }
    }
}

impl ToSql for Value {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        if !self.fits(ty) {
            return Err(format!("a value does not fit a parameter of type {ty}").into());
        }
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(int) if *ty == Type::INT4 => i32::try_from(*int)?.to_sql(ty, out),
            Self::Int(int) => int.to_sql(ty, out),
            Self::Bytes(bytes) => bytes.as_slice().to_sql(ty, out),
            Self::Text(text) => text.as_str().to_sql(ty, out),
            Self::Late(_) => Err("a late number in a read".into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    tokio_postgres::types::to_sql_checked!();
}
