//! Numbering: gapless, by one node at a time, behind the writers.

use std::{sync::Arc, time::Duration};

use base::TenantId;
use serde_json::json;
use tokio::sync::oneshot;

use super::{LINKS, PENDING, READ, Recorded, WRITE};
use crate::{
    Log,
    sequencer::{ENTRIES_MAX, SPAN, Step},
};

#[tokio::test]
async fn entries_are_numbered_once_and_the_chain_holds() {
    let recorded = Recorded::new().await;
    let empty = recorded.log.verify().await.unwrap();
    assert_eq!((empty.entries, empty.problem), (0, None));

    recorded.writes(5).await;
    let waiting = recorded.log.verify().await.unwrap();
    assert_eq!((waiting.entries, waiting.problem), (0, None));
    let mut sequencer = recorded.sequencer();
    assert_eq!(
        sequencer.step(recorded.now()).await.unwrap(),
        Step::Numbered
    );
    assert_eq!(sequencer.step(recorded.now()).await.unwrap(), Step::Idle);
    recorded.writes(1).await;
    recorded.number(&mut sequencer).await;

    assert_eq!(
        (recorded.count(&LINKS).await, recorded.count(&PENDING).await),
        (6, 0)
    );
    let report = recorded.log.verify().await.unwrap();
    assert_eq!((report.entries, report.problem), (6, None));
    assert_eq!(report.head.len(), 64);
    assert_ne!(report.head, empty.head);
}

#[tokio::test]
async fn more_than_a_batch_is_numbered_in_several() {
    let recorded = Recorded::new().await;
    let tester = recorded.system("tester");
    let many = usize::try_from(ENTRIES_MAX).unwrap() + 10;
    futures_util::future::join_all((0..many).map(|_| tester.does(&WRITE, json!({})))).await;
    let mut sequencer = recorded.sequencer();
    assert_eq!(
        sequencer.step(recorded.now()).await.unwrap(),
        Step::Numbered
    );
    assert_eq!(recorded.count(&PENDING).await, 10);
    recorded.number(&mut sequencer).await;
    let report = recorded.log.verify().await.unwrap();
    assert_eq!(
        (report.entries, report.problem),
        (i64::try_from(many).unwrap(), None)
    );
}

#[tokio::test]
async fn one_node_leads_and_the_next_takes_over_where_it_stopped() {
    let recorded = Recorded::new().await;
    let (mut one, mut two) = (recorded.sequencer(), recorded.sequencer());
    recorded.writes(2).await;
    assert_eq!(one.step(recorded.now()).await.unwrap(), Step::Numbered);
    assert_eq!(two.step(recorded.now()).await.unwrap(), Step::Follows);

    // The first falls silent with its idea of the chain, the second goes on with it.
    recorded.writes(2).await;
    recorded.house.passes(SPAN);
    assert_eq!(two.step(recorded.now()).await.unwrap(), Step::Numbered);
    recorded.writes(1).await;
    let stale = recorded.now().before(SPAN);
    assert_eq!(one.step(stale).await.unwrap(), Step::Follows);
    recorded.number(&mut two).await;
    assert_eq!(recorded.log.verify().await.unwrap().entries, 5);

    // Given back, it is free at once.
    two.release().await.unwrap();
    recorded.writes(1).await;
    recorded.house.passes(Duration::from_secs(2));
    recorded.number(&mut one).await;
    let report = recorded.log.verify().await.unwrap();
    assert_eq!((report.entries, report.problem), (6, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_that_run_make_one_chain_and_lose_nothing_when_they_stop() {
    let recorded = Recorded::new().await;
    let log = &recorded.log;
    let other = Log::new(
        Arc::clone(&log.database),
        Arc::clone(&log.vault),
        Arc::clone(&log.clock),
        Arc::clone(&log.entropy),
    );
    let mut nodes = Vec::new();
    for log in [Arc::clone(log), other] {
        let (stop, stopped) = oneshot::channel::<()>();
        let node = recorded.house.runtime().new_id::<base::kinds::Request>();
        let running = tokio::spawn(log.run(node, async move { drop(stopped.await) }));
        nodes.push((stop, running));
    }
    let tester = recorded.system("tester");
    for _ in 0..20 {
        tester.does(&WRITE, json!({})).await;
        tester.does(&READ, json!({})).await;
    }
    // Whoever leads does it within a second, with nobody's help.
    while recorded.count(&LINKS).await < 20 {
        tokio::task::yield_now().await;
    }
    for (stop, running) in nodes {
        drop(stop);
        running.await.unwrap();
    }
    let report = recorded.log.verify().await.unwrap();
    assert_eq!(report.problem, None);
    let entries = recorded.bodies(TenantId::NIL).await.len();
    assert_eq!(
        report.entries + recorded.count(&PENDING).await,
        i64::try_from(entries).unwrap()
    );
    let bodies = recorded.test_bodies().await;
    let reads: u64 = bodies
        .iter()
        .filter_map(|body| body["resources"][0]["reads"].as_u64())
        .sum();
    assert_eq!(reads, 20);
}
