#![doc = include_str!("../README.md")]

mod hash;
mod key;
mod record;
mod shares;
mod stream;
#[cfg(test)]
mod testing;
mod wrap;
mod xaes;

pub use hash::{BlindIndex, Sha256, derive, derive_key, equal, hash_token, keyed_hash};
pub use key::{DataKey, OpenError};
pub use record::{Field, RecordContext, open_record, record_key_version, seal_record};
pub use shares::{KeyShare, SharesError, join_key, split_key};
pub use stream::{
    CHUNK_BYTES, CHUNK_LEN, CHUNKS_MAX, ChunkOpener, ChunkSealer, HEADER_BYTES, Place,
    SealChunkError, TAG_BYTES, blob_key_version, chunk_offset, chunks_of, sealed_len,
};
pub use wrap::{WRAP_BYTES, unwrap_key, wrap_key, wrap_key_version};
