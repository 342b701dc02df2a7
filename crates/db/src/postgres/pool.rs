//! A small pool of clients, each with its prepared statements.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use base::{Context, Result};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_postgres::{Client, Config, NoTls, types::Type};

use crate::{Options, Statement, UNAVAILABLE};

pub(crate) struct Pool {
    config: Config,
    idle: Mutex<Vec<Prepared>>,
    places: Arc<Semaphore>,
    wait: Duration,
}

/// A client and what it has prepared.
pub(crate) struct Prepared {
    pub(crate) client: Client,
    /// By the statement's address.
    statements: HashMap<usize, tokio_postgres::Statement>,
    /// Appends of several rows, by the statement's address and the number of rows.
    joined: HashMap<(usize, usize), tokio_postgres::Statement>,
    fixed: HashMap<&'static str, tokio_postgres::Statement>,
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
            None => connect(&self.config, self.wait).await?,
        };
        Ok(Loan {
            prepared: Some(prepared),
            pool: Arc::clone(self),
            place: Some(place),
        })
    }
}

/// What every session is told. A node that falls silent in the middle of a transaction does not hold its locks for long.
/// Statements are planned once: with a plan for each set of values, planning costs as much as what is planned, and no plan
/// here may depend on values.
const SET_UP: &str =
    "SET synchronous_commit = on; SET lock_timeout = '5s'; SET statement_timeout = '60s';
    SET idle_in_transaction_session_timeout = '15s'; SET plan_cache_mode = force_generic_plan";

/// Opens a connection within `wait` and lets its driver run until it closes.
pub(crate) async fn connect(config: &Config, wait: Duration) -> Result<Prepared> {
    tokio::time::timeout(wait, try_connect(config))
        .await
        .map_err(|_| UNAVAILABLE)?
        .map_err(|error| {
            tracing::warn!(%error, "PostgreSQL does not take a connection");
            UNAVAILABLE.into()
        })
}

async fn try_connect(config: &Config) -> Result<Prepared, tokio_postgres::Error> {
    let (client, connection) = config.connect(NoTls).await?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::warn!(%error, "a connection to PostgreSQL broke");
        }
    });
    client.batch_execute(SET_UP).await?;
    Ok(Prepared {
        client,
        statements: HashMap::new(),
        joined: HashMap::new(),
        fixed: HashMap::new(),
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

    /// The form of an append that takes so many rows.
    pub(crate) async fn joined(
        &mut self,
        statement: &'static Statement,
        rows: usize,
    ) -> Result<tokio_postgres::Statement, tokio_postgres::Error> {
        let single = self.statement(statement).await?;
        let Some(insert) = statement.joined().filter(|_| rows > 1) else {
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
        let text = insert.text(rows, single.params().len());
        let joined = self.client.prepare_typed(&text, &types).await?;
        self.joined.insert(key, joined.clone());
        Ok(joined)
    }

    /// A statement of this crate's own.
    pub(crate) async fn fixed(
        &mut self,
        text: &'static str,
    ) -> Result<tokio_postgres::Statement, tokio_postgres::Error> {
        if let Some(statement) = self.fixed.get(text) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(text).await?;
        self.fixed.insert(text, statement.clone());
        Ok(statement)
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
