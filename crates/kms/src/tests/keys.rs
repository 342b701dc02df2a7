//! Tenants and their keys, from reserve to destruction.

use std::time::Duration;

use db::{Statement, params};

use super::*;
use crate::{Changes, Destroyed, Gone, UNWRAP_MAX};

const DAY: Duration = Duration::from_secs(24 * 3_600);

static WRAP: Statement =
    Statement::read("SELECT wrap AS value FROM kms_key WHERE tenant = :tenant AND id = :id");
static ROWS: Statement =
    Statement::read("SELECT count(*) AS value FROM kms_key WHERE tenant = :tenant");

#[tokio::test]
async fn a_thousand_keys_are_unwrapped_in_order_and_unknown_ones_are_absent() {
    for ground in Ground::each("thousand").await {
        let node = ground.node().await;
        node.create_tenant(tenant(1)).await.unwrap();
        node.create_tenant(tenant(2)).await.unwrap();
        let mut made = node.reserve(tenant(1), 1_000).await.unwrap();
        made.reverse();
        let mut asked: Vec<KeyId> = made.iter().map(|key| key.id).collect();
        asked[500] = KeyId::from_bytes([9; 16]);
        asked[501] = asked[502];

        let opened = unwrapped(&*node, tenant(1), &asked).await;
        assert_eq!(opened.len(), 1_000);
        for (position, key) in opened.iter().enumerate() {
            match (position, key) {
                (500, key) => assert!(key.is_none()),
                (501, key) => assert_eq!(key.as_ref().unwrap().expose(), made[502].key.expose()),
                (_, key) => {
                    assert_eq!(key.as_ref().unwrap().expose(), made[position].key.expose());
                }
            }
        }
        let elsewhere = unwrapped(&*node, tenant(2), &asked).await;
        assert!(
            elsewhere.iter().all(Option::is_none),
            "tenants share nothing"
        );
        assert!(unwrapped(&*node, tenant(1), &[]).await.is_empty());

        let too_many = vec![KeyId::NIL; UNWRAP_MAX + 1];
        let asked = purpose(tenant(1));
        let asking = node.unwrap(&asked, &too_many);
        assert_eq!(refusal(asking).await, "kms.too_many_keys");
    }
}

#[tokio::test]
async fn tenants_that_are_unknown_or_gone_are_refused() {
    for ground in Ground::each("tenants").await {
        let node = ground.node().await;
        assert_eq!(
            refusal(node.reserve(tenant(1), 1)).await,
            "kms.tenant_absent"
        );
        assert_eq!(
            refusal(node.destroy_tenant(tenant(1))).await,
            "kms.tenant_absent"
        );
        node.create_tenant(tenant(1)).await.unwrap();
        node.create_tenant(tenant(1)).await.unwrap();
        // More than one page of rows is cleared.
        let made = node.reserve(tenant(1), 1_024).await.unwrap();
        node.reserve(tenant(1), 10).await.unwrap();
        let missing = KeyId::from_bytes([9; 16]);
        assert_eq!(
            refusal(node.destroy(tenant(1), missing)).await,
            "kms.key_absent"
        );

        node.destroy_tenant(tenant(1)).await.unwrap();
        node.destroy_tenant(tenant(1)).await.unwrap();
        assert!(unwrapped(&*node, tenant(1), &[made[0].id]).await[0].is_none());
        assert_eq!(ground.read::<i64>(tenant(1), &ROWS, params! {}).await, 0);
        assert_eq!(
            refusal(node.reserve(tenant(1), 1)).await,
            "kms.tenant_destroyed"
        );
        assert_eq!(
            refusal(node.create_tenant(tenant(1))).await,
            "kms.tenant_destroyed"
        );
        assert_eq!(
            refusal(node.index_key(tenant(1), "mail")).await,
            "kms.tenant_destroyed"
        );
        node.destroy(tenant(1), made[0].id).await.unwrap();
        fault(node.destroy_tenant(TenantId::NIL)).await;
    }
}

#[tokio::test]
async fn a_destroyed_key_leaves_no_wrap_and_is_told_to_who_asks() {
    for ground in Ground::each("destroyed").await {
        let node = ground.node().await;
        node.create_tenant(tenant(1)).await.unwrap();
        let made = node.reserve(tenant(1), 2).await.unwrap();
        assert_eq!(
            node.changes(0).await.unwrap(),
            Changes {
                epoch: 0,
                is_sealed: false,
                gone: Gone::These(vec![])
            }
        );
        node.destroy(tenant(1), made[0].id).await.unwrap();
        node.destroy(tenant(1), made[0].id).await.unwrap();
        let wrap: Option<Vec<u8>> = ground
            .read(tenant(1), &WRAP, params! { id: made[0].id })
            .await;
        assert_eq!(wrap, None);
        let opened = unwrapped(&*node, tenant(1), &[made[0].id, made[1].id]).await;
        assert!(opened[0].is_none() && opened[1].is_some());

        node.destroy_tenant(tenant(1)).await.unwrap();
        let gone = |gone| Changes {
            epoch: 2,
            is_sealed: false,
            gone,
        };
        let (key, all) = (
            Destroyed::Key(tenant(1), made[0].id),
            Destroyed::Tenant(tenant(1)),
        );
        assert_eq!(
            node.changes(0).await.unwrap(),
            gone(Gone::These(vec![key, all]))
        );
        assert_eq!(node.changes(1).await.unwrap(), gone(Gone::These(vec![all])));
        assert_eq!(node.changes(2).await.unwrap(), gone(Gone::These(vec![])));
        assert_eq!(
            node.changes(3).await.unwrap(),
            gone(Gone::Everything),
            "a store that went back in time"
        );
        node.seal().await.unwrap();
        node.unseal_with_root_file().await.unwrap();
        let changes = node.changes(2).await.unwrap();
        assert_eq!((changes.epoch, changes.gone), (4, Gone::Everything));
    }
}

#[tokio::test]
async fn keys_that_nothing_uses_are_listed_after_a_day_and_only_those_are_removed() {
    for ground in Ground::each("unused").await {
        let node = ground.node().await;
        node.create_tenant(tenant(1)).await.unwrap();
        node.create_tenant(tenant(2)).await.unwrap();
        let old = node.reserve(tenant(1), 2).await.unwrap();
        ground.clock.advance(Duration::from_secs(1));
        let other = node.reserve(tenant(2), 1).await.unwrap();
        ground.clock.advance(DAY);
        let young = node.reserve(tenant(1), 1).await.unwrap();

        let listed = node.list_unused(10).await.unwrap();
        let mut ids: Vec<_> = listed.iter().map(|key| (key.tenant, key.id)).collect();
        ids[..2].sort();
        let mut expected = vec![(tenant(1), old[0].id), (tenant(1), old[1].id)];
        expected.sort();
        expected.push((tenant(2), other[0].id));
        assert_eq!(ids, expected);
        assert_eq!(node.list_unused(1).await.unwrap().len(), 1);

        node.mark_used(tenant(1), &[old[0].id]).await.unwrap();
        let all = [old[0].id, old[1].id, young[0].id, other[0].id];
        node.discard(tenant(1), &all).await.unwrap();
        let opened = unwrapped(&*node, tenant(1), &all).await;
        let is_there: Vec<bool> = opened.iter().map(Option::is_some).collect();
        assert_eq!(is_there, [true, false, true, false]);
        assert!(unwrapped(&*node, tenant(2), &[other[0].id]).await[0].is_some());
        let counts = node.status().await.unwrap().counts;
        assert_eq!((counts.used, counts.reserved, counts.tenants), (1, 2, 3));
    }
}

#[tokio::test]
async fn index_keys_last_and_differ_by_tenant_and_label() {
    for ground in Ground::each("index").await {
        let node = ground.node().await;
        node.create_tenant(tenant(1)).await.unwrap();
        let hash = async |of: TenantId, label: &str| {
            let key = node.index_key(of, label).await.unwrap();
            assert!(key.older.is_empty() && key.newest.version == 1);
            key.newest.hash("same", b"same")
        };
        let mail = hash(tenant(1), "person.mail").await;
        assert_eq!(mail, hash(tenant(1), "person.mail").await);
        assert_ne!(mail, hash(tenant(1), "person.phone").await);
        assert_ne!(mail, hash(TenantId::NIL, "person.mail").await);
        for label in ["", "Mail", "mail address", &"x".repeat(65)] {
            assert_eq!(
                refusal(node.index_key(tenant(1), label)).await,
                "kms.bad_label"
            );
        }
    }
}
