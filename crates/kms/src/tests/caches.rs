//! What nodes hold in memory, and when they let go of it.

use std::{collections::HashSet, sync::atomic::Ordering, time::Duration};

use super::{watched::Watched, *};
use crate::{CacheOptions, KeyCache};

async fn cache(ground: &Ground, kms: Arc<dyn Kms>) -> Arc<KeyCache> {
    cache_with(ground, kms, &CacheOptions::default()).await
}

async fn cache_with(ground: &Ground, kms: Arc<dyn Kms>, options: &CacheOptions) -> Arc<KeyCache> {
    let clock = Arc::clone(&ground.clock) as Arc<dyn Clock>;
    KeyCache::start(kms, clock, options).await.unwrap()
}

/// A node with a tenant and some keys, watched, and its cache.
async fn furnished(ground: &Ground, keys: usize) -> (Arc<Watched>, Arc<KeyCache>, Vec<KeyId>) {
    let node = ground.node().await;
    node.create_tenant(tenant(1)).await.unwrap();
    let made = node.reserve(tenant(1), keys).await.unwrap();
    let watched = Watched::over(node);
    let cache = cache(ground, Arc::clone(&watched) as Arc<dyn Kms>).await;
    (watched, cache, made.iter().map(|key| key.id).collect())
}

#[tokio::test]
async fn a_list_is_one_round_trip_and_the_next_time_none() {
    let ground = Ground::sqlite();
    let (watched, cache, ids) = furnished(&ground, 1_000).await;
    for _ in 0..2 {
        let keys = cache.keys(&purpose(tenant(1)), &ids).await.unwrap();
        assert!(keys.iter().all(Option::is_some));
    }
    assert!(
        cache
            .key(&purpose(tenant(1)), ids[0])
            .await
            .unwrap()
            .is_some()
    );
    assert_eq!(watched.count(), 1);
    assert_eq!(cache.len(), 1_000);
    assert!(
        cache
            .key(&purpose(tenant(2)), ids[0])
            .await
            .unwrap()
            .is_none()
    );

    cache.index_key(tenant(1), "mail").await.unwrap();
    cache.index_key(tenant(1), "mail").await.unwrap();
    assert_eq!(watched.count(), 3);
}

#[tokio::test]
async fn many_who_miss_the_same_keys_at_once_share_one_fetch() {
    let ground = Ground::sqlite();
    let (watched, cache, ids) = furnished(&ground, 8).await;
    watched.close_gate();
    let asking: Vec<_> = (0..50)
        .map(|number: usize| {
            let (cache, ids) = (Arc::clone(&cache), ids.clone());
            tokio::spawn(async move {
                // Overlapping lists: each holds some keys that another is fetching.
                let mine = &ids[number % 4..4 + number % 4];
                cache.keys(&purpose(tenant(1)), mine).await.unwrap()
            })
        })
        .collect();
    within_five_seconds("all have asked", || watched.count() == 4).await;
    watched.gate.add_permits(100);
    for answer in asking {
        assert!(answer.await.unwrap().iter().all(Option::is_some));
    }
    assert_eq!(
        watched.count(),
        4,
        "one for each list that had keys nobody else was fetching"
    );
}

#[tokio::test]
async fn a_fetch_that_is_given_up_or_fails_leaves_nobody_waiting() {
    let ground = Ground::sqlite();
    let (watched, cache, ids) = furnished(&ground, 1).await;
    watched.close_gate();
    let ask = || {
        let (cache, id) = (Arc::clone(&cache), ids[0]);
        tokio::spawn(async move { cache.key(&purpose(tenant(1)), id).await })
    };
    let first = ask();
    within_five_seconds("the first fetches", || watched.count() == 1).await;
    let second = ask();
    tokio::task::yield_now().await;
    first.abort();
    within_five_seconds("the second takes over", || watched.count() == 2).await;
    watched.gate.add_permits(100);
    assert!(second.await.unwrap().unwrap().is_some());

    let ground = Ground::sqlite();
    let (watched, cache, ids) = furnished(&ground, 1).await;
    watched.is_broken.store(true, Ordering::SeqCst);
    let asked = purpose(tenant(1));
    let answers = tokio::join!(cache.key(&asked, ids[0]), cache.key(&asked, ids[0]));
    assert!(answers.0.is_err() && answers.1.is_err());
    watched.is_broken.store(false, Ordering::SeqCst);
    assert!(cache.key(&asked, ids[0]).await.unwrap().is_some());
}

#[tokio::test]
async fn a_key_destroyed_on_one_node_is_gone_from_the_caches_of_another() {
    for ground in Ground::each("cache_destroy").await {
        let (watched, cache, ids) = furnished(&ground, 3).await;
        let other = ground.node().await;
        let asked = purpose(tenant(1));
        cache.keys(&asked, &ids).await.unwrap();
        let fetched = watched.count();
        other.destroy(tenant(1), ids[0]).await.unwrap();
        within_five_seconds("the key is dropped", || cache.len() == 2).await;
        assert!(cache.key(&asked, ids[0]).await.unwrap().is_none());
        assert!(cache.key(&asked, ids[1]).await.unwrap().is_some());
        assert_eq!(watched.count(), fetched + 1, "the others stay");

        cache.index_key(tenant(1), "mail").await.unwrap();
        cache.fresh(tenant(1)).await.unwrap();
        let before = cache.generation();
        other.destroy_tenant(tenant(1)).await.unwrap();
        within_five_seconds("the tenant is dropped", || cache.is_empty()).await;
        assert!(cache.generation() > before);
        assert!(cache.key(&asked, ids[1]).await.unwrap().is_none());
        assert_eq!(
            refusal(cache.fresh(tenant(1))).await,
            "kms.tenant_destroyed"
        );
    }
}

#[tokio::test]
async fn sealing_empties_the_caches_of_every_node() {
    for ground in Ground::each("cache_seal").await {
        let (_, cache, ids) = furnished(&ground, 3).await;
        let other = ground.node().await;
        let asked = purpose(tenant(1));
        cache.keys(&asked, &ids).await.unwrap();
        cache.fresh(tenant(1)).await.unwrap();
        assert!(!cache.is_sealed());
        other.seal().await.unwrap();
        within_five_seconds("sealed and empty", || cache.is_sealed() && cache.is_empty()).await;
        assert_eq!(refusal(cache.key(&asked, ids[0])).await, "kms.sealed");
        assert_eq!(refusal(cache.fresh(tenant(1))).await, "kms.sealed");
        other.unseal_with_root_file().await.unwrap();
        within_five_seconds("open again", || !cache.is_sealed()).await;
        assert!(cache.key(&asked, ids[0]).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn an_answer_from_before_a_destruction_is_not_kept_after_it() {
    let ground = Ground::sqlite();
    let (watched, cache, ids) = furnished(&ground, 1).await;
    watched.close_gate();
    let asking = tokio::spawn({
        let (cache, id) = (Arc::clone(&cache), ids[0]);
        async move { cache.key(&purpose(tenant(1)), id).await }
    });
    within_five_seconds("the fetch has read", || watched.count() == 1).await;
    let before = cache.generation();
    watched.destroy(tenant(1), ids[0]).await.unwrap();
    within_five_seconds("the cache knows", || cache.generation() > before).await;
    watched.gate.add_permits(100);
    assert!(asking.await.unwrap().unwrap().is_none());
    assert!(cache.is_empty());
}

#[tokio::test]
async fn nothing_is_served_from_memory_while_the_store_is_silent() {
    let ground = Ground::sqlite();
    let (watched, cache, ids) = furnished(&ground, 1).await;
    let asked = purpose(tenant(1));
    tokio::time::pause();
    cache.key(&asked, ids[0]).await.unwrap();
    watched.is_silent.store(true, Ordering::SeqCst);
    cache.key(&asked, ids[0]).await.unwrap();
    assert_eq!(watched.count(), 1, "a moment's silence does not matter");
    tokio::time::sleep(Duration::from_millis(5_000)).await;
    assert!(cache.is_empty());
    cache.key(&asked, ids[0]).await.unwrap();
    cache.key(&asked, ids[0]).await.unwrap();
    assert_eq!(watched.count(), 3);
    watched.is_silent.store(false, Ordering::SeqCst);
    tokio::time::sleep(Duration::from_secs(3)).await;
    cache.key(&asked, ids[0]).await.unwrap();
    cache.key(&asked, ids[0]).await.unwrap();
    assert!(watched.count() <= 4, "it recovers by itself");
}

#[tokio::test]
async fn keys_expire_and_their_number_is_bounded() {
    let ground = Ground::sqlite();
    let (watched, _, ids) = furnished(&ground, 100).await;
    let options = CacheOptions {
        keys_max: 10,
        ..CacheOptions::default()
    };
    let cache = cache_with(&ground, Arc::clone(&watched) as Arc<dyn Kms>, &options).await;
    let asked = purpose(tenant(1));
    tokio::time::pause();
    cache.keys(&asked, &ids).await.unwrap();
    assert!(cache.len() <= 10, "{}", cache.len());
    tokio::time::sleep(Duration::from_secs(302)).await;
    assert!(cache.is_empty());
    let before = watched.count();
    cache.key(&asked, ids[0]).await.unwrap();
    assert_eq!(watched.count(), before + 1);
}

#[tokio::test]
async fn fresh_keys_come_from_a_reserve_that_refills_itself() {
    let ground = Ground::sqlite();
    let (watched, cache, _) = furnished(&ground, 1).await;
    let mut seen = HashSet::new();
    for _ in 0..200 {
        let fresh = cache.fresh(tenant(1)).await.unwrap();
        assert!(seen.insert(fresh.id), "no key is given out twice");
        let again = cache.key(&purpose(tenant(1)), fresh.id).await.unwrap();
        assert_eq!(again.unwrap().expose(), fresh.key.expose());
    }
    assert_eq!(watched.count(), 0, "a fresh key is held already");
    let reserves = watched.reserves.load(Ordering::SeqCst);
    assert!(reserves < 12, "{reserves} refills for 200 keys");

    let (one, other) = tokio::join!(cache.fresh(tenant(1)), cache.fresh(tenant(1)));
    assert_ne!(one.unwrap().id, other.unwrap().id);
    assert_eq!(refusal(cache.fresh(tenant(2))).await, "kms.tenant_absent");
}

#[tokio::test]
async fn reserved_keys_are_not_given_out_when_they_are_near_their_removal() {
    let ground = Ground::sqlite();
    let (watched, cache, _) = furnished(&ground, 1).await;
    let first = cache.fresh(tenant(1)).await.unwrap();
    ground.clock.advance(Duration::from_secs(6 * 3_600));
    let before = watched.reserves.load(Ordering::SeqCst);
    let second = cache.fresh(tenant(1)).await.unwrap();
    assert!(watched.reserves.load(Ordering::SeqCst) > before);
    assert_ne!(first.id, second.id);
}
