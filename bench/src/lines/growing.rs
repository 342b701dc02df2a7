//! What a message costs when there are many already.

use super::{CHATS, SENDERS};
use crate::{
    crowd::Crowd,
    ground::Ground,
    load,
    options::Options,
    table::{Goal, Line, Table, Unit, progress, real},
};

/// What the cost is compared with.
const FEW: usize = 10_000;
/// Messages whose cost is measured at each size.
const MEASURED: usize = 10_000;
const GOAL: f64 = 1.2;

pub(super) async fn measure(table: &mut Table, options: &Options) {
    let ground = Ground::embedded();
    let server = ground.start().await;
    let mut crowd = Crowd::sign_up(&server).await;
    let chats = crowd.chats(CHATS).await;
    let mut senders = crowd.senders(SENDERS, &chats).await;
    let mut stored = 0;
    let mut costs = Vec::new();
    for size in [FEW, options.stored_max] {
        progress(&format!("growing to {size}"));
        let (_, filled) = load::for_count(server.pid(), senders, size - stored).await;
        let (outcome, filled) = load::for_count(server.pid(), filled, MEASURED).await;
        senders = filled;
        stored = size + MEASURED;
        let name = format!("messages sent, SQLite, {size} stored");
        table.add(
            Line::new(name, Unit::PerSecond, outcome.per_second())
                .spent(outcome.spent, real(outcome.count)),
        );
        costs.push(outcome.spent.server_s);
    }
    let name = format!("  cost of one at {} over {FEW}", options.stored_max);
    table.add(Line::new(name, Unit::Ratio, costs[1] / costs[0]).goal(Goal::AtMost(GOAL)));
}
