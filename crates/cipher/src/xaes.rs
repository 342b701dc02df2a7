//! XAES-256-GCM as specified by C2SP: AES-256-GCM under a key derived from the first half of a 192-bit nonce
//! (the KDF in counter mode of NIST SP 800-108r1 with CMAC, which comes to two AES blocks).

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    cipher::{AES_256, EncryptingKey, EncryptionContext, UnboundCipherKey},
};
use base::Secret;
use zeroize::Zeroizing;

use crate::DataKey;

pub(crate) const NONCE_BYTES: usize = 24;
pub(crate) const TAG_BYTES: usize = 16;

/// What XAES-256-GCM needs of a key and what depends on the key alone.
pub(crate) struct Schedule {
    blocks: EncryptingKey,
    /// K1 of CMAC (NIST SP 800-38B §6.1).
    subkey: Secret<[u8; 16]>,
}

impl Schedule {
    #[expect(clippy::expect_used, reason = "the length is in the type")]
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        let blocks = UnboundCipherKey::new(&AES_256, key)
            .and_then(EncryptingKey::ecb)
            .expect("a key of 32 bytes");
        let mut block = Zeroizing::new([0u8; 16]);
        encrypt_blocks(&blocks, &mut *block);
        let doubled = u128::from_be_bytes(*block); // from here in constant time
        let carry = 0u128.wrapping_sub(doubled >> 127) & 0x87;
        Self {
            blocks,
            subkey: Secret::new(((doubled << 1) ^ carry).to_be_bytes()),
        }
    }
}

/// The block function of AES on each block by itself.
#[expect(
    clippy::expect_used,
    reason = "fails only on parts of a block, and callers give whole ones"
)]
fn encrypt_blocks(key: &EncryptingKey, blocks: &mut [u8]) {
    key.less_safe_encrypt(blocks, EncryptionContext::None)
        .expect("whole blocks");
}

/// Encrypts `buffer` in place and appends the tag.
pub(crate) fn seal(
    key: &DataKey,
    nonce: &[u8; NONCE_BYTES],
    associated: &[u8],
    buffer: &mut Vec<u8>,
) {
    let (key, nonce) = derive(key, nonce);
    seal_gcm(&key, nonce, associated, buffer);
}

/// Decrypts `buffer` in place and takes the tag off; on refusal `buffer` is empty.
pub(crate) fn open(
    key: &DataKey,
    nonce: &[u8; NONCE_BYTES],
    associated: &[u8],
    buffer: &mut Vec<u8>,
) -> Option<()> {
    let (key, nonce) = derive(key, nonce);
    open_gcm(&key, nonce, associated, buffer)
}

/// AES-256-GCM (NIST SP 800-38D) in place. The caller answers for the nonce.
#[expect(
    clippy::expect_used,
    reason = "fails only beyond 64 GiB, which no buffer here reaches"
)]
pub(crate) fn seal_gcm(
    key: &LessSafeKey,
    nonce: [u8; 12],
    associated: &[u8],
    buffer: &mut Vec<u8>,
) {
    buffer.reserve_exact(TAG_BYTES); // before encrypting: growing later would leave plaintext behind
    key.seal_in_place_append_tag(
        Nonce::assume_unique_for_key(nonce),
        Aad::from(associated),
        buffer,
    )
    .expect("the plaintext is shorter than 64 GiB");
}

/// The inverse of [`seal_gcm`]; on refusal `buffer` is empty.
pub(crate) fn open_gcm(
    key: &LessSafeKey,
    nonce: [u8; 12],
    associated: &[u8],
    buffer: &mut Vec<u8>,
) -> Option<()> {
    let nonce = Nonce::assume_unique_for_key(nonce);
    let opened = key
        .open_in_place(nonce, Aad::from(associated), buffer)
        .map(|plain| plain.len());
    buffer.truncate(opened.unwrap_or(0));
    opened.ok().map(|_| ())
}

/// A key of 32 bytes, ready for AES-256-GCM.
#[expect(clippy::expect_used, reason = "the length is in the type")]
pub(crate) fn gcm_key(bytes: &[u8; 32]) -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(&AES_256_GCM, bytes).expect("a key of 32 bytes"))
}

fn derive(key: &DataKey, nonce: &[u8; NONCE_BYTES]) -> (LessSafeKey, [u8; 12]) {
    let (salt, rest) = split_nonce(nonce);
    let schedule = key.schedule();
    let mut derived = Zeroizing::new([0u8; 32]);
    for (block, counter) in derived.chunks_exact_mut(16).zip(1u8..) {
        let message = [0, counter, b'X', 0].into_iter().chain(salt);
        let masked = message
            .zip(schedule.subkey.expose())
            .map(|(byte, mask)| byte ^ mask);
        block
            .iter_mut()
            .zip(masked)
            .for_each(|(to, from)| *to = from);
    }
    encrypt_blocks(&schedule.blocks, &mut *derived);
    (gcm_key(&derived), rest)
}

fn split_nonce(nonce: &[u8; NONCE_BYTES]) -> ([u8; 12], [u8; 12]) {
    let (mut salt, mut rest) = ([0u8; 12], [0u8; 12]);
    salt.iter_mut()
        .chain(&mut rest)
        .zip(nonce)
        .for_each(|(to, from)| *to = *from);
    (salt, rest)
}

#[cfg(test)]
mod tests {
    use sha3::{
        Shake128,
        digest::{ExtendableOutput, Update, XofReader},
    };

    use super::*;

    fn key(bytes: [u8; 32]) -> DataKey {
        DataKey::new(Secret::new(bytes))
    }

    #[test]
    fn the_vectors_of_the_specification_hold() {
        for (byte, associated, expected) in [
            (
                1,
                "",
                "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271",
            ),
            (
                3,
                "c2sp.org/XAES-256-GCM",
                "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d",
            ),
        ] {
            let key = key([byte; 32]);
            let nonce = b"ABCDEFGHIJKLMNOPQRSTUVWX";
            let mut buffer = b"XAES-256-GCM".to_vec();
            seal(&key, nonce, associated.as_bytes(), &mut buffer);
            assert_eq!(hex::encode(&buffer), expected);
            open(&key, nonce, associated.as_bytes(), &mut buffer).unwrap();
            assert_eq!(buffer, b"XAES-256-GCM");
        }
    }

    #[test]
    fn the_accumulated_vector_of_the_specification_holds() {
        let mut source = Shake128::default().finalize_xof();
        let mut digest = Shake128::default();
        for _ in 0..10_000 {
            let (mut bytes, mut nonce) = ([0u8; 32], [0u8; NONCE_BYTES]);
            source.read(&mut bytes);
            source.read(&mut nonce);
            let plain = drawn(&mut source);
            let associated = drawn(&mut source);

            let mut buffer = plain.clone();
            seal(&key(bytes), &nonce, &associated, &mut buffer);
            digest.update(&buffer);
            open(&key(bytes), &nonce, &associated, &mut buffer).unwrap();
            assert_eq!(buffer, plain);
        }
        let mut result = [0u8; 32];
        digest.finalize_xof().read(&mut result);
        assert_eq!(
            hex::encode(result),
            "e6b9edf2df6cec60c8cbd864e2211b597fb69a529160cd040d56c0c210081939"
        );
    }

    /// One byte of length and as many bytes.
    fn drawn(source: &mut impl XofReader) -> Vec<u8> {
        let mut length = [0u8; 1];
        source.read(&mut length);
        let mut bytes = vec![0u8; usize::from(length[0])];
        source.read(&mut bytes);
        bytes
    }
}
