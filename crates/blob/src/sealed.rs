//! Sealed blobs: what goes into a store and how it comes back.

use std::{
    ops::Range,
    sync::{Arc, OnceLock},
};

use base::{Context, Entropy, Fault, Result};
use bytes::Bytes;
use cipher::{
    CHUNK_BYTES, CHUNK_LEN, CHUNKS_MAX, ChunkOpener, ChunkSealer, DataKey, HEADER_BYTES, Place,
    Sha256, TAG_BYTES,
};
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::{
    ByteStream, Limits, Name, Store,
    store::{length, limited, within},
};

/// Seals what is written and opens what is read, chunk by chunk. Each blob has a key of its own; its name is bound into it.
pub struct SealedBlobs {
    store: Arc<dyn Store>,
    entropy: Arc<dyn Entropy>,
}

/// A blob as its row knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blob {
    pub name: Name,
    /// How long it is when opened. Reading believes this and not the store.
    pub size_bytes: u64,
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    pub blob: Blob,
    /// How long it is as it lies in the store.
    pub sealed_bytes: u64,
    /// SHA-256 of the sealed bytes, by which a copy can be checked without any key.
    pub sealed_sha256: [u8; 32],
}

impl SealedBlobs {
    pub fn new(store: Arc<dyn Store>, entropy: Arc<dyn Entropy>) -> Self {
        Self { store, entropy }
    }

    /// A name for a blob that is to be written. It can stand in a row before the first byte comes, so that a reconciler
    /// tells an upload under way from one that was given up.
    pub fn new_name(&self) -> Name {
        Name::random(&*self.entropy)
    }

    /// Seals `plain` under `key`, which is this blob's own, and stores it as `name`. `limits` hold for the plaintext.
    ///
    /// # Errors
    /// [`crate::TOO_LARGE`], [`crate::STALLED`], [`crate::DISK_FULL`], the error of the stream as it is, or a fault of the store;
    /// nothing is stored then.
    pub async fn write(
        &self,
        name: Name,
        key: &DataKey,
        key_version: u32,
        plain: ByteStream,
        limits: Limits,
    ) -> Result<Written> {
        let largest = u64::from(CHUNKS_MAX) * CHUNK_LEN;
        let size_bytes_max = limits.size_bytes_max.min(largest);
        let sealed_max =
            cipher::sealed_len(size_bytes_max).context("a size within the limit of chunks")?;
        let tally = Arc::new(OnceLock::new());
        let sealing = Sealing {
            plain: limited(
                plain,
                Limits {
                    size_bytes_max,
                    ..limits
                },
            ),
            piece: Bytes::new(),
            sealer: ChunkSealer::new(key, key_version, &name.to_bytes(), &*self.entropy),
            size_bytes: 0,
            hash: Sha256::default(),
            tally: Arc::clone(&tally),
        };
        let limits = Limits {
            size_bytes_max: sealed_max,
            ..limits
        };
        let sealed_bytes = self.store.put(name, sealing.into_stream(), limits).await?;
        let tally = tally.get().context("a store takes a stream to its end")?;
        let blob = Blob {
            name,
            size_bytes: tally.size_bytes,
        };
        Ok(Written {
            blob,
            sealed_bytes,
            sealed_sha256: tally.sealed_sha256,
        })
    }

    /// Opens the blob under its key: all of it, or the bytes in `range`, cut off at its end.
    ///
    /// # Errors
    /// A fault, here or from the stream, if the blob is absent, of another size than its row says, or not as it was sealed; or if
    /// the range is empty or begins behind the end. Bytes that were given out before a fault were authentic.
    pub async fn read(
        &self,
        blob: Blob,
        key: &DataKey,
        range: Option<Range<u64>>,
    ) -> Result<ByteStream> {
        let range = within(range, blob.size_bytes)?;
        let layout = Layout::of(blob.size_bytes)?;
        let (first, skip) = Layout::chunk_at(range.start)?;
        let (last, _) = Layout::chunk_at(range.end.saturating_sub(1))?;
        let end = layout.end_of(last);

        // The header lies before the first chunk; what begins further in is asked for at the same time.
        let (mut head, chunks) = if first == 0 {
            (self.part(blob.name, &layout, 0..end).await?, None)
        } else {
            let head = self.part(blob.name, &layout, 0..layout.header_end);
            let chunks = self.part(blob.name, &layout, cipher::chunk_offset(first)..end);
            let (head, chunks) = tokio::try_join!(head, chunks)?;
            (head, Some(chunks))
        };
        let header = head.take(HEADER_BYTES).await?;
        let header = header
            .first_chunk::<HEADER_BYTES>()
            .context("a header has its length")?;
        let opener = ChunkOpener::new(key, &blob.name.to_bytes(), header)
            .context("opening the header of a blob")?;
        let chunks = chunks.unwrap_or(head);
        let opening = Opening {
            chunks,
            opener,
            layout,
            next: first,
            last,
            skip,
            left: range.end - range.start,
        };
        Ok(opening.into_stream())
    }

    /// Removes the blob. The key is destroyed by whoever holds it.
    pub async fn delete(&self, name: Name) -> Result<()> {
        self.store.delete(name).await
    }

    async fn part(&self, name: Name, layout: &Layout, range: Range<u64>) -> Result<Exact> {
        let object = self
            .store
            .get(name, Some(range))
            .await?
            .context("a blob is not in its store")?;
        if object.size_bytes != layout.sealed_bytes {
            return Err(Fault::new("a sealed blob has another size than its row says").into());
        }
        Ok(Exact {
            bytes: object.bytes,
            piece: Bytes::new(),
        })
    }
}

struct Tally {
    size_bytes: u64,
    sealed_sha256: [u8; 32],
}

/// The way in.
struct Sealing {
    plain: ByteStream,
    /// What has come and stands in no chunk yet.
    piece: Bytes,
    sealer: ChunkSealer,
    size_bytes: u64,
    hash: Sha256,
    tally: Arc<OnceLock<Tally>>,
}

impl Sealing {
    fn into_stream(mut self) -> ByteStream {
        let header = Bytes::copy_from_slice(self.sealer.header());
        self.hash.update(&header);
        let chunks = stream::try_unfold(Some(self), |sealing| async move {
            match sealing {
                Some(sealing) => sealing.step().await.map(Some),
                None => Ok(None),
            }
        });
        stream::once(async move { Ok(header) })
            .chain(chunks)
            .boxed()
    }

    /// The next sealed chunk, and what is left to do after it.
    async fn step(mut self) -> Result<(Bytes, Option<Self>)> {
        let (mut chunk, place) = self.next_chunk().await?;
        self.size_bytes += length(&chunk);
        self.sealer
            .seal_chunk(&mut chunk, place)
            .context("sealing a chunk")?;
        self.hash.update(&chunk);
        let rest = match place {
            Place::Inner => Some(self),
            Place::Last => {
                let tally = Tally {
                    size_bytes: self.size_bytes,
                    sealed_sha256: self.hash.finish(),
                };
                self.tally.set(tally).ok().context("a stream ends once")?;
                None
            }
        };
        Ok((chunk.into(), rest))
    }

    /// Fills a chunk. Whether it is the last is known only when more has come or the end has.
    async fn next_chunk(&mut self) -> Result<(Vec<u8>, Place)> {
        let mut chunk = Vec::with_capacity(CHUNK_BYTES + TAG_BYTES);
        loop {
            if self.piece.is_empty() {
                match self.plain.try_next().await? {
                    Some(piece) => self.piece = piece,
                    None => return Ok((chunk, Place::Last)),
                }
            } else if chunk.len() == CHUNK_BYTES {
                return Ok((chunk, Place::Inner));
            } else {
                let room = CHUNK_BYTES - chunk.len();
                chunk.extend_from_slice(&self.piece.split_to(room.min(self.piece.len())));
            }
        }
    }
}

/// Where the chunks of a blob lie.
#[derive(Clone, Copy)]
struct Layout {
    header_end: u64,
    /// The index of the last chunk.
    last: u32,
    /// How long the last chunk is when sealed.
    last_bytes: usize,
    sealed_bytes: u64,
}

impl Layout {
    fn of(size_bytes: u64) -> Result<Self> {
        let sealed_bytes =
            cipher::sealed_len(size_bytes).context("a blob that is larger than any can be")?;
        let last = cipher::chunks_of(size_bytes)
            .context("a blob that has more chunks than any can have")?
            - 1;
        let last_bytes = usize::try_from(sealed_bytes - cipher::chunk_offset(last))
            .context("the length of a chunk")?;
        Ok(Self {
            header_end: cipher::chunk_offset(0),
            last,
            last_bytes,
            sealed_bytes,
        })
    }

    /// The chunk in which a byte stands, and where in it.
    fn chunk_at(position: u64) -> Result<(u32, usize)> {
        let index = u32::try_from(position / CHUNK_LEN).context("a position in a blob")?;
        let inside = usize::try_from(position % CHUNK_LEN).context("a position in a chunk")?;
        Ok((index, inside))
    }

    fn end_of(&self, index: u32) -> u64 {
        cipher::chunk_offset(index + 1).min(self.sealed_bytes)
    }

    const fn chunk(&self, index: u32) -> (Place, usize) {
        if index == self.last {
            (Place::Last, self.last_bytes)
        } else {
            (Place::Inner, CHUNK_BYTES + TAG_BYTES)
        }
    }
}

/// The way out.
struct Opening {
    chunks: Exact,
    opener: ChunkOpener,
    layout: Layout,
    /// The next chunk to open, and the last one wanted.
    next: u32,
    last: u32,
    /// What stands in the next chunk before the range begins.
    skip: usize,
    /// How much of the range has not been given out.
    left: u64,
}

impl Opening {
    fn into_stream(self) -> ByteStream {
        stream::try_unfold(self, |mut opening| async move {
            Ok(opening.step().await?.map(|piece| (piece, opening)))
        })
        .boxed()
    }

    async fn step(&mut self) -> Result<Option<Bytes>> {
        if self.next > self.last {
            return Ok(None);
        }
        let (place, sealed) = self.layout.chunk(self.next);
        let mut chunk = self.chunks.take(sealed).await?;
        self.opener
            .open_chunk(self.next, place, &mut chunk)
            .context("opening a chunk of a blob")?;
        self.next += 1;

        let mut piece = Bytes::from(chunk).split_off(self.skip);
        self.skip = 0;
        if let Ok(left) = usize::try_from(self.left) {
            piece.truncate(left);
        }
        self.left -= length(&piece);
        Ok(Some(piece))
    }
}

/// A stream from which exact numbers of bytes are taken.
struct Exact {
    bytes: ByteStream,
    piece: Bytes,
}

impl Exact {
    async fn take(&mut self, wanted: usize) -> Result<Vec<u8>> {
        let mut taken = Vec::with_capacity(wanted);
        while taken.len() < wanted {
            if self.piece.is_empty() {
                self.piece = self
                    .bytes
                    .try_next()
                    .await?
                    .context("a sealed blob ends early")?;
            }
            let part = self.piece.len().min(wanted - taken.len());
            taken.extend_from_slice(&self.piece.split_to(part));
        }
        Ok(taken)
    }
}
