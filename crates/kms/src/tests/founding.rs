//! A root key that is in shares from the beginning, shares that get custodians later, and shares for programs.

use super::{
    barrier::unsealed,
    hierarchy::dropped_after,
    quorum::{read, shared_out, state, those},
    *,
};
use crate::{Seal, SealState, Share};

#[tokio::test]
async fn a_store_can_be_in_shares_from_the_beginning() {
    for ground in Ground::each("founding").await {
        let node = ground.looked().await;
        let first = node
            .initialise_shared(&SharePlan::unassigned(3, 2).unwrap())
            .await
            .unwrap();
        assert_eq!(refusal(node.reserve(TenantId::NIL, 1)).await, "kms.sealed");
        // Nobody relied on it yet: whoever was to be told the shares may not have been.
        let given = node
            .initialise_shared(&SharePlan::unassigned(5, 3).unwrap())
            .await
            .unwrap();
        assert_eq!(
            refusal(node.enter_share(read(&first[0]))).await,
            "kms.share_other"
        );
        unsealed(&node, those(&given, &[5, 1, 2])).await;
        node.reserve(TenantId::NIL, 1).await.unwrap();
        node.seal().await.unwrap();
        let again = SharePlan::unassigned(3, 2).unwrap();
        assert_eq!(
            refusal(node.initialise_shared(&again)).await,
            "kms.initialised"
        );
        assert!(!ground.root().exists());
    }
}

#[tokio::test]
async fn initialising_can_be_cut_off_anywhere() {
    for polls in 0..25 {
        let ground = Ground::sqlite();
        let node = ground.looked().await;
        let plan = SharePlan::unassigned(3, 2).unwrap();
        dropped_after(polls, async {
            drop(node.initialise_shared(&plan).await.unwrap())
        })
        .await;
        let node = ground.looked().await;
        let given = node.initialise_shared(&plan).await.unwrap();
        unsealed(&node, those(&given, &[1, 2])).await;
        node.create_tenant(tenant(1)).await.unwrap();
    }
}

#[tokio::test]
async fn a_share_gets_a_custodian_of_its_own() {
    let ground = Ground::sqlite();
    let node = ground.looked().await;
    let given = node
        .initialise_shared(&SharePlan::unassigned(3, 2).unwrap())
        .await
        .unwrap();
    let somebody = |name: &str, role: &str| Custodian {
        name: name.to_owned(),
        role: role.to_owned(),
    };
    let ana = somebody("Ana", "Board");
    node.assign_share(&read(&given[0]), &ana).await.unwrap();
    for (share, custodian) in [
        (0, somebody("Ben", "Works council")),
        (1, somebody("ana", "Works council")),
        (1, somebody("Ben", " board")),
    ] {
        let refused = refusal(node.assign_share(&read(&given[share]), &custodian)).await;
        assert_eq!(refused, "kms.custodian_twice");
    }
    let (share, somebody) = (read(&given[1]), Custodian::nobody());
    let nobody = node.assign_share(&share, &somebody);
    assert_eq!(refusal(nobody).await, "kms.custodian_invalid");
    let kept = node.custodians().await.unwrap();
    let named: Vec<bool> = kept.iter().map(|one| one.custodian.is_somebody()).collect();
    assert_eq!(named, [true, false, false]);
    assert!(!node.has_custodian_for_each_share().await.unwrap());
    for (at, name) in [(1, "Ben"), (2, "Eva")] {
        let own = Custodian {
            name: name.to_owned(),
            role: format!("Role of {name}"),
        };
        node.assign_share(&read(&given[at]), &own).await.unwrap();
    }
    assert!(node.has_custodian_for_each_share().await.unwrap());
    assert_eq!(state(&node).await, SealState::Sealed { seal: Seal::Quorum });
    let other = Ground::sqlite();
    let file = other.node().await.has_custodian_for_each_share().await;
    assert!(file.unwrap_err().is(&crate::QUORUM_NONE));
}

#[tokio::test]
async fn enough_shares_are_proof_of_a_quorum_and_change_nothing() {
    for ground in Ground::each("founding_proof").await {
        let node = ground.looked().await;
        let plan = SharePlan::unassigned(5, 3).unwrap();
        let given = node.initialise_shared(&plan).await.unwrap();
        let prove = async |places: &[usize]| node.prove_quorum(&those(&given, places)).await;
        assert_eq!(refusal(prove(&[1, 2])).await, "kms.shares_few");
        assert_eq!(refusal(prove(&[1, 2, 1])).await, "kms.share_twice");
        prove(&[4, 2, 5]).await.unwrap();
        let kept = node.custodians().await.unwrap();
        assert!(kept.iter().all(|one| one.proved_at.is_none()));
        assert_eq!(state(&node).await, SealState::Sealed { seal: Seal::Quorum });
        unsealed(&node, those(&given, &[4, 2, 5])).await;
        let kept = node.custodians().await.unwrap();
        let shown: Vec<bool> = kept.iter().map(|one| one.proved_at.is_some()).collect();
        assert_eq!(shown, [false, true, false, true, true]);

        let other = Ground::sqlite();
        let strange = shared_out(&*other.node().await, 5, 3).await;
        let strange = those(&strange, &[1, 2, 3]);
        assert_eq!(
            refusal(node.prove_quorum(&strange)).await,
            "kms.share_other"
        );
    }
}

#[tokio::test]
async fn shares_that_were_given_out_can_be_withdrawn() {
    for ground in Ground::each("founding_withdrawn").await {
        let node = ground.looked().await;
        let plan = SharePlan::unassigned(3, 2).unwrap();
        let given = node.initialise_shared(&plan).await.unwrap();
        let present = those(&given, &[1, 2]);
        let authority = Authority::Shares(&present);
        let withdrawn = node.give_shares(&authority, &plan).await.unwrap();
        node.withdraw_shares().await.unwrap();
        node.withdraw_shares().await.unwrap();
        let hold = async |shares: Vec<Share>| node.hold_shares(&authority, &shares).await;
        let late = || those(&withdrawn, &[1, 2]);
        assert_eq!(refusal(hold(late())).await, "kms.shares_not_given");
        let newer = node.give_shares(&authority, &plan).await.unwrap();
        assert_eq!(refusal(hold(late())).await, "kms.share_other");
        hold(those(&newer, &[2, 3])).await.unwrap();
        assert_eq!(
            refusal(node.enter_share(read(&given[0]))).await,
            "kms.share_other"
        );
        unsealed(&node, those(&newer, &[1, 3])).await;
    }
}

#[test]
fn whatever_bytes_are_no_share_and_no_trouble() {
    // A generator that is the same at every run.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    for _ in 0..20_000 {
        let length = usize::try_from(next() % 96).unwrap();
        let bytes: Vec<u8> = (0..length).map(|_| next().to_le_bytes()[0]).collect();
        assert!(Share::from_bytes(&bytes).is_err());
        assert!(Share::read(&String::from_utf8_lossy(&bytes)).is_err());
        let like = format!("bastide1-{}", data_encoding::BASE32_NOPAD.encode(&bytes));
        assert!(Share::read(&like).is_err());
    }
}

#[tokio::test]
async fn shares_as_bytes_read_back_and_changed_ones_do_not() {
    let ground = Ground::sqlite();
    let node = ground.looked().await;
    let given = node
        .initialise_shared(&SharePlan::unassigned(1, 1).unwrap())
        .await
        .unwrap();
    let bytes = given[0].share.to_bytes();
    assert!(Share::from_bytes(&bytes).is_ok());
    for bit in 0..bytes.len() * 8 {
        let mut changed = bytes.to_vec();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert!(Share::from_bytes(&changed).is_err(), "bit {bit}");
    }
    assert!(Share::from_bytes(&[]).is_err() && Share::from_bytes(&[0; 1_000]).is_err());
}
