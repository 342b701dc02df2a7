//! A small pool of clients, each with its prepared statements.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use base::{Context, Result};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_postgres::{Client, Config, NoTls};

use crate::{Options, Statement, UNAVAILABLE};

pub(crate) struct Pool {
    config: Config,
    idle: Mutex<Vec<Prepared>>,
    places: Arc<Semaphore>,
    wait: Duration,
}

/// A client and what it has prepared, by the statement's address.
pub(crate) struct Prepared {
    pub(crate) client: Client,
    statements: HashMap<usize, tokio_postgres::Statement>,
}

/// A client on loan; it goes back when dropped.
pub(crate) struct Loan {
    prepared: Option<Prepared>,
    pool: Arc<Pool>,
    place: Option<OwnedSemaphorePermit>,
}

impl Pool {
    pub(crate) fn new(config: Config, options: &Options) -> Self {
        let places = Arc::new(Semaphore::new(
            usize::try_from(options.readers_max).unwrap_or(1),
        ));
        Self {
            config,
            idle: Mutex::default(),
            places,
            wait: options.wait,
        }
    }

    pub(crate) async fn client(self: &Arc<Self>) -> Result<Loan> {
        let place = tokio::time::timeout(self.wait, Arc::clone(&self.places).acquire_owned())
            .await
            .map_err(|_| UNAVAILABLE)?
            .context("the pool is closed")?;
        let idle = self.idle.lock().ok().and_then(|mut idle| idle.pop());
        let prepared = match idle.filter(|prepared| !prepared.client.is_closed()) {
            Some(prepared) => prepared,
            None => connect(&self.config).await?,
        };
        Ok(Loan {
            prepared: Some(prepared),
            pool: Arc::clone(self),
            place: Some(place),
        })
    }
}

/// Opens a connection and lets its driver run until it closes.
pub(crate) async fn connect(config: &Config) -> Result<Prepared> {
    let (client, connection) = config.connect(NoTls).await.map_err(|error| {
        tracing::warn!(%error, "PostgreSQL does not take a connection");
        UNAVAILABLE
    })?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::warn!(%error, "a connection to PostgreSQL broke");
        }
    });
    client
        .batch_execute(
            "SET synchronous_commit = on; SET lock_timeout = '10s'; SET statement_timeout = '60s'",
        )
        .await
        .context("setting up the PostgreSQL session")?;
    Ok(Prepared {
        client,
        statements: HashMap::new(),
    })
}

impl Prepared {
    pub(crate) async fn statement(
        &mut self,
        statement: &'static Statement,
    ) -> Result<tokio_postgres::Statement, tokio_postgres::Error> {
        if let Some(prepared) = self.statements.get(&statement.address()) {
            return Ok(prepared.clone());
        }
        let prepared = self.client.prepare(&statement.parsed().postgres).await?;
        self.statements
            .insert(statement.address(), prepared.clone());
        Ok(prepared)
    }
}

impl Loan {
    #[expect(
        clippy::expect_used,
        reason = "the client is there until the loan is dropped or given away"
    )]
    pub(crate) fn raw(&mut self) -> &mut Client {
        &mut self
            .prepared
            .as_mut()
            .expect("the client is on loan")
            .client
    }

    #[expect(
        clippy::expect_used,
        reason = "the client is there until the loan is dropped or given away"
    )]
    pub(crate) fn prepared(&mut self) -> &mut Prepared {
        self.prepared.as_mut().expect("the client is on loan")
    }

    /// Ends the transaction that is open on the client, then gives the client back.
    pub(crate) fn end_transaction(mut self) {
        let (Some(prepared), Some(place)) = (self.prepared.take(), self.place.take()) else {
            return;
        };
        let pool = Arc::clone(&self.pool);
        // The message leaves at once; only its answer is waited for aside.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        runtime.spawn(async move {
            if prepared.client.batch_execute("COMMIT").await.is_ok()
                && let Ok(mut idle) = pool.idle.lock()
            {
                idle.push(prepared);
            }
            drop(place);
        });
    }
}

impl Drop for Loan {
    fn drop(&mut self) {
        if let Some(prepared) = self.prepared.take()
            && let Ok(mut idle) = self.pool.idle.lock()
        {
            idle.push(prepared);
        }
    }
}
