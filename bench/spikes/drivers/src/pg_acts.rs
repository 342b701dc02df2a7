//! Acts on PostgreSQL: a transaction each on a connection of its own, and buffered batches written by committers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, mpsc, oneshot};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Error, Statement};

use crate::acts::{Batch, Counters, GROUP, Load, Outcome, senders};
use crate::measure::{Id, Round, TENANT, in_order, load, work};
use crate::pg::{Conn, send, slices, wal_syncs};
use crate::sqlite_acts::finish;

const T: &[u8] = &TENANT;

#[derive(Clone, Copy)]
pub enum Shape {
    Interactive {
        connections: usize,
        pipelined: bool,
    },
    /// `by_chat`: a chat always goes to the same committer; otherwise to any, as with two nodes.
    Buffered {
        committers: usize,
        by_chat: bool,
        retry: Retry,
    },
}

/// What happens to the batches of a group in which a statement failed.
#[derive(Clone, Copy, PartialEq)]
pub enum Retry {
    /// A transaction each.
    Singly,
    /// One transaction again, a savepoint each.
    Savepoints,
}

type Params<'a> = Vec<&'a (dyn ToSql + Sync)>;

/// Takes the chat's lock first, so that the membership it reads stays true until the commit.
async fn interactive(
    conn: &Conn,
    batch: &Batch,
    pipelined: bool,
    busy: Duration,
) -> Result<(), Error> {
    let (c, s) = (&conn.client, &conn.s);
    let (chat, account) = (&batch.chat[..], &batch.account[..]);
    let number = if batch.member_change {
        &s.number_change
    } else {
        &s.number
    };
    let (by_chat, by_member): (Params<'_>, Params<'_>) =
        (vec![&T, &chat], vec![&T, &chat, &account]);
    let first = [
        (&s.begin, &Vec::new()),
        (number, &by_chat),
        (&s.role, &by_member),
    ];
    let answers = if pipelined {
        in_order(first.iter().map(|(st, p)| send(c, st, p)).collect()).await
    } else {
        let mut all = Vec::new();
        for (st, p) in &first {
            all.push(c.query(*st, p).await);
        }
        all
    };
    let answers = answers.into_iter().collect::<Result<Vec<_>, _>>()?;
    let (seq, event_seq): (i64, i64) = (answers[1][0].get(0), answers[1][0].get(1));
    assert!(answers[2][0].get::<_, i64>(0) > 0);
    work(busy);
    let (message, entry, body, event, entry_body) = (
        &batch.message[..],
        &batch.entry[..],
        &batch.body[..],
        &batch.event_body[..],
        &batch.entry_body[..],
    );
    let content: (_, Params<'_>) = if batch.member_change {
        (&s.member, vec![&T, &chat, &account])
    } else {
        (&s.message, vec![&T, &message, &chat, &seq, &account, &body])
    };
    let second: [(_, Params<'_>); 4] = [
        content,
        (&s.event, vec![&T, &chat, &event_seq, &event]),
        (&s.entry, vec![&T, &entry, &account, &entry_body]),
        (&s.commit, vec![]),
    ];
    if pipelined {
        in_order(second.iter().map(|(st, p)| send(c, st, p)).collect())
            .await
            .into_iter()
            .collect::<Result<Vec<_>, _>>()?;
    } else {
        for (st, p) in &second {
            c.query(*st, p).await?;
        }
    }
    Ok(())
}

/// One transaction for all batches. A failed statement makes the COMMIT behind it a rollback, so an error means nothing was written.
async fn commit(
    conn: &Conn,
    batches: &[&Batch],
    open: &Statement,
    close: &Statement,
) -> Result<Vec<Outcome>, Error> {
    let (c, s) = (&conn.client, &conn.s);
    let wanted: Vec<Id> = batches
        .iter()
        .map(|b| b.chat)
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    let keys = slices(&wanted);
    let lock: Params<'_> = vec![&T, &keys];
    let mut answers = in_order(vec![send(c, open, &[]), send(c, &s.lock, &lock)]).await;
    let locked = answers.pop().expect("lock")?;
    let mut states: BTreeMap<Vec<u8>, (i64, i64, i64)> = locked
        .iter()
        .map(|r| (r.get(0), (r.get(1), r.get(2), r.get(3))))
        .collect();

    let (mut outcomes, mut messages, mut all, mut members) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for batch in batches {
        let state = states.get_mut(&batch.chat[..]).expect("chat");
        if state.0 != batch.version {
            outcomes.push(Outcome::Stale);
            continue;
        }
        state.2 += 1;
        if batch.member_change {
            state.0 += 1;
            members.push(*batch);
        } else {
            state.1 += 1;
            messages.push((*batch, state.1));
        }
        all.push((*batch, state.2));
        outcomes.push(Outcome::Done);
    }
    let ids: Vec<&[u8]> = states.keys().map(|k| &k[..]).collect();
    let number = |f: fn(&(i64, i64, i64)) -> i64| states.values().map(f).collect::<Vec<i64>>();
    let (versions, seqs, event_seqs) = (number(|s| s.0), number(|s| s.1), number(|s| s.2));
    let of_message =
        |f: fn(&Batch) -> &[u8]| messages.iter().map(|(b, _)| f(b)).collect::<Vec<&[u8]>>();
    let (m_id, m_chat, m_account, m_body) = (
        of_message(|b| &b.message),
        of_message(|b| &b.chat),
        of_message(|b| &b.account),
        of_message(|b| &b.body),
    );
    let m_seq: Vec<i64> = messages.iter().map(|(_, n)| *n).collect();
    let of_all = |f: fn(&Batch) -> &[u8]| all.iter().map(|(b, _)| f(b)).collect::<Vec<&[u8]>>();
    let (e_chat, e_body, entry, account, entry_body) = (
        of_all(|b| &b.chat),
        of_all(|b| &b.event_body),
        of_all(|b| &b.entry),
        of_all(|b| &b.account),
        of_all(|b| &b.entry_body),
    );
    let e_seq: Vec<i64> = all.iter().map(|(_, n)| *n).collect();
    let of_member = |f: fn(&Batch) -> &[u8]| members.iter().map(|b| f(b)).collect::<Vec<&[u8]>>();
    let (c_chat, c_account) = (of_member(|b| &b.chat), of_member(|b| &b.account));

    let mut second: Vec<(_, Params<'_>)> = Vec::new();
    if !all.is_empty() {
        second.push((
            &s.many_numbers,
            vec![&T, &ids, &versions, &seqs, &event_seqs],
        ));
        second.push((&s.many_events, vec![&T, &e_chat, &e_seq, &e_body]));
        second.push((&s.many_entries, vec![&T, &entry, &account, &entry_body]));
    }
    if !messages.is_empty() {
        second.push((
            &s.many_messages,
            vec![&T, &m_id, &m_chat, &m_seq, &m_account, &m_body],
        ));
    }
    if !members.is_empty() {
        second.push((&s.many_members, vec![&T, &c_chat, &c_account]));
    }
    second.push((close, vec![]));
    in_order(second.iter().map(|(st, p)| send(c, st, p)).collect())
        .await
        .into_iter()
        .collect::<Result<Vec<_>, _>>()?;
    Ok(outcomes)
}

async fn with_savepoints(conn: &Conn, batches: &[&Batch]) -> Result<Vec<Outcome>, Error> {
    let (c, s) = (&conn.client, &conn.s);
    let wanted: Vec<Id> = batches
        .iter()
        .map(|b| b.chat)
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    let keys = slices(&wanted);
    let lock: Params<'_> = vec![&T, &keys];
    in_order(vec![send(c, &s.begin, &[]), send(c, &s.lock, &lock)])
        .await
        .pop()
        .expect("lock")?;
    let mut outcomes = Vec::new();
    for batch in batches {
        outcomes.push(
            match commit(conn, &[batch], &s.savepoint, &s.release).await {
                Ok(outcome) => outcome[0],
                Err(_) => {
                    c.batch_execute("ROLLBACK TO act; RELEASE act").await?;
                    Outcome::Refused
                }
            },
        );
    }
    c.execute(&s.commit, &[]).await?;
    Ok(outcomes)
}

type Job = (Batch, oneshot::Sender<Outcome>);

async fn committer(
    conn: Conn,
    mut receive: mpsc::UnboundedReceiver<Job>,
    counters: Arc<Counters>,
    retry: Retry,
) {
    let (begin, end) = (&conn.s.begin, &conn.s.commit);
    let mut group = Vec::new();
    while receive.recv_many(&mut group, GROUP).await > 0 {
        Counters::add(&counters.groups);
        let batches: Vec<&Batch> = group.iter().map(|(b, _)| b).collect();
        let outcomes = match commit(&conn, &batches, begin, end).await {
            Ok(outcomes) => outcomes,
            Err(_) if batches.len() == 1 => vec![Outcome::Refused],
            Err(_) if retry == Retry::Savepoints => {
                Counters::add(&counters.retried);
                with_savepoints(&conn, &batches).await.expect("savepoints")
            }
            Err(_) => {
                Counters::add(&counters.retried);
                let mut outcomes = Vec::new();
                for batch in &batches {
                    Counters::add(&counters.groups);
                    outcomes.push(
                        commit(&conn, &[batch], begin, end)
                            .await
                            .map_or(Outcome::Refused, |o| o[0]),
                    );
                }
                outcomes
            }
        };
        for ((_, answer), outcome) in group.drain(..).zip(outcomes) {
            let _ = answer.send(outcome);
        }
    }
}

pub async fn run(url: &str, shape: Shape, kind: Load, length: Duration) -> Round {
    let admin = Conn::open(url).await;
    admin.reset().await;
    let counters = Arc::new(Counters::default());
    let before = wal_syncs(url).await;
    let count = counters.clone();
    let mut round = match shape {
        Shape::Interactive {
            connections,
            pipelined,
        } => {
            let mut pool = Vec::new();
            for _ in 0..connections {
                pool.push(Mutex::new(Conn::open(url).await));
            }
            let pool = Arc::new(pool);
            load(senders(), length, move |task, n| {
                let (pool, count) = (pool.clone(), count.clone());
                async move {
                    let batch = kind.batch(n);
                    let conn = pool[task % pool.len()].lock().await;
                    match interactive(&conn, &batch, pipelined, kind.work).await {
                        Ok(()) => Counters::add(&count.done),
                        Err(_) => {
                            let _ = conn.client.batch_execute("ROLLBACK").await;
                            Counters::add(&count.refused);
                        }
                    }
                    Counters::add(&count.groups);
                    1
                }
            })
            .await
        }
        Shape::Buffered {
            committers: size,
            by_chat,
            retry,
        } => {
            let (mut readers, mut committers, mut ends) = (Vec::new(), Vec::new(), Vec::new());
            for _ in 0..4 {
                readers.push(Conn::open(url).await);
            }
            for _ in 0..size {
                let (sender, receive) = mpsc::unbounded_channel();
                committers.push(sender);
                ends.push(tokio::spawn(committer(
                    Conn::open(url).await,
                    receive,
                    counters.clone(),
                    retry,
                )));
            }
            let (readers, committers) = (Arc::new(readers), Arc::new(committers));
            let round = load(senders(), length, move |task, n| {
                let (readers, committers, count) =
                    (readers.clone(), committers.clone(), count.clone());
                async move {
                    let mut batch = kind.batch(n);
                    loop {
                        let conn = &readers[task % readers.len()];
                        let row = conn
                            .client
                            .query_one(&conn.s.read, &[&T, &&batch.chat[..], &&batch.account[..]])
                            .await
                            .expect("member");
                        batch.version = row.get(0);
                        work(kind.work);
                        let to = if by_chat {
                            batch.chat[15] as usize
                        } else {
                            n as usize >> 7
                        } % size;
                        let (answer, outcome) = oneshot::channel();
                        committers[to]
                            .send((batch.clone(), answer))
                            .expect("committer");
                        match outcome.await.expect("committer") {
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
            for end in ends {
                end.await.expect("committer");
            }
            round
        }
    };
    let fsyncs = wal_syncs(url).await - before;
    check(&admin, &counters).await;
    finish(&mut round, &counters, fsyncs);
    round
}

/// Every act left its entry, and numbers have no gap.
async fn check(conn: &Conn, counters: &Counters) {
    let sql = "SELECT (SELECT count(*) FROM entry), (SELECT sum(seq)::bigint FROM chat) - (SELECT count(*) FROM message) + 1, (SELECT sum(event_seq)::bigint FROM chat) - (SELECT count(*) FROM event), \
               (SELECT count(*) FROM (SELECT max(seq) AS m, count(*) AS n FROM message WHERE seq > 0 GROUP BY chat) AS x WHERE m <> n)";
    let row = conn.client.query_one(sql, &[]).await.expect("check");
    assert_eq!(row.get::<_, i64>(0) as f64, Counters::get(&counters.done));
    assert_eq!([row.get::<_, i64>(1), row.get(2), row.get(3)], [0, 0, 0]);
}
