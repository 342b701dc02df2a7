//! Drivers on SQLite: sqlx against rusqlite, inline and on the blocking pool; groups of inserts on one writer.

use std::path::Path;
use std::str::FromStr;
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use rusqlite::{Connection, params};
use sqlx::Row;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use tokio::sync::{Semaphore, oneshot};

use crate::measure::{CHATS, Id, Random, Round, TENANT, Table, chat_id, load};

const ROWS_PER_CHAT: u64 = 500;
const POINT: &str = "SELECT body FROM message WHERE tenant = $1 AND id = $2";
const PAGE: &str = "SELECT id, seq, body FROM message WHERE tenant = $1 AND chat = $2 AND seq < $3 ORDER BY seq DESC LIMIT 50";
const INSERT: &str =
    "INSERT INTO message (tenant, id, chat, seq, sender, body) VALUES ($1, $2, $3, $4, $5, $6)";

pub fn open(path: &Path) -> Connection {
    let conn = Connection::open(path).expect("open");
    conn.execute_batch(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=5000;",
    )
    .expect("pragmas");
    conn.set_prepared_statement_cache_capacity(64);
    conn
}

/// Connections taken inline, or on the blocking pool behind a semaphore of the same size.
#[derive(Clone)]
pub struct Readers {
    idle: Arc<Mutex<Vec<Connection>>>,
    permits: Arc<Semaphore>,
}

impl Readers {
    pub fn new(path: &Path, size: usize) -> Self {
        let idle = (0..size).map(|_| open(path)).collect();
        Self {
            idle: Arc::new(Mutex::new(idle)),
            permits: Arc::new(Semaphore::new(size)),
        }
    }

    /// At most one per runtime worker is out at a time, since nothing awaits while it holds one.
    pub fn inline<T>(&self, f: impl FnOnce(&Connection) -> T) -> T {
        let conn = self
            .idle
            .lock()
            .expect("pool")
            .pop()
            .expect("more workers than connections");
        let value = f(&conn);
        self.idle.lock().expect("pool").push(conn);
        value
    }

    pub async fn blocking<T: Send + 'static>(
        &self,
        f: impl FnOnce(&Connection) -> T + Send + 'static,
    ) -> T {
        let _permit = self.permits.acquire().await.expect("pool");
        let pool = self.clone();
        tokio::task::spawn_blocking(move || pool.inline(f))
            .await
            .expect("blocking read")
    }
}

fn point(conn: &Connection, id: &Id) -> Vec<u8> {
    conn.prepare_cached(POINT)
        .expect("sql")
        .query_row(params![&TENANT[..], &id[..]], |r| r.get(0))
        .expect("row")
}

fn page(conn: &Connection, chat: &Id, below: i64) -> Vec<(Vec<u8>, i64, Vec<u8>)> {
    let mut statement = conn.prepare_cached(PAGE).expect("sql");
    let rows = statement
        .query_map(params![&TENANT[..], &chat[..], below], |r| {
            Ok((r.get(0)?, r.get(1)?, r.get(2)?))
        })
        .expect("query");
    rows.collect::<Result<_, _>>().expect("rows")
}

fn fill(path: &Path) -> Vec<Id> {
    let mut conn = open(path);
    conn.execute_batch(include_str!("schema.sql"))
        .expect("schema");
    let mut random = Random::new(1);
    let mut ids = Vec::new();
    let tx = conn.transaction().expect("begin");
    for seq in 1..=ROWS_PER_CHAT {
        for chat in 0..CHATS {
            let id = random.id();
            tx.prepare_cached(INSERT)
                .expect("sql")
                .execute(params![
                    &TENANT[..],
                    &id[..],
                    &chat_id(chat)[..],
                    seq as i64,
                    &TENANT[..],
                    random.bytes(300)
                ])
                .expect("insert");
            ids.push(id);
        }
    }
    tx.commit().expect("commit");
    ids
}

async fn sqlx_pool(path: &Path, size: u32) -> sqlx::SqlitePool {
    let options = SqliteConnectOptions::from_str(&format!("sqlite://{}", path.display()))
        .expect("url")
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(5));
    SqlitePoolOptions::new()
        .max_connections(size)
        .min_connections(size)
        .test_before_acquire(false)
        .connect_with(options)
        .await
        .expect("pool")
}

pub async fn reads(dir: &Path, rounds: usize, length: Duration) {
    let path = dir.join("reads.db");
    let ids = Arc::new(fill(&path));
    let readers = Readers::new(&path, 4);
    let pool = sqlx_pool(&path, 4).await;
    for tasks in [1, 16] {
        let (mut points, mut pages) = (
            Table::new(format!("SQLite point read, {tasks} tasks")),
            Table::new(format!("SQLite page of 50, {tasks} tasks")),
        );
        for _ in 0..rounds {
            let (p, i) = (pool.clone(), ids.clone());
            points.add(
                "sqlx pool",
                load(tasks, length, move |_, n| {
                    let (p, i) = (p.clone(), i.clone());
                    async move {
                        let id = &i[n as usize % i.len()];
                        let row = sqlx::query(POINT)
                            .bind(&TENANT[..])
                            .bind(&id[..])
                            .fetch_one(&p)
                            .await
                            .expect("row");
                        (row.get::<Vec<u8>, _>(0).len() == 300) as u64
                    }
                })
                .await,
            );
            let (r, i) = (readers.clone(), ids.clone());
            points.add(
                "rusqlite spawn_blocking",
                load(tasks, length, move |_, n| {
                    let (r, id) = (r.clone(), i[n as usize % i.len()]);
                    async move { (r.blocking(move |c| point(c, &id)).await.len() == 300) as u64 }
                })
                .await,
            );
            let (r, i) = (readers.clone(), ids.clone());
            points.add(
                "rusqlite inline",
                load(tasks, length, move |_, n| {
                    let (r, id) = (r.clone(), i[n as usize % i.len()]);
                    async move { (r.inline(|c| point(c, &id)).len() == 300) as u64 }
                })
                .await,
            );

            let below = |n: u64| 51 + (n >> 32) as i64 % 449;
            let p = pool.clone();
            pages.add(
                "sqlx pool",
                load(tasks, length, move |_, n| {
                    let p = p.clone();
                    async move {
                        let chat = chat_id(n % CHATS);
                        let rows = sqlx::query(PAGE)
                            .bind(&TENANT[..])
                            .bind(&chat[..])
                            .bind(below(n))
                            .fetch_all(&p)
                            .await
                            .expect("rows");
                        let rows: Vec<(Vec<u8>, i64, Vec<u8>)> = rows
                            .iter()
                            .map(|r| (r.get(0), r.get(1), r.get(2)))
                            .collect();
                        (rows.len() == 50) as u64
                    }
                })
                .await,
            );
            let r = readers.clone();
            pages.add(
                "rusqlite spawn_blocking",
                load(tasks, length, move |_, n| {
                    let r = r.clone();
                    async move {
                        (r.blocking(move |c| page(c, &chat_id(n % CHATS), below(n)))
                            .await
                            .len()
                            == 50) as u64
                    }
                })
                .await,
            );
            let r = readers.clone();
            pages.add(
                "rusqlite inline",
                load(tasks, length, move |_, n| {
                    let r = r.clone();
                    async move {
                        (r.inline(|c| page(c, &chat_id(n % CHATS), below(n))).len() == 50) as u64
                    }
                })
                .await,
            );
        }
        points.print();
        pages.print();
    }
    cold(&path, &readers, &ids);
}

/// How long an inline read holds its worker when the page is on disk only.
fn cold(path: &Path, readers: &Readers, ids: &[Id]) {
    readers.inline(|c| {
        c.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")
            .expect("checkpoint")
    });
    let mut table = Table::new(
        "SQLite inline point read, file just dropped from the page cache (fresh connection)",
    );
    for _ in 0..3 {
        let dropped = std::process::Command::new("dd")
            .arg(format!("of={}", path.display()))
            .args([
                "oflag=nocache",
                "conv=notrunc,fdatasync",
                "count=0",
                "status=none",
            ])
            .status();
        assert!(dropped.is_ok_and(|s| s.success()));
        let fresh = open(path);
        let mut random = Random::new(3);
        let mut round = Round {
            seconds: 1.0,
            units: 1000,
            ..Round::default()
        };
        for _ in 0..1000 {
            let began = Instant::now();
            point(&fresh, &ids[random.next() as usize % ids.len()]);
            round.latency_us.push(began.elapsed().as_micros() as u32);
        }
        round.seconds = round.latency_us.iter().map(|l| f64::from(*l)).sum::<f64>() / 1e6;
        table.add("rusqlite inline, cold", round);
    }
    table.print();
}

type Rows = Vec<(Id, i64, Vec<u8>)>;

/// The writer thread: a group of rows comes in, one transaction, one answer.
fn writer(path: &Path) -> mpsc::Sender<(Rows, oneshot::Sender<()>)> {
    let (send, receive) = mpsc::channel::<(Rows, oneshot::Sender<()>)>();
    let mut conn = open(path);
    std::thread::spawn(move || {
        while let Ok((rows, answer)) = receive.recv() {
            let tx = conn
                .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
                .expect("begin");
            for (id, seq, body) in &rows {
                tx.prepare_cached(INSERT)
                    .expect("sql")
                    .execute(params![
                        &TENANT[..],
                        &id[..],
                        &chat_id(0)[..],
                        seq,
                        &TENANT[..],
                        body
                    ])
                    .expect("insert");
            }
            tx.commit().expect("commit");
            let _ = answer.send(());
        }
    });
    send
}

pub async fn writes(dir: &Path, rounds: usize, length: Duration) {
    for group in [1usize, 32, 100] {
        let mut table = Table::new(format!(
            "SQLite writes, {group} inserts per transaction (units are rows)"
        ));
        for round in 0..rounds {
            let (a, b) = (
                dir.join(format!("w-sqlx-{group}-{round}.db")),
                dir.join(format!("w-rusqlite-{group}-{round}.db")),
            );
            for path in [&a, &b] {
                open(path)
                    .execute_batch(include_str!("schema.sql"))
                    .expect("schema");
            }
            let next = Arc::new(std::sync::atomic::AtomicI64::new(0));
            let rows = move |n: u64| -> Rows {
                let mut random = Random::new(n);
                (0..group)
                    .map(|_| {
                        (
                            random.id(),
                            next.fetch_add(1, std::sync::atomic::Ordering::Relaxed),
                            random.bytes(300),
                        )
                    })
                    .collect()
            };
            // Who goes first changes with every round.
            for turn in 0..2 {
                if (turn + round) % 2 == 0 {
                    let (pool, make) = (sqlx_pool(&a, 1).await, rows.clone());
                    table.add(
                        "sqlx",
                        load(1, length, move |_, n| {
                            let (pool, rows) = (pool.clone(), make(n));
                            async move {
                                let mut tx =
                                    pool.begin_with("BEGIN IMMEDIATE").await.expect("begin");
                                for (id, seq, body) in &rows {
                                    let chat = chat_id(0);
                                    let query = sqlx::query(INSERT)
                                        .bind(&TENANT[..])
                                        .bind(&id[..])
                                        .bind(&chat[..])
                                        .bind(seq)
                                        .bind(&TENANT[..])
                                        .bind(&body[..]);
                                    query.execute(&mut *tx).await.expect("insert");
                                }
                                tx.commit().await.expect("commit");
                                rows.len() as u64
                            }
                        })
                        .await,
                    );
                } else {
                    let (sender, make) = (writer(&b), rows.clone());
                    table.add(
                        "rusqlite writer thread",
                        load(1, length, move |_, n| {
                            let (sender, rows) = (sender.clone(), make(n));
                            async move {
                                let (answer, done) = oneshot::channel();
                                let count = rows.len() as u64;
                                sender.send((rows, answer)).expect("writer");
                                done.await.expect("writer");
                                count
                            }
                        })
                        .await,
                    );
                }
            }
        }
        table.print();
    }
}
