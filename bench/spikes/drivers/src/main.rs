//! Measures the two decisions the database rests on: which drivers, and how acts are written. See README.md.

mod acts;
mod measure;
mod pg;
mod pg_acts;
mod pg_drivers;
mod sqlite_acts;
mod sqlite_drivers;

use std::path::PathBuf;
use std::time::Duration;

use acts::Load;
use measure::Table;

fn loads() -> [(&'static str, Load); 2] {
    let plain = Load {
        work: Duration::ZERO,
        changes: 20,
        failing: 0,
    };
    [
        ("", plain),
        (
            ", 100 us work in the act",
            Load {
                work: Duration::from_micros(100),
                ..plain
            },
        ),
    ]
}

async fn sqlite_acts(dir: &std::path::Path, rounds: usize, length: Duration) {
    for (title, kind) in loads() {
        let mut table = Table::new(format!(
            "SQLite acts, {} senders, 200 chats{title}",
            acts::senders()
        ));
        for round in 0..rounds {
            let shapes = [
                ("interactive, a transaction each", sqlite_acts::INTERACTIVE),
                ("interactive, shared transaction", sqlite_acts::SHARED),
                ("buffered, groups", sqlite_acts::BUFFERED),
                ("buffered, a transaction each", sqlite_acts::UNGROUPED),
            ];
            for (number, (name, shape)) in shapes.into_iter().enumerate() {
                let path = dir.join(format!(
                    "acts-{}-{round}-{number}.db",
                    kind.work.as_micros()
                ));
                table.add(name, sqlite_acts::run(&path, shape, kind, length).await);
            }
            let path = dir.join(format!("acts-{}-{round}-f.db", kind.work.as_micros()));
            table.add(
                "buffered, groups, 0.5 % fail",
                sqlite_acts::run(
                    &path,
                    sqlite_acts::BUFFERED,
                    Load { failing: 5, ..kind },
                    length,
                )
                .await,
            );
        }
        table.print();
    }
}

async fn pg_acts(url: &str, rounds: usize, length: Duration) {
    use pg_acts::Retry::{Savepoints, Singly};
    use pg_acts::Shape::{Buffered, Interactive};
    for (title, kind) in loads() {
        let mut table = Table::new(format!(
            "PostgreSQL acts, {} senders, 200 chats{title}",
            acts::senders()
        ));
        for _ in 0..rounds {
            let shapes = [
                (
                    "interactive, one statement at a time, 32 connections",
                    Interactive {
                        connections: 32,
                        pipelined: false,
                    },
                ),
                (
                    "interactive, pipelined, 32 connections",
                    Interactive {
                        connections: 32,
                        pipelined: true,
                    },
                ),
                (
                    "interactive, pipelined, 8 connections",
                    Interactive {
                        connections: 8,
                        pipelined: true,
                    },
                ),
                (
                    "buffered, chat to its committer",
                    Buffered {
                        committers: 2,
                        by_chat: true,
                        retry: Singly,
                    },
                ),
                (
                    "buffered, any committer",
                    Buffered {
                        committers: 2,
                        by_chat: false,
                        retry: Singly,
                    },
                ),
            ];
            for (name, shape) in shapes {
                table.add(name, pg_acts::run(url, shape, kind, length).await);
            }
            for (name, failing, retry) in [
                ("buffered, 0.1 % fail, retried singly", 1, Singly),
                ("buffered, 0.5 % fail, retried singly", 5, Singly),
                (
                    "buffered, 0.5 % fail, retried with savepoints",
                    5,
                    Savepoints,
                ),
            ] {
                table.add(
                    name,
                    pg_acts::run(
                        url,
                        Buffered {
                            committers: 2,
                            by_chat: true,
                            retry,
                        },
                        Load { failing, ..kind },
                        length,
                    )
                    .await,
                );
            }
        }
        table.print();
    }
}

/// How many committers, and what to do with a group that failed: run it on a fast and on a slow disk.
async fn pg_groups(url: &str, rounds: usize, length: Duration) {
    use pg_acts::Retry::{Savepoints, Singly};
    use pg_acts::Shape::{Buffered, Interactive};
    let (_, kind) = loads()[0];
    let mut table = Table::new(format!(
        "PostgreSQL acts, {} senders, committers and retries",
        acts::senders()
    ));
    for _ in 0..rounds {
        let ways = [
            (
                "interactive, pipelined, 32 connections",
                Interactive {
                    connections: 32,
                    pipelined: true,
                },
                0,
            ),
            (
                "buffered, 1 committer",
                Buffered {
                    committers: 1,
                    by_chat: true,
                    retry: Singly,
                },
                0,
            ),
            (
                "buffered, 2 committers",
                Buffered {
                    committers: 2,
                    by_chat: true,
                    retry: Singly,
                },
                0,
            ),
            (
                "buffered, 4 committers",
                Buffered {
                    committers: 4,
                    by_chat: true,
                    retry: Singly,
                },
                0,
            ),
            (
                "buffered, 2 committers, 0.5 % fail, retried singly",
                Buffered {
                    committers: 2,
                    by_chat: true,
                    retry: Singly,
                },
                5,
            ),
            (
                "buffered, 2 committers, 0.5 % fail, retried with savepoints",
                Buffered {
                    committers: 2,
                    by_chat: true,
                    retry: Savepoints,
                },
                5,
            ),
        ];
        for (name, shape, failing) in ways {
            table.add(
                name,
                pg_acts::run(url, shape, Load { failing, ..kind }, length).await,
            );
        }
    }
    table.print();
}

fn main() {
    let mut args = std::env::args().skip(1);
    let usage = "usage: drivers-spike <sqlite-reads|sqlite-writes|sqlite-acts|pg-reads|pg-writes|pg-acts|pg-groups> <rounds> <milliseconds>";
    let (what, rounds, length) = (
        args.next().expect(usage),
        args.next().expect(usage),
        args.next().expect(usage),
    );
    let (rounds, length) = (
        rounds.parse().expect(usage),
        Duration::from_millis(length.parse().expect(usage)),
    );
    let dir =
        PathBuf::from(std::env::var("SPIKE_DIR").unwrap_or_else(|_| "/tmp/bastide-spike".into()));
    let url = std::env::var("SPIKE_PG")
        .unwrap_or_else(|_| "postgres://postgres@127.0.0.1:55433/spike".into());
    let _ = std::fs::remove_dir_all(&dir);
    std::fs::create_dir_all(&dir).expect("directory");
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("runtime");
    runtime.block_on(async {
        if what.starts_with("pg") {
            pg::schema(&url).await;
        }
        match &what[..] {
            "sqlite-reads" => sqlite_drivers::reads(&dir, rounds, length).await,
            "sqlite-writes" => sqlite_drivers::writes(&dir, rounds, length).await,
            "sqlite-acts" => sqlite_acts(&dir, rounds, length).await,
            "pg-reads" => pg_drivers::reads(&url, rounds, length).await,
            "pg-writes" => pg_drivers::writes(&url, rounds, length).await,
            "pg-acts" => pg_acts(&url, rounds, length).await,
            "pg-groups" => pg_groups(&url, rounds, length).await,
            _ => panic!("{usage}"),
        }
    });
    std::fs::remove_dir_all(&dir).expect("clean");
}
