//! Fresh databases for tests, and the suite of behaviours that both databases pass.
//!
//! SQLite is always there. PostgreSQL joins when `BASTIDE_TEST_POSTGRES_URL` names one: every fresh database is then a
//! schema of its own in it, so that tests run side by side. Where `BASTIDE_TEST_REQUIRE_SERVICES` is set as well, a run
//! without PostgreSQL fails instead of passing with half of it left out.

use base::{Context, Entropy, Fault, Result, SystemEntropy};
use tempfile::TempDir;
use tokio_postgres::NoTls;

use crate::{Database, MigrationSet, Options};

#[cfg(test)]
mod committing;
#[cfg(test)]
mod leases;
#[cfg(test)]
mod migrations;
#[cfg(test)]
mod numbers;
#[cfg(test)]
mod reading;
#[cfg(test)]
mod round_trips;
#[cfg(test)]
mod things;
#[cfg(test)]
mod trouble;

/// Names the PostgreSQL that tests may make schemas in.
const POSTGRES_VARIABLE: &str = "BASTIDE_TEST_POSTGRES_URL";
/// Says that a test must not pass because a service is missing.
const REQUIRE_VARIABLE: &str = "BASTIDE_TEST_REQUIRE_SERVICES";

/// An empty place for one database, which can be opened more than once.
pub struct Fresh {
    url: String,
    home: Home,
}

enum Home {
    Directory(TempDir),
    Schema { server: String, name: String },
}

/// One place of each kind that this machine has.
///
/// # Errors
/// A fault when the temporary directory or the schema cannot be made.
pub async fn fresh() -> Result<Vec<Fresh>> {
    let mut all = vec![fresh_sqlite()?];
    all.extend(fresh_postgres().await?);
    Ok(all)
}

/// A place for SQLite.
///
/// # Errors
/// A fault when the temporary directory cannot be made.
pub fn fresh_sqlite() -> Result<Fresh> {
    let directory = TempDir::new().context("making a directory for a test")?;
    let url = format!("sqlite://{}", directory.path().join("test.db").display());
    Ok(Fresh {
        url,
        home: Home::Directory(directory),
    })
}

/// A schema in PostgreSQL, if the machine has one.
///
/// # Errors
/// A fault when the schema cannot be made, or there is no PostgreSQL and the run wants one.
#[expect(
    clippy::disallowed_methods,
    reason = "tests have no configuration but the environment"
)]
pub async fn fresh_postgres() -> Result<Option<Fresh>> {
    let given = std::env::var(POSTGRES_VARIABLE).ok();
    let Some(server) = given.filter(|url| !url.is_empty()) else {
        return match std::env::var_os(REQUIRE_VARIABLE) {
            Some(_) => Err(Fault::new("this run wants PostgreSQL, and none is named").into()),
            None => Ok(None),
        };
    };
    let mut random = [0u8; 8];
    SystemEntropy.fill(&mut random);
    let name = format!("test_{:016x}", u64::from_be_bytes(random));
    run(&server, &format!("CREATE SCHEMA {name}")).await?;
    let join = if server.contains('?') { '&' } else { '?' };
    Ok(Some(Fresh {
        url: format!("{server}{join}options=-csearch_path%3D{name}&application_name={name}"),
        home: Home::Schema { server, name },
    }))
}

impl Fresh {
    pub fn url(&self) -> &str {
        &self.url
    }

    pub const fn is_postgres(&self) -> bool {
        matches!(self.home, Home::Schema { .. })
    }

    /// Opens the database and brings `sets` into it.
    ///
    /// # Errors
    /// As [`Database::open`] and [`Database::migrate`].
    pub async fn open(&self, sets: &[MigrationSet]) -> Result<Database> {
        let database = Database::open(&self.url, Options::default()).await?;
        database.migrate(sets).await?;
        Ok(database)
    }

    /// Removes what the database left behind.
    ///
    /// # Errors
    /// A fault when it cannot be removed.
    pub async fn remove(self) -> Result<()> {
        match self.home {
            Home::Directory(directory) => directory.close().context("removing a test's directory"),
            Home::Schema { server, name } => {
                run(&server, &format!("DROP SCHEMA {name} CASCADE")).await
            }
        }
    }
}

async fn run(server: &str, text: &str) -> Result<()> {
    let (client, connection) = tokio_postgres::connect(server, NoTls)
        .await
        .context("connecting to the PostgreSQL for tests")?;
    let driver = tokio::spawn(connection);
    let done = client
        .batch_execute(text)
        .await
        .context("preparing the PostgreSQL for tests");
    drop(client);
    drop(driver.await);
    done
}

#[cfg(test)]
/// Runs a case on every database there is, each with the tables of [`things`].
async fn on_each(case: impl AsyncFn(&std::sync::Arc<Database>)) {
    for place in fresh().await.unwrap() {
        let database = std::sync::Arc::new(place.open(things::SETS).await.unwrap());
        case(&database).await;
        drop(database);
        place.remove().await.unwrap();
    }
}
