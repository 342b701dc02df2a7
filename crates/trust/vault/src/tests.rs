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

/// Runs when `BASTIDE_TEST_S3_URL` names a bucket.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unnamed_blobs_leave_a_bucket() {
    if let Some(store) = bucket().await {
        unnamed_blobs_go(store).await;
    }
}
