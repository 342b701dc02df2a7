//! Tenant keys that take over from older ones.

use db::{Statement, params};

use super::{hierarchy::dropped_after, *};
use crate::Rewrapped;

static TENANT_KEYS: Statement =
    Statement::read("SELECT count(*) AS value FROM kms_tenant_key WHERE tenant = :tenant");
static STALE: Statement = Statement::read(
    "SELECT count(*) AS value FROM kms_key
     WHERE tenant = :tenant AND wrap IS NOT NULL AND substr(wrap, 2, 4) <> :newest",
);
static BREAK: Statement =
    Statement::write("UPDATE kms_key SET wrap = :wrap WHERE tenant = :tenant AND id = :id");

async fn finished(node: &Embedded, tenant: TenantId, limit: u32) -> usize {
    let (mut after, mut rewrapped) = (KeyId::NIL, 0);
    loop {
        match node.rewrap_some(tenant, after, limit).await.unwrap() {
            Rewrapped::All => return rewrapped,
            Rewrapped::Some { keys, last } => {
                rewrapped += keys;
                after = last;
            }
        }
    }
}

fn bytes(keys: &[Option<Arc<DataKey>>]) -> Vec<Option<[u8; 32]>> {
    let keys = keys.iter();
    keys.map(|key| key.as_ref().map(|key| *key.expose()))
        .collect()
}

#[tokio::test]
async fn a_newer_key_takes_over_step_by_step_and_nothing_in_use_changes() {
    for ground in Ground::each("rotation").await {
        let node = ground.node().await;
        let own = tenant(1);
        node.create_tenant(own).await.unwrap();
        let made = node.reserve(own, 7).await.unwrap();
        let ids: Vec<KeyId> = made.iter().map(|new| new.id).collect();
        let hash = node
            .index_key(own, "mail")
            .await
            .unwrap()
            .newest
            .hash("mail", b"ana");
        node.destroy(own, ids[3]).await.unwrap();
        let before = bytes(&unwrapped(&*node, own, &ids).await);
        assert_eq!(before.iter().flatten().count(), 6);

        ground.clock.advance(Duration::from_secs(60));
        assert_eq!(node.rotate_tenant(own).await.unwrap(), 2);
        let newer = node.reserve(own, 1).await.unwrap();
        let listed = node.list_tenant_keys(None, 10).await.unwrap();
        let [cell, listed] = listed.as_slice() else {
            panic!("the cell and the tenant");
        };
        assert!(cell.tenant == TenantId::NIL && cell.version == 1 && !cell.has_older);
        assert!(listed.version == 2 && listed.has_older && listed.made_at == ground.clock.now());
        assert_eq!(bytes(&unwrapped(&*node, own, &ids).await), before);

        let step = node.rewrap_some(own, KeyId::NIL, 4).await.unwrap();
        let Rewrapped::Some { keys: 5, last } = step else {
            panic!("four keys and that of the hashes, not {step:?}");
        };
        let mut live: Vec<KeyId> = ids.iter().copied().filter(|id| *id != ids[3]).collect();
        live.sort_unstable();
        assert_eq!(last, live[3]);
        // Whatever ended it: another node goes on.
        let other = ground.node().await;
        assert_eq!(bytes(&unwrapped(&*other, own, &ids).await), before);
        assert_eq!(finished(&other, own, 4).await, 2);

        let newest = || params! { newest: db::Plain::bytes(2u32.to_be_bytes()) };
        assert_eq!(ground.read::<i64>(own, &STALE, newest()).await, 0);
        assert_eq!(ground.read::<i64>(own, &TENANT_KEYS, params! {}).await, 1);
        for node in [&node, &other, &ground.node().await] {
            assert_eq!(bytes(&unwrapped(&**node, own, &ids).await), before);
            assert!(unwrapped(&**node, own, &[newer[0].id]).await[0].is_some());
            let index = node.index_key(own, "mail").await.unwrap();
            assert_eq!(index.newest.hash("mail", b"ana"), hash);
        }
        assert_eq!(
            node.rewrap_some(own, KeyId::NIL, 4).await.unwrap(),
            Rewrapped::All
        );
        let listed = node
            .list_tenant_keys(Some(TenantId::NIL), 10)
            .await
            .unwrap();
        assert!(listed.len() == 1 && !listed[0].has_older);
    }
}

#[tokio::test]
async fn a_key_that_still_wraps_hashes_alone_is_not_retired() {
    let ground = Ground::sqlite();
    let node = ground.node().await;
    let own = tenant(6);
    node.create_tenant(own).await.unwrap();
    let hashes = async || {
        let mut hashes = Vec::new();
        for label in ["mail", "name", "phone"] {
            let index = node.index_key(own, label).await.unwrap();
            hashes.push(index.newest.hash(label, b"ana"));
        }
        hashes
    };
    let before = hashes().await;
    node.rotate_tenant(own).await.unwrap();
    assert_eq!(finished(&node, own, 1).await, 3);
    assert_eq!(hashes().await, before);
}

#[tokio::test]
async fn a_turn_may_be_cut_off_anywhere() {
    for ground in Ground::each("rotation_cut").await {
        let node = ground.node().await;
        let own = tenant(5);
        node.create_tenant(own).await.unwrap();
        let made = node.reserve(own, 5).await.unwrap();
        let ids: Vec<KeyId> = made.iter().map(|new| new.id).collect();
        let before = bytes(&unwrapped(&*node, own, &ids).await);
        for polls in 0..30 {
            drop(dropped_after(polls, node.rotate_tenant(own)).await);
            for _ in 0..4 {
                drop(dropped_after(polls, node.rewrap_some(own, KeyId::NIL, 2)).await);
                let fresh = ground.node().await;
                assert_eq!(bytes(&unwrapped(&*fresh, own, &ids).await), before);
            }
        }
        finished(&node, own, 2).await;
        assert_eq!(bytes(&unwrapped(&*node, own, &ids).await), before);
        assert_eq!(ground.read::<i64>(own, &TENANT_KEYS, params! {}).await, 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn keys_are_made_and_destroyed_while_tenant_keys_turn_on_two_nodes() {
    for ground in Ground::each("rotation_race").await {
        let nodes = [ground.node().await, ground.node().await];
        let own = tenant(2);
        nodes[0].create_tenant(own).await.unwrap();
        let turning = nodes.each_ref().map(|node| {
            let node = Arc::clone(node);
            tokio::spawn(async move {
                for _ in 0..5 {
                    // Who is too late for a turn has met the other's.
                    drop(node.rotate_tenant(own).await);
                    let mut after = KeyId::NIL;
                    while let Ok(Rewrapped::Some { last, .. }) =
                        node.rewrap_some(own, after, 3).await
                    {
                        after = last;
                    }
                }
            })
        });
        let making = nodes.each_ref().map(|node| {
            let node = Arc::clone(node);
            tokio::spawn(async move {
                let mut made = Vec::new();
                while made.len() < 60 {
                    if let Ok(new) = node.reserve(own, 3).await {
                        made.extend(new);
                    }
                }
                node.destroy(own, made[0].id).await.unwrap();
                made
            })
        });
        for turning in turning {
            turning.await.unwrap();
        }
        for making in making {
            let made = making.await.unwrap();
            finished(&nodes[0], own, 50).await;
            let ids: Vec<KeyId> = made.iter().map(|new| new.id).collect();
            let opened = unwrapped(&*nodes[1], own, &ids).await;
            assert!(opened[0].is_none(), "what is destroyed stays so");
            for (opened, made) in opened[1..].iter().zip(&made[1..]) {
                assert_eq!(opened.as_ref().unwrap().expose(), made.key.expose());
            }
        }
        assert_eq!(ground.read::<i64>(own, &TENANT_KEYS, params! {}).await, 1);
    }
}

#[tokio::test]
async fn a_wrap_that_does_not_open_is_an_alarm_and_its_key_is_not_retired() {
    let ground = Ground::sqlite();
    let node = ground.node().await;
    let own = tenant(3);
    node.create_tenant(own).await.unwrap();
    let made = node.reserve(own, 2).await.unwrap();
    let (first, second) = (made[0].id, made[1].id);
    let wrap = {
        static WRAP: Statement = Statement::read(
            "SELECT wrap AS value FROM kms_key WHERE tenant = :tenant AND id = :id",
        );
        ground
            .read::<Vec<u8>>(own, &WRAP, params! { id: first })
            .await
    };
    let row = params! { wrap: db::Plain::bytes(wrap), id: second };
    ground.write(own, &BREAK, row).await;
    node.rotate_tenant(own).await.unwrap();
    let text = fault(node.rewrap_some(own, KeyId::NIL, 10)).await;
    assert!(text.contains("stored wrap"), "{text}");
    assert_eq!(ground.read::<i64>(own, &TENANT_KEYS, params! {}).await, 2);
    assert!(unwrapped(&*node, own, &[first]).await[0].is_some());
}

#[tokio::test]
async fn only_tenants_that_have_keys_get_newer_ones() {
    let ground = Ground::sqlite();
    let node = ground.node().await;
    assert_eq!(
        refusal(node.rotate_tenant(tenant(4))).await,
        "kms.tenant_absent"
    );
    node.create_tenant(tenant(4)).await.unwrap();
    node.destroy_tenant(tenant(4)).await.unwrap();
    assert_eq!(
        refusal(node.rotate_tenant(tenant(4))).await,
        "kms.tenant_destroyed"
    );
    assert_eq!(node.list_tenant_keys(None, 10).await.unwrap().len(), 1);
    assert_eq!(node.rotate_tenant(TenantId::NIL).await.unwrap(), 2);
    node.seal().await.unwrap();
    assert_eq!(
        refusal(node.rotate_tenant(TenantId::NIL)).await,
        "kms.sealed"
    );
}
