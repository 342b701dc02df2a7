//! From the start of the process until it is ready, on a store that is there already.

use system_tests::Server;

use crate::{
    ground::Ground,
    table::{Goal, Line, Table, Unit, progress},
};

const ROUNDS: usize = 5;
const GOAL_MS: f64 = 300.0;

/// Stops and starts the server, and gives the last one.
pub(super) async fn measure(table: &mut Table, ground: &Ground, mut server: Server) -> Server {
    progress("starting");
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        server.stop().await;
        server = ground.start().await;
        times.push(server.ready_after);
    }
    times.sort_unstable();
    let median = times[ROUNDS / 2].as_secs_f64() * 1_000.0;
    table.add(
        Line::new("ready after start, median of 5", Unit::Ms, median).goal(Goal::AtMost(GOAL_MS)),
    );
    server
}
