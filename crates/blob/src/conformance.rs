//! The checks that every [`Store`] passes, alone and under [`SealedBlobs`].
//!
//! They are plain assertions: one that fails panics, since the caller is a test.

use std::{sync::Arc, time::Duration};

use base::{Context, Entropy, Fault, Kind, Refusal, Result, Secret, Timestamp};
use bytes::Bytes;
use cipher::{CHUNK_BYTES, CHUNK_LEN, DataKey, HEADER_BYTES, Sha256, TAG_BYTES};
use futures_util::{StreamExt, TryStreamExt, stream};
use tokio::sync::oneshot;

use crate::{
    Blob, ByteStream, Limits, Name, Page, Prefix, STALLED, SealedBlobs, Store, TOO_LARGE, collect,
    once,
};

const MIB: usize = 1024 * 1024;
/// Most that is ever collected here.
const WHOLE_BYTES_MAX: usize = 32 * MIB;
const LIMITS: Limits = Limits {
    size_bytes_max: 1 << 40,
    stall_max: Duration::from_secs(60),
};
const BROKEN: Refusal = Refusal::new(
    Kind::Malformed,
    "blob.test_broken",
    "The connection is gone.",
);

/// Checks a store that is empty, and leaves it so.
pub async fn run(store: Arc<dyn Store>, entropy: Arc<dyn Entropy>) -> Result<()> {
    let check = Check {
        blobs: SealedBlobs::new(Arc::clone(&store), entropy),
        store,
    };
    check.what_is_absent_is_absent().await?;
    check.what_was_put_is_what_is_got().await?;
    check.a_put_replaces_as_a_whole().await?;
    check.ranges_are_cut_at_the_end().await?;
    check.listings_are_in_order_and_paged().await?;
    check.what_breaks_off_is_never_seen().await?;
    check.what_is_dropped_or_killed_is_never_seen().await?;
    check.sealed_blobs_open_at_every_border().await?;
    check
        .sealed_blobs_open_under_their_key_and_name_only()
        .await?;
    check.chunks_cannot_be_rearranged().await?;
    check.large_blobs_pass_through_little_memory().await?;
    check.nothing_is_left().await
}

struct Check {
    store: Arc<dyn Store>,
    blobs: SealedBlobs,
}

/// How an upload ends before its time.
enum End {
    Dropped,
    /// The future is leaked: what a killed process leaves, nobody tidies up.
    Killed,
}

impl Check {
    async fn what_is_absent_is_absent(&self) -> Result<()> {
        let name = self.blobs.new_name();
        assert!(self.store.get(name, None).await?.is_none());
        assert!(self.store.get(name, Some(0..1)).await?.is_none());
        assert!(!self.store.exists(name).await?);
        self.store.delete(name).await
    }

    async fn what_was_put_is_what_is_got(&self) -> Result<()> {
        for size in [0, 1, 100_000, 8 * MIB, 8 * MIB + 1, 20 * MIB] {
            let name = self.blobs.new_name();
            let content = pattern(size);
            assert_eq!(
                self.store.put(name, pieces(&content), LIMITS).await?,
                size_of(&content)
            );
            assert!(self.store.exists(name).await?);
            let object = self
                .store
                .get(name, None)
                .await?
                .context("a blob that was put")?;
            assert_eq!(object.size_bytes, size_of(&content));
            assert!(
                collect(object.bytes, WHOLE_BYTES_MAX).await? == content,
                "{size} bytes"
            );
            self.store.delete(name).await?;
            assert!(!self.store.exists(name).await?);
        }
        Ok(())
    }

    async fn a_put_replaces_as_a_whole(&self) -> Result<()> {
        let name = self.blobs.new_name();
        self.store.put(name, once(pattern(1_000)), LIMITS).await?;
        self.store.put(name, once("new"), LIMITS).await?;
        assert_eq!(self.whole(name).await?, b"new");
        let broken = once("newer")
            .chain(stream::once(async { Err(BROKEN.into()) }))
            .boxed();
        assert!(self.store.put(name, broken, LIMITS).await.is_err());
        assert_eq!(self.whole(name).await?, b"new");
        self.store.delete(name).await
    }

    async fn ranges_are_cut_at_the_end(&self) -> Result<()> {
        let name = self.blobs.new_name();
        self.store.put(name, once("0123456789"), LIMITS).await?;
        for (range, expected) in [
            (0..1, "0"),
            (3..7, "3456"),
            (9..10, "9"),
            (0..10, "0123456789"),
            (8..99, "89"),
        ] {
            let object = self
                .store
                .get(name, Some(range))
                .await?
                .context("a blob that was put")?;
            assert_eq!(object.size_bytes, 10);
            assert_eq!(collect(object.bytes, 10).await?, expected.as_bytes());
        }
        for outside in [10..11, 50..60, 5..5] {
            assert!(self.store.get(name, Some(outside)).await.is_err());
        }
        self.store.delete(name).await
    }

    async fn listings_are_in_order_and_paged(&self) -> Result<()> {
        let mut names = Vec::new();
        for begin in ["00", "0001", "0f", "a0", "ab00", "abcd", "abcdef", "ff"] {
            let name: Name = format!("{begin:0<31}7").parse().context("a name")?;
            self.store.put(name, once(begin), LIMITS).await?;
            names.push(name);
        }
        names.sort_unstable();
        for limit in [1, 3, 8, 1000] {
            assert_eq!(self.listed("", limit).await?, names, "pages of {limit}");
        }
        for prefix in ["a", "ab", "abc", "abcd", "abcdef", "0", "ff00", "1"] {
            let expected: Vec<Name> = names
                .iter()
                .copied()
                .filter(|name| name.to_string().starts_with(prefix))
                .collect();
            assert_eq!(
                self.listed(prefix, 2).await?,
                expected,
                "names that begin with {prefix}"
            );
        }
        let page = Page {
            after: None,
            limit: 1,
        };
        let first = self.store.list(&Prefix::ALL, page).await?;
        let first = first.items.first().context("a line")?;
        assert_eq!(first.size_bytes, 2);
        assert!(first.stored_at > Timestamp::from_micros(0));
        for name in names {
            self.store.delete(name).await?;
        }
        Ok(())
    }

    async fn what_breaks_off_is_never_seen(&self) -> Result<()> {
        for size in [0, 1_000, 20 * MIB] {
            let name = self.blobs.new_name();
            let content = pattern(size);
            let limits = Limits {
                size_bytes_max: size_of(&content),
                stall_max: Duration::from_millis(200),
            };

            let broken = pieces(&content)
                .chain(stream::once(async { Err(BROKEN.into()) }))
                .boxed();
            let error = self.store.put(name, broken, limits).await.err();
            assert!(error.is_some_and(|error| error.is(&BROKEN)));

            let longer = pieces(&content).chain(once("x")).boxed();
            let error = self.store.put(name, longer, limits).await.err();
            assert!(error.is_some_and(|error| error.is(&TOO_LARGE)));

            let silent = pieces(&content).chain(stream::pending()).boxed();
            let error = self.store.put(name, silent, limits).await.err();
            assert!(error.is_some_and(|error| error.is(&STALLED)));

            assert!(self.store.get(name, None).await?.is_none());
        }
        self.nothing_is_left().await
    }

    async fn what_is_dropped_or_killed_is_never_seen(&self) -> Result<()> {
        for size in [1_000, 20 * MIB] {
            for end in [End::Dropped, End::Killed] {
                let name = self.blobs.new_name();
                let (reached, middle) = oneshot::channel::<()>();
                let silence = stream::once(async move {
                    drop(reached);
                    std::future::pending().await
                });
                let bytes = pieces(&pattern(size)).chain(silence).boxed();
                let mut put = self.store.put(name, bytes, LIMITS);
                tokio::select! {
                    _ = &mut put => return Err(Fault::new("a put ended before its stream").into()),
                    _ = middle => {}
                }
                match end {
                    End::Dropped => drop(put),
                    End::Killed => std::mem::forget(put),
                }
                assert!(self.store.get(name, None).await?.is_none());
                assert!(!self.store.exists(name).await?);
            }
        }
        self.nothing_is_left().await?;
        self.store
            .remove_abandoned(Timestamp::from_micros(i64::MAX))
            .await?;
        Ok(())
    }

    async fn sealed_blobs_open_at_every_border(&self) -> Result<()> {
        let chunk = CHUNK_BYTES;
        for size in [0, 1, chunk - 1, chunk, chunk + 1, 3 * chunk, 3 * chunk + 5] {
            let (name, content) = (self.blobs.new_name(), pattern(size));
            let written = self
                .blobs
                .write(name, &key(1), 1, pieces(&content), LIMITS)
                .await?;
            assert_eq!(
                written.blob,
                Blob {
                    name,
                    size_bytes: size_of(&content)
                }
            );
            let sealed = self.whole(name).await?;
            assert_eq!(written.sealed_bytes, size_of(&sealed));
            assert_eq!(written.sealed_sha256, cipher::hash_token(&sealed));
            assert_eq!(
                cipher::sealed_len(size_of(&content)),
                Some(written.sealed_bytes)
            );
            assert!(size < 64 || !sealed.windows(64).any(|window| content.starts_with(window)));

            assert!(
                self.opened(written.blob, 1).await? == content,
                "{size} bytes"
            );
            let borders = [
                0,
                1,
                chunk - 1,
                chunk,
                chunk + 1,
                2 * chunk - 1,
                2 * chunk,
                3 * chunk,
                3 * chunk + 5,
            ];
            for start in borders {
                for end in borders {
                    self.check_range(written.blob, &content, start, end).await?;
                }
            }
            self.blobs.delete(name).await?;
        }
        let limits = Limits {
            size_bytes_max: 10,
            ..LIMITS
        };
        let name = self.blobs.new_name();
        let error = self
            .blobs
            .write(name, &key(1), 1, once("0123456789x"), limits)
            .await
            .err();
        assert!(error.is_some_and(|error| error.is(&TOO_LARGE)));
        assert!(!self.store.exists(name).await?);
        Ok(())
    }

    async fn check_range(
        &self,
        blob: Blob,
        content: &[u8],
        start: usize,
        end: usize,
    ) -> Result<()> {
        let range =
            u64::try_from(start).context("an offset")?..u64::try_from(end).context("an offset")?;
        let read = self.blobs.read(blob, &key(1), Some(range)).await;
        if start >= end || start >= content.len() {
            assert!(read.is_err(), "{start}..{end} of {}", content.len());
            return Ok(());
        }
        let expected = content
            .get(start..end.min(content.len()))
            .context("a range of the content")?;
        assert!(
            collect(read?, WHOLE_BYTES_MAX).await? == expected,
            "{start}..{end} of {}",
            content.len()
        );
        Ok(())
    }

    async fn sealed_blobs_open_under_their_key_and_name_only(&self) -> Result<()> {
        let (ours, theirs) = (self.blobs.new_name(), self.blobs.new_name());
        let blob = self
            .blobs
            .write(ours, &key(1), 1, once("ours"), LIMITS)
            .await?
            .blob;
        assert_eq!(self.opened(blob, 1).await?, b"ours");
        assert!(self.opened(blob, 2).await.is_err());
        // The same bytes under another name: what one blob shows cannot be put in another's place.
        self.store
            .put(theirs, once(self.whole(ours).await?), LIMITS)
            .await?;
        assert!(
            self.opened(
                Blob {
                    name: theirs,
                    ..blob
                },
                1
            )
            .await
            .is_err()
        );
        self.store.delete(theirs).await?;
        self.store.delete(ours).await?;
        assert!(self.opened(blob, 1).await.is_err());
        Ok(())
    }

    async fn chunks_cannot_be_rearranged(&self) -> Result<()> {
        let name = self.blobs.new_name();
        let content = pattern(3 * CHUNK_BYTES);
        let whole = self
            .blobs
            .write(name, &key(1), 1, pieces(&content), LIMITS)
            .await?
            .blob;
        let sealed = self.whole(name).await?;
        let (header, chunks) = sealed.split_at(HEADER_BYTES);
        let chunks: Vec<&[u8]> = chunks.chunks(CHUNK_BYTES + TAG_BYTES).collect();
        let shorter = Blob {
            size_bytes: 2 * CHUNK_LEN,
            ..whole
        };
        let longer = Blob {
            size_bytes: 4 * CHUNK_LEN,
            ..whole
        };
        for (order, blob) in [
            (&[1, 0, 2][..], whole),
            (&[0, 2, 1], whole),
            (&[2, 1, 0], whole),
            (&[0, 0, 2], whole),
            (&[0, 1, 1], whole),
            (&[0, 1], whole),
            (&[0, 1, 2, 2], whole),
            // Even a row that agrees with the forgery does not make it open.
            (&[0, 1], shorter),
            (&[0, 1, 2, 2], longer),
        ] {
            let order = order.iter().filter_map(|index| chunks.get(*index));
            let forged = [&[header], order.copied().collect::<Vec<_>>().as_slice()]
                .concat()
                .concat();
            self.refuses(blob, forged, &content).await?;
        }
        for position in [
            0,
            5,
            40,
            HEADER_BYTES,
            HEADER_BYTES + CHUNK_BYTES,
            sealed.len() - 1,
        ] {
            let mut forged = sealed.clone();
            forged
                .get_mut(position)
                .into_iter()
                .for_each(|byte| *byte ^= 1);
            self.refuses(whole, forged, &content).await?;
        }
        self.refuses(whole, [&sealed[..], b"x"].concat(), &content)
            .await?;
        self.refuses(
            whole,
            sealed.split_last().context("bytes")?.1.to_vec(),
            &content,
        )
        .await?;
        self.store.delete(name).await
    }

    /// Puts `forged` in the place of a blob and reads: it ends in a fault, and what came before was authentic.
    async fn refuses(&self, blob: Blob, forged: Vec<u8>, content: &[u8]) -> Result<()> {
        self.store.put(blob.name, once(forged), LIMITS).await?;
        let Ok(mut bytes) = self.blobs.read(blob, &key(1), None).await else {
            return Ok(());
        };
        let mut given = Vec::new();
        loop {
            match bytes.try_next().await {
                Ok(Some(piece)) => given.extend_from_slice(&piece),
                Ok(None) => return Err(Fault::new("a forged blob opened to its end").into()),
                Err(_) => break,
            }
        }
        assert!(
            content.starts_with(&given),
            "only authentic bytes are given out"
        );
        Ok(())
    }

    async fn large_blobs_pass_through_little_memory(&self) -> Result<()> {
        const SIZE: usize = 200 * MIB;
        const PIECE: usize = 100_000;
        let before = resident_kib(Measure::Now);
        let plain = stream::iter((0..SIZE.div_ceil(PIECE)).map(|index| {
            let length = PIECE.min(SIZE - index * PIECE);
            Ok(Bytes::from(vec![byte(index); length]))
        }));
        let name = self.blobs.new_name();
        let blob = self
            .blobs
            .write(name, &key(1), 1, plain.boxed(), LIMITS)
            .await?
            .blob;
        assert_eq!(blob.size_bytes, 200 * 1024 * 1024);

        let mut opened = Sha256::default();
        let mut bytes = self.blobs.read(blob, &key(1), None).await?;
        while let Some(piece) = bytes.try_next().await? {
            opened.update(&piece);
        }
        let mut expected = Sha256::default();
        for index in 0..SIZE.div_ceil(PIECE) {
            expected.update(&vec![byte(index); PIECE.min(SIZE - index * PIECE)]);
        }
        assert_eq!(opened.finish(), expected.finish());
        let after = resident_kib(Measure::Peak);
        if let (Some(before), Some(after)) = (before, after) {
            assert!(
                after < before + 96 * 1024,
                "{before} KiB before, at most {after} KiB then"
            );
        }
        self.blobs.delete(name).await
    }

    async fn nothing_is_left(&self) -> Result<()> {
        assert_eq!(self.listed("", 1000).await?, []);
        Ok(())
    }

    async fn whole(&self, name: Name) -> Result<Vec<u8>> {
        let object = self
            .store
            .get(name, None)
            .await?
            .context("a blob that was put")?;
        collect(object.bytes, WHOLE_BYTES_MAX).await
    }

    async fn opened(&self, blob: Blob, key_byte: u8) -> Result<Vec<u8>> {
        collect(
            self.blobs.read(blob, &key(key_byte), None).await?,
            WHOLE_BYTES_MAX,
        )
        .await
    }

    /// All names that begin with `prefix`, taken in pages.
    async fn listed(&self, prefix: &str, limit: u16) -> Result<Vec<Name>> {
        let prefix: Prefix = prefix.parse().context("a prefix")?;
        let (mut names, mut after) = (Vec::new(), None);
        loop {
            let listing = self.store.list(&prefix, Page { after, limit }).await?;
            assert!(listing.items.len() <= usize::from(limit));
            names.extend(listing.items.iter().map(|stored| stored.name));
            let Some(next) = listing.next else {
                return Ok(names);
            };
            assert!(
                after.is_none_or(|after| after < next),
                "every page goes further"
            );
            after = Some(next);
        }
    }
}

fn key(byte: u8) -> DataKey {
    DataKey::new(Secret::new([byte; 32]))
}

/// Bytes by which a shift would be seen.
fn pattern(size: usize) -> Vec<u8> {
    let row: Vec<u8> = (0..251).collect();
    let mut content = row.repeat(size.div_ceil(row.len()));
    content.truncate(size);
    content
}

fn byte(index: usize) -> u8 {
    u8::try_from(index % 251).unwrap_or(0)
}

/// `content` in pieces that fit no chunk and no part.
fn pieces(content: &[u8]) -> ByteStream {
    let content = Bytes::copy_from_slice(content);
    let pieces = (0..content.len()).step_by(70_001).map(move |start| {
        let end = content.len().min(start + 70_001);
        Ok(content.slice(start..end))
    });
    stream::iter(pieces).boxed()
}

fn size_of(content: &[u8]) -> u64 {
    u64::try_from(content.len()).unwrap_or(u64::MAX)
}

enum Measure {
    Now,
    Peak,
}

/// The memory that this process holds, in KiB, where the system tells it.
fn resident_kib(measure: Measure) -> Option<u64> {
    let label = match measure {
        Measure::Now => "VmRSS:",
        Measure::Peak => "VmHWM:",
    };
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(label))?;
    line.trim().strip_suffix(" kB")?.trim().parse().ok()
}
