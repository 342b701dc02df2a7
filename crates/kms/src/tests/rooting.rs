//! The root key in the node's file turns.

use std::os::unix::fs::PermissionsExt;

use super::{
    hierarchy::dropped_after,
    quorum::{read, shared_out, those},
    *,
};

/// The root key file and what else lies beside it.
struct Keys<'a>(&'a Ground);

impl Keys<'_> {
    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.directory.path().join(name)
    }

    fn now(&self) -> Vec<u8> {
        std::fs::read(self.path("root.key")).unwrap()
    }

    fn put(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.path(name), bytes).unwrap();
        let mode = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(self.path(name), mode).unwrap();
    }

    fn is_next(&self) -> bool {
        self.path("root.key.next").exists()
    }
}

#[tokio::test]
async fn a_newer_root_key_takes_over_and_the_one_before_opens_nothing() {
    for ground in Ground::each("rooting").await {
        let keys = Keys(&ground);
        let (node, other) = (ground.node().await, ground.node().await);
        let made = node.reserve(TenantId::NIL, 1).await.unwrap();
        let before = keys.now();
        assert_eq!(node.rotate_root_file().await.unwrap(), 2);
        assert_eq!(node.rotate_root_file().await.unwrap(), 3);
        let after = keys.now();
        assert!(before != after && !keys.is_next());
        let about = std::fs::metadata(keys.path("root.key")).unwrap();
        assert_eq!(about.permissions().mode() & 0o777, 0o600);

        for node in [&node, &other, &ground.node().await] {
            node.create_tenant(tenant(1)).await.unwrap();
            let opened = unwrapped(&**node, TenantId::NIL, &[made[0].id]).await;
            assert_eq!(opened[0].as_ref().unwrap().expose(), made[0].key.expose());
        }
        keys.put("root.key", &before);
        let error = fault(ground.start_with(ground.root())).await;
        assert!(error.contains("not the one"), "{error}");
        keys.put("root.key", &after);
        node.seal().await.unwrap();
        node.unseal_with_root_file().await.unwrap();
    }
}

#[tokio::test]
async fn turning_the_root_key_can_be_cut_off_anywhere() {
    for ground in Ground::each("rooting_cut").await {
        let node = ground.node().await;
        let made = node.reserve(TenantId::NIL, 1).await.unwrap();
        for polls in 0..30 {
            drop(dropped_after(polls, node.rotate_root_file()).await);
            if polls % 3 == 0 {
                node.rotate_barrier().await.unwrap();
            }
            let restarted = ground.node().await;
            let opened = unwrapped(&*restarted, TenantId::NIL, &[made[0].id]).await;
            assert!(opened[0].is_some(), "after {polls} polls");
        }
        node.rotate_root_file().await.unwrap();
        assert!(!Keys(&ground).is_next());
        drop(ground.node().await);
    }
}

#[tokio::test]
async fn what_an_end_between_commit_and_file_leaves_is_ended_by_the_next_start() {
    let ground = Ground::sqlite();
    let keys = Keys(&ground);
    let node = ground.node().await;
    let before = keys.now();
    node.rotate_root_file().await.unwrap();
    let newer = keys.now();

    keys.put("root.key", &before);
    keys.put("root.key.next", &newer);
    drop(ground.node().await);
    assert!(keys.now() == newer && !keys.is_next());

    // As well where the older file is gone.
    std::fs::rename(keys.path("root.key"), keys.path("root.key.next")).unwrap();
    drop(ground.node().await);
    assert!(keys.now() == newer && !keys.is_next());

    // And by a turn, which is one of its own.
    keys.put("root.key", &before);
    keys.put("root.key.next", &newer);
    assert_eq!(node.rotate_root_file().await.unwrap(), 3);
    assert!(![before, newer].contains(&keys.now()) && !keys.is_next());
    drop(ground.node().await);
}

#[tokio::test]
async fn a_key_that_was_made_and_never_took_over_is_taken_the_next_time() {
    let ground = Ground::sqlite();
    let keys = Keys(&ground);
    let node = ground.node().await;
    let (before, made) = (keys.now(), "07".repeat(32).into_bytes());
    keys.put("root.key.next", &made);
    drop(ground.node().await);
    assert!(keys.now() == before && keys.is_next());
    node.rotate_root_file().await.unwrap();
    assert!(keys.now() == made && !keys.is_next());
    drop(ground.node().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn several_that_turn_the_root_key_at_once_leave_one_that_opens() {
    for ground in Ground::each("rooting_race").await {
        let mut turning = Vec::new();
        for _ in 0..3 {
            let node = ground.node().await;
            turning.push(tokio::spawn(async move {
                let mut turned = 0;
                while turned < 4 {
                    match node.rotate_root_file().await {
                        Ok(_) => turned += 1,
                        Err(error) => assert!(error.is(&crate::ROOT_TURNING), "{error}"),
                    }
                    tokio::task::yield_now().await;
                }
            }));
        }
        for turning in turning {
            turning.await.unwrap();
        }
        drop(ground.node().await);
        assert!(!Keys(&ground).is_next());
    }
}

#[tokio::test]
async fn a_root_key_in_shares_has_no_file_to_turn_and_leaves_none() {
    let ground = Ground::sqlite();
    let keys = Keys(&ground);
    let node = ground.node().await;
    keys.put("root.key.next", "07".repeat(32).as_bytes());
    let given = shared_out(&node, 3, 2).await;
    assert!(!ground.root().exists() && !keys.is_next());
    assert_eq!(refusal(node.rotate_root_file()).await, "kms.quorum_held");
    let restarted = ground.node().await;
    restarted.enter_share(read(&given[0])).await.unwrap();
    for share in those(&given, &[2]) {
        restarted.enter_share(share).await.unwrap();
    }
    restarted.reserve(TenantId::NIL, 1).await.unwrap();
}
