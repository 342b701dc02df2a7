//! Memory: at rest, and with sockets that only listen.

use std::{sync::Arc, time::Duration};

use system_tests::Server;
use tokio::task::JoinHandle;

use super::{bare_listeners, open_ears};
use crate::{
    bare::process::Bare,
    ear::Ear,
    table::{Goal, Line, Table, Unit, progress, real},
    usage::resident_mib,
};

const FEW: usize = 1_000;
const MANY: usize = 5_000;
const BUFFER_BYTES: usize = 2 * 1024;
/// What opening took is given back by then.
const SETTLED: Duration = Duration::from_secs(5);

pub(super) async fn measure(table: &mut Table, server: &Server, token: &str) {
    let client = server.shared_client();
    let open = |_| {
        let (client, token) = (Arc::clone(&client), token.to_owned());
        async move { Ear::resume(&client, &token, BUFFER_BYTES).await }
    };
    tokio::time::sleep(SETTLED).await;
    let idle = resident_mib(server.pid());
    progress("opening sockets");
    let few = hold(open_ears(FEW, open).await);
    tokio::time::sleep(SETTLED).await;
    let with_few = resident_mib(server.pid());
    let many = hold(open_ears(MANY - FEW, open).await);
    tokio::time::sleep(SETTLED).await;
    let with_many = resident_mib(server.pid());
    for task in few.iter().chain(&many) {
        assert!(!task.is_finished(), "a socket was closed");
        task.abort();
    }
    let bare = bare_kib().await;
    let each_kib = (with_many - with_few) * 1_024.0 / real(MANY - FEW);
    table.add(Line::new("memory at rest", Unit::MiB, idle));
    table.add(Line::new("  with 1,000 sockets", Unit::MiB, with_few).goal(Goal::AtMost(160.0)));
    table.add(Line::new("  with 5,000 sockets", Unit::MiB, with_many));
    table.add(
        Line::new("  each further socket", Unit::KiB, each_kib)
            .limit("tokio-tungstenite, 4 KiB to read into", bare)
            .goal(Goal::AtMost(40.0)),
    );
}

/// Keeps sockets open and answers their pings.
fn hold(ears: Vec<Ear>) -> Vec<JoinHandle<()>> {
    let hold = |mut ear: Ear| tokio::spawn(async move { while ear.hear(|_| {}).await.is_ok() {} });
    ears.into_iter().map(hold).collect()
}

async fn bare_kib() -> f64 {
    let bare = Bare::start("bare-fanout", &["500".to_owned()]).await;
    let before = hold(bare_listeners(&bare, FEW, BUFFER_BYTES).await);
    tokio::time::sleep(SETTLED).await;
    let with_few = resident_mib(bare.pid);
    let further = hold(bare_listeners(&bare, FEW, BUFFER_BYTES).await);
    tokio::time::sleep(SETTLED).await;
    let grown = resident_mib(bare.pid) - with_few;
    before.iter().chain(&further).for_each(JoinHandle::abort);
    grown * 1_024.0 / real(FEW)
}
