//! The seal at a glance: what it says is what the store and the node are.

use std::num::NonZeroU8;

use super::*;
use crate::{Authority, Custodian, Seal, SealReading, SealState, Share, SharePlan};

async fn reading(node: &Embedded) -> SealReading {
    node.read_seal().await.unwrap()
}

fn plan() -> SharePlan {
    let custodians = ["Ana", "Bo", "Cy"].map(|name| Custodian {
        name: name.to_owned(),
        role: format!("role of {name}"),
    });
    SharePlan {
        custodians: custodians.into(),
        threshold: NonZeroU8::new(2).unwrap(),
    }
}

#[tokio::test]
async fn a_glance_follows_the_seal_from_the_file_to_the_custodians() {
    for ground in Ground::each("glance").await {
        let node = ground.node().await;
        let first = reading(&node).await;
        let development = SealState::Unsealed {
            seal: Seal::Development,
        };
        assert_eq!((first.state, first.held), (development, None));
        assert!(node.is_open());
        assert_eq!(node.seal_seen(), Some(Seal::Development));

        let given = node.give_shares(&Authority::RootFile, &plan()).await;
        let texts = given.unwrap();
        let share = |at: usize| Share::read(texts[at].share.text().expose()).unwrap();
        let between = reading(&node).await;
        let waiting = between.given.unwrap();
        assert_eq!((waiting.shares, waiting.threshold.get()), (3, 2));
        assert_eq!((between.state, between.held), (development, None));

        let two = [share(0), share(1)];
        node.hold_shares(&Authority::RootFile, &two).await.unwrap();
        let held = reading(&node).await;
        assert_eq!((held.given, held.held), (None, Some(waiting)));
        assert_eq!(node.seal_seen(), Some(Seal::Quorum));

        // Another node has no keys, and the store is not sealed for it.
        let other = ground.node().await;
        let sealed = SealState::Sealed { seal: Seal::Quorum };
        let apart = reading(&other).await;
        assert_eq!((apart.state, apart.is_marked), (sealed, false));
        assert!(!other.is_open() && node.is_open());
        other.enter_share(share(2)).await.unwrap();
        assert_eq!(reading(&other).await.held.unwrap().entered, 1);
        assert_eq!(reading(&node).await.held.unwrap().entered, 0);

        node.seal().await.unwrap();
        let closed = reading(&node).await;
        assert_eq!((closed.state, closed.is_marked), (sealed, true));
        assert!(!node.is_open());
    }
}

#[tokio::test]
async fn the_key_of_one_tenant_is_found() {
    for ground in Ground::each("own_key").await {
        let node = ground.node().await;
        node.create_tenant(tenant(1)).await.unwrap();
        node.create_tenant(tenant(2)).await.unwrap();
        node.rotate_tenant(tenant(2)).await.unwrap();
        let version = async |of: TenantId| {
            let found = node.find_tenant_key(of).await.unwrap();
            found.map(|key| (key.version, key.has_older))
        };
        assert_eq!(version(tenant(1)).await, Some((1, false)));
        assert_eq!(version(tenant(2)).await, Some((2, true)));
        assert_eq!(version(tenant(3)).await, None);
    }
}
