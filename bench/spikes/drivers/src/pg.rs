//! PostgreSQL with tokio-postgres: connections, prepared statements, and the ways to write many rows.

use std::collections::HashMap;
use std::pin::Pin;

use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Error, NoTls, Row, Statement};

use crate::measure::{CHATS, Id, MEMBERS, TENANT, account_id, chat_id};

type Sent<'a> = Pin<Box<dyn Future<Output = Result<Vec<Row>, Error>> + Send + 'a>>;

pub struct Conn {
    pub client: Client,
    pub s: Statements,
    values: HashMap<(&'static str, usize), Statement>,
}

pub struct Statements {
    pub begin: Statement,
    pub commit: Statement,
    pub savepoint: Statement,
    pub release: Statement,
    pub point: Statement,
    pub read: Statement,
    pub role: Statement,
    pub number: Statement,
    pub number_change: Statement,
    pub member: Statement,
    pub message: Statement,
    pub event: Statement,
    pub entry: Statement,
    pub lock: Statement,
    pub many_numbers: Statement,
    pub many_members: Statement,
    pub many_messages: Statement,
    pub many_events: Statement,
    pub many_entries: Statement,
}

pub const POINT: &str = "SELECT body FROM message WHERE tenant = $1 AND id = $2";
pub const NUMBER: &str = "UPDATE chat SET seq = seq + 1, event_seq = event_seq + 1 WHERE tenant = $1 AND id = $2 RETURNING seq, event_seq, version";
pub const MESSAGE: &str = "INSERT INTO message VALUES ($1, $2, $3, $4, $5, $6)";
pub const EVENT: &str = "INSERT INTO event VALUES ($1, $2, $3, $4)";
pub const ENTRY: &str = "INSERT INTO entry VALUES ($1, $2, $3, $4)";

impl Conn {
    pub async fn open(url: &str) -> Self {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("connect");
        tokio::spawn(connection);
        let p = async |sql: &str| {
            client
                .prepare(sql)
                .await
                .unwrap_or_else(|e| panic!("{sql}: {e:?}"))
        };
        let s = Statements {
            begin: p("BEGIN").await,
            commit: p("COMMIT").await,
            savepoint: p("SAVEPOINT act").await,
            release: p("RELEASE act").await,
            point: p(POINT).await,
            read: p("SELECT c.version, m.role FROM chat c JOIN membership m ON m.tenant = c.tenant AND m.chat = c.id WHERE c.tenant = $1 AND c.id = $2 AND m.account = $3").await,
            role: p("SELECT role FROM membership WHERE tenant = $1 AND chat = $2 AND account = $3").await,
            number: p(NUMBER).await,
            number_change: p("UPDATE chat SET version = version + 1, event_seq = event_seq + 1 WHERE tenant = $1 AND id = $2 RETURNING seq, event_seq, version").await,
            member: p("UPDATE membership SET role = 3 - role WHERE tenant = $1 AND chat = $2 AND account = $3").await,
            message: p(MESSAGE).await,
            event: p(EVENT).await,
            entry: p(ENTRY).await,
            lock: p("SELECT id, version, seq, event_seq FROM chat WHERE tenant = $1 AND id = ANY($2) ORDER BY id FOR UPDATE").await,
            many_numbers: p("UPDATE chat c SET version = v.version, seq = v.seq, event_seq = v.event_seq FROM unnest($2::bytea[], $3::bigint[], $4::bigint[], $5::bigint[]) AS v(id, version, seq, event_seq) WHERE c.tenant = $1 AND c.id = v.id").await,
            many_members: p("UPDATE membership m SET role = 3 - role FROM unnest($2::bytea[], $3::bytea[]) AS v(chat, account) WHERE m.tenant = $1 AND m.chat = v.chat AND m.account = v.account").await,
            many_messages: p("INSERT INTO message SELECT $1, v.* FROM unnest($2::bytea[], $3::bytea[], $4::bigint[], $5::bytea[], $6::bytea[]) AS v").await,
            many_events: p("INSERT INTO event SELECT $1, v.* FROM unnest($2::bytea[], $3::bigint[], $4::bytea[]) AS v").await,
            many_entries: p("INSERT INTO entry SELECT $1, v.* FROM unnest($2::bytea[], $3::bytea[], $4::bytea[]) AS v").await,
        };
        Self {
            client,
            s,
            values: HashMap::new(),
        }
    }

    pub async fn reset(&self) {
        self.client
            .batch_execute("TRUNCATE message, event, entry, chat, membership; CHECKPOINT;")
            .await
            .expect("reset");
        let chats: Vec<Id> = (0..CHATS).map(chat_id).collect();
        let accounts: Vec<Id> = (0..MEMBERS).map(account_id).collect();
        let (chats, accounts) = (slices(&chats), slices(&accounts));
        self.client
            .execute(
                "INSERT INTO chat SELECT $1, id, 1, 0, 0 FROM unnest($2::bytea[]) AS id",
                &[&&TENANT[..], &chats],
            )
            .await
            .expect("chats");
        self.client.execute("INSERT INTO membership SELECT $1, c, a, 1 FROM unnest($2::bytea[]) AS c, unnest($3::bytea[]) AS a", &[&&TENANT[..], &chats, &accounts]).await.expect("members");
        self.client
            .execute(
                "INSERT INTO message VALUES ($1, $2, $1, 0, $1, $1)",
                &[&&TENANT[..], &&crate::acts::TAKEN[..]],
            )
            .await
            .expect("taken");
        self.client.batch_execute("ANALYZE").await.expect("analyze");
    }

    /// A statement of `n` rows for `VALUES`, prepared once per size.
    pub async fn rows(&mut self, table: &'static str, columns: usize, n: usize) -> Statement {
        if let Some(known) = self.values.get(&(table, n)) {
            return known.clone();
        }
        let rows: Vec<String> = (0..n)
            .map(|row| {
                format!(
                    "({})",
                    (0..columns)
                        .map(|c| format!("${}", row * columns + c + 1))
                        .collect::<Vec<_>>()
                        .join(",")
                )
            })
            .collect();
        let prepared = if table == "chat" {
            let sql = format!("UPDATE chat c SET version = v.version, seq = v.seq, event_seq = v.event_seq FROM (VALUES {}) AS v(tenant, id, version, seq, event_seq) WHERE c.tenant = v.tenant AND c.id = v.id", rows.join(","));
            let types: Vec<Type> = (0..n).flat_map(|_| [Type::BYTEA, Type::BYTEA, Type::INT8, Type::INT8, Type::INT8]).collect();
            self.client.prepare_typed(&sql, &types).await
        } else {
            self.client.prepare(&format!("INSERT INTO {table} VALUES {}", rows.join(","))).await
        }
        .expect("prepare");
        self.values.insert((table, n), prepared.clone());
        prepared
    }
}

pub fn slices(ids: &[Id]) -> Vec<&[u8]> {
    ids.iter().map(|id| &id[..]).collect()
}

/// A statement that is sent at its first poll.
pub fn send<'a>(
    client: &'a Client,
    statement: &'a Statement,
    params: &'a [&'a (dyn ToSql + Sync)],
) -> Sent<'a> {
    Box::pin(client.query(statement, params))
}

pub async fn wal_syncs(url: &str) -> f64 {
    // A closed connection has reported its counts; give the servers a moment to end.
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("connect");
    tokio::spawn(connection);
    client
        .query_one("SELECT wal_sync FROM pg_stat_wal", &[])
        .await
        .expect("wal")
        .get::<_, i64>(0) as f64
}

pub async fn schema(url: &str) {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("connect");
    tokio::spawn(connection);
    client
        .batch_execute("DROP TABLE IF EXISTS chat, membership, message, event, entry")
        .await
        .expect("drop");
    client
        .batch_execute(&include_str!("schema.sql").replace("BLOB", "BYTEA"))
        .await
        .expect("schema");
}
