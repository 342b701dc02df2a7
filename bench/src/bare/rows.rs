//! Rows of the size of a message in a database and nothing else: how many become durable in a second.

use std::time::{Duration, Instant};

use futures_util::future::try_join_all;
use rusqlite::Connection;
use tempfile::TempDir;

use crate::{ground, table::real};

/// Rows that share one durable commit.
pub(crate) const GROUP: usize = 100;
/// A sealed message is about as long.
const BODY: [u8; 260] = [7; 260];
const CHATS: usize = 200;

/// A row's own values: chat, number, id.
type Row = ([u8; 16], i64, [u8; 16]);

fn row(count: usize) -> Row {
    let mut chat = [1; 16];
    chat[8..].copy_from_slice(&(count % CHATS).to_be_bytes());
    let mut id = [2; 16];
    id[..8].copy_from_slice(&count.to_be_bytes());
    (chat, i64::try_from(count).unwrap(), id)
}

/// Rows a second with commits of `group` rows: WAL, `synchronous=FULL`, one thread.
pub(crate) fn sqlite(group: usize, window: Duration) -> f64 {
    let directory = TempDir::with_prefix("bastide-bench-rows-").unwrap();
    let mut connection = Connection::open(directory.path().join("bare.db")).unwrap();
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536;
             CREATE TABLE bare (chat BYTEA, number BIGINT, id BYTEA, body BYTEA, PRIMARY KEY (chat, number)) WITHOUT ROWID",
        )
        .unwrap();
    let (begun, mut count) = (Instant::now(), 0_usize);
    while begun.elapsed() < window {
        let transaction = connection.transaction().unwrap();
        {
            let mut insert = transaction
                .prepare_cached("INSERT INTO bare VALUES (?1, ?2, ?3, ?4)")
                .unwrap();
            for _ in 0..group {
                count += 1;
                let (chat, number, id) = row(count);
                insert.execute((chat, number, id, BODY)).unwrap();
            }
        }
        transaction.commit().unwrap();
    }
    real(count) / begun.elapsed().as_secs_f64()
}

/// Rows a second with commits of `group` rows, pipelined over one connection, `synchronous_commit=on`.
pub(crate) async fn postgres(url: &str, group: usize, window: Duration) -> f64 {
    let client = ground::connect(url).await;
    let table = format!("bench_{}_bare", ground::stamp());
    client
        .batch_execute(&format!(
            "SET synchronous_commit = on;
             CREATE TABLE {table} (chat BYTEA, number BIGINT, id BYTEA, body BYTEA, PRIMARY KEY (chat, number))"
        ))
        .await
        .unwrap();
    let insert = client
        .prepare(&format!("INSERT INTO {table} VALUES ($1, $2, $3, $4)"))
        .await
        .unwrap();
    let (begun, mut count) = (Instant::now(), 0_usize);
    while begun.elapsed() < window {
        let rows: Vec<Row> = (count..count + group).map(row).collect();
        count += group;
        let body = &BODY[..];
        let inserts = rows.iter().map(|(chat, number, id)| {
            let (client, insert) = (&client, &insert);
            async move {
                client
                    .execute(insert, &[&&chat[..], number, &&id[..], &body])
                    .await
            }
        });
        let (begin, inserted, commit) = tokio::join!(
            client.batch_execute("BEGIN"),
            try_join_all(inserts),
            client.batch_execute("COMMIT")
        );
        begin.unwrap();
        inserted.unwrap();
        commit.unwrap();
    }
    let seconds = begun.elapsed().as_secs_f64();
    client
        .batch_execute(&format!("DROP TABLE {table}"))
        .await
        .unwrap();
    real(count) / seconds
}
