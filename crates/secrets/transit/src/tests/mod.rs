//! What the tests share: keys of known bytes, randomness from a seed.

use std::sync::atomic::{AtomicU64, Ordering};

use base::{Entropy, Timestamp};
use data_encoding::{BASE64, HEXLOWER};
use serde_json::json;

use crate::{KeyType, Keyring, NewKey, Opened, Plain, Problem, Uses};

mod counting;
mod engine;
mod primitives;
mod rings;
mod sealing;
mod signing;
mod vectors;

/// Randomness that is the same in every run (SplitMix64).
pub(crate) struct Seeded(AtomicU64);

impl Seeded {
    pub(crate) fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    pub(crate) fn number(&self) -> u64 {
        let state = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&self, bound: usize) -> usize {
        usize::try_from(self.number()).unwrap() % bound
    }

    pub(crate) fn bytes(&self, length: usize) -> Vec<u8> {
        let mut bytes = vec![0u8; length];
        self.fill(&mut bytes);
        bytes
    }
}

impl Entropy for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let number = self.number().to_le_bytes();
            chunk.copy_from_slice(&number[..chunk.len()]);
        }
    }
}

/// Always the same bytes, for vectors.
struct Fixed(Vec<u8>);

impl Entropy for Fixed {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.copy_from_slice(&self.0);
    }
}

pub(crate) const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

fn hex(text: &str) -> Vec<u8> {
    HEXLOWER.decode(text.as_bytes()).unwrap()
}

fn base64(text: &str) -> Vec<u8> {
    BASE64.decode(text.as_bytes()).unwrap()
}

fn counting_up(length: usize) -> Vec<u8> {
    (0..=255u8).cycle().take(length).collect()
}

/// A key of one version that has these bytes.
fn known(new: &NewKey, secret: &[u8], public: Option<&[u8]>) -> Keyring {
    let mut version = json!({ "created_at": NOW.micros(), "secret": BASE64.encode(secret) });
    if let Some(public) = public {
        version["public"] = json!(BASE64.encode(public));
    }
    if new.kind != KeyType::Hmac {
        version["hmac"] = json!(BASE64.encode(&[7; 32]));
    }
    let ring = json!({
        "name": "known", "type": new.kind.name(), "versions": { "1": version },
        "latest_version": 1, "min_decryption_version": 1, "min_encryption_version": 0,
        "min_available_version": 0, "deletion_allowed": false, "derived": new.derived,
        "convergent_encryption": new.convergent_encryption, "exportable": true,
        "allow_plaintext_backup": true, "auto_rotate_period_s": 0,
        "hmac_key_bytes": new.key_size.unwrap_or(32),
    });
    Keyring::from_bytes(&serde_json::to_vec(&ring).unwrap()).unwrap()
}

/// A key of OpenSSL.
fn known_pair(kind: KeyType) -> Keyring {
    let pair = vectors::PAIRS
        .iter()
        .find(|pair| pair.kind == kind)
        .unwrap();
    let public = base64(pair.public);
    known(&NewKey::of(kind), &base64(pair.secret), Some(&public))
}

fn copy(ring: &Keyring) -> Keyring {
    Keyring::from_bytes(&ring.to_bytes().unwrap()).unwrap()
}

/// The key with uses of each version set aside and stored.
fn stocked(mut ring: Keyring) -> Opened {
    let random = Seeded::new(1);
    let first = Opened::new(copy(&ring), None);
    if ring.kind().is_aead() {
        for version in ring.versions.keys().copied().collect::<Vec<_>>() {
            let by = random.number();
            let (_, rest) = ring.set_aside(version, 0, by, &random).unwrap();
            first.promise(version, by, rest);
        }
    }
    Opened::stored(ring, Some(&first))
}

fn one_use(opened: &Opened, version: u32) -> Uses {
    opened.uses(version, 1, &base::SystemEntropy).unwrap()
}

fn encrypt(opened: &Opened, plain: &Plain<'_>) -> Result<String, Problem> {
    let version = opened.ring().latest_version();
    opened.encrypt(&mut one_use(opened, version), plain)
}

/// A key of the type; those of RSA are known ones, because making one takes long.
fn ring_of(new: &NewKey) -> Keyring {
    if new.kind.is_rsa() {
        return known_pair(new.kind);
    }
    Keyring::create("a-key", new, NOW, &base::SystemEntropy).unwrap()
}
