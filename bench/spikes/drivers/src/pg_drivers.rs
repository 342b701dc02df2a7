//! Drivers on PostgreSQL: point reads, and one transaction of 32 acts written in several ways.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use sqlx::Row;
use sqlx::postgres::PgPoolOptions;
use tokio::sync::Mutex;
use tokio_postgres::types::ToSql;

use crate::measure::{CHATS, Id, Random, TENANT, Table, account_id, chat_id, in_order, load};
use crate::pg::{self, Conn, ENTRY, EVENT, MESSAGE, NUMBER, send, slices};

const T: &[u8] = &TENANT;
const ACTS: usize = 32;

pub async fn reads(url: &str, rounds: usize, length: Duration) {
    let filler = Conn::open(url).await;
    filler.reset().await;
    let fill = "INSERT INTO message SELECT $1, uuid_send(gen_random_uuid()), $1, n, $1, decode(repeat(md5(n::text), 19), 'hex') FROM generate_series(1, 100000) AS n";
    filler.client.execute(fill, &[&T]).await.expect("fill");
    filler
        .client
        .batch_execute("VACUUM ANALYZE message")
        .await
        .expect("vacuum");
    let ids: Arc<Vec<Vec<u8>>> = Arc::new(
        filler
            .client
            .query("SELECT id FROM message LIMIT 100000", &[])
            .await
            .expect("ids")
            .iter()
            .map(|r| r.get(0))
            .collect(),
    );
    let pool = PgPoolOptions::new()
        .max_connections(8)
        .min_connections(8)
        .test_before_acquire(false)
        .connect(url)
        .await
        .expect("pool");
    let mut clients = Vec::new();
    for _ in 0..8 {
        clients.push(Conn::open(url).await);
    }
    let clients = Arc::new(clients);
    for tasks in [1, 8, 32] {
        let mut table = Table::new(format!("PostgreSQL point read, {tasks} tasks"));
        for _ in 0..rounds {
            let (p, i) = (pool.clone(), ids.clone());
            table.add(
                "sqlx pool of 8",
                load(tasks, length, move |_, n| {
                    let (p, i) = (p.clone(), i.clone());
                    async move {
                        let row = sqlx::query(pg::POINT)
                            .bind(T)
                            .bind(&i[n as usize % i.len()][..])
                            .fetch_one(&p)
                            .await
                            .expect("row");
                        (row.get::<Vec<u8>, _>(0).len() > 200) as u64
                    }
                })
                .await,
            );
            for (name, size) in [
                ("tokio-postgres, 8 connections", 8),
                ("tokio-postgres, 2 connections, pipelined", 2),
            ] {
                let (c, i) = (clients.clone(), ids.clone());
                table.add(
                    name,
                    load(tasks, length, move |task, n| {
                        let (c, i) = (c.clone(), i.clone());
                        async move {
                            let conn = &c[task % size];
                            let row = conn
                                .client
                                .query_one(&conn.s.point, &[&T, &i[n as usize % i.len()]])
                                .await
                                .expect("row");
                            (row.get::<_, Vec<u8>>(0).len() > 200) as u64
                        }
                    })
                    .await,
                );
            }
        }
        table.print();
    }
}

struct Row3 {
    chat: Id,
    message: Id,
    entry: Id,
    account: Id,
    body: Vec<u8>,
    event: Vec<u8>,
    entry_body: Vec<u8>,
}

fn rows(n: u64) -> Vec<Row3> {
    let mut r = Random::new(n);
    let mut all: Vec<Row3> = (0..ACTS)
        .map(|_| Row3 {
            chat: chat_id(r.next() % CHATS),
            message: r.id(),
            entry: r.id(),
            account: account_id(1),
            body: r.bytes(300),
            event: r.bytes(120),
            entry_body: r.bytes(200),
        })
        .collect();
    all.sort_by_key(|row| row.chat);
    all
}

async fn sqlx_sequential(pool: &sqlx::PgPool, rows: &[Row3]) {
    let mut tx = pool.begin().await.expect("begin");
    for r in rows {
        let row = sqlx::query(NUMBER)
            .bind(T)
            .bind(&r.chat[..])
            .fetch_one(&mut *tx)
            .await
            .expect("number");
        let (seq, event_seq): (i64, i64) = (row.get(0), row.get(1));
        sqlx::query(MESSAGE)
            .bind(T)
            .bind(&r.message[..])
            .bind(&r.chat[..])
            .bind(seq)
            .bind(&r.account[..])
            .bind(&r.body[..])
            .execute(&mut *tx)
            .await
            .expect("message");
        sqlx::query(EVENT)
            .bind(T)
            .bind(&r.chat[..])
            .bind(event_seq)
            .bind(&r.event[..])
            .execute(&mut *tx)
            .await
            .expect("event");
        sqlx::query(ENTRY)
            .bind(T)
            .bind(&r.entry[..])
            .bind(&r.account[..])
            .bind(&r.entry_body[..])
            .execute(&mut *tx)
            .await
            .expect("entry");
    }
    tx.commit().await.expect("commit");
}

async fn sequential(conn: &Conn, rows: &[Row3]) {
    let (c, s) = (&conn.client, &conn.s);
    c.execute(&s.begin, &[]).await.expect("begin");
    for r in rows {
        let row = c
            .query_one(&s.number, &[&T, &&r.chat[..]])
            .await
            .expect("number");
        let (seq, event_seq): (i64, i64) = (row.get(0), row.get(1));
        c.execute(
            &s.message,
            &[
                &T,
                &&r.message[..],
                &&r.chat[..],
                &seq,
                &&r.account[..],
                &&r.body[..],
            ],
        )
        .await
        .expect("message");
        c.execute(&s.event, &[&T, &&r.chat[..], &event_seq, &&r.event[..]])
            .await
            .expect("event");
        c.execute(
            &s.entry,
            &[&T, &&r.entry[..], &&r.account[..], &&r.entry_body[..]],
        )
        .await
        .expect("entry");
    }
    c.execute(&s.commit, &[]).await.expect("commit");
}

async fn pipelined(conn: &Conn, rows: &[Row3], savepoints: bool) {
    let (c, s) = (&conn.client, &conn.s);
    let keys: Vec<&[u8]> = rows.iter().map(|r| &r.chat[..]).collect();
    let params: Vec<[&(dyn ToSql + Sync); 2]> = keys.iter().map(|k| [&T as _, k as _]).collect();
    let mut first = vec![send(c, &s.begin, &[])];
    first.extend(params.iter().map(|p| send(c, &s.number, p)));
    let numbers: Vec<(i64, i64)> = in_order(first)
        .await
        .into_iter()
        .skip(1)
        .map(|r| r.map(|r| (r[0].get(0), r[0].get(1))).expect("number"))
        .collect();

    let owned: Vec<_> = rows
        .iter()
        .zip(&numbers)
        .map(|(r, n)| {
            (
                &r.message[..],
                &r.chat[..],
                n,
                &r.account[..],
                &r.body[..],
                &r.event[..],
                &r.entry[..],
                &r.entry_body[..],
            )
        })
        .collect();
    let params: Vec<(
        [&(dyn ToSql + Sync); 6],
        [&(dyn ToSql + Sync); 4],
        [&(dyn ToSql + Sync); 4],
    )> = owned
        .iter()
        .map(|(m, ch, n, a, b, ev, en, eb)| {
            (
                [&T as _, m as _, ch as _, &n.0 as _, a as _, b as _],
                [&T as _, ch as _, &n.1 as _, ev as _],
                [&T as _, en as _, a as _, eb as _],
            )
        })
        .collect();
    let mut second = Vec::new();
    for (m, ev, en) in &params {
        if savepoints {
            second.push(send(c, &s.savepoint, &[]));
        }
        second.push(send(c, &s.message, m));
        second.push(send(c, &s.event, ev));
        second.push(send(c, &s.entry, en));
        if savepoints {
            second.push(send(c, &s.release, &[]));
        }
    }
    second.push(send(c, &s.commit, &[]));
    in_order(second)
        .await
        .into_iter()
        .for_each(|r| drop(r.expect("write")));
}

#[derive(Clone, Copy, PartialEq)]
enum Many {
    Values,
    Unnest,
    UnnestCommitApart,
}

async fn many(conn: &mut Conn, rows: &[Row3], how: Many) {
    let mut chats: Vec<Id> = rows.iter().map(|r| r.chat).collect();
    chats.dedup();
    let keys = slices(&chats);
    let n = rows.len();
    let values = match how {
        Many::Values => Some((
            conn.rows("chat", 5, chats.len()).await,
            conn.rows("message", 6, n).await,
            conn.rows("event", 4, n).await,
            conn.rows("entry", 4, n).await,
        )),
        _ => None,
    };
    let (c, s) = (&conn.client, &conn.s);
    let lock: [&(dyn ToSql + Sync); 2] = [&T, &keys];
    let locked = in_order(vec![send(c, &s.begin, &[]), send(c, &s.lock, &lock)])
        .await
        .pop()
        .expect("lock")
        .expect("lock");
    let mut states: BTreeMap<Vec<u8>, (i64, i64, i64)> = locked
        .iter()
        .map(|r| (r.get(0), (r.get(1), r.get(2), r.get(3))))
        .collect();
    let numbers: Vec<(i64, i64)> = rows
        .iter()
        .map(|r| {
            let state = states.get_mut(&r.chat[..]).expect("chat");
            (state.1, state.2) = (state.1 + 1, state.2 + 1);
            (state.1, state.2)
        })
        .collect();
    let list = |f: &dyn Fn(usize) -> i64| (0..n).map(f).collect::<Vec<i64>>();
    let (seqs, event_seqs) = (list(&|i| numbers[i].0), list(&|i| numbers[i].1));
    let column = |f: fn(&Row3) -> &[u8]| rows.iter().map(f).collect::<Vec<&[u8]>>();
    let (messages, of, accounts, bodies, events, entries, entry_bodies) = (
        column(|r| &r.message),
        column(|r| &r.chat),
        column(|r| &r.account),
        column(|r| &r.body),
        column(|r| &r.event),
        column(|r| &r.entry),
        column(|r| &r.entry_body),
    );
    let ids: Vec<&[u8]> = states.keys().map(|k| &k[..]).collect();
    let state = |f: fn(&(i64, i64, i64)) -> i64| states.values().map(f).collect::<Vec<i64>>();
    let (versions, last, last_event) = (state(|s| s.0), state(|s| s.1), state(|s| s.2));

    type P<'a> = Vec<&'a (dyn ToSql + Sync)>;
    let params: [P<'_>; 4] = match how {
        Many::Values => [
            (0..ids.len())
                .flat_map(|i| {
                    [
                        &T as &(dyn ToSql + Sync),
                        &ids[i],
                        &versions[i],
                        &last[i],
                        &last_event[i],
                    ]
                })
                .collect(),
            (0..n)
                .flat_map(|i| {
                    [
                        &T as &(dyn ToSql + Sync),
                        &messages[i],
                        &of[i],
                        &seqs[i],
                        &accounts[i],
                        &bodies[i],
                    ]
                })
                .collect(),
            (0..n)
                .flat_map(|i| {
                    [
                        &T as &(dyn ToSql + Sync),
                        &of[i],
                        &event_seqs[i],
                        &events[i],
                    ]
                })
                .collect(),
            (0..n)
                .flat_map(|i| {
                    [
                        &T as &(dyn ToSql + Sync),
                        &entries[i],
                        &accounts[i],
                        &entry_bodies[i],
                    ]
                })
                .collect(),
        ],
        _ => [
            vec![&T, &ids, &versions, &last, &last_event],
            vec![&T, &messages, &of, &seqs, &accounts, &bodies],
            vec![&T, &of, &event_seqs, &events],
            vec![&T, &entries, &accounts, &entry_bodies],
        ],
    };
    let st = match &values {
        Some((a, b, c, d)) => [a, b, c, d],
        None => [
            &s.many_numbers,
            &s.many_messages,
            &s.many_events,
            &s.many_entries,
        ],
    };
    let mut second: Vec<_> = st
        .iter()
        .zip(&params)
        .map(|(st, p)| send(c, st, p))
        .collect();
    if how != Many::UnnestCommitApart {
        second.push(send(c, &s.commit, &[]));
    }
    in_order(second)
        .await
        .into_iter()
        .for_each(|r| drop(r.expect("write")));
    if how == Many::UnnestCommitApart {
        c.execute(&s.commit, &[]).await.expect("commit");
    }
}

pub async fn writes(url: &str, rounds: usize, length: Duration) {
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .test_before_acquire(false)
        .connect(url)
        .await
        .expect("pool");
    let conn = Arc::new(Mutex::new(Conn::open(url).await));
    let mut table =
        Table::new("PostgreSQL, one transaction of 32 acts on one connection (units are acts)");
    for round in 0..=rounds {
        conn.lock().await.reset().await;
        let mut out = Table::new("");
        let p = pool.clone();
        out.add(
            "sqlx, one statement at a time",
            load(1, length, move |_, n| {
                let p = p.clone();
                async move {
                    sqlx_sequential(&p, &rows(n)).await;
                    ACTS as u64
                }
            })
            .await,
        );
        type Way = (&'static str, u8);
        let ways: [Way; 6] = [
            ("tokio-postgres, one statement at a time", 0),
            ("tokio-postgres, pipelined", 1),
            ("tokio-postgres, pipelined, savepoint per act", 2),
            ("tokio-postgres, multi-row VALUES", 3),
            ("tokio-postgres, multi-row unnest", 4),
            (
                "tokio-postgres, multi-row unnest, COMMIT in its own round trip",
                5,
            ),
        ];
        for (name, way) in ways {
            let conn = conn.clone();
            out.add(
                name,
                load(1, length, move |_, n| {
                    let conn = conn.clone();
                    async move {
                        let mut conn = conn.lock().await;
                        let rows = rows(n);
                        match way {
                            0 => sequential(&conn, &rows).await,
                            1 => pipelined(&conn, &rows, false).await,
                            2 => pipelined(&conn, &rows, true).await,
                            3 => many(&mut conn, &rows, Many::Values).await,
                            4 => many(&mut conn, &rows, Many::Unnest).await,
                            _ => many(&mut conn, &rows, Many::UnnestCommitApart).await,
                        }
                        ACTS as u64
                    }
                })
                .await,
            );
        }
        // The first round prepares the statements of every size and is not counted.
        if round > 0 {
            table.take(out);
        }
    }
    table.print();
}
