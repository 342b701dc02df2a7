//! Blobs: the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár, "Online Authenticated-Encryption and its
//! Nonce-Reuse Misuse-Resistance", 2015) over AES-256-GCM.
//!
//! Layout: header, then chunks. Header: format (1 byte), key version (4, big endian), salt (32), nonce prefix (7),
//! commitment (32). Every chunk is 64 KiB of plaintext and a tag, the last one 1 to 64 KiB, or nothing if the blob is empty.
//! The nonce of a chunk is prefix, index (4, big endian) and 1 for the last chunk, 0 for the others: chunks cannot be
//! dropped, doubled, moved, or cut off at the end, and each opens by itself.

use std::fmt;

use aws_lc_rs::aead::LessSafeKey;
use base::Entropy;

use crate::{
    DataKey, OpenError,
    hash::{committing, equal},
    key::random,
    xaes::{self, gcm_key, open_gcm, seal_gcm},
};

const FORMAT: u8 = 1;
const LABEL: &str = "bastide blob";

/// Plaintext bytes in every chunk but the last.
pub const CHUNK_BYTES: usize = 64 * 1024;
/// What sealing adds to a chunk, in bytes.
pub const TAG_BYTES: usize = xaes::TAG_BYTES;
/// How long the header of a sealed blob is, in bytes.
pub const HEADER_BYTES: usize = 1 + 4 + 32 + 7 + 32;
/// The most chunks in a blob: 4 TiB, far below the 2^32 that the counter and AES-GCM could bear.
pub const CHUNKS_MAX: u32 = 1 << 26;

/// Where in its blob a chunk stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Others follow; exactly [`CHUNK_BYTES`] long.
    Inner,
    /// The last of the blob, or the only one.
    Last,
}

/// Why a chunk is not sealed: each is a mistake of the calling code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SealChunkError {
    /// An inner chunk that is not full, a last one that is too long, or an empty one that is not the only one.
    Length,
    /// The last chunk was sealed before.
    Finished,
    /// More than [`CHUNKS_MAX`] chunks.
    TooMany,
}

impl fmt::Display for SealChunkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Length => "the chunk has a length that its place does not allow",
            Self::Finished => "the last chunk has been sealed already",
            Self::TooMany => "the blob has too many chunks",
        })
    }
}

impl std::error::Error for SealChunkError {}

/// [`CHUNK_BYTES`] as offsets in a blob are counted.
pub const CHUNK_LEN: u64 = 64 * 1024;
const TAG_LEN: u64 = 16;
const HEADER_LEN: u64 = 76;

/// How many chunks a blob of `plain_bytes` has; `None` if it is too large.
pub fn chunks_of(plain_bytes: u64) -> Option<u32> {
    let chunks = plain_bytes.div_ceil(CHUNK_LEN).max(1);
    u32::try_from(chunks)
        .ok()
        .filter(|chunks| *chunks <= CHUNKS_MAX)
}

/// How long a blob of `plain_bytes` is when sealed, in bytes; `None` if it is too large.
pub fn sealed_len(plain_bytes: u64) -> Option<u64> {
    let chunks = u64::from(chunks_of(plain_bytes)?);
    Some(HEADER_LEN + plain_bytes + chunks * TAG_LEN)
}

/// Where in a sealed blob the chunk at `index` begins, in bytes.
pub fn chunk_offset(index: u32) -> u64 {
    HEADER_LEN + u64::from(index) * (CHUNK_LEN + TAG_LEN)
}

/// The version of the key that a header names; `None` if it is none of our formats.
pub fn blob_key_version(header: &[u8; HEADER_BYTES]) -> Option<u32> {
    Header::read(header)
        .ok()
        .map(|header| u32::from_be_bytes(*header.version))
}

/// Seals the chunks of one blob, in order.
pub struct ChunkSealer {
    key: LessSafeKey,
    prefix: [u8; 7],
    header: [u8; HEADER_BYTES],
    /// The index of the next chunk; `None` after the last.
    next: Option<u32>,
}

impl ChunkSealer {
    /// Begins a blob under `key`, for the place that `context` names. The same key may begin again (an upload that was
    /// broken off): each beginning derives its own.
    pub fn new(key: &DataKey, key_version: u32, context: &[u8], entropy: &dyn Entropy) -> Self {
        let (salt, prefix) = (random::<32>(entropy), random::<7>(entropy));
        let version = key_version.to_be_bytes();
        let (sealing, commitment) =
            committing(key, &salt, LABEL, &[&[FORMAT], &version, &prefix, context]);
        let mut header = [0u8; HEADER_BYTES];
        let parts = [FORMAT]
            .into_iter()
            .chain(version)
            .chain(salt)
            .chain(prefix)
            .chain(commitment);
        header
            .iter_mut()
            .zip(parts)
            .for_each(|(to, from)| *to = from);
        Self {
            key: gcm_key(sealing.expose()),
            prefix,
            header,
            next: Some(0),
        }
    }

    /// What goes before the first chunk.
    pub const fn header(&self) -> &[u8; HEADER_BYTES] {
        &self.header
    }

    /// Seals the next chunk in place and appends its tag.
    pub fn seal_chunk(&mut self, chunk: &mut Vec<u8>, place: Place) -> Result<(), SealChunkError> {
        let index = self.next.ok_or(SealChunkError::Finished)?;
        if index >= CHUNKS_MAX {
            return Err(SealChunkError::TooMany);
        }
        if !fits(chunk.len(), index, place) {
            return Err(SealChunkError::Length);
        }
        seal_gcm(&self.key, nonce(&self.prefix, index, place), &[], chunk);
        self.next = match place {
            Place::Inner => Some(index + 1),
            Place::Last => None,
        };
        Ok(())
    }
}

/// Opens the chunks of one blob, in any order.
pub struct ChunkOpener {
    key: LessSafeKey,
    prefix: [u8; 7],
}

impl ChunkOpener {
    /// Reads the header; errs if the blob was not sealed under `key` for the place that `context` names.
    pub fn new(
        key: &DataKey,
        context: &[u8],
        header: &[u8; HEADER_BYTES],
    ) -> Result<Self, OpenError> {
        let header = Header::read(header)?;
        let (sealing, commitment) = committing(
            key,
            header.salt,
            LABEL,
            &[&[FORMAT], header.version, header.prefix, context],
        );
        if !equal(&commitment, header.commitment) {
            return Err(OpenError::Rejected);
        }
        Ok(Self {
            key: gcm_key(sealing.expose()),
            prefix: *header.prefix,
        })
    }

    /// Opens the chunk at `index` in place and takes its tag off; on refusal `chunk` is empty.
    pub fn open_chunk(
        &self,
        index: u32,
        place: Place,
        chunk: &mut Vec<u8>,
    ) -> Result<(), OpenError> {
        let plain = chunk.len().checked_sub(TAG_BYTES);
        if index >= CHUNKS_MAX || !plain.is_some_and(|plain| fits(plain, index, place)) {
            chunk.clear();
            return Err(OpenError::Malformed);
        }
        open_gcm(&self.key, nonce(&self.prefix, index, place), &[], chunk)
            .ok_or(OpenError::Rejected)
    }
}

struct Header<'a> {
    version: &'a [u8; 4],
    salt: &'a [u8; 32],
    prefix: &'a [u8; 7],
    commitment: &'a [u8; 32],
}

impl<'a> Header<'a> {
    fn read(header: &'a [u8; HEADER_BYTES]) -> Result<Self, OpenError> {
        let (format, rest) = header.split_first().ok_or(OpenError::Malformed)?;
        if *format != FORMAT {
            return Err(OpenError::UnknownFormat(*format));
        }
        let (version, rest) = rest.split_first_chunk().ok_or(OpenError::Malformed)?;
        let (salt, rest) = rest.split_first_chunk().ok_or(OpenError::Malformed)?;
        let (prefix, rest) = rest.split_first_chunk().ok_or(OpenError::Malformed)?;
        let commitment = rest.try_into().map_err(|_| OpenError::Malformed)?;
        Ok(Self {
            version,
            salt,
            prefix,
            commitment,
        })
    }
}

/// One plaintext has one form: only the last chunk is short, and only an empty blob has an empty one.
const fn fits(plain: usize, index: u32, place: Place) -> bool {
    match place {
        Place::Inner => plain == CHUNK_BYTES,
        Place::Last => plain <= CHUNK_BYTES && (plain > 0 || index == 0),
    }
}

fn nonce(prefix: &[u8; 7], index: u32, place: Place) -> [u8; 12] {
    let last = match place {
        Place::Inner => 0,
        Place::Last => 1,
    };
    let mut nonce = [0u8; 12];
    let parts = prefix
        .iter()
        .copied()
        .chain(index.to_be_bytes())
        .chain([last]);
    nonce
        .iter_mut()
        .zip(parts)
        .for_each(|(to, from)| *to = from);
    nonce
}

#[cfg(test)]
mod tests {
    use base::SystemEntropy;

    use super::*;
    use crate::testing::{Counting, key};

    /// Header and sealed chunks of `plain`.
    fn sealed(plain: &[u8]) -> ([u8; HEADER_BYTES], Vec<Vec<u8>>) {
        let mut sealer = ChunkSealer::new(&key(1), 5, b"place", &SystemEntropy);
        let count = chunks_of(plain.len() as u64).unwrap() as usize;
        let chunks = (0..count).map(|index| {
            let end = plain.len().min((index + 1) * CHUNK_BYTES);
            let mut chunk = plain[index * CHUNK_BYTES..end].to_vec();
            let place = if index + 1 == count {
                Place::Last
            } else {
                Place::Inner
            };
            sealer.seal_chunk(&mut chunk, place).unwrap();
            chunk
        });
        let chunks = chunks.collect();
        (*sealer.header(), chunks)
    }

    fn opened(header: &[u8; HEADER_BYTES], chunks: &[Vec<u8>]) -> Result<Vec<u8>, OpenError> {
        let opener = ChunkOpener::new(&key(1), b"place", header)?;
        let mut plain = Vec::new();
        for (index, chunk) in chunks.iter().enumerate() {
            let place = if index + 1 == chunks.len() {
                Place::Last
            } else {
                Place::Inner
            };
            let mut chunk = chunk.clone();
            opener.open_chunk(index as u32, place, &mut chunk)?;
            plain.extend_from_slice(&chunk);
        }
        Ok(plain)
    }

    #[test]
    fn blobs_of_every_length_around_the_borders_open() {
        for length in [
            0,
            1,
            CHUNK_BYTES - 1,
            CHUNK_BYTES,
            CHUNK_BYTES + 1,
            3 * CHUNK_BYTES,
        ] {
            let plain: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
            let (header, chunks) = sealed(&plain);
            assert_eq!(blob_key_version(&header), Some(5));
            assert_eq!(opened(&header, &chunks).unwrap(), plain);
            assert_eq!(chunk_offset(0), header.len() as u64);
            assert_eq!(
                chunk_offset(1),
                (header.len() + CHUNK_BYTES + TAG_BYTES) as u64
            );
            let total = HEADER_BYTES + chunks.iter().map(Vec::len).sum::<usize>();
            assert_eq!(sealed_len(length as u64), Some(total as u64));
        }
    }

    #[test]
    fn chunks_cannot_be_dropped_doubled_moved_or_cut_off() {
        let (header, chunks) = sealed(&[7; 3 * CHUNK_BYTES]);
        let [a, b, c] = [&chunks[0], &chunks[1], &chunks[2]];
        for forged in [
            vec![a, b],
            vec![a, c],
            vec![b, c],
            vec![a, a, b, c],
            vec![b, a, c],
            vec![a],
            vec![c],
        ] {
            let forged: Vec<Vec<u8>> = forged.into_iter().cloned().collect();
            assert_eq!(opened(&header, &forged), Err(OpenError::Rejected));
        }
        let more = [chunks.clone(), vec![c.clone()]].concat();
        assert_eq!(opened(&header, &more), Err(OpenError::Rejected));
    }

    #[test]
    fn each_chunk_opens_by_itself_at_its_index_and_place_only() {
        let (header, chunks) = sealed(&[7; 2 * CHUNK_BYTES]);
        let opener = ChunkOpener::new(&key(1), b"place", &header).ok().unwrap();
        for (index, place, fine) in [
            (1, Place::Last, true),
            (1, Place::Inner, false),
            (0, Place::Last, false),
            (2, Place::Last, false),
            (CHUNKS_MAX, Place::Last, false),
        ] {
            let mut chunk = chunks[1].clone();
            assert_eq!(opener.open_chunk(index, place, &mut chunk).is_ok(), fine);
            assert_eq!(
                chunk.is_empty(),
                !fine,
                "nothing is left of what was refused"
            );
        }
    }

    #[test]
    fn no_byte_of_the_header_can_change() {
        let (header, chunks) = sealed(b"picture");
        for position in 0..header.len() {
            let mut changed = header;
            changed[position] ^= 0x04;
            assert!(opened(&changed, &chunks).is_err(), "byte {position}");
        }
        assert!(ChunkOpener::new(&key(2), b"place", &header).is_err());
        assert!(ChunkOpener::new(&key(1), b"elsewhere", &header).is_err());
    }

    #[test]
    fn no_bit_of_a_chunk_can_change() {
        let (header, chunks) = sealed(b"picture");
        for bit in 0..chunks[0].len() * 8 {
            let mut changed = chunks.clone();
            changed[0][bit / 8] ^= 1 << (bit % 8);
            assert_eq!(opened(&header, &changed), Err(OpenError::Rejected));
        }
    }

    #[test]
    fn chunks_out_of_shape_are_not_sealed() {
        let mut sealer = ChunkSealer::new(&key(1), 1, b"", &SystemEntropy);
        let full = || vec![0; CHUNK_BYTES];
        assert_eq!(
            sealer.seal_chunk(&mut vec![0; 9], Place::Inner),
            Err(SealChunkError::Length)
        );
        assert_eq!(
            sealer.seal_chunk(&mut vec![0; CHUNK_BYTES + 1], Place::Last),
            Err(SealChunkError::Length)
        );
        assert_eq!(sealer.seal_chunk(&mut full(), Place::Inner), Ok(()));
        assert_eq!(
            sealer.seal_chunk(&mut Vec::new(), Place::Last),
            Err(SealChunkError::Length)
        );
        assert_eq!(sealer.seal_chunk(&mut full(), Place::Last), Ok(()));
        assert_eq!(
            sealer.seal_chunk(&mut vec![1], Place::Last),
            Err(SealChunkError::Finished)
        );
    }

    #[test]
    fn the_number_of_chunks_is_bounded() {
        let most = u64::from(CHUNKS_MAX) * CHUNK_BYTES as u64;
        assert_eq!(chunks_of(most), Some(CHUNKS_MAX));
        assert_eq!(chunks_of(most + 1), None);
        assert_eq!(sealed_len(u64::MAX), None);
        assert_eq!(
            [CHUNK_LEN, TAG_LEN, HEADER_LEN],
            [CHUNK_BYTES, TAG_BYTES, HEADER_BYTES].map(|n| n as u64)
        );
    }

    #[test]
    fn a_blob_of_the_first_format_is_read_for_ever() {
        let mut sealer = ChunkSealer::new(&key(1), 5, b"place", &Counting);
        let mut chunk = b"picture".to_vec();
        sealer.seal_chunk(&mut chunk, Place::Last).unwrap();
        let first = [
            "0100000005000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f00\
             010203040506bea23df055cf8bb55ec8e91f4089d482479defe7841f5a434df7e636ea146319",
            "aa5cdd1bb1d64376679262eb4b10c4b85a3f97182a2c93",
        ];
        assert_eq!([hex::encode(sealer.header()), hex::encode(&chunk)], first);
        assert_eq!(opened(sealer.header(), &[chunk]).unwrap(), b"picture");
    }
}
