//! An older copy of the store is told from the store.

use std::path::PathBuf;

use db::{Statement, params};

use super::{
    hierarchy::dropped_after,
    quorum::{shared_out, those},
    *,
};
use crate::{FileWitness, Head, Seal, SealState, Witness};

static LOWER: Statement =
    Statement::write("UPDATE kms_store SET head_base = head_base - 1 WHERE tenant = :cell");
static HEAD: Statement = Statement::read(
    "SELECT s.head_base + r.items_last AS value FROM kms_store s
     JOIN db_resource r ON r.tenant = s.tenant AND r.kind = 'kms.store' WHERE s.tenant = :cell",
);

impl Ground {
    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn witness(&self, name: &str) -> Arc<FileWitness> {
        let path = self.path(name);
        Arc::new(FileWitness::new(path, Arc::new(SystemEntropy)))
    }

    /// A node that is seen by these witnesses.
    async fn seen(&self, witnesses: &[&str]) -> base::Result<Embedded> {
        let mut opening = self.opening().await;
        for name in witnesses {
            opening = opening.witness(self.witness(name));
        }
        opening.start().await
    }

    async fn told(&self, name: &str) -> Option<i64> {
        let head = self.witness(name).read().await.unwrap();
        head.map(|head| head.number())
    }

    async fn head(&self) -> i64 {
        self.read(TenantId::NIL, &HEAD, params! {}).await
    }
}

/// Copies the files of a database that nobody has open.
fn copied(ground: &Ground, from: &str, to: &str) {
    for ending in ["", "-wal"] {
        let from = ground.path(&format!("{from}{ending}"));
        if from.exists() {
            std::fs::copy(from, ground.path(&format!("{to}{ending}"))).unwrap();
        }
    }
}

#[tokio::test]
async fn a_store_that_was_put_back_is_refused_until_somebody_accepts_it() {
    let mut ground = Ground::sqlite();
    let own = tenant(1);
    let clock: Arc<dyn Clock> = Arc::clone(&ground.clock) as _;
    // Everything is closed before files are copied.
    let database = ground.database().await;
    let started = |database: &Arc<Database>, ground: &Ground| {
        let (entropy, clock) = (Arc::new(SystemEntropy), Arc::clone(&clock));
        let opening = Opening::new(Arc::clone(database), ground.root(), clock, entropy);
        opening.witness(ground.witness("head")).start()
    };
    let node = started(&database, &ground).await.unwrap();
    node.create_tenant(own).await.unwrap();
    let made = node.reserve(own, 1).await.unwrap();
    drop(node);
    Arc::into_inner(database).unwrap().close().await;
    copied(&ground, "kms.db", "old.db");

    let database = ground.database().await;
    let node = started(&database, &ground).await.unwrap();
    node.destroy_tenant(own).await.unwrap();
    let told = ground.told("head").await;
    drop(node);
    Arc::into_inner(database).unwrap().close().await;
    drop(ground.seen(&["head"]).await.unwrap());

    ground.url = format!("sqlite://{}", ground.path("old.db").display());
    assert_eq!(refusal(ground.seen(&["head"])).await, "kms.rolled_back");
    let opening = ground.opening().await.witness(ground.witness("head"));
    let node = opening.open().await.unwrap();
    let asked = purpose(own);
    let ids = [made[0].id];
    assert_eq!(refusal(node.unwrap(&asked, &ids)).await, "kms.rolled_back");
    assert_eq!(
        refusal(node.unseal_with_root_file()).await,
        "kms.rolled_back"
    );
    assert_eq!(refusal(node.changes(0)).await, "kms.rolled_back");
    assert!(!node.is_open());

    node.accept_rollback(&Authority::RootFile).await.unwrap();
    assert!(unwrapped(&node, own, &ids).await[0].is_some());
    assert!(ground.told("head").await > told);
    drop(node);
    let node = ground.seen(&["head"]).await.unwrap();
    assert!(unwrapped(&node, own, &ids).await[0].is_some());
    // What lies where the store was is the older one now.
    ground.url = format!("sqlite://{}", ground.path("kms.db").display());
    assert_eq!(refusal(ground.seen(&["head"])).await, "kms.rolled_back");
}

#[tokio::test]
async fn every_change_that_must_not_be_undone_is_told() {
    for ground in Ground::each("witness_told").await {
        let node = ground.seen(&["head", "other"]).await.unwrap();
        let own = tenant(1);
        node.create_tenant(own).await.unwrap();
        let made = node.reserve(own, 2).await.unwrap();
        let mut before = ground.told("head").await.unwrap();
        let mut grown = async |what: &str| {
            let now = ground.told("head").await.unwrap();
            assert!(now > before, "{what}");
            assert_eq!(now, ground.head().await, "{what}");
            assert_eq!(ground.told("other").await, Some(now), "{what}");
            before = now;
        };
        node.rotate_barrier().await.unwrap();
        grown("a newer barrier key").await;
        node.rotate_tenant(own).await.unwrap();
        grown("a newer tenant key").await;
        node.destroy(own, made[0].id).await.unwrap();
        grown("a key that is gone").await;
        node.destroy_tenant(own).await.unwrap();
        grown("a tenant that is gone").await;
        node.create_tenant(tenant(2)).await.unwrap();
        grown("a new tenant").await;
        node.rotate_root_file().await.unwrap();
        grown("a newer root key").await;
        node.seal().await.unwrap();
        grown("a seal").await;
        node.unseal_with_root_file().await.unwrap();
        grown("an open seal").await;
        shared_out(&node, 3, 2).await;
        grown("a root key in shares").await;
    }
}

#[tokio::test]
async fn the_witness_that_saw_most_is_believed() {
    for ground in Ground::each("witness_several").await {
        let node = ground.seen(&["one", "other"]).await.unwrap();
        node.create_tenant(tenant(1)).await.unwrap();
        drop(node);
        let node = ground.seen(&["one"]).await.unwrap();
        node.create_tenant(tenant(2)).await.unwrap();
        assert!(ground.told("one").await > ground.told("other").await);
        drop(node);
        // Who is behind is told, and is no reason to refuse.
        let node = ground.seen(&["one", "other", "new"]).await.unwrap();
        let told = ground.told("one").await;
        assert_eq!(
            (told, told),
            (ground.told("other").await, ground.told("new").await)
        );
        drop(node);
        let kept = std::fs::read(ground.path("other")).unwrap();
        ground.write(TenantId::NIL, &LOWER, params! {}).await;
        std::fs::remove_file(ground.path("other")).unwrap();
        assert_eq!(
            refusal(ground.seen(&["other", "one"])).await,
            "kms.rolled_back"
        );
        // Whoever has no witness cannot know.
        drop(ground.seen(&["other"]).await.unwrap());
        std::fs::write(ground.path("other"), kept).unwrap();
        assert_eq!(refusal(ground.seen(&["other"])).await, "kms.rolled_back");
    }
}

#[tokio::test]
async fn a_store_from_before_any_witness_is_older_than_what_one_saw() {
    let ground = Ground::sqlite();
    drop(ground.node().await);
    drop(ground.seen(&["head"]).await.unwrap());
    static FORGET: Statement =
        Statement::write("DELETE FROM kms_index_key WHERE tenant = :cell AND label = 'kms.head'");
    ground.write(TenantId::NIL, &FORGET, params! {}).await;
    assert_eq!(refusal(ground.seen(&["head"])).await, "kms.rolled_back");
    let opening = ground.opening().await.witness(ground.witness("head"));
    let node = opening.open().await.unwrap();
    node.accept_rollback(&Authority::RootFile).await.unwrap();
    drop(ground.seen(&["head"]).await.unwrap());
}

#[tokio::test]
async fn what_no_store_or_another_wrote_is_an_alarm() {
    let (ground, other) = (Ground::sqlite(), Ground::sqlite());
    drop(ground.seen(&["head"]).await.unwrap());
    drop(other.seen(&["head"]).await.unwrap());
    let own = std::fs::read_to_string(ground.path("head")).unwrap();
    let number = Head::parse(&own).unwrap().number().to_string();
    let strange = std::fs::read_to_string(other.path("head")).unwrap();
    let raised = own.replacen(&format!(" {number} "), " 9000 ", 1);
    let lowered = own.replacen(&format!(" {number} "), " 0 ", 1);
    for (text, said) in [
        (strange, "another key store"),
        (raised, "not written by this"),
        (lowered, "not written by this"),
        ("bastide".to_owned(), "does not hold"),
    ] {
        std::fs::write(ground.path("head"), &text).unwrap();
        let error = fault(ground.seen(&["head"])).await;
        assert!(error.contains(said), "{error}");
    }
    std::fs::write(ground.path("head"), own).unwrap();
    drop(ground.seen(&["head"]).await.unwrap());
}

#[tokio::test]
async fn a_running_node_notices_and_holds_no_key_any_more() {
    for ground in Ground::each("witness_running").await {
        // Without any witness: its own memory is one.
        let node = ground.node().await;
        node.changes(0).await.unwrap();
        ground.write(TenantId::NIL, &LOWER, params! {}).await;
        assert_eq!(refusal(node.changes(0)).await, "kms.rolled_back");
        assert!(!node.is_open());
        assert_eq!(
            refusal(node.reserve(TenantId::NIL, 1)).await,
            "kms.rolled_back"
        );
        node.accept_rollback(&Authority::RootFile).await.unwrap();
        node.changes(0).await.unwrap();
        node.reserve(TenantId::NIL, 1).await.unwrap();
    }
}

#[tokio::test]
async fn custodians_accept_an_older_copy_together() {
    for ground in Ground::each("witness_quorum").await {
        let node = ground.seen(&["head"]).await.unwrap();
        let given = shared_out(&node, 3, 2).await;
        drop(node);
        ground.write(TenantId::NIL, &LOWER, params! {}).await;
        let opening = ground.opening().await.witness(ground.witness("head"));
        let node = opening.open().await.unwrap();
        let enter = async || {
            let mut last = None;
            for share in those(&given, &[1, 3]) {
                last = Some(node.enter_share(share).await);
            }
            last.unwrap()
        };
        assert_eq!(refusal(enter()).await, "kms.rolled_back");
        assert_eq!(
            refusal(node.accept_rollback(&Authority::RootFile)).await,
            "kms.quorum_held"
        );
        let few = those(&given, &[2]);
        let few = Authority::Shares(&few);
        assert_eq!(refusal(node.accept_rollback(&few)).await, "kms.shares_few");
        let enough = those(&given, &[2, 3]);
        let enough = Authority::Shares(&enough);
        node.accept_rollback(&enough).await.unwrap();
        enter().await.unwrap();
        let state = node.status().await.unwrap().state;
        assert_eq!(state, SealState::Unsealed { seal: Seal::Quorum });
    }
}

#[tokio::test]
async fn an_end_anywhere_leaves_no_witness_ahead_of_the_store() {
    for ground in Ground::each("witness_cut").await {
        for polls in 0..40 {
            let own = tenant(u8::try_from(polls).unwrap() + 1);
            let work = async {
                let node = ground.seen(&["head", "other"]).await.unwrap();
                node.create_tenant(own).await.unwrap();
                node.rotate_barrier().await.unwrap();
                let made = node.reserve(own, 1).await.unwrap();
                node.destroy(own, made[0].id).await.unwrap();
                node.seal().await.unwrap();
                node.unseal_with_root_file().await.unwrap();
                node.destroy_tenant(own).await.unwrap();
            };
            dropped_after(polls * 3, work).await;
            let node = ground.seen(&["head", "other"]).await.unwrap();
            if node.is_open() {
                node.create_tenant(tenant(200)).await.unwrap();
            } else {
                node.unseal_with_root_file().await.unwrap();
            }
        }
        ground.write(TenantId::NIL, &LOWER, params! {}).await;
        for polls in 0..30 {
            let opening = ground.opening().await.witness(ground.witness("head"));
            let node = opening.open().await.unwrap();
            drop(dropped_after(polls, node.accept_rollback(&Authority::RootFile)).await);
            let started = ground.seen(&["head"]).await;
            match started {
                Ok(node) => assert!(node.is_open()),
                Err(error) => assert!(error.is(&crate::ROLLED_BACK), "{error}"),
            }
        }
        let opening = ground.opening().await.witness(ground.witness("head"));
        let node = opening.open().await.unwrap();
        node.accept_rollback(&Authority::RootFile).await.unwrap();
        ground.seen(&["head"]).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn witnesses_that_many_tell_at_once_are_never_ahead() {
    for ground in Ground::each("witness_race").await {
        let nodes = [
            Arc::new(ground.seen(&["head"]).await.unwrap()),
            Arc::new(ground.seen(&["head"]).await.unwrap()),
        ];
        let mut working = Vec::new();
        for number in 0..8u8 {
            let node = Arc::clone(&nodes[usize::from(number % 2)]);
            working.push(tokio::spawn(async move {
                for at in 0..6 {
                    let own = tenant(number * 10 + at + 1);
                    node.create_tenant(own).await.unwrap();
                    node.destroy_tenant(own).await.unwrap();
                    node.changes(0).await.unwrap();
                }
            }));
        }
        let watching = async {
            for _ in 0..20 {
                let told = ground.told("head").await.unwrap();
                assert!(told <= ground.head().await);
                drop(ground.seen(&["head"]).await.unwrap());
            }
        };
        watching.await;
        for working in working {
            working.await.unwrap();
        }
        drop(ground.seen(&["head"]).await.unwrap());
        assert_eq!(ground.told("head").await, Some(ground.head().await));
    }
}
