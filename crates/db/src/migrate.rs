//! Migrations: plain SQL, forward only, one text for both databases.

use std::collections::BTreeMap;

use base::{Context, Fault, Result};
use rusqlite::Connection;

/// One migration as it stands in its file.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// The file's name without its ending: `0001_chats`.
    pub name: &'static str,
    pub sql: &'static str,
}

/// The migrations of one domain, in order.
#[derive(Debug, Clone, Copy)]
pub struct MigrationSet {
    pub domain: &'static str,
    pub migrations: &'static [Migration],
}

/// The tables of this crate: resources and leases.
pub const OWN_MIGRATIONS: MigrationSet = MigrationSet {
    domain: "db",
    migrations: &[Migration {
        name: "0001_resources",
        sql: include_str!("../migrations/0001_resources.sql"),
    }],
};

const CREATE_LEDGER: &str = "CREATE TABLE IF NOT EXISTS db_migration (
    tenant BYTEA NOT NULL, domain TEXT NOT NULL, name TEXT NOT NULL, checksum BIGINT NOT NULL,
    PRIMARY KEY (tenant, domain, name))";

/// What has been applied, by domain and name, with its checksum.
type Ledger = BTreeMap<(String, String), i64>;

/// What is missing, in order.
///
/// # Errors
/// A fault for an edited migration, and for one that this binary does not know: the schema is newer than the program.
fn missing(sets: &[MigrationSet], mut ledger: Ledger) -> Result<Vec<(&'static str, Migration)>> {
    let mut missing = Vec::new();
    for set in sets {
        for migration in set.migrations {
            match ledger.remove(&(set.domain.to_owned(), migration.name.to_owned())) {
                None => missing.push((set.domain, *migration)),
                Some(applied) if applied == checksum(migration.sql) => {}
                Some(_) => {
                    let what = format!(
                        "migration {}/{} was edited after it ran",
                        set.domain, migration.name
                    );
                    return Err(Fault::new(what).into());
                }
            }
        }
    }
    let known: Vec<_> = sets.iter().map(|set| set.domain).collect();
    match ledger
        .keys()
        .find(|(domain, _)| known.contains(&domain.as_str()))
    {
        None => Ok(missing),
        Some((domain, name)) => Err(Fault::new(format!(
            "the database is newer than this program: it has the migration {domain}/{name}"
        ))
        .into()),
    }
}

/// FNV-1a, 64 bits: tells an edited file, defends against nobody.
fn checksum(sql: &str) -> i64 {
    let hash = sql.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    });
    i64::from_ne_bytes(hash.to_ne_bytes())
}

/// Where the reading of DDL stands.
#[derive(PartialEq)]
enum Place {
    Code,
    Comment,
    Quoted,
}

/// The same DDL for SQLite: its own type names, and tables with strict typing whose rows are kept in the order of their key.
pub(crate) fn for_sqlite(sql: &str) -> String {
    let mut text = String::with_capacity(sql.len() + 64);
    let mut word = String::new();
    let mut statement: Vec<String> = Vec::new();
    let mut place = Place::Code;
    for c in sql.chars().chain(['\n']) {
        if place == Place::Code && (c.is_ascii_alphanumeric() || c == '_') {
            word.push(c);
            continue;
        }
        if !word.is_empty() {
            text.push_str(match word.as_str() {
                "BIGINT" => "INTEGER",
                "BYTEA" => "BLOB",
                other => other,
            });
            statement.push(std::mem::take(&mut word));
        }
        place = match (place, c) {
            (Place::Code, '-') if text.ends_with('-') => Place::Comment,
            (Place::Code, '\'') => Place::Quoted,
            (Place::Comment, '\n') | (Place::Quoted, '\'') => Place::Code,
            (place, _) => place,
        };
        if place == Place::Code && c == ';' {
            end_statement(&mut text, &mut statement);
        }
        text.push(c);
    }
    end_statement(&mut text, &mut statement);
    text
}

fn end_statement(text: &mut String, words: &mut Vec<String>) {
    if let [create, table, ..] = words.as_slice()
        && (create.as_str(), table.as_str()) == ("CREATE", "TABLE")
    {
        text.push_str(" STRICT, WITHOUT ROWID");
    }
    words.clear();
}

pub(crate) fn sqlite(connection: &mut Connection, sets: &[MigrationSet]) -> Result<()> {
    let transaction = connection
        .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
        .context("beginning to migrate")?;
    transaction
        .execute_batch(&for_sqlite(CREATE_LEDGER))
        .context("creating the ledger of migrations")?;
    let ledger = {
        let mut select = transaction
            .prepare("SELECT domain, name, checksum FROM db_migration")
            .context("reading the ledger of migrations")?;
        let rows = select
            .query_map([], |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)))
            .context("reading the ledger of migrations")?;
        rows.collect::<rusqlite::Result<Ledger>>()
            .context("reading the ledger of migrations")?
    };
    for (domain, migration) in missing(sets, ledger)? {
        transaction
            .execute_batch(&for_sqlite(migration.sql))
            .map_err(|error| {
                Fault::new(format!("migration {domain}/{}: {error}", migration.name))
            })?;
        transaction
            .execute(
                "INSERT INTO db_migration (tenant, domain, name, checksum) VALUES (zeroblob(16), ?1, ?2, ?3)",
                (domain, migration.name, checksum(migration.sql)),
            )
            .context("writing the ledger of migrations")?;
    }
    transaction.commit().context("committing the migrations")
}

pub(crate) async fn postgres(
    client: &mut tokio_postgres::Client,
    sets: &[MigrationSet],
) -> Result<()> {
    create_ledger(client).await?;
    let transaction = client.transaction().await.context("beginning to migrate")?;
    // Nodes that start together wait here for the first of them; its inserts make the others find nothing missing.
    transaction
        .batch_execute("LOCK TABLE db_migration IN EXCLUSIVE MODE")
        .await
        .context("locking the ledger of migrations")?;
    let rows = transaction
        .query("SELECT domain, name, checksum FROM db_migration", &[])
        .await
        .context("reading the ledger of migrations")?;
    let ledger = rows
        .iter()
        .map(|row| ((row.get(0), row.get(1)), row.get(2)))
        .collect();
    for (domain, migration) in missing(sets, ledger)? {
        transaction
            .batch_execute(migration.sql)
            .await
            .map_err(|error| {
                Fault::new(format!("migration {domain}/{}: {error:?}", migration.name))
            })?;
        transaction
            .execute(
                "INSERT INTO db_migration (tenant, domain, name, checksum) VALUES ($1, $2, $3, $4)",
                &[
                    &vec![0u8; 16],
                    &domain,
                    &migration.name,
                    &checksum(migration.sql),
                ],
            )
            .await
            .context("writing the ledger of migrations")?;
    }
    transaction
        .commit()
        .await
        .context("committing the migrations")
}

/// Two sessions that create the same table at once collide in the catalogue even with IF NOT EXISTS: the loser tries again.
async fn create_ledger(client: &tokio_postgres::Client) -> Result<()> {
    const TRIES: usize = 5;
    let mut last = None;
    for _ in 0..TRIES {
        match client.batch_execute(CREATE_LEDGER).await {
            Ok(()) => return Ok(()),
            Err(error) => last = Some(error),
        }
    }
    last.map_or(Ok(()), Err)
        .context("creating the ledger of migrations")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Migration = Migration {
        name: "0001_one",
        sql: "CREATE TABLE one (a BIGINT\n);",
    };

    #[test]
    fn edited_and_unknown_migrations_are_refused() {
        let sets = [MigrationSet {
            domain: "d",
            migrations: &[ONE],
        }];
        let key = |name: &str| ("d".to_owned(), name.to_owned());
        assert_eq!(missing(&sets, Ledger::new()).unwrap().len(), 1);
        assert_eq!(
            missing(&sets, Ledger::from([(key("0001_one"), checksum(ONE.sql))]))
                .unwrap()
                .len(),
            0
        );
        assert!(missing(&sets, Ledger::from([(key("0001_one"), 1)])).is_err());
        let newer = Ledger::from([(key("0001_one"), checksum(ONE.sql)), (key("0002_two"), 1)]);
        assert!(
            missing(&sets, newer)
                .unwrap_err()
                .to_string()
                .contains("newer")
        );
    }

    #[test]
    fn tables_are_made_strict_and_types_translated_as_words() {
        for (sql, expected) in [
            (
                "CREATE TABLE a_BYTEA (x BYTEA NOT NULL, y BIGINT\n);",
                "CREATE TABLE a_BYTEA (x BLOB NOT NULL, y INTEGER\n) STRICT, WITHOUT ROWID;",
            ),
            (
                "CREATE TABLE a (x BIGINT)",
                "CREATE TABLE a (x INTEGER)\n STRICT, WITHOUT ROWID",
            ),
            (
                "-- The writer's BYTEA; no table.\nCREATE INDEX b ON a (\n x\n);\nCREATE TABLE c (y TEXT); -- end",
                "-- The writer's BYTEA; no table.\nCREATE INDEX b ON a (\n x\n);\nCREATE TABLE c (y TEXT) STRICT, WITHOUT ROWID; -- end",
            ),
            (
                "CREATE TABLE a (x TEXT DEFAULT ';BYTEA', y BYTEA);",
                "CREATE TABLE a (x TEXT DEFAULT ';BYTEA', y BLOB) STRICT, WITHOUT ROWID;",
            ),
        ] {
            assert_eq!(for_sqlite(sql).trim(), expected);
        }
    }
}
