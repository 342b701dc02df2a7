//! Barrier keys that take over from older ones.

use db::{Statement, params};

use super::{
    hierarchy::dropped_after,
    quorum::{shared_out, those},
    *,
};
use crate::{BARRIER_USES_DUE, BarrierKey, Share, store};

static BARRIERS: Statement =
    Statement::read("SELECT count(*) AS value FROM kms_barrier WHERE tenant = :cell");
static STALE: Statement = Statement::read(
    "SELECT count(*) AS value FROM kms_tenant_key WHERE tenant >= :cell AND substr(wrap, 2, 4) <> :newest",
);
static CHAINS: Statement = Statement::read(
    "SELECT count(*) AS value FROM kms_barrier WHERE tenant = :cell AND chain IS NOT NULL",
);

async fn finished(node: &Embedded, limit: u32) -> usize {
    let mut all = 0;
    loop {
        match node.rewrap_tenants(limit).await.unwrap() {
            0 => return all,
            some => all += some,
        }
    }
}

async fn stale(ground: &Ground, newest: u32) -> i64 {
    let newest = db::Plain::bytes(newest.to_be_bytes());
    ground
        .read(TenantId::NIL, &STALE, params! { newest: newest })
        .await
}

async fn barriers(ground: &Ground) -> i64 {
    ground.read(TenantId::NIL, &BARRIERS, params! {}).await
}

pub(super) async fn unsealed(node: &Embedded, shares: Vec<Share>) {
    for share in shares {
        node.enter_share(share).await.unwrap();
    }
}

#[tokio::test]
async fn the_barrier_turns_under_a_quorum_and_open_nodes_follow() {
    for ground in Ground::each("barrier").await {
        let (node, other) = (ground.node().await, ground.node().await);
        let own = tenant(1);
        node.create_tenant(own).await.unwrap();
        let made = node.reserve(own, 3).await.unwrap();
        let ids: Vec<KeyId> = made.iter().map(|new| new.id).collect();
        let given = shared_out(&node, 3, 2).await;

        assert_eq!(node.rotate_barrier().await.unwrap(), 2);
        assert_eq!(
            stale(&ground, 2).await,
            2,
            "the cell's key and the tenant's"
        );
        // A node that holds the older keyring makes nothing under the older key.
        other.create_tenant(tenant(2)).await.unwrap();
        assert_eq!(stale(&ground, 2).await, 2);
        assert_eq!(finished(&node, 1).await, 2);
        assert_eq!(stale(&ground, 2).await, 0);
        for one in [&node, &other] {
            let keys = unwrapped(&**one, own, &ids).await;
            assert!(keys.iter().all(Option::is_some));
        }

        // Not before the root key wraps the newest does the older one go.
        ground.clock.advance(Duration::from_secs(3_600));
        finished(&node, 10).await;
        assert_eq!(barriers(&ground).await, 2);
        node.seal().await.unwrap();
        unsealed(&node, those(&given, &[1, 3])).await;
        let listed = node.list_barriers().await.unwrap();
        assert!(listed.iter().all(|key| key.is_rooted));
        let told: Vec<_> = listed.iter().map(|key| (key.uses, key.is_newest)).collect();
        assert_eq!(
            told,
            [(3, false), (3, true)],
            "two keys and a chain, three keys"
        );
        finished(&node, 10).await;
        assert_eq!(barriers(&ground).await, 1);
        let chains: i64 = ground.read(TenantId::NIL, &CHAINS, params! {}).await;
        assert_eq!(
            chains, 0,
            "who has the older key does not come to the newer one"
        );

        let restarted = ground.node().await;
        unsealed(&restarted, those(&given, &[2, 3])).await;
        let keys = unwrapped(&*restarted, own, &ids).await;
        assert!(keys.iter().all(Option::is_some));
    }
}

#[tokio::test]
async fn under_the_development_seal_the_file_wraps_a_newer_key_at_once() {
    let ground = Ground::sqlite();
    let node = ground.node().await;
    node.create_tenant(tenant(1)).await.unwrap();
    for version in 2..=4 {
        assert_eq!(node.rotate_barrier().await.unwrap(), version);
    }
    let listed = node.list_barriers().await.unwrap();
    assert!(listed.iter().all(|key| key.is_rooted));
    ground.clock.advance(Duration::from_secs(61));
    finished(&node, 10).await;
    assert_eq!(barriers(&ground).await, 1);
    let restarted = ground.node().await;
    restarted.create_tenant(tenant(2)).await.unwrap();
}

#[tokio::test]
async fn a_rekey_takes_newer_barrier_keys_along() {
    let ground = Ground::sqlite();
    let node = ground.node().await;
    let given = shared_out(&node, 3, 2).await;
    node.rotate_barrier().await.unwrap();
    let present = those(&given, &[1, 2]);
    let authority = Authority::Shares(&present);
    let plan = SharePlan::unassigned(5, 3).unwrap();
    let newer = node.give_shares(&authority, &plan).await.unwrap();
    node.hold_shares(&authority, &those(&newer, &[1, 3, 5]))
        .await
        .unwrap();
    assert!(
        node.list_barriers()
            .await
            .unwrap()
            .iter()
            .all(|key| key.is_rooted)
    );
    let restarted = ground.node().await;
    unsealed(&restarted, those(&newer, &[2, 3, 4])).await;
    restarted.create_tenant(tenant(1)).await.unwrap();
}

#[tokio::test]
async fn a_node_that_has_not_looked_yet_opens_what_a_newer_barrier_key_wraps() {
    for ground in Ground::each("barrier_unseen").await {
        let (node, other) = (ground.node().await, ground.node().await);
        shared_out(&node, 3, 2).await;
        for turn in 1..=2 {
            node.rotate_barrier().await.unwrap();
            node.create_tenant(tenant(turn)).await.unwrap();
        }
        let made = node.reserve(tenant(2), 1).await.unwrap();
        assert!(unwrapped(&*other, tenant(2), &[made[0].id]).await[0].is_some());
        other.reserve(tenant(1), 1).await.unwrap();
        other.index_key(tenant(1), "mail").await.unwrap();
        other.rotate_tenant(tenant(1)).await.unwrap();
    }
}

#[tokio::test]
async fn a_node_that_heard_nothing_until_older_keys_went_is_opened_anew() {
    for ground in Ground::each("barrier_late").await {
        let (node, late) = (ground.node().await, ground.node().await);
        let turned = async |open: Option<Vec<Share>>| {
            node.rotate_barrier().await.unwrap();
            finished(&node, 10).await;
            if let Some(shares) = open {
                node.root_barriers(&Authority::Shares(&shares))
                    .await
                    .unwrap();
            }
            ground.clock.advance(Duration::from_secs(61));
            finished(&node, 10).await;
            assert_eq!(barriers(&ground).await, 1);
        };
        turned(None).await;
        // The file is at hand.
        late.reserve(TenantId::NIL, 1).await.unwrap();
        let given = shared_out(&node, 3, 2).await;
        turned(Some(those(&given, &[1, 2]))).await;
        assert_eq!(refusal(late.reserve(TenantId::NIL, 1)).await, "kms.sealed");
        assert!(late.changes(0).await.unwrap().is_sealed);
        unsealed(&late, those(&given, &[3, 2])).await;
        late.reserve(TenantId::NIL, 1).await.unwrap();
    }
}

#[tokio::test]
async fn what_a_backup_has_of_a_destroyed_tenant_opens_until_the_barrier_has_turned() {
    static WRAP: Statement = Statement::read(
        "SELECT wrap AS value FROM kms_tenant_key WHERE tenant = :tenant AND version = 1",
    );
    static PUT_BACK: Statement = Statement::write(
        "INSERT INTO kms_tenant_key (tenant, version, wrap, created_at) VALUES (:tenant, 1, :wrap, 0)",
    );
    static UNDO: Statement =
        Statement::write("UPDATE kms_tenant SET destroyed_at = NULL WHERE tenant = :tenant");
    static TAKE_OUT: Statement =
        Statement::write("DELETE FROM kms_tenant_key WHERE tenant = :tenant");
    for ground in Ground::each("barrier_backup").await {
        let (node, other) = (ground.node().await, ground.node().await);
        let own = tenant(1);
        node.create_tenant(own).await.unwrap();
        let kept: Vec<u8> = ground.read(own, &WRAP, params! {}).await;
        node.destroy_tenant(own).await.unwrap();
        let put_back = async || {
            let row = params! { wrap: db::Plain::bytes(kept.clone()) };
            ground.write(own, &UNDO, params! {}).await;
            ground.write(own, &PUT_BACK, row).await;
        };
        put_back().await;
        node.reserve(own, 1).await.unwrap();
        ground.write(own, &TAKE_OUT, params! {}).await;

        node.rotate_barrier().await.unwrap();
        ground.clock.advance(Duration::from_secs(61));
        finished(&node, 10).await;
        put_back().await;
        other.changes(0).await.unwrap();
        // Neither in memory nor in the store is there anything left that opens it.
        for node in [&node, &other, &ground.node().await] {
            fault(node.reserve(own, 1)).await;
        }
    }
}

#[tokio::test]
async fn a_wrap_that_does_not_open_is_an_alarm_and_the_barrier_key_stays() {
    static BREAK: Statement = Statement::write(
        "UPDATE kms_tenant_key SET wrap =
           (SELECT k.wrap FROM kms_tenant_key k WHERE k.tenant = :cell AND k.version = 1)
         WHERE tenant = :tenant",
    );
    let ground = Ground::sqlite();
    let node = ground.node().await;
    node.create_tenant(tenant(1)).await.unwrap();
    ground.write(tenant(1), &BREAK, params! {}).await;
    node.rotate_barrier().await.unwrap();
    ground.clock.advance(Duration::from_secs(61));
    let text = fault(node.rewrap_tenants(10)).await;
    assert!(text.contains("stored wrap"), "{text}");
    assert_eq!(barriers(&ground).await, 2);
}

#[tokio::test]
async fn a_barrier_key_is_due_by_its_age_and_by_its_uses() {
    let ground = Ground::sqlite();
    let node = ground.node().await;
    let age = Duration::from_secs(90 * 86_400);
    let newest = async || *node.list_barriers().await.unwrap().last().unwrap();
    let young = newest().await;
    assert!(!young.is_due(ground.clock.now(), age));
    let used = BarrierKey {
        uses: BARRIER_USES_DUE,
        ..young
    };
    assert!(used.is_due(ground.clock.now(), age));
    ground.clock.advance(age);
    assert!(newest().await.is_due(ground.clock.now(), age));
    node.rotate_barrier().await.unwrap();
    let both = node.list_barriers().await.unwrap();
    assert!(both.iter().all(|key| !key.is_due(ground.clock.now(), age)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn tenants_are_made_and_turn_while_the_barrier_turns_on_two_nodes() {
    for ground in Ground::each("barrier_race").await {
        let nodes = [ground.node().await, ground.node().await];
        shared_out(&nodes[0], 3, 2).await;
        let turning = nodes.each_ref().map(|node| {
            let node = Arc::clone(node);
            tokio::spawn(async move {
                for _ in 0..5 {
                    // Who is too late for a turn has met the other's.
                    drop(node.rotate_barrier().await);
                    while matches!(node.rewrap_tenants(2).await, Ok(1..)) {}
                }
            })
        });
        let making = [(0, 10), (1, 100)].map(|(which, first): (usize, u8)| {
            let node = Arc::clone(&nodes[which]);
            tokio::spawn(async move {
                let mut made = Vec::new();
                for number in first..first + 12 {
                    let own = tenant(number);
                    while node.create_tenant(own).await.is_err() {}
                    while node.rotate_tenant(own).await.is_err() {}
                    made.push((own, node.reserve(own, 1).await.unwrap().remove(0)));
                }
                node.destroy_tenant(made[0].0).await.unwrap();
                made
            })
        });
        for turning in turning {
            turning.await.unwrap();
        }
        for making in making {
            let made = making.await.unwrap();
            for (at, (own, new)) in made.iter().enumerate() {
                for node in &nodes {
                    let opened = unwrapped(&**node, *own, &[new.id]).await;
                    let opened = opened[0].as_ref().map(|key| *key.expose());
                    assert_eq!(opened, (at > 0).then(|| *new.key.expose()));
                }
            }
        }
        finished(&nodes[1], 5).await;
        let newest = nodes[0].list_barriers().await.unwrap();
        assert_eq!(stale(&ground, newest.last().unwrap().version).await, 0);
    }
}

#[tokio::test]
async fn turning_under_a_quorum_can_be_cut_off_anywhere() {
    for ground in Ground::each("barrier_cut").await {
        let node = ground.node().await;
        node.create_tenant(tenant(1)).await.unwrap();
        let made = node.reserve(tenant(1), 1).await.unwrap();
        let given = shared_out(&node, 3, 2).await;
        let opens = async |node: &Embedded| {
            let opened = unwrapped(node, tenant(1), &[made[0].id]).await;
            opened[0].as_ref().unwrap().expose() == made[0].key.expose()
        };
        for polls in 0..24 {
            drop(dropped_after(polls, node.rotate_barrier()).await);
            for _ in 0..3 {
                drop(dropped_after(polls, node.rewrap_tenants(1)).await);
                assert!(opens(&node).await, "open, after {polls} polls");
            }
            let enough = those(&given, &[1, 3]);
            let authority = Authority::Shares(&enough);
            drop(dropped_after(polls, node.root_barriers(&authority)).await);
            ground.clock.advance(Duration::from_secs(61));
            drop(dropped_after(polls, node.rewrap_tenants(1)).await);
            assert!(opens(&node).await, "open, after {polls} polls");
            let restarted = ground.node().await;
            unsealed(&restarted, those(&given, &[2, 3])).await;
            assert!(opens(&restarted).await, "restarted, after {polls} polls");
        }
        finished(&node, 10).await;
        ground.clock.advance(Duration::from_secs(61));
        finished(&node, 10).await;
        assert!(opens(&node).await && barriers(&ground).await == 1);
    }
}

#[tokio::test]
async fn turning_can_be_cut_off_anywhere() {
    for polls in 0..60 {
        let ground = Ground::sqlite();
        let node = ground.node().await;
        node.create_tenant(tenant(1)).await.unwrap();
        let made = node.reserve(tenant(1), 1).await.unwrap();
        let cut = async {
            node.rotate_barrier().await.unwrap();
            finished(&node, 1).await;
        };
        dropped_after(polls, cut).await;
        drop(node);
        let node = ground.node().await;
        let keys = unwrapped(&*node, tenant(1), &[made[0].id]).await;
        assert!(keys[0].is_some(), "after {polls} polls");
        finished(&node, 1).await;
        node.create_tenant(tenant(2)).await.unwrap();
        let newest = node.list_barriers().await.unwrap().last().unwrap().version;
        assert_eq!(stale(&ground, newest).await, 0, "after {polls} polls");
    }
}

#[tokio::test]
async fn what_relied_on_the_newest_barrier_key_conflicts_once_there_is_a_newer_one() {
    for ground in Ground::each("barrier_guard").await {
        let node = ground.node().await;
        let inside = ground.inside().await;
        for turns in [false, true] {
            let mut snapshot = inside.snapshot().await.unwrap();
            let seen = store::find_store(&mut snapshot).await.unwrap().unwrap();
            drop(snapshot);
            let mut batch = db::Batch::new();
            store::guard_barrier(&mut batch, seen.version);
            store::note_opened(&mut batch, ground.clock.now()).unwrap();
            if turns {
                node.rotate_barrier().await.unwrap();
            }
            let committed = inside.commit(batch).await;
            assert_eq!(matches!(committed, Err(db::CommitError::Conflict)), turns);
        }
    }
}
