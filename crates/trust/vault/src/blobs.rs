//! Blobs, sealed under a key that is derived from their resource's key and their own id.

use std::{ops::Range, sync::Arc, time::Duration};

use act::{Blobs, ByteStream, StoredBlob};
use base::{BlobId, Entropy, Fault, Result, TenantId, Timestamp};
use blob::{Blob, Limits, Name, Page, Prefix, SealedBlobs, Store};
use bytes::Bytes;
use cipher::DataKey;
use futures_util::future::BoxFuture;

/// Blobs that pass through an act whole are small: pictures of people and the like.
const SIZE_BYTES_MAX: u64 = 8 * 1024 * 1024;
const LIMITS: Limits = Limits {
    size_bytes_max: SIZE_BYTES_MAX,
    stall_max: Duration::from_secs(10),
};
const KEY_VERSION: u32 = 1;

/// Blobs in a store.
pub struct BlobVault {
    store: Arc<dyn Store>,
    sealed: SealedBlobs,
}

impl BlobVault {
    pub fn new(store: Arc<dyn Store>, entropy: Arc<dyn Entropy>) -> Self {
        Self {
            sealed: SealedBlobs::new(Arc::clone(&store), entropy),
            store,
        }
    }
}

fn key_of(tenant: TenantId, id: BlobId, key: &DataKey) -> DataKey {
    let info = [b"bastide blob key".as_slice(), &tenant.to_bytes()].concat();
    cipher::derive_key(key, &id.to_bytes(), &info)
}

/// How long a sealed blob is when opened; the end of the stream is authenticated apart from it.
fn opened_len(sealed_bytes: u64) -> Option<u64> {
    let (chunk, tag) = (
        cipher::CHUNK_LEN,
        cipher::chunk_offset(1) - cipher::chunk_offset(0) - cipher::CHUNK_LEN,
    );
    let body = sealed_bytes.checked_sub(cipher::chunk_offset(0))?;
    let chunks = body.div_ceil(chunk + tag).max(1);
    body.checked_sub(chunks * tag)
}

impl Blobs for BlobVault {
    fn put<'a>(
        &'a self,
        tenant: TenantId,
        id: BlobId,
        key: &'a DataKey,
        content: Bytes,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let key = key_of(tenant, id, key);
            let name = Name::from_bytes(id.to_bytes());
            self.sealed
                .write(name, &key, KEY_VERSION, blob::once(content), LIMITS)
                .await
                .map(|_| ())
        })
    }

    fn get<'a>(
        &'a self,
        tenant: TenantId,
        id: BlobId,
        key: &'a DataKey,
    ) -> BoxFuture<'a, Result<Option<Bytes>>> {
        Box::pin(async move {
            let name = Name::from_bytes(id.to_bytes());
            let Some(object) = self.store.get(name, None).await? else {
                return Ok(None);
            };
            let size_bytes = opened_len(object.size_bytes)
                .filter(|size| *size <= SIZE_BYTES_MAX)
                .ok_or_else(|| Fault::new("a blob has a size that none of ours has"))?;
            drop(object);
            let key = key_of(tenant, id, key);
            let stream = self
                .sealed
                .read(Blob { name, size_bytes }, &key, None)
                .await?;
            let limit = usize::try_from(SIZE_BYTES_MAX).unwrap_or(usize::MAX);
            blob::collect(stream, limit)
                .await
                .map(|content| Some(Bytes::from(content)))
        })
    }

    fn open<'a>(
        &'a self,
        tenant: TenantId,
        id: BlobId,
        key: &'a DataKey,
        size_bytes: u64,
        range: Range<u64>,
    ) -> BoxFuture<'a, Result<ByteStream>> {
        Box::pin(async move {
            let key = key_of(tenant, id, key);
            let name = Name::from_bytes(id.to_bytes());
            self.sealed
                .read(Blob { name, size_bytes }, &key, Some(range))
                .await
        })
    }

    fn list(&self, after: Option<BlobId>, limit: u16) -> BoxFuture<'_, Result<Vec<StoredBlob>>> {
        Box::pin(async move {
            let page = Page {
                after: after.map(|id| Name::from_bytes(id.to_bytes())),
                limit,
            };
            let listing = self.store.list(&Prefix::ALL, page).await?;
            let items = listing.items.into_iter().map(|stored| StoredBlob {
                id: BlobId::from_bytes(stored.name.to_bytes()),
                stored_at: stored.stored_at,
            });
            Ok(items.collect())
        })
    }

    fn delete(&self, id: BlobId) -> BoxFuture<'_, Result<()>> {
        self.store.delete(Name::from_bytes(id.to_bytes()))
    }

    fn remove_abandoned(&self, before: Timestamp) -> BoxFuture<'_, Result<u64>> {
        self.store.remove_abandoned(before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_opened_length_is_the_inverse_of_the_sealed_one() {
        for plain in [0, 1, 65_535, 65_536, 65_537, 131_072, 200_000] {
            assert_eq!(
                cipher::sealed_len(plain).and_then(opened_len),
                Some(plain),
                "{plain}"
            );
        }
    }
}
