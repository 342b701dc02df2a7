//! Durable messages a second: 32 senders over HTTPS into 200 chats.

use system_tests::Server;

use super::{CHATS, SENDERS, bare_senders};
use crate::{
    bare::{
        process::Bare,
        rows::{self, GROUP},
    },
    crowd::Crowd,
    load::{self, Outcome},
    options::Options,
    table::{Goal, Limit, Line, Table, Unit, progress, real},
};

/// As long as a message's request.
const ECHO_BYTES: usize = 180;
const P99_GOAL_MS: f64 = 25.0;

/// What the parts alone reach.
pub(super) struct Limits {
    echo: Outcome,
    rows: Vec<Limit>,
    goal_per_second: f64,
}

impl Limits {
    pub(super) async fn of_echo(bare: &Bare, options: &Options) -> Self {
        progress("bare: echo over HTTPS");
        let senders = bare_senders(bare, "POST", "/echo", &[b'x'; ECHO_BYTES]).await;
        let (echo, _) = load::for_window(bare.pid, senders, options.window / 2).await;
        Self {
            echo,
            rows: Vec::new(),
            goal_per_second: 0.0,
        }
    }

    pub(super) fn with_sqlite(mut self, options: &Options) -> Self {
        progress("bare: rows in SQLite");
        let window = options.window / 5;
        self.push_rows(
            "rusqlite",
            rows::sqlite(GROUP, window),
            rows::sqlite(1, window),
        );
        self.goal_per_second = 7_000.0;
        self
    }

    pub(super) async fn with_postgres(mut self, url: &str, options: &Options) -> Self {
        progress("bare: rows in PostgreSQL");
        let window = options.window / 5;
        let grouped = rows::postgres(url, GROUP, window).await;
        self.push_rows(
            "tokio-postgres",
            grouped,
            rows::postgres(url, 1, window).await,
        );
        self.goal_per_second = 3_500.0;
        self
    }

    fn push_rows(&mut self, driver: &str, grouped: f64, single: f64) {
        self.rows = vec![
            Limit {
                name: format!("{driver}, groups of {GROUP} rows"),
                value: grouped,
            },
            Limit {
                name: format!("{driver}, single commits"),
                value: single,
            },
        ];
    }
}

pub(super) async fn measure(
    table: &mut Table,
    database: &str,
    server: &Server,
    crowd: &mut Crowd,
    limits: &Limits,
    options: &Options,
) {
    let chats = crowd.chats(CHATS).await;
    let senders = crowd.senders(SENDERS, &chats).await;
    progress(&format!("sending, {database}"));
    let (outcome, _) = load::for_window(server.pid(), senders, options.window).await;
    let mut line = Line::new(
        format!("messages sent, {database}"),
        Unit::PerSecond,
        outcome.per_second(),
    )
    .limit("axum, echo over HTTPS", limits.echo.per_second())
    .spent(outcome.spent, real(outcome.count))
    .goal(Goal::AtLeast(limits.goal_per_second));
    line.limits.extend(limits.rows.iter().cloned());
    table.add(line);
    let latency = |percent| {
        Line::new(
            format!("  p{percent} of sending, {database}"),
            Unit::Ms,
            outcome.percentile_ms(percent),
        )
        .limit("axum, echo over HTTPS", limits.echo.percentile_ms(percent))
    };
    table.add(latency(50));
    table.add(latency(99).goal(Goal::AtMost(P99_GOAL_MS)));
}
