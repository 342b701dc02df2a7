//! The port: what a place for blobs can do.

use std::{ops::Range, time::Duration};

use base::{Error, Fault, Kind, Refusal, Result, Timestamp};
use bytes::Bytes;
use futures_util::{
    StreamExt, TryStreamExt,
    future::BoxFuture,
    stream::{self, BoxStream},
};

use crate::{Name, Prefix};

pub const TOO_LARGE: Refusal =
    Refusal::new(Kind::TooLarge, "blob.too_large", "This file is too large.");
pub const STALLED: Refusal = Refusal::new(
    Kind::Malformed,
    "blob.stalled",
    "The upload stopped before it was complete.",
);
pub const DISK_FULL: Refusal = Refusal::new(
    Kind::Full,
    "blob.disk_full",
    "There is no room left to store this.",
);

/// Bytes piece by piece; pieces have any length. An error is the last thing that comes.
pub type ByteStream = BoxStream<'static, Result<Bytes>>;

/// How much a transfer may bring, and how slowly.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// More bytes than this are refused with [`TOO_LARGE`].
    pub size_bytes_max: u64,
    /// A longer wait for the next piece is refused with [`STALLED`].
    pub stall_max: Duration,
}

/// What is read of a blob.
pub struct Object {
    /// How long the whole is, whatever part of it was asked for, in bytes.
    pub size_bytes: u64,
    pub bytes: ByteStream,
}

/// A line of a listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    pub name: Name,
    pub size_bytes: u64,
    /// By the clock of the store.
    pub stored_at: Timestamp,
}

/// Which part of a listing is wanted.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    /// Only names after this one.
    pub after: Option<Name>,
    /// At most so many; at least 1, and 1000 at most are given.
    pub limit: u16,
}

/// One page of a listing, in the order of names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    pub items: Vec<Stored>,
    /// Where the next page begins (as [`Page::after`]); `None` when nothing follows.
    pub next: Option<Name>,
}

/// A place for blobs. Every implementation passes the conformance checks.
pub trait Store: Send + Sync {
    /// Stores what `bytes` brings under `name`, replacing what was there, and answers how many bytes it was. Nothing is visible
    /// before everything is durable, and nothing if the stream errs or the future is dropped.
    ///
    /// # Errors
    /// [`TOO_LARGE`], [`STALLED`], [`DISK_FULL`], the error of the stream as it is, or a fault of the store.
    fn put(&self, name: Name, bytes: ByteStream, limits: Limits) -> BoxFuture<'_, Result<u64>>;

    /// The blob, or the bytes of it in `range`, cut off at its end; `None` if there is none.
    ///
    /// # Errors
    /// A range that is empty or begins at the end of the blob or behind it is a fault.
    fn get(&self, name: Name, range: Option<Range<u64>>) -> BoxFuture<'_, Result<Option<Object>>>;

    /// Removes the blob. One that is absent is removed already.
    fn delete(&self, name: Name) -> BoxFuture<'_, Result<()>>;

    fn exists(&self, name: Name) -> BoxFuture<'_, Result<bool>>;

    /// The blobs whose names begin with `prefix`.
    fn list<'a>(&'a self, prefix: &'a Prefix, page: Page) -> BoxFuture<'a, Result<Listing>>;

    /// Removes what uploads left behind that broke off before `before`, and answers how many there were. A store that shows them
    /// to nobody removes none.
    fn remove_abandoned(&self, before: Timestamp) -> BoxFuture<'_, Result<u64>>;
}

/// A stream of one piece.
pub fn once(bytes: impl Into<Bytes>) -> ByteStream {
    let bytes = bytes.into();
    stream::once(async move { Ok(bytes) }).boxed()
}

/// All that a stream brings, for what is known to be small.
///
/// # Errors
/// [`TOO_LARGE`] beyond `size_bytes_max`, and the error of the stream.
pub async fn collect(mut bytes: ByteStream, size_bytes_max: usize) -> Result<Vec<u8>> {
    let mut whole = Vec::new();
    while let Some(piece) = bytes.try_next().await? {
        if piece.len() > size_bytes_max - whole.len() {
            return Err(TOO_LARGE.into());
        }
        whole.extend_from_slice(&piece);
    }
    Ok(whole)
}

/// The same stream, held to its limits.
pub(crate) fn limited(bytes: ByteStream, limits: Limits) -> ByteStream {
    stream::try_unfold(
        (bytes, limits.size_bytes_max),
        move |(mut bytes, left)| async move {
            let piece = tokio::time::timeout(limits.stall_max, bytes.try_next())
                .await
                .map_err(|_| Error::from(STALLED))??;
            let Some(piece) = piece else { return Ok(None) };
            let left = left.checked_sub(length(&piece)).ok_or(TOO_LARGE)?;
            Ok(Some((piece, (bytes, left))))
        },
    )
    .boxed()
}

/// The length of a piece as sizes of blobs are counted.
pub(crate) fn length(piece: &[u8]) -> u64 {
    u64::try_from(piece.len()).unwrap_or(u64::MAX)
}

/// What `range` is of a blob of `size_bytes`: first byte and the one behind the last.
pub(crate) fn within(range: Option<Range<u64>>, size_bytes: u64) -> Result<Range<u64>> {
    match range {
        None => Ok(0..size_bytes),
        Some(range) if range.start < range.end && range.start < size_bytes => {
            Ok(range.start..range.end.min(size_bytes))
        }
        Some(_) => Err(Fault::new("a range outside of its blob").into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        size_bytes_max: 10,
        stall_max: Duration::from_millis(20),
    };

    #[tokio::test]
    async fn a_stream_is_cut_at_its_limit_and_not_before() {
        let fine = collect(limited(once(vec![0; 10]), LIMITS), 10)
            .await
            .unwrap();
        assert_eq!(fine.len(), 10);
        let error = collect(limited(once(vec![0; 11]), LIMITS), 100)
            .await
            .unwrap_err();
        assert!(error.is(&TOO_LARGE));
        assert!(
            collect(once(vec![0; 11]), 10)
                .await
                .unwrap_err()
                .is(&TOO_LARGE)
        );
    }

    #[tokio::test]
    async fn a_stream_that_stops_is_given_up() {
        let silent = once("a").chain(stream::pending()).boxed();
        let error = collect(limited(silent, LIMITS), 100).await.unwrap_err();
        assert!(error.is(&STALLED));
    }
}
