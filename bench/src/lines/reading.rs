//! The smallest authenticated read, the own profile: session, permission, answer.

use system_tests::Server;

use super::{SENDERS, bare_senders};
use crate::{
    bare::process::Bare,
    crowd::Crowd,
    load::{self, Same, Script, Sender},
    options::Options,
    table::{Goal, Line, Table, Unit, progress, real},
    wire::request,
};

const PATH: &str = "/api/v1/me";

/// How many bytes the profile has.
pub(super) async fn size(crowd: &Crowd) -> usize {
    let mut wire = crowd.wire().await;
    let request = request(&crowd.client, "GET", PATH, &crowd.tokens[0], b"");
    let answer = wire.exchange(&request).await.expect("the server answers");
    assert_eq!(
        answer.status,
        200,
        "{}",
        String::from_utf8_lossy(wire.body(&answer))
    );
    wire.body(&answer).len()
}

pub(super) async fn measure(
    table: &mut Table,
    server: &Server,
    crowd: &Crowd,
    bare: &Bare,
    options: &Options,
) {
    progress("reading");
    let window = options.window / 2;
    let mut senders: Vec<Sender> = Vec::new();
    for number in 0..SENDERS {
        let token = &crowd.tokens[number % crowd.tokens.len()];
        let script = Same(request(&crowd.client, "GET", PATH, token, b""));
        senders.push((crowd.wire().await, Box::new(script) as Box<dyn Script>));
    }
    let (own, _) = load::for_window(server.pid(), senders, window).await;
    let senders = bare_senders(bare, "GET", "/fixed", b"").await;
    let (fixed, _) = load::for_window(bare.pid, senders, window).await;
    table.add(
        Line::new("own profile read", Unit::PerSecond, own.per_second())
            .limit("axum, the same bytes", fixed.per_second())
            .spent(own.spent, real(own.count)),
    );
    table.add(
        Line::new(
            "  share of bare axum",
            Unit::Ratio,
            own.per_second() / fixed.per_second(),
        )
        .spent(fixed.spent, real(fixed.count))
        .goal(Goal::AtLeast(0.4)),
    );
    table.add(
        Line::new("  p99 of reading", Unit::Ms, own.percentile_ms(99))
            .limit("axum, the same bytes", fixed.percentile_ms(99)),
    );
}
