//! Hashes under a key, hashes of tokens, derivation and comparison.

use std::sync::Arc;

use aws_lc_rs::{constant_time, digest, hkdf, hmac};
use base::Secret;

use crate::{DataKey, key::filled};

/// A keyed hash by which sealed values are found and kept unique: equal values have equal hashes, and who lacks the key
/// can neither invert nor guess them. The version says under which key a stored hash was made.
pub struct BlindIndex {
    pub version: u32,
    key: Arc<DataKey>,
}

impl BlindIndex {
    pub const fn new(version: u32, key: Arc<DataKey>) -> Self {
        Self { version, key }
    }

    /// [`keyed_hash`] under the key of this index.
    pub fn hash(&self, label: &str, normalised: &[u8]) -> [u8; 32] {
        keyed_hash(&self.key, label, normalised)
    }
}

/// HMAC-SHA256 (RFC 2104) of a label and a value. The caller normalises first: one meaning, one spelling.
/// Labels keep the uses of one key apart; none is a prefix trap, since its length goes in before it.
pub fn keyed_hash(key: &DataKey, label: &str, normalised: &[u8]) -> [u8; 32] {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.expose());
    let mut context = hmac::Context::with_key(&key);
    context.update(&length(label.as_bytes()));
    context.update(label.as_bytes());
    context.update(normalised);
    array(context.sign().as_ref())
}

/// SHA-256 of a token that has at least 128 bits of entropy, so that its table is worth nothing to a thief.
/// Never for what people choose: passwords and addresses have too little of it.
pub fn hash_token(token: &[u8]) -> [u8; 32] {
    array(digest::digest(&digest::SHA256, token).as_ref())
}

/// SHA-256 (FIPS 180-4) of bytes that come piece by piece.
pub struct Sha256(digest::Context);

impl Default for Sha256 {
    fn default() -> Self {
        Self(digest::Context::new(&digest::SHA256))
    }
}

impl Sha256 {
    pub fn update(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    pub fn finish(self) -> [u8; 32] {
        array(self.0.finish().as_ref())
    }
}

/// Whether both are the same bytes, in a time that depends on their lengths alone.
pub fn equal(left: &[u8], right: &[u8]) -> bool {
    constant_time::verify_slices_are_equal(left, right).is_ok()
}

/// HKDF-SHA256 (RFC 5869): 32 bytes from `material` for the purpose that `info` names.
pub fn derive(material: &[u8], salt: &[u8], info: &[u8]) -> Secret<[u8; 32]> {
    filled(|bytes| expand(material, salt, &[info], bytes))
}

/// A key derived from another for the purpose that `info` names.
pub fn derive_key(key: &DataKey, salt: &[u8], info: &[u8]) -> DataKey {
    DataKey::new(derive(key.expose(), salt, info))
}

/// A key to encrypt with and a commitment to `key`, `salt` and `context`, for use under this salt alone
/// (the transform UtC of Bellare and Hoang, 2022). The label keeps the forms apart.
pub(crate) fn committing(
    key: &DataKey,
    salt: &[u8; 32],
    label: &str,
    context: &[&[u8]],
) -> (Secret<[u8; 32]>, [u8; 32]) {
    let mut info = length(label.as_bytes()).to_vec();
    info.extend_from_slice(label.as_bytes());
    for part in context {
        info.extend_from_slice(&length(part));
        info.extend_from_slice(part);
    }
    let mut both = zeroize::Zeroizing::new([0u8; 64]);
    expand(key.expose(), salt, &[&info], &mut *both);
    let (sealing, commitment) = both.split_at(32);
    (
        filled(|bytes| bytes.copy_from_slice(sealing)),
        array(commitment),
    )
}

/// How long a part is, as it goes before the part wherever parts are put in a row.
pub(crate) fn length(part: &[u8]) -> [u8; 8] {
    u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes()
}

struct Length(usize);

impl hkdf::KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

#[expect(
    clippy::expect_used,
    reason = "HKDF-SHA256 refuses only more than 8160 bytes"
)]
fn expand(material: &[u8], salt: &[u8], info: &[&[u8]], bytes: &mut [u8]) {
    hkdf::Salt::new(hkdf::HKDF_SHA256, salt)
        .extract(material)
        .expand(info, Length(bytes.len()))
        .and_then(|okm| okm.fill(bytes))
        .expect("the output is short");
}

fn array(digest: &[u8]) -> [u8; 32] {
    let mut bytes = [0u8; 32];
    bytes
        .iter_mut()
        .zip(digest)
        .for_each(|(to, from)| *to = *from);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::key;

    #[test]
    fn the_first_vector_of_rfc_5869_holds() {
        let material = [0x0b; 22];
        let salt: Vec<u8> = (0..=0x0c).collect();
        let info: Vec<u8> = (0xf0..=0xf9).collect();
        assert_eq!(
            hex::encode(derive(&material, &salt, &info).expose()),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
        );
    }

    #[test]
    fn the_vector_of_fips_180_holds() {
        assert_eq!(
            hex::encode(hash_token(b"abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        let mut pieces = Sha256::default();
        pieces.update(b"a");
        pieces.update(b"bc");
        assert_eq!(pieces.finish(), hash_token(b"abc"));
    }

    #[test]
    fn keyed_hashes_differ_by_key_label_and_value_and_by_where_the_label_ends() {
        let one = BlindIndex::new(1, Arc::new(key(1)));
        let hash = one.hash("mail", b"ana@example.org");
        assert_eq!(hash, keyed_hash(&key(1), "mail", b"ana@example.org"));
        assert_ne!(hash, keyed_hash(&key(2), "mail", b"ana@example.org"));
        assert_ne!(hash, keyed_hash(&key(1), "phone", b"ana@example.org"));
        assert_ne!(hash, keyed_hash(&key(1), "mail", b"ana@example.com"));
        assert_ne!(hash, keyed_hash(&key(1), "maila", b"na@example.org"));
    }

    #[test]
    fn equality_is_of_all_bytes_and_lengths() {
        assert!(equal(b"", b""));
        assert!(equal(b"abc", b"abc"));
        assert!(!equal(b"abc", b"abd"));
        assert!(!equal(b"abc", b"ab"));
    }

    #[test]
    fn derived_keys_differ_by_purpose() {
        let parent = key(7);
        let first = derive_key(&parent, b"", b"search");
        let second = derive_key(&parent, b"", b"cursor");
        assert_ne!(first.expose(), second.expose());
        assert_ne!(first.expose(), parent.expose());
    }
}
