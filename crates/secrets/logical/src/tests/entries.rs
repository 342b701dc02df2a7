use std::sync::Arc;

use zeroize::Zeroizing;

use crate::{Changes, Failure, MIGRATIONS, STATEMENTS, Store, testing::Stage};

fn value(text: &str) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(text.as_bytes().to_vec())
}

/// Tells a story on each database there is.
async fn each(story: impl AsyncFn(Stage)) {
    for fresh in db::conformance::fresh().await.unwrap() {
        let directory = tempfile::tempdir().unwrap();
        story(Stage::over("kv", fresh.url(), directory).await).await;
        fresh.remove().await.unwrap();
    }
}

#[tokio::test]
async fn both_databases_understand_every_statement() {
    for fresh in db::conformance::fresh().await.unwrap() {
        let database = fresh.open(&[db::OWN_MIGRATIONS, MIGRATIONS]).await.unwrap();
        database.prepare_all(STATEMENTS).await.unwrap();
        assert!(STATEMENTS.iter().all(|statement| statement.is_bound()));
        database.close().await;
        fresh.remove().await.unwrap();
    }
}

async fn put(store: &Arc<Store>, path: &str, text: &str) {
    let mut changes = store.begin().unwrap();
    changes.below("r/").put(path, value(text)).await.unwrap();
    changes.commit(|_| ()).await.unwrap();
}

async fn delete(store: &Arc<Store>, path: &str) -> bool {
    let mut changes = store.begin().unwrap();
    let was = changes.below("r/").delete(path).await.unwrap();
    changes.commit(|_| ()).await.unwrap();
    was
}

async fn get(store: &Arc<Store>, path: &str) -> Option<String> {
    let mut changes = store.begin().unwrap();
    let entry = changes.below("r/").get(path).await.unwrap()?;
    Some(String::from_utf8(entry.value.to_vec()).unwrap())
}

async fn list(store: &Arc<Store>, folder: &str) -> Vec<String> {
    let mut changes = store.begin().unwrap();
    changes.below("r/").list(folder).await.unwrap()
}

#[tokio::test]
async fn values_are_kept_found_listed_and_removed() {
    each(async |stage: Stage| {
        let store = &stage.store;
        for path in ["a", "b/c", "b/d/e", "b/d/f", "z/y/x"] {
            put(store, path, path).await;
        }
        assert_eq!(get(store, "b/d/e").await.as_deref(), Some("b/d/e"));
        assert_eq!(get(store, "b/d").await, None);
        assert_eq!(list(store, "").await, ["a", "b/", "z/"]);
        assert_eq!(list(store, "b").await, ["c", "d/"]);
        assert_eq!(list(store, "b/d/").await, ["e", "f"]);
        assert!(delete(store, "z/y/x").await && !delete(store, "z/y/x").await);
        assert_eq!(list(store, "").await, ["a", "b/"]);
        assert!(delete(store, "b/d/e").await && delete(store, "b/d/f").await);
        assert_eq!(list(store, "b").await, ["c"]);
        put(store, "b/d/e", "again").await;
        assert_eq!(list(store, "b").await, ["c", "d/"]);
        assert_eq!(get(store, "b/d/e").await.as_deref(), Some("again"));
    })
    .await;
}

#[tokio::test]
async fn what_was_changed_by_somebody_else_is_not_written_over() {
    each(async |stage: Stage| {
        let store = &stage.store;
        let begin = async |text: &'static str| {
            let mut changes = store.begin().unwrap();
            changes.below("r/").put("x", value(text)).await.unwrap();
            changes
        };
        let conflicts = async |changes: Changes| {
            let committed = changes.commit(|_| ()).await;
            matches!(committed, Err(Failure::Conflict))
        };
        let (first, second) = (begin("first").await, begin("second").await);
        assert!(!conflicts(first).await);
        assert!(conflicts(second).await, "both made it");
        let (first, second) = (begin("third").await, begin("fourth").await);
        assert!(!conflicts(second).await);
        assert!(conflicts(first).await, "both changed it");
        assert_eq!(get(store, "x").await.as_deref(), Some("fourth"));

        // Removed and made again is not the same entry.
        let stale = begin("stale").await;
        delete(store, "x").await;
        put(store, "x", "fresh").await;
        assert!(conflicts(stale).await);

        let mut relying = store.begin().unwrap();
        let mut txn = relying.below("r/");
        txn.get("x").await.unwrap();
        txn.rely("x");
        txn.put("y", value("of x")).await.unwrap();
        put(store, "x", "changed").await;
        assert!(conflicts(relying).await);
        assert_eq!(get(store, "y").await, None);
    })
    .await;
}

#[tokio::test]
async fn what_was_read_stays_as_it_was_read() {
    each(async |stage: Stage| {
        let store = &stage.store;
        put(store, "x", "one").await;
        let mut changes = store.begin().unwrap();
        let mut txn = changes.below("r/");
        txn.get("x").await.unwrap();
        delete(store, "x").await;
        let again = txn.get("x").await.unwrap();
        assert_eq!(again.unwrap().value.as_slice(), b"one");
        assert!(txn.delete("x").await.unwrap());
        assert!(matches!(
            changes.commit(|_| ()).await,
            Err(Failure::Conflict)
        ));

        // What was absent stays absent, and whoever makes it meanwhile was first.
        let mut changes = store.begin().unwrap();
        let mut txn = changes.below("r/");
        assert!(txn.get("y").await.unwrap().is_none());
        put(store, "y", "theirs").await;
        assert!(txn.get("y").await.unwrap().is_none());
        txn.put("y", value("ours")).await.unwrap();
        assert!(matches!(
            changes.commit(|_| ()).await,
            Err(Failure::Conflict)
        ));
    })
    .await;
}

#[tokio::test]
async fn a_transaction_sees_its_own_changes_and_is_whole() {
    each(async |stage: Stage| {
        let store = &stage.store;
        put(store, "gone", "x").await;
        let mut changes = store.begin().unwrap();
        let mut txn = changes.below("r/");
        txn.put("new", value("n")).await.unwrap();
        txn.delete("gone").await.unwrap();
        assert_eq!(
            txn.get("new").await.unwrap().unwrap().value.as_slice(),
            b"n"
        );
        assert!(txn.get("gone").await.unwrap().is_none());
        drop(changes);
        assert_eq!(get(store, "new").await, None);
        assert_eq!(get(store, "gone").await.as_deref(), Some("x"));
    })
    .await;
}

#[tokio::test]
async fn a_folder_is_cleared_with_everything_below_it() {
    each(async |stage: Stage| {
        let store = &stage.store;
        for number in 0..30 {
            put(store, &format!("f/{}/{number}", number % 3), "v").await;
        }
        put(store, "stays", "v").await;
        let mut changes = store.begin().unwrap();
        assert!(changes.below("r/").clear("f").await.unwrap());
        changes.commit(|_| ()).await.unwrap();
        assert_eq!(list(store, "").await, ["stays"]);
    })
    .await;
}

#[tokio::test]
async fn page_after_page_gives_every_name_once() {
    each(async |stage: Stage| {
        let store = &stage.store;
        let mut changes = store.begin().unwrap();
        for number in 0..1_000 {
            let path = format!("f/{number}");
            changes.below("r/").put(&path, value("v")).await.unwrap();
        }
        changes.commit(|_| ()).await.unwrap();
        put(store, "f/last", "v").await;
        put(store, "f/deeper/one", "v").await;
        let (mut names, mut after, mut pages) = (Vec::new(), None, 0);
        loop {
            let mut changes = store.begin().unwrap();
            let page = changes.below("r/").page("f", after).await.unwrap();
            names.extend(page.names);
            pages += 1;
            match page.next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        names.sort_unstable();
        assert_eq!((pages, names.len()), (2, 1_002));
        assert_eq!(names, list(store, "f").await);
    })
    .await;
}

#[tokio::test]
async fn what_one_commit_cannot_hold_is_cleared_in_several() {
    each(async |stage: Stage| {
        let store = &stage.store;
        let deep = "d/".repeat(25);
        for number in 0..200 {
            put(store, &format!("{deep}{number}"), "v").await;
        }
        let mut commits = 0;
        loop {
            let mut changes = store.begin().unwrap();
            let is_done = changes.below("r/").clear("").await.unwrap();
            changes.commit(|_| ()).await.unwrap();
            commits += 1;
            if is_done {
                break;
            }
        }
        assert_eq!(commits, 2);
        assert!(list(store, "").await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn nothing_readable_lies_in_the_database_and_nothing_opens_when_locked() {
    each(async |stage: Stage| {
        let store = &stage.store;
        put(store, "folder-marzipan/name-marzipan", "value-marzipan").await;
        let mut found = Vec::new();
        for end in ["", "-wal"] {
            let bytes = std::fs::read(format!("{}{end}", stage.path.display())).unwrap_or_default();
            found.extend(bytes);
        }
        assert!(!found.windows(8).any(|window| window == b"marzipan"));
        store.lock();
        assert!(store.is_locked() && store.begin().is_err());
        store.unlock().await.unwrap();
        assert_eq!(
            get(store, "folder-marzipan/name-marzipan").await.as_deref(),
            Some("value-marzipan")
        );
    })
    .await;
}

#[tokio::test]
async fn paths_that_cannot_be_kept_are_refused() {
    each(async |stage: Stage| {
        let mut changes = stage.store.begin().unwrap();
        let mut txn = changes.below("r/");
        for path in [
            "",
            "/a",
            "a/",
            "a//b",
            "a/../b",
            "a/./b",
            "a\nb",
            &"x/".repeat(40),
            &"x".repeat(1_025),
        ] {
            let put = txn.put(path, value("v")).await;
            assert!(matches!(put, Err(Failure::Invalid(_))), "{path:?}");
        }
        let large = Zeroizing::new(vec![0; crate::ENTRY_BYTES_MAX + 1]);
        assert!(matches!(
            txn.put("a", large).await,
            Err(Failure::Status(413, _))
        ));
    })
    .await;
}
