//! Content too large for one blob: parts under a key of its own, and how it leaves the house piece by piece.

use std::{fmt, ops::Range, sync::Arc};

use base::{BlobId, Context, Id, Result, TenantId};
use bytes::Bytes;
use cipher::{DataKey, derive_key};
use futures_util::{StreamExt, TryStreamExt, stream, stream::BoxStream};

use crate::{Act, Blobs, Operation, Permit, Place, Resource, Sealed};

/// How many parts of one content are open at once on its way out: the one that is read, and the next one.
const PARTS_OPEN: usize = 2;

/// Bytes piece by piece; pieces have any length. An error is the last thing that comes.
pub type ByteStream = BoxStream<'static, Result<Bytes>>;

/// The key of one content. It is sealed in a column of each resource that shows the content: whoever has a permit for one
/// of them opens it, and showing it in another copies no bytes.
#[derive(Clone)]
pub struct ContentKey(Arc<DataKey>);

impl fmt::Debug for ContentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ContentKey")
    }
}

/// What a blob is of its content: which part, or what was made of it. Bound into the blob's key, so that no blob passes for
/// another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartPlace {
    content: [u8; 16],
    role: &'static str,
    index: u32,
}

impl PartPlace {
    /// The blob number `index` of those that have this role in the content. Roles are fixed for ever.
    pub const fn new<K>(content: Id<K>, role: &'static str, index: u32) -> Self {
        Self {
            content: content.to_bytes(),
            role,
            index,
        }
    }

    fn key(&self, key: &ContentKey) -> DataKey {
        let info = [
            b"bastide content ".as_slice(),
            self.role.as_bytes(),
            &[0],
            &self.index.to_be_bytes(),
        ];
        derive_key(&key.0, &self.content, &info.concat())
    }
}

/// One part as its row knows it.
#[derive(Debug, Clone, Copy)]
pub struct StoredPart {
    pub place: PartPlace,
    pub blob: BlobId,
    /// How long it is when opened.
    pub size_bytes: u64,
}

/// Bytes that are read from any place on.
pub trait Source: Send + Sync {
    /// How many there are.
    fn size_bytes(&self) -> u64;

    /// The bytes in `range`, cut off at the end. Nothing is read before it is asked for.
    fn open(&self, range: Range<u64>) -> ByteStream;
}

/// The parts of one content, to be read in order; two of them are open at most.
#[derive(Clone)]
pub struct Parts {
    blobs: Arc<dyn Blobs>,
    tenant: TenantId,
    key: ContentKey,
    parts: Arc<[StoredPart]>,
}

impl Source for Parts {
    fn size_bytes(&self) -> u64 {
        self.parts.iter().map(|part| part.size_bytes).sum()
    }

    fn open(&self, range: Range<u64>) -> ByteStream {
        let mut begin = 0;
        let mut wanted = Vec::new();
        for part in self.parts.iter() {
            let end = begin + part.size_bytes;
            let (first, behind) = (range.start.max(begin), range.end.min(end));
            if first < behind {
                wanted.push((*part, first - begin..behind - begin));
            }
            begin = end;
        }
        let parts = self.clone();
        stream::iter(wanted)
            .map(move |(part, range)| {
                let parts = parts.clone();
                async move {
                    let key = part.place.key(&parts.key);
                    let opened =
                        parts
                            .blobs
                            .open(parts.tenant, part.blob, &key, part.size_bytes, range);
                    opened.await
                }
            })
            .buffered(PARTS_OPEN)
            .try_flatten()
            .boxed()
    }
}

/// How a browser is to take content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// In its place. For media that run nothing.
    Inline,
    /// As a file to be kept.
    Attachment,
}

/// What is asked again and again while content leaves: once it is refused, the transfer ends.
#[derive(Debug, Clone)]
pub struct Live {
    /// Asked in the name of the same caller; covered by the entries of the operation that answered.
    pub operation: &'static Operation,
    pub input: serde_json::Value,
}

/// The answer of a [`Carrier::StreamOut`](crate::Carrier::StreamOut) operation: what is sent, not yet read.
#[derive(Clone)]
pub struct Content {
    pub media: &'static str,
    pub shown: Shown,
    /// What the file is called; for the header only.
    pub name: String,
    /// Names these bytes for ever: a client that has them need not be sent them again.
    pub tag: String,
    pub live: Live,
    pub source: Arc<dyn Source>,
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Content")
            .field("media", &self.media)
            .field("size_bytes", &self.source.size_bytes())
            .finish_non_exhaustive()
    }
}

impl Act {
    /// A key for a content about to be.
    pub fn new_content_key<R: Resource>(&self, _: &Permit<R>) -> ContentKey {
        ContentKey(Arc::new(DataKey::generate(self.ports.entropy.as_ref())))
    }

    /// Seals a content's key for its place in a resource that shows the content.
    pub fn seal_key<R: Resource>(
        &self,
        permit: &Permit<R>,
        place: Place,
        key: &ContentKey,
    ) -> Sealed {
        self.seal(permit, place, key.0.expose())
    }

    /// Opens a content's key.
    ///
    /// # Errors
    /// As [`Act::open`].
    pub fn open_key<R: Resource>(
        &self,
        permit: &Permit<R>,
        place: Place,
        sealed: &Sealed,
    ) -> Result<ContentKey> {
        let opened = self.open_secret(permit, place, sealed)?;
        let key =
            DataKey::from_slice(opened.expose()).context("a content's key has another length")?;
        Ok(ContentKey(Arc::new(key)))
    }

    /// Keeps one blob of a content. Comes before the first write.
    ///
    /// # Errors
    /// A fault when the store fails.
    pub async fn put_part(
        &self,
        key: &ContentKey,
        place: PartPlace,
        id: BlobId,
        bytes: Bytes,
    ) -> Result<()> {
        let key = place.key(key);
        self.ports.blobs.put(self.tenant, id, &key, bytes).await
    }

    /// Reads one small blob of a content.
    ///
    /// # Errors
    /// A fault when the store fails or the blob is not what its place says.
    pub async fn get_part(
        &self,
        key: &ContentKey,
        place: PartPlace,
        id: BlobId,
    ) -> Result<Option<Bytes>> {
        let key = place.key(key);
        self.ports.blobs.get(self.tenant, id, &key).await
    }

    /// The parts of a content in their order, to be read now or while they are sent.
    pub fn parts(&self, key: &ContentKey, parts: Vec<StoredPart>) -> Parts {
        Parts {
            blobs: Arc::clone(&self.ports.blobs),
            tenant: self.tenant,
            key: key.clone(),
            parts: parts.into(),
        }
    }

    /// Answers with content that is read while it is sent, in place of the operation's output.
    pub fn answer_with_content(&mut self, content: Content) {
        self.content = Some(content);
    }
}
