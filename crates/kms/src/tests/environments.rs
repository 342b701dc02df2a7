//! What a store is for.

use super::{
    hierarchy::dropped_after,
    quorum::{shared_out, those},
    *,
};
use crate::Environment;

fn named(name: &str) -> Environment {
    Environment::new(name).unwrap()
}

#[test]
fn a_name_is_short_and_plain() {
    for good in ["production", "test", "eu-2.staging_b"] {
        assert_eq!(named(good).name(), good);
    }
    for bad in ["", "Test", "te st", "tést", &"x".repeat(65)] {
        let refused = Environment::new(bad).unwrap_err();
        assert!(refused.is(&crate::ENVIRONMENT_INVALID), "«{bad}»");
    }
}

#[tokio::test]
async fn a_node_of_another_environment_does_not_open_a_store() {
    for ground in Ground::each("environment").await {
        let start = async |name: &str| {
            ground
                .opening()
                .await
                .environment(named(name))
                .start()
                .await
        };
        let node = start("production").await.unwrap();
        assert_eq!(
            node.environment().await.unwrap().as_deref(),
            Some("production")
        );
        assert_eq!(refusal(start("test")).await, "kms.environment_other");
        let opening = ground.opening().await.environment(named("test"));
        assert_eq!(refusal(opening.open()).await, "kms.environment_other");
        let opening = ground.opening().await.environment(named("test"));
        assert_eq!(refusal(opening.look()).await, "kms.environment_other");
        start("production").await.unwrap();
        // Who was told nothing asks for nothing.
        ground.node().await.reserve(TenantId::NIL, 1).await.unwrap();
    }
}

#[tokio::test]
async fn a_store_without_a_name_takes_the_first() {
    for ground in Ground::each("environment_first").await {
        let node = ground.node().await;
        assert_eq!(node.environment().await.unwrap(), None);
        for polls in 0..20 {
            let opening = ground.opening().await.environment(named("test"));
            drop(dropped_after(polls, opening.start()).await);
        }
        let opening = ground.opening().await.environment(named("production"));
        assert_eq!(refusal(opening.start()).await, "kms.environment_other");
        // Turning the root key over does not change it.
        let given = shared_out(&node, 3, 2).await;
        node.prove_quorum(&those(&given, &[1, 2])).await.unwrap();
        assert_eq!(node.environment().await.unwrap().as_deref(), Some("test"));
    }
}

#[tokio::test]
async fn a_store_that_is_in_shares_from_the_beginning_has_its_name() {
    let ground = Ground::sqlite();
    let opening = ground.opening().await.environment(named("production"));
    let node = opening.open().await.unwrap();
    for _ in 0..2 {
        let plan = SharePlan::unassigned(3, 2).unwrap();
        drop(node.initialise_shared(&plan).await.unwrap());
        assert_eq!(
            node.environment().await.unwrap().as_deref(),
            Some("production")
        );
    }
    let opening = ground.opening().await.environment(named("test"));
    assert_eq!(refusal(opening.open()).await, "kms.environment_other");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_nodes_that_name_an_empty_store_at_once_one_is_right() {
    for round in 0..4 {
        for ground in Ground::each("environment_race").await {
            let mut starting = Vec::new();
            for name in ["production", "test", "production", "test"] {
                let opening = ground.opening().await.environment(named(name));
                starting.push((name, tokio::spawn(opening.start())));
            }
            let mut started = Vec::new();
            for (name, starting) in starting {
                match starting.await.unwrap() {
                    Ok(_) => started.push(name),
                    Err(error) => assert!(error.is(&crate::ENVIRONMENT_OTHER), "{error}"),
                }
            }
            assert_eq!(started.len(), 2, "round {round}");
            assert_eq!(started[0], started[1], "round {round}");
        }
    }
}
