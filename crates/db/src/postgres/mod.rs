//! PostgreSQL: a pool of clients for snapshots, and committers that pipeline whole groups.

mod committer;
mod pipeline;
mod pool;
mod snapshot;

use std::{error::Error as StdError, sync::Arc};

use base::{Context, Fault, Result};
use tokio_postgres::types::{IsNull, ToSql, Type, private::BytesMut};

pub(crate) use snapshot::PostgresSnapshot;

use crate::{
    Batch, CommitError, Committed, MigrationSet, Options, Statement, migrate, value::Value,
};
use committer::Committers;
use pool::Pool;

pub(crate) struct Postgres {
    pool: Arc<Pool>,
    committers: Committers,
}

impl Postgres {
    pub(crate) async fn open(url: &str, options: &Options) -> Result<Self> {
        let config: tokio_postgres::Config = url.parse().context("reading the PostgreSQL URL")?;
        let pool = Arc::new(Pool::new(config.clone(), options));
        drop(pool.client().await?);
        // More than 32 batches would hold row locks for longer than the shared commit saves.
        let committers = Committers::start(config, options.group_max.min(32));
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

    pub(crate) async fn prepare_all(&self, statements: &[&'static Statement]) -> Result<()> {
        let mut client = self.pool.client().await?;
        for statement in statements {
            client
                .raw()
                .prepare(&statement.parsed().postgres)
                .await
                .map_err(|error| {
                    Fault::new(format!(
                        "PostgreSQL refuses «{}»: {error:?}",
                        statement.text()
                    ))
                })?;
        }
        Ok(())
    }

    pub(crate) async fn is_alive(&self) -> bool {
        match self.pool.client().await {
            Ok(mut client) => client.raw().simple_query("SELECT 1").await.is_ok(),
            Err(_) => false,
        }
    }
}

impl ToSql for Value {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(int) => match *ty {
                Type::INT4 => i32::try_from(*int)?.to_sql(ty, out),
                Type::INT2 => i16::try_from(*int)?.to_sql(ty, out),
                _ => int.to_sql(ty, out),
            },
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
