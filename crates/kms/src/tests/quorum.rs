//! The root key in shares: who opens the store, who does not, and what an interruption leaves.

use std::num::NonZeroU8;

use db::{Statement, params};

use super::{hierarchy::dropped_after, *};
use crate::{
    Authority, Custodian, Entered, Given, Quorum, Seal, SealState, Share, SharePlan, Status,
};

static DISTORT: Statement = Statement::write(
    "UPDATE kms_share SET share_check = :check WHERE tenant = :cell AND place = :place",
);

fn plan(count: usize, threshold: u8) -> SharePlan {
    let custodians = (1..=count).map(|number| Custodian {
        name: format!("Custodian {number}"),
        role: format!("Role {number}"),
    });
    SharePlan {
        custodians: custodians.collect(),
        threshold: NonZeroU8::new(threshold).unwrap(),
    }
}

pub(super) fn read(given: &Given) -> Share {
    Share::read(given.share.text().expose()).unwrap()
}

pub(super) fn those(given: &[Given], places: &[usize]) -> Vec<Share> {
    places.iter().map(|place| read(&given[place - 1])).collect()
}

/// Gives the root key of a store under the development seal to custodians.
pub(super) async fn shared_out(node: &Embedded, count: usize, threshold: u8) -> Vec<Given> {
    let root = Authority::RootFile;
    let given = node.give_shares(&root, &plan(count, threshold)).await;
    let given = given.unwrap();
    let enough: Vec<usize> = (1..=usize::from(threshold)).collect();
    let held = node.hold_shares(&root, &those(&given, &enough)).await;
    held.unwrap();
    given
}

pub(super) async fn state(node: &Embedded) -> SealState {
    node.status().await.unwrap().state
}

const QUORUM: Seal = Seal::Quorum;

#[tokio::test]
async fn custodians_take_over_while_nodes_stay_open_and_open_them_after_a_restart() {
    for ground in Ground::each("quorum").await {
        let node = ground.node().await;
        let made = node.reserve(TenantId::NIL, 1).await.unwrap();
        let given = shared_out(&node, 5, 3).await;
        assert_eq!(given[4].custodian.name, "Custodian 5");

        assert_eq!(state(&node).await, SealState::Unsealed { seal: QUORUM });
        let still = node.reserve(TenantId::NIL, 1).await.unwrap();
        assert!(!ground.root().exists(), "the file has done its work");
        assert_eq!(
            refusal(node.unseal_with_root_file()).await,
            "kms.quorum_held"
        );

        let restarted = ground.node().await;
        let keys = [made[0].id, still[0].id];
        let closed = SealState::Sealed { seal: QUORUM };
        assert_eq!(state(&restarted).await, closed);
        assert!(restarted.changes(0).await.unwrap().is_sealed);
        let purpose = purpose(TenantId::NIL);
        assert_eq!(
            refusal(restarted.unwrap(&purpose, &keys)).await,
            "kms.sealed"
        );
        let quorum = |entered| Quorum {
            shares: 5,
            threshold: NonZeroU8::new(3).unwrap(),
            entered,
        };
        let enter = async |place: usize| restarted.enter_share(read(&given[place - 1])).await;
        assert_eq!(enter(5).await.unwrap(), Entered::Waiting(quorum(1)));
        assert_eq!(refusal(enter(5)).await, "kms.share_twice");
        assert_eq!(enter(2).await.unwrap(), Entered::Waiting(quorum(2)));
        let Status {
            quorum: told,
            state: still_closed,
            ..
        } = restarted.status().await.unwrap();
        assert_eq!((told, still_closed), (Some(quorum(2)), closed));
        assert_eq!(
            refusal(restarted.unwrap(&purpose, &keys)).await,
            "kms.sealed"
        );
        assert_eq!(enter(4).await.unwrap(), Entered::Unsealed);

        let opened = unwrapped(&*restarted, TenantId::NIL, &keys).await;
        assert_eq!(opened[0].as_ref().unwrap().expose(), made[0].key.expose());
        assert!(opened[1].is_some() && !restarted.changes(0).await.unwrap().is_sealed);
        assert_eq!(refusal(enter(1)).await, "kms.unsealed");
        // Another node waits for its own custodians.
        let apart = ground.node().await;
        assert_eq!(state(&apart).await, closed);
    }
}

#[tokio::test]
async fn what_is_entered_is_forgotten_when_somebody_begins_again() {
    let ground = Ground::sqlite();
    let given = shared_out(&*ground.node().await, 3, 2).await;
    let node = ground.node().await;
    node.enter_share(read(&given[0])).await.unwrap();
    node.forget_shares();
    let Entered::Waiting(quorum) = node.enter_share(read(&given[0])).await.unwrap() else {
        panic!("one share opens nothing");
    };
    assert_eq!(quorum.entered, 1);
}

#[tokio::test]
async fn sealing_closes_every_node_and_the_custodians_open_it_again() {
    for ground in Ground::each("quorum_seal").await {
        let node = ground.node().await;
        let given = shared_out(&node, 3, 2).await;
        node.seal().await.unwrap();
        let closed = SealState::Sealed { seal: QUORUM };
        assert_eq!(state(&node).await, closed);
        assert_eq!(refusal(node.reserve(TenantId::NIL, 1)).await, "kms.sealed");
        node.enter_share(read(&given[0])).await.unwrap();
        let entered = node.enter_share(read(&given[2])).await.unwrap();
        assert_eq!(entered, Entered::Unsealed);
        assert_eq!(node.reserve(TenantId::NIL, 1).await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn shares_that_did_not_come_back_change_nothing_and_are_void_with_the_next() {
    for ground in Ground::each("quorum_given").await {
        let root = Authority::RootFile;
        let lost = ground
            .node()
            .await
            .give_shares(&root, &plan(3, 2))
            .await
            .unwrap();
        // Whatever ended the command: the store is as it was.
        let node = ground.node().await;
        let development = SealState::Unsealed {
            seal: Seal::Development,
        };
        assert_eq!(state(&node).await, development);
        assert_eq!(refusal(node.custodians()).await, "kms.quorum_none");
        assert_eq!(
            refusal(node.enter_share(read(&lost[0]))).await,
            "kms.quorum_none"
        );

        let given = node.give_shares(&root, &plan(3, 2)).await.unwrap();
        let hold = async |shares: Vec<Share>| node.hold_shares(&root, &shares).await;
        assert_eq!(
            refusal(hold(those(&lost, &[1, 2]))).await,
            "kms.share_other"
        );
        assert_eq!(refusal(hold(those(&given, &[1]))).await, "kms.shares_few");
        assert_eq!(refusal(hold(Vec::new())).await, "kms.shares_few");
        assert_eq!(
            refusal(hold(those(&given, &[1, 1]))).await,
            "kms.share_twice"
        );
        hold(those(&given, &[3, 1])).await.unwrap();
        assert_eq!(
            refusal(hold(those(&given, &[3, 1]))).await,
            "kms.quorum_held"
        );
    }
}

#[tokio::test]
async fn new_custodians_come_in_by_the_old_ones_whose_shares_then_open_nothing() {
    for ground in Ground::each("quorum_rekey").await {
        let node = ground.node().await;
        let made = node.reserve(TenantId::NIL, 1).await.unwrap();
        let old = shared_out(&node, 3, 2).await;
        let [few, enough] = [those(&old, &[1]), those(&old, &[1, 3])];
        let give = async |shares: &[Share]| {
            node.give_shares(&Authority::Shares(shares), &plan(5, 3))
                .await
        };
        assert_eq!(refusal(give(&few)).await, "kms.shares_few");
        assert_eq!(
            refusal(node.give_shares(&Authority::RootFile, &plan(5, 3))).await,
            "kms.quorum_held"
        );
        let new = give(&enough).await.unwrap();
        // Until they have come back, the old ones open the store and the new ones do not.
        let between = ground.node().await;
        assert_eq!(
            refusal(between.enter_share(read(&new[0]))).await,
            "kms.share_other"
        );
        between.enter_share(read(&old[0])).await.unwrap();
        assert_eq!(
            between.enter_share(read(&old[1])).await.unwrap(),
            Entered::Unsealed
        );

        let authority = Authority::Shares(&enough);
        node.hold_shares(&authority, &those(&new, &[2, 3, 5]))
            .await
            .unwrap();

        assert_eq!(
            unwrapped(&*node, TenantId::NIL, &[made[0].id]).await.len(),
            1
        );
        let after = ground.node().await;
        assert_eq!(
            refusal(after.enter_share(read(&old[0]))).await,
            "kms.share_other"
        );
        for place in [1, 4] {
            after.enter_share(read(&new[place - 1])).await.unwrap();
        }
        assert_eq!(
            after.enter_share(read(&new[1])).await.unwrap(),
            Entered::Unsealed
        );
        let opened = unwrapped(&*after, TenantId::NIL, &[made[0].id]).await;
        assert_eq!(opened[0].as_ref().unwrap().expose(), made[0].key.expose());
        assert_eq!(refusal(give(&enough)).await, "kms.share_other");
    }
}

#[tokio::test]
async fn handing_the_root_key_over_may_be_cut_off_anywhere() {
    for ground in Ground::each("quorum_cut").await {
        let root = Authority::RootFile;
        let node = ground.node().await;
        let made = node.reserve(TenantId::NIL, 1).await.unwrap();
        let [low, high] = [plan(3, 2), plan(5, 3)];
        let is_open = async |node: &Embedded| {
            let opened = unwrapped(node, TenantId::NIL, &[made[0].id]).await;
            opened[0].as_ref().unwrap().expose() == made[0].key.expose()
        };
        for polls in 0..40 {
            drop(dropped_after(polls, node.give_shares(&root, &high)).await);
            assert!(is_open(&*ground.node().await).await, "given until {polls}");
        }
        let mut shares = node.give_shares(&root, &low).await.unwrap();
        for polls in 0..40 {
            let back = those(&shares, &[1, 3]);
            drop(dropped_after(polls, node.hold_shares(&root, &back)).await);
            let after = ground.node().await;
            if state(&after).await != (SealState::Sealed { seal: QUORUM }) {
                assert!(is_open(&after).await, "held until {polls}");
            }
        }
        assert!(is_open(&node).await, "who is open stays open");
        // From now on by the custodians, cut off as before.
        for polls in 0..40 {
            let before = those(&shares, &[1, 2]);
            let authority = Authority::Shares(&before);
            drop(dropped_after(polls, node.give_shares(&authority, &high)).await);
            let new = node.give_shares(&authority, &high).await.unwrap();
            let back = those(&new, &[1, 2, 3]);
            drop(dropped_after(polls, node.hold_shares(&authority, &back)).await);
            // Whatever is still under way conflicts with this, or has arrived.
            node.rotate_barrier().await.unwrap();
            let after = ground.node().await;
            let is_new = after.enter_share(read(&new[0])).await.is_ok();
            after.forget_shares();
            let (held, enough) = match is_new {
                true => (&new, 3),
                false => (&shares, 2),
            };
            let last = held[..enough - 1].iter();
            for share in last {
                after.enter_share(read(share)).await.unwrap();
            }
            let last = read(&held[enough - 1]);
            drop(dropped_after(polls, after.enter_share(last)).await);
            if state(&after).await == (SealState::Sealed { seal: QUORUM }) {
                after.forget_shares();
                for share in &held[..enough] {
                    after.enter_share(read(share)).await.unwrap();
                }
            }
            assert!(is_open(&after).await, "the {} custodians", held.len());
            if is_new {
                // And back to as few as before, for the next round.
                let many = those(&new, &[1, 2, 3]);
                let authority = Authority::Shares(&many);
                shares = node.give_shares(&authority, &low).await.unwrap();
                let back = those(&shares, &[1, 2]);
                node.hold_shares(&authority, &back).await.unwrap();
            }
        }
    }
}

#[tokio::test]
async fn a_custodian_shows_a_share_and_opens_nothing() {
    let ground = Ground::sqlite();
    let given = shared_out(&*ground.node().await, 3, 2).await;
    let node = ground.node().await;
    let before = node.custodians().await.unwrap();
    assert!(before[0].proved_at.is_some() && before[2].proved_at.is_none());
    ground.clock.advance(Duration::from_secs(60));
    for place in [2, 3] {
        let kept = node.prove_share(&read(&given[place - 1])).await.unwrap();
        assert_eq!(kept.custodian, given[place - 1].custodian);
    }
    let after = node.custodians().await.unwrap();
    assert_eq!(after[0].proved_at, before[0].proved_at);
    assert_eq!(after[2].proved_at, Some(ground.clock.now()));
    assert_eq!(state(&node).await, SealState::Sealed { seal: QUORUM });

    let other = Ground::sqlite();
    let strange = shared_out(&*other.node().await, 3, 2).await;
    assert_eq!(
        refusal(node.prove_share(&read(&strange[0]))).await,
        "kms.share_other"
    );
    assert_eq!(
        refusal(node.enter_share(read(&strange[0]))).await,
        "kms.share_other"
    );
}

#[tokio::test]
async fn what_was_changed_in_the_store_opens_nothing() {
    let ground = Ground::sqlite();
    let given = shared_out(&*ground.node().await, 3, 2).await;
    let check = db::Plain::bytes([0u8; 32]);
    let row = params! { check: check, place: 2u32 };
    ground.write(TenantId::NIL, &DISTORT, row).await;
    let node = ground.node().await;
    node.enter_share(read(&given[0])).await.unwrap();
    assert_eq!(
        refusal(node.enter_share(read(&given[1]))).await,
        "kms.share_other"
    );
    assert_eq!(
        node.enter_share(read(&given[2])).await.unwrap(),
        Entered::Unsealed
    );
}

#[tokio::test]
async fn plans_that_are_no_quorum_are_refused() {
    let ground = Ground::sqlite();
    let node = ground.node().await;
    let give = async |plan: SharePlan| node.give_shares(&Authority::RootFile, &plan).await;
    assert_eq!(refusal(give(plan(4, 2))).await, "kms.threshold_invalid");
    assert_eq!(refusal(give(plan(2, 3))).await, "kms.threshold_invalid");
    assert_eq!(refusal(give(plan(0, 1))).await, "kms.shares_count");
    let mut twice = plan(3, 2);
    twice.custodians[1].name = twice.custodians[0].name.clone();
    assert_eq!(refusal(give(twice)).await, "kms.custodian_twice");
    assert!(give(plan(1, 1)).await.is_ok());
}
