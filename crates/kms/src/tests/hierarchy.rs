//! First starts, wrong roots, sealing.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
    time::Duration,
};

use base::{Clock, SystemEntropy, TenantId};
use db::{Statement, params};

use super::*;
use crate::{MIGRATIONS, STATEMENTS, Seal, SealState};

static HIERARCHIES: Statement =
    Statement::read("SELECT count(*) AS value FROM kms_store WHERE tenant = :cell");
static BARRIERS: Statement =
    Statement::read("SELECT count(*) AS value FROM kms_barrier WHERE tenant = :cell");
static PLANT: Statement = Statement::write(
    "INSERT INTO kms_tenant_key (tenant, version, wrap, created_at) VALUES (:cell, 1, :wrap, 0)",
);
static UNPLANT: Statement = Statement::write("DELETE FROM kms_tenant_key WHERE tenant = :cell");

#[tokio::test]
async fn both_databases_understand_every_statement() {
    for ground in Ground::each("statements").await {
        let database = ground.database().await;
        database
            .migrate(&[db::OWN_MIGRATIONS, MIGRATIONS])
            .await
            .unwrap();
        database.prepare_all(STATEMENTS).await.unwrap();
        for statement in STATEMENTS {
            assert!(statement.is_bound(), "{}", statement.text());
        }
    }
}

#[tokio::test]
async fn an_empty_store_gets_a_hierarchy_and_a_restart_opens_it() {
    for ground in Ground::each("first_start").await {
        let clock: Arc<dyn Clock> = Arc::clone(&ground.clock) as _;
        let unopened = Embedded::open(
            ground.database().await,
            ground.root(),
            clock,
            Arc::new(SystemEntropy),
        );
        let unopened = unopened.await.unwrap();
        assert_eq!(
            unopened.status().await.unwrap().state,
            SealState::Uninitialised
        );
        assert!(unopened.changes(0).await.unwrap().is_sealed);
        assert_eq!(
            refusal(unopened.reserve(tenant(1), 1)).await,
            "kms.uninitialised"
        );
        assert_eq!(refusal(unopened.seal()).await, "kms.uninitialised");
        assert_eq!(
            refusal(unopened.unseal_with_root_file()).await,
            "kms.uninitialised"
        );

        let first = ground.node().await;
        let made = first.reserve(TenantId::NIL, 3).await.unwrap();
        let status = first.status().await.unwrap();
        assert_eq!(
            status.state,
            SealState::Unsealed {
                seal: Seal::Development
            }
        );
        assert_eq!((status.counts.tenants, status.counts.reserved), (1, 3));
        drop(first);

        let second = ground.node().await;
        let opened = unwrapped(&*second, TenantId::NIL, &[made[1].id]).await;
        assert_eq!(opened[0].as_ref().unwrap().expose(), made[1].key.expose());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nodes_that_start_at_once_make_one_hierarchy() {
    for round in 0..4 {
        for ground in Ground::each("race").await {
            let ground = Arc::new(ground);
            let starting: Vec<_> = (0..4)
                .map(|_| {
                    let ground = Arc::clone(&ground);
                    tokio::spawn(async move { ground.node().await })
                })
                .collect();
            let mut nodes = Vec::new();
            for node in starting {
                nodes.push(node.await.unwrap());
            }
            let (left, right) = tokio::join!(
                nodes[0].create_tenant(tenant(1)),
                nodes[1].create_tenant(tenant(1))
            );
            left.and(right).unwrap();
            let made = nodes[0].reserve(tenant(1), 1).await.unwrap();
            let indexes = tokio::join!(
                nodes[2].index_key(tenant(1), "mail"),
                nodes[3].index_key(tenant(1), "mail")
            );
            let hash = indexes.0.unwrap().newest.hash("mail", b"ana");
            assert_eq!(hash, indexes.1.unwrap().newest.hash("mail", b"ana"));
            for node in &nodes {
                let opened = unwrapped(&**node, tenant(1), &[made[0].id]).await;
                let key = opened[0].as_ref().unwrap();
                assert_eq!(key.expose(), made[0].key.expose(), "round {round}");
            }
        }
    }
}

#[tokio::test]
async fn a_wrong_or_missing_root_key_is_an_error_and_never_a_new_hierarchy() {
    for ground in Ground::each("wrong_root").await {
        drop(ground.node().await);
        let root = ground.directory.path().join("root.key");
        let right = std::fs::read(&root).unwrap();

        std::fs::write(&root, "07".repeat(32)).unwrap();
        let error = fault(ground.start_with(ground.root())).await;
        assert!(error.contains("not the one"), "{error}");
        std::fs::remove_file(&root).unwrap();
        let error = fault(ground.start_with(ground.root())).await;
        assert!(error.contains("missing"), "{error}");
        assert!(
            !root.exists(),
            "no new key is made for a store that has one"
        );
        assert_eq!(
            ground
                .read::<i64>(TenantId::NIL, &HIERARCHIES, params! {})
                .await,
            1
        );

        ground.root().create_if_absent(&SystemEntropy).unwrap();
        std::fs::write(&root, right).unwrap();
        drop(ground.node().await);
    }
}

#[tokio::test]
async fn a_start_that_fails_at_its_last_statement_leaves_nothing() {
    for ground in Ground::each("last_statement").await {
        let database = ground.database().await;
        database
            .migrate(&[db::OWN_MIGRATIONS, MIGRATIONS])
            .await
            .unwrap();
        let planted = params! { wrap: db::Plain::bytes([0; 4]) };
        ground.write(TenantId::NIL, &PLANT, planted).await;
        assert!(ground.start_with(ground.root()).await.is_err());
        for count in [&HIERARCHIES, &BARRIERS] {
            assert_eq!(
                ground.read::<i64>(TenantId::NIL, count, params! {}).await,
                0
            );
        }
        ground.write(TenantId::NIL, &UNPLANT, params! {}).await;
        drop(ground.node().await);
    }
}

/// Polls a future so many times and drops it: what a process leaves that ends there.
pub(super) async fn dropped_after<F: Future>(polls: usize, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    for _ in 0..polls {
        let polled = poll_fn(|context| Poll::Ready(future.as_mut().poll(context)));
        if let Poll::Ready(output) = polled.await {
            return Some(output);
        }
        tokio::time::sleep(Duration::from_micros(200)).await;
    }
    None
}

#[tokio::test]
async fn work_that_is_cut_off_anywhere_leaves_the_old_or_the_new_state() {
    for ground in Ground::each("cut_off").await {
        for polls in 0..40 {
            // What an earlier process may have left beside the root key.
            let draft = ground.directory.path().join(format!(".root-key-{polls}"));
            std::fs::write(draft, "half a k").unwrap();
            drop(dropped_after(polls, ground.start_with(ground.root())).await);
        }
        let node = ground.node().await;
        assert_eq!(
            ground
                .read::<i64>(TenantId::NIL, &HIERARCHIES, params! {})
                .await,
            1
        );
        for polls in 0..12 {
            let tenant = tenant(u8::try_from(polls).unwrap() + 1);
            drop(dropped_after(polls, node.create_tenant(tenant)).await);
            node.create_tenant(tenant).await.unwrap();
            drop(dropped_after(polls, node.index_key(tenant, "mail")).await);
            node.index_key(tenant, "mail").await.unwrap();

            let made = node.reserve(tenant, 2).await.unwrap();
            drop(dropped_after(polls, node.destroy(tenant, made[0].id)).await);
            let opened = unwrapped(&*node, tenant, &[made[0].id, made[1].id]).await;
            if let Some(key) = &opened[0] {
                assert_eq!(key.expose(), made[0].key.expose());
            }
            assert_eq!(opened[1].as_ref().unwrap().expose(), made[1].key.expose());
            node.destroy(tenant, made[0].id).await.unwrap();
            drop(dropped_after(polls, node.destroy_tenant(tenant)).await);
            node.destroy_tenant(tenant).await.unwrap();
            let opened = unwrapped(&*node, tenant, &[made[1].id]).await;
            assert!(opened[0].is_none());

            drop(dropped_after(polls, node.seal()).await);
            node.seal().await.unwrap();
            drop(dropped_after(polls, node.unseal_with_root_file()).await);
            node.unseal_with_root_file().await.unwrap();
        }
        assert_eq!(node.status().await.unwrap().counts.reserved, 0);
    }
}

#[tokio::test]
async fn a_sealed_store_gives_no_key_to_any_node_until_it_is_unsealed() {
    for ground in Ground::each("sealed").await {
        let (one, other) = (ground.node().await, ground.node().await);
        one.create_tenant(tenant(1)).await.unwrap();
        let made = one.reserve(tenant(1), 1).await.unwrap();
        one.seal().await.unwrap();
        one.seal().await.unwrap();
        for node in [&one, &other] {
            let asked = [made[0].id];
            assert_eq!(
                refusal(node.unwrap(&purpose(tenant(1)), &asked)).await,
                "kms.sealed"
            );
            assert_eq!(refusal(node.reserve(tenant(1), 1)).await, "kms.sealed");
            assert_eq!(refusal(node.create_tenant(tenant(2))).await, "kms.sealed");
            assert_eq!(
                refusal(node.index_key(tenant(1), "mail")).await,
                "kms.sealed"
            );
            assert_eq!(
                refusal(node.destroy(tenant(1), asked[0])).await,
                "kms.sealed"
            );
            assert_eq!(refusal(node.destroy_tenant(tenant(1))).await, "kms.sealed");
            assert_eq!(
                node.status().await.unwrap().state,
                SealState::Sealed {
                    seal: Seal::Development
                }
            );
            assert!(node.changes(0).await.unwrap().is_sealed);
        }
        let restarted = ground.node().await;
        assert_eq!(
            restarted.status().await.unwrap().state,
            SealState::Sealed {
                seal: Seal::Development
            }
        );

        let root = ground.directory.path().join("root.key");
        let right = std::fs::read(&root).unwrap();
        std::fs::write(&root, "07".repeat(32)).unwrap();
        fault(one.unseal_with_root_file()).await;
        assert!(one.changes(0).await.unwrap().is_sealed);
        std::fs::write(&root, right).unwrap();

        one.unseal_with_root_file().await.unwrap();
        one.unseal_with_root_file().await.unwrap();
        for node in [&one, &other, &restarted] {
            assert!(!node.changes(0).await.unwrap().is_sealed);
            let opened = unwrapped(&**node, tenant(1), &[made[0].id]).await;
            assert_eq!(opened[0].as_ref().unwrap().expose(), made[0].key.expose());
        }
    }
}
