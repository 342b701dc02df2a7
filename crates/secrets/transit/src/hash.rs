//! Digests, and the keyed hash built on them.

use aws_lc_rs::{
    digest::{
        self, SHA1_FOR_LEGACY_USE_ONLY, SHA3_256, SHA3_384, SHA3_512, SHA224, SHA256, SHA384,
        SHA512,
    },
    hmac::{self, HMAC_SHA224, HMAC_SHA256, HMAC_SHA384, HMAC_SHA512},
};
use zeroize::Zeroizing;

use crate::problem::Problem;

/// A hash function: SHA-1 and SHA-2 (FIPS 180-4), SHA-3 (FIPS 202).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Hash {
    /// For the signatures of others only.
    Sha1,
    Sha2_224,
    #[default]
    Sha2_256,
    Sha2_384,
    Sha2_512,
    Sha3_256,
    Sha3_384,
    Sha3_512,
}

impl Hash {
    pub const ALL: [Self; 8] = [
        Self::Sha1,
        Self::Sha2_224,
        Self::Sha2_256,
        Self::Sha2_384,
        Self::Sha2_512,
        Self::Sha3_256,
        Self::Sha3_384,
        Self::Sha3_512,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "sha1",
            Self::Sha2_224 => "sha2-224",
            Self::Sha2_256 => "sha2-256",
            Self::Sha2_384 => "sha2-384",
            Self::Sha2_512 => "sha2-512",
            Self::Sha3_256 => "sha3-256",
            Self::Sha3_384 => "sha3-384",
            Self::Sha3_512 => "sha3-512",
        }
    }

    /// The hash function of this name, for signatures.
    ///
    /// # Errors
    /// [`Problem::Invalid`] for a name that is none.
    pub fn parse_for_signing(name: &str) -> Result<Self, Problem> {
        let found = Self::ALL.into_iter().find(|hash| hash.name() == name);
        found.ok_or_else(|| {
            let shown: String = name.chars().take(64).collect();
            Problem::invalid(format!("invalid hash algorithm {shown:?}"))
        })
    }

    /// The hash function of this name, for hashing and HMAC: the same without SHA-1.
    ///
    /// # Errors
    /// [`Problem::Invalid`] for a name that is none.
    pub fn parse(name: &str) -> Result<Self, Problem> {
        let found = Self::parse_for_signing(name).ok();
        found.filter(|hash| *hash != Self::Sha1).ok_or_else(|| {
            let shown: String = name.chars().take(64).collect();
            Problem::invalid(format!("unsupported algorithm {shown:?}"))
        })
    }

    pub(crate) const fn algorithm(self) -> &'static digest::Algorithm {
        match self {
            Self::Sha1 => &SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha2_224 => &SHA224,
            Self::Sha2_256 => &SHA256,
            Self::Sha2_384 => &SHA384,
            Self::Sha2_512 => &SHA512,
            Self::Sha3_256 => &SHA3_256,
            Self::Sha3_384 => &SHA3_384,
            Self::Sha3_512 => &SHA3_512,
        }
    }

    /// The digest of the input.
    pub fn digest(self, input: &[u8]) -> Vec<u8> {
        digest::digest(self.algorithm(), input).as_ref().to_vec()
    }

    /// HMAC (RFC 2104) of the input under the key.
    pub fn mac(self, key: &[u8], input: &[u8]) -> Vec<u8> {
        let algorithm = match self {
            Self::Sha2_224 => HMAC_SHA224,
            Self::Sha2_256 => HMAC_SHA256,
            Self::Sha2_384 => HMAC_SHA384,
            Self::Sha2_512 => HMAC_SHA512,
            _ => return self.mac_by_digest(key, input),
        };
        let key = hmac::Key::new(algorithm, key);
        hmac::sign(&key, input).as_ref().to_vec()
    }

    /// The same, for the digests for which the library has no HMAC of its own.
    fn mac_by_digest(self, key: &[u8], input: &[u8]) -> Vec<u8> {
        let algorithm = self.algorithm();
        let mut block = Zeroizing::new(vec![0u8; algorithm.block_len()]);
        let key = match key.len() > block.len() {
            true => Zeroizing::new(self.digest(key)),
            false => Zeroizing::new(key.to_vec()),
        };
        block
            .iter_mut()
            .zip(key.iter())
            .for_each(|(to, from)| *to = *from);
        let masked = |mask: u8| {
            let bytes = block.iter().map(|byte| byte ^ mask);
            Zeroizing::new(bytes.collect::<Vec<_>>())
        };
        let mut inner = digest::Context::new(algorithm);
        inner.update(&masked(0x36));
        inner.update(input);
        let mut outer = digest::Context::new(algorithm);
        outer.update(&masked(0x5c));
        outer.update(inner.finish().as_ref());
        outer.finish().as_ref().to_vec()
    }
}
