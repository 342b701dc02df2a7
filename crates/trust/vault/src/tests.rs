//! Blobs that no row names are taken out of every store there is.

use std::{sync::Arc, time::Duration};

use act::{Migration, MigrationSet, Module, Removed, Statement};
use base::{BlobId, Secret, SystemEntropy, TenantId};
use blob::{Directory, Location, Prefix, S3Credentials, Store};
use bytes::Bytes;
use cipher::DataKey;
use testkit::HouseBuilder;

use crate::BlobVault;

/// In this test a blob is named by a resource of the same id.
static NAMED: Statement =
    Statement::read("SELECT id FROM db_resource WHERE id = :blob AND tenant >= :cell");
static NAMES: &[&Statement] = &[&NAMED];

#[expect(
    clippy::disallowed_methods,
    reason = "tests are told by variables which services there are"
)]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// A bucket when the run has one, in a place of its own.
async fn bucket() -> Option<Arc<dyn Store>> {
    let url = variable("BASTIDE_TEST_S3_URL")?;
    let Location::S3(mut place) = url.parse().unwrap() else {
        panic!("the URL begins with s3://")
    };
    let own = blob::Name::random(&SystemEntropy);
    place.prefix = format!("{}/{own}", place.prefix)
        .trim_matches('/')
        .to_owned();
    let credentials = S3Credentials {
        access_key: variable("BASTIDE_TEST_S3_ACCESS_KEY").unwrap(),
        secret_key: Secret::new(variable("BASTIDE_TEST_S3_SECRET_KEY").unwrap()),
        root_certificates_pem: Vec::new(),
    };
    let store = blob::open(
        &Location::S3(place),
        Some(&credentials),
        Arc::new(SystemEntropy),
    )
    .await;
    Some(store.unwrap())
}

async fn unnamed_blobs_go(store: Arc<dyn Store>) {
    let migrations = MigrationSet {
        domain: "test",
        migrations: &[] as &[Migration],
    };
    let module = Module {
        blobs: NAMES,
        ..Module::new("test", migrations)
    };
    let vault = BlobVault::new(Arc::clone(&store), Arc::new(SystemEntropy));
    let house = HouseBuilder::new(vec![module])
        .blobs(Arc::new(vault))
        .build()
        .await;
    let [ana] = house.people(["ana"]).await;
    let named: BlobId = ana.caller().tenant().cast();
    let key = DataKey::generate(&SystemEntropy);
    let blobs = &house.runtime().ports().blobs;
    for id in [
        named,
        BlobId::from_bytes([1; 16]),
        BlobId::from_bytes([0xfe; 16]),
    ] {
        let content = Bytes::from_static(b"a picture");
        blobs.put(TenantId::NIL, id, &key, content).await.unwrap();
    }
    // By the store's own clock they are new; so much later they are old by any.
    house.passes(Duration::from_secs(3_600 * 24 * 36_500));

    let removed = house.runtime().remove_unnamed_blobs().await.unwrap();

    let expected = Removed {
        unnamed: 2,
        abandoned: 0,
    };
    assert_eq!(removed, expected);
    let left = blobs.get(TenantId::NIL, named, &key).await.unwrap();
    assert_eq!(left.unwrap(), "a picture");
    let page = blob::Page {
        after: None,
        limit: 10,
    };
    let listing = store.list(&Prefix::ALL, page).await.unwrap();
    assert_eq!(listing.items.len(), 1);
    blobs.delete(named).await.unwrap();
}

#[tokio::test]
async fn unnamed_blobs_leave_a_directory() {
    let folder = tempfile::tempdir().unwrap();
    let store = Directory::open(folder.path().to_owned(), Arc::new(SystemEntropy));
    unnamed_blobs_go(Arc::new(store.await.unwrap())).await;
}

/// An act that keeps three parts of a content, and reads them back in the order in which it is told to.
mod parts {
    use act::{Act, Action, ByteStream, Operation, PartPlace, Source, StoredPart};
    use base::{ContentId, Result};
    use futures_util::TryStreamExt;
    use serde_json::json;

    use super::*;

    static KEEP: Operation = Operation::write("test.part.keep", Action::Authenticate)
        .system()
        .across_tenants();
    const CONTENT: ContentId = ContentId::from_bytes([5; 16]);

    async fn keep(act: &mut Act, _: serde_json::Value) -> Result<serde_json::Value> {
        let cell = act.cell().await?;
        let permit = act.permit(&cell).await?;
        let key = act.new_content_key(&permit);
        let mut parts = Vec::new();
        for (index, text) in [(0, "one "), (1, "two "), (2, "three")] {
            let part = StoredPart {
                place: PartPlace::new(CONTENT, "part", index),
                blob: act.new_id(),
                size_bytes: u64::try_from(text.len()).unwrap(),
            };
            let bytes = Bytes::from_static(text.as_bytes());
            act.put_part(&key, part.place, part.blob, bytes).await?;
            parts.push(part);
        }
        let whole = act.parts(&key, parts.clone());
        assert_eq!(read(whole.open(0..99)).await.unwrap(), "one two three");
        assert_eq!(read(whole.open(2..9)).await.unwrap(), "e two t");
        assert_eq!(read(whole.open(8..9)).await.unwrap(), "t");
        // Blobs that changed places, in their content or between two, do not open.
        let mut swapped = parts.clone();
        (swapped[0].blob, swapped[1].blob) = (parts[1].blob, parts[0].blob);
        assert!(read(act.parts(&key, swapped).open(0..99)).await.is_err());
        let mut other = parts.clone();
        other[0].place = PartPlace::new(ContentId::from_bytes([6; 16]), "part", 0);
        assert!(read(act.parts(&key, other).open(0..99)).await.is_err());
        let mut thumbnail = parts.clone();
        thumbnail[0].place = PartPlace::new(CONTENT, "thumbnail", 0);
        assert!(read(act.parts(&key, thumbnail).open(0..4)).await.is_err());
        let mut longer = parts.clone();
        longer[0].size_bytes += 1;
        assert!(read(act.parts(&key, longer).open(0..4)).await.is_err());
        // Neither under another key.
        let another = act.new_content_key(&permit);
        assert!(
            read(act.parts(&another, parts.clone()).open(0..4))
                .await
                .is_err()
        );
        Ok(json!({}))
    }

    async fn read(bytes: ByteStream) -> Result<String> {
        let pieces: Vec<Bytes> = bytes.try_collect().await?;
        Ok(String::from_utf8(pieces.concat()).unwrap())
    }

    #[tokio::test]
    async fn parts_open_at_their_place_and_nowhere_else() {
        let folder = tempfile::tempdir().unwrap();
        let store = Directory::open(folder.path().to_owned(), Arc::new(SystemEntropy));
        let vault = BlobVault::new(Arc::new(store.await.unwrap()), Arc::new(SystemEntropy));
        let migrations = MigrationSet {
            domain: "test",
            migrations: &[] as &[Migration],
        };
        let module = Module::new("test", migrations).with(&KEEP, keep);
        let house = HouseBuilder::new(vec![module])
            .blobs(Arc::new(vault))
            .build()
            .await;
        let system = house.system("test", TenantId::NIL);
        system.does(&KEEP, json!({})).await;
    }
}

/// Runs when `BASTIDE_TEST_S3_URL` names a bucket.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unnamed_blobs_leave_a_bucket() {
    if let Some(store) = bucket().await {
        unnamed_blobs_go(store).await;
    }
}
