//! Blobs that no row names go, when they are old enough.

use std::{
    collections::BTreeMap,
    ops::Range,
    sync::{Arc, Mutex},
    time::Duration,
};

use act::{
    BLOB_GRACE, Blobs, ByteStream, Migration, MigrationSet, Module, Removed, Statement, StoredBlob,
};
use base::{BlobId, Fault, Result, TenantId, Timestamp};
use bytes::Bytes;
use cipher::DataKey;
use futures_util::future::BoxFuture;
use testkit::{House, HouseBuilder};

/// In these tests a blob is named by a resource of the same id.
static NAMED: Statement =
    Statement::read("SELECT id FROM db_resource WHERE id = :blob AND tenant >= :cell");
static NAMES: &[&Statement] = &[&NAMED];

/// Only the ages of blobs.
#[derive(Default)]
struct Ages(Mutex<BTreeMap<BlobId, Timestamp>>);

impl Blobs for Ages {
    fn put<'a>(
        &'a self,
        _: TenantId,
        _: BlobId,
        _: &'a DataKey,
        _: Bytes,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(async { Ok(()) })
    }

    fn get<'a>(
        &'a self,
        _: TenantId,
        _: BlobId,
        _: &'a DataKey,
    ) -> BoxFuture<'a, Result<Option<Bytes>>> {
        Box::pin(async { Ok(None) })
    }

    fn open<'a>(
        &'a self,
        _: TenantId,
        _: BlobId,
        _: &'a DataKey,
        _: u64,
        _: Range<u64>,
    ) -> BoxFuture<'a, Result<ByteStream>> {
        Box::pin(async { Err(Fault::new("there are only ages here").into()) })
    }

    fn list(&self, after: Option<BlobId>, limit: u16) -> BoxFuture<'_, Result<Vec<StoredBlob>>> {
        let ages = self.0.lock().unwrap();
        let rest = ages.iter().filter(|(id, _)| Some(**id) > after);
        let page = rest.take(limit.into()).map(|(id, stored_at)| StoredBlob {
            id: *id,
            stored_at: *stored_at,
        });
        let page = page.collect();
        Box::pin(async { Ok(page) })
    }

    fn delete(&self, id: BlobId) -> BoxFuture<'_, Result<()>> {
        self.0.lock().unwrap().remove(&id);
        Box::pin(async { Ok(()) })
    }

    fn remove_abandoned(&self, _: Timestamp) -> BoxFuture<'_, Result<u64>> {
        Box::pin(async { Ok(3) })
    }
}

async fn house(blobs: &Arc<Ages>) -> House {
    let migrations = MigrationSet {
        domain: "test",
        migrations: &[] as &[Migration],
    };
    let module = Module {
        blobs: NAMES,
        ..Module::new("test", migrations)
    };
    let blobs = Arc::clone(blobs) as _;
    HouseBuilder::new(vec![module]).blobs(blobs).build().await
}

#[tokio::test]
async fn old_blobs_go_unless_a_row_names_them() {
    let blobs = Arc::new(Ages::default());
    let house = house(&blobs).await;
    let [ana] = house.people(["ana"]).await;
    let named: BlobId = ana.caller().tenant().cast();
    let now = house.runtime().ports().clock.now();
    let unnamed = (0..500_u16).map(|index| {
        let [high, low] = index.to_be_bytes();
        BlobId::from_bytes([high, low, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1])
    });
    let all = unnamed.chain([named]);
    blobs.0.lock().unwrap().extend(all.map(|id| (id, now)));

    house.passes(BLOB_GRACE);
    let removed = house.runtime().remove_unnamed_blobs().await.unwrap();
    let nothing = Removed {
        unnamed: 0,
        abandoned: 3,
    };
    assert_eq!(removed, nothing, "they may belong to acts under way");

    house.passes(Duration::from_secs(1));
    let removed = house.runtime().remove_unnamed_blobs().await.unwrap();
    assert_eq!(removed.unnamed, 500);
    let left: Vec<BlobId> = blobs.0.lock().unwrap().keys().copied().collect();
    assert_eq!(left, [named]);
}
