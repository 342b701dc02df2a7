//! Acts on SQLite: one transaction each, many acts inside one transaction, and buffered batches with guards.
//! Parameters are written `?1`: to SQLite `$1` is a name, numbered by where it first appears.

use std::path::Path;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};
use tokio::sync::oneshot;

use crate::acts::{Batch, Counters, GROUP, Load, Outcome, TAKEN, senders};
use crate::measure::{CHATS, MEMBERS, Round, TENANT, account_id, chat_id, load, work};
use crate::sqlite_drivers::{Readers, open};

#[derive(Clone, Copy)]
pub struct Shape {
    /// The act reads and works while it holds the writer.
    pub inside: bool,
    /// Acts in one transaction at most.
    pub group: usize,
    pub savepoints: bool,
}

pub const INTERACTIVE: Shape = Shape {
    inside: true,
    group: 1,
    savepoints: false,
};
pub const SHARED: Shape = Shape {
    inside: true,
    group: GROUP,
    savepoints: true,
};
pub const BUFFERED: Shape = Shape {
    inside: false,
    group: GROUP,
    savepoints: true,
};
pub const UNGROUPED: Shape = Shape {
    inside: false,
    group: 1,
    savepoints: false,
};

fn fill(path: &Path) {
    let mut conn = open(path);
    conn.execute_batch(include_str!("schema.sql"))
        .expect("schema");
    let tx = conn.transaction().expect("begin");
    for chat in (0..CHATS).map(chat_id) {
        tx.execute(
            "INSERT INTO chat VALUES (?1, ?2, 1, 0, 0)",
            params![&TENANT[..], &chat[..]],
        )
        .expect("chat");
        for member in 0..MEMBERS {
            tx.execute(
                "INSERT INTO membership VALUES (?1, ?2, ?3, 1)",
                params![&TENANT[..], &chat[..], &account_id(member)[..]],
            )
            .expect("member");
        }
    }
    tx.execute(
        "INSERT INTO message VALUES (?1, ?2, ?1, 0, ?1, ?1)",
        params![&TENANT[..], &TAKEN[..]],
    )
    .expect("taken");
    tx.commit().expect("commit");
}

fn read(conn: &Connection, batch: &Batch) -> i64 {
    let sql = "SELECT c.version, m.role FROM chat c JOIN membership m ON m.tenant = c.tenant AND m.chat = c.id WHERE c.tenant = ?1 AND c.id = ?2 AND m.account = ?3";
    let row = |r: &rusqlite::Row<'_>| Ok((r.get(0)?, r.get(1)?));
    let (version, role): (i64, i64) = conn
        .prepare_cached(sql)
        .expect("sql")
        .query_row(
            params![&TENANT[..], &batch.chat[..], &batch.account[..]],
            row,
        )
        .expect("member");
    assert!(role > 0);
    version
}

/// Checks the guard and takes the numbers in one statement, then writes the rows.
fn apply(conn: &Connection, batch: &Batch) -> rusqlite::Result<Outcome> {
    let (messages, members) = if batch.member_change { (0, 1) } else { (1, 0) };
    let numbers: Option<(i64, i64)> = conn
        .prepare_cached("UPDATE chat SET version = version + ?4, seq = seq + ?5, event_seq = event_seq + 1 WHERE tenant = ?1 AND id = ?2 AND version = ?3 RETURNING seq, event_seq")?
        .query_row(params![&TENANT[..], &batch.chat[..], batch.version, members, messages], |r| Ok((r.get(0)?, r.get(1)?)))
        .optional()?;
    let Some((seq, event_seq)) = numbers else {
        return Ok(Outcome::Stale);
    };
    if batch.member_change {
        conn.prepare_cached("UPDATE membership SET role = 3 - role WHERE tenant = ?1 AND chat = ?2 AND account = ?3")?.execute(params![&TENANT[..], &batch.chat[..], &batch.account[..]])?;
    } else {
        conn.prepare_cached("INSERT INTO message VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
            .execute(params![
                &TENANT[..],
                &batch.message[..],
                &batch.chat[..],
                seq,
                &batch.account[..],
                batch.body
            ])?;
    }
    conn.prepare_cached("INSERT INTO event VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![
            &TENANT[..],
            &batch.chat[..],
            event_seq,
            batch.event_body
        ])?;
    conn.prepare_cached("INSERT INTO entry VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![
            &TENANT[..],
            &batch.entry[..],
            &batch.account[..],
            batch.entry_body
        ])?;
    Ok(Outcome::Done)
}

type Job = (Batch, oneshot::Sender<Outcome>);

fn writer(
    path: &Path,
    shape: Shape,
    busy: Duration,
    counters: Arc<Counters>,
) -> (mpsc::Sender<Job>, std::thread::JoinHandle<()>) {
    let (send, receive) = mpsc::channel::<Job>();
    let conn = open(path);
    let statement = move |conn: &Connection, sql: &str| {
        conn.prepare_cached(sql)
            .and_then(|mut s| s.execute([]))
            .map(|_| ())
    };
    let thread = std::thread::spawn(move || {
        while let Ok(first) = receive.recv() {
            let mut group = vec![first];
            while group.len() < shape.group {
                let Ok(next) = receive.try_recv() else { break };
                group.push(next);
            }
            statement(&conn, "BEGIN IMMEDIATE").expect("begin");
            let mut outcomes = Vec::with_capacity(group.len());
            for (batch, _) in &mut group {
                if shape.inside {
                    batch.version = read(&conn, batch);
                    work(busy);
                }
                if shape.savepoints {
                    statement(&conn, "SAVEPOINT act").expect("savepoint");
                }
                outcomes.push(apply(&conn, batch).unwrap_or(Outcome::Refused));
                if shape.savepoints {
                    if outcomes.last() != Some(&Outcome::Done) {
                        statement(&conn, "ROLLBACK TO act").expect("rollback");
                    }
                    statement(&conn, "RELEASE act").expect("release");
                }
            }
            let end = if shape.savepoints || outcomes[0] == Outcome::Done {
                "COMMIT"
            } else {
                "ROLLBACK"
            };
            statement(&conn, end).expect("end");
            Counters::add(&counters.groups);
            for ((_, answer), outcome) in group.into_iter().zip(outcomes) {
                let _ = answer.send(outcome);
            }
        }
    });
    (send, thread)
}

pub async fn run(path: &Path, shape: Shape, kind: Load, length: Duration) -> Round {
    fill(path);
    let counters = Arc::new(Counters::default());
    let readers = Readers::new(path, 4);
    let (sender, thread) = writer(path, shape, kind.work, counters.clone());
    let count = counters.clone();
    let mut round = load(senders(), length, move |_, n| {
        let (readers, sender, count) = (readers.clone(), sender.clone(), count.clone());
        async move {
            let mut batch = kind.batch(n);
            loop {
                if !shape.inside {
                    batch.version = readers.inline(|c| read(c, &batch));
                    work(kind.work);
                }
                let (answer, outcome) = oneshot::channel();
                sender.send((batch.clone(), answer)).expect("writer");
                match outcome.await.expect("writer") {
                    Outcome::Done => Counters::add(&count.done),
                    Outcome::Refused => Counters::add(&count.refused),
                    Outcome::Stale => {
                        Counters::add(&count.reruns);
                        continue;
                    }
                }
                return 1;
            }
        }
    })
    .await;
    thread.join().expect("writer");
    check(path, &counters);
    finish(&mut round, &counters, Counters::get(&counters.groups));
    round
}

pub fn finish(round: &mut Round, counters: &Counters, fsyncs: f64) {
    let groups = Counters::get(&counters.groups);
    round.extra.insert("groups/s", groups / round.seconds);
    round
        .extra
        .insert("acts/group", round.units as f64 / groups.max(1.0));
    round.extra.insert("fsyncs/s", fsyncs / round.seconds);
    round.extra.insert(
        "re-runs per 1000",
        Counters::get(&counters.reruns) * 1000.0 / round.units as f64,
    );
    round
        .extra
        .insert("refused", Counters::get(&counters.refused));
    round
        .extra
        .insert("groups retried", Counters::get(&counters.retried));
}

/// Every act left its entry, and numbers have no gap.
fn check(path: &Path, counters: &Counters) {
    let one = |sql: &str| {
        open(path)
            .query_row(sql, [], |r| r.get::<_, i64>(0))
            .expect("check")
    };
    assert_eq!(
        one("SELECT count(*) FROM entry") as f64,
        Counters::get(&counters.done)
    );
    assert_eq!(
        one("SELECT sum(seq) FROM chat"),
        one("SELECT count(*) FROM message") - 1
    );
    assert_eq!(
        one("SELECT sum(event_seq) FROM chat"),
        one("SELECT count(*) FROM event")
    );
    assert_eq!(
        one(
            "SELECT count(*) FROM (SELECT max(seq) AS m, count(*) AS n FROM message WHERE seq > 0 GROUP BY chat) AS x WHERE m <> n"
        ),
        0
    );
}
