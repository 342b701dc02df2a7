//! The types of keys, and what each can do.

use aws_lc_rs::{
    aead::{self, AES_128_GCM, AES_256_GCM, CHACHA20_POLY1305},
    rsa::KeySize,
};
use serde::{Deserialize, Serialize};

use crate::{curve::Curve, problem::Problem};

/// The shortest key of an `hmac` key, in bytes.
pub const HMAC_KEY_BYTES_MIN: usize = 32;
/// The longest key of an `hmac` key, in bytes.
pub const HMAC_KEY_BYTES_MAX: usize = 512;

/// What a named key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum KeyType {
    #[serde(rename = "aes128-gcm96")]
    Aes128Gcm96,
    #[serde(rename = "aes256-gcm96")]
    Aes256Gcm96,
    #[serde(rename = "chacha20-poly1305")]
    ChaCha20Poly1305,
    #[serde(rename = "ed25519")]
    Ed25519,
    #[serde(rename = "ecdsa-p256")]
    EcdsaP256,
    #[serde(rename = "ecdsa-p384")]
    EcdsaP384,
    #[serde(rename = "ecdsa-p521")]
    EcdsaP521,
    #[serde(rename = "rsa-2048")]
    Rsa2048,
    #[serde(rename = "rsa-3072")]
    Rsa3072,
    #[serde(rename = "rsa-4096")]
    Rsa4096,
    #[serde(rename = "hmac")]
    Hmac,
}

impl KeyType {
    pub const ALL: [Self; 11] = [
        Self::Aes128Gcm96,
        Self::Aes256Gcm96,
        Self::ChaCha20Poly1305,
        Self::Ed25519,
        Self::EcdsaP256,
        Self::EcdsaP384,
        Self::EcdsaP521,
        Self::Rsa2048,
        Self::Rsa3072,
        Self::Rsa4096,
        Self::Hmac,
    ];

    /// The type of this name.
    ///
    /// # Errors
    /// [`Problem::Invalid`] for a name that is none.
    pub fn parse(name: &str) -> Result<Self, Problem> {
        let found = Self::ALL.into_iter().find(|kind| kind.name() == name);
        let shown: String = name.chars().take(64).collect();
        found.ok_or_else(|| Problem::invalid(format!("unknown key type {shown}")))
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Aes128Gcm96 => "aes128-gcm96",
            Self::Aes256Gcm96 => "aes256-gcm96",
            Self::ChaCha20Poly1305 => "chacha20-poly1305",
            Self::Ed25519 => "ed25519",
            Self::EcdsaP256 => "ecdsa-p256",
            Self::EcdsaP384 => "ecdsa-p384",
            Self::EcdsaP521 => "ecdsa-p521",
            Self::Rsa2048 => "rsa-2048",
            Self::Rsa3072 => "rsa-3072",
            Self::Rsa4096 => "rsa-4096",
            Self::Hmac => "hmac",
        }
    }

    /// Whether its encryptions need a nonce each, and so are counted.
    pub const fn is_aead(self) -> bool {
        matches!(
            self,
            Self::Aes128Gcm96 | Self::Aes256Gcm96 | Self::ChaCha20Poly1305
        )
    }

    pub const fn is_rsa(self) -> bool {
        matches!(self, Self::Rsa2048 | Self::Rsa3072 | Self::Rsa4096)
    }

    pub const fn encrypts(self) -> bool {
        self.is_aead() || self.is_rsa()
    }

    pub const fn signs(self) -> bool {
        !self.is_aead() && !matches!(self, Self::Hmac)
    }

    /// Whether keys for contexts can be derived from it.
    pub const fn derives(self) -> bool {
        self.is_aead() || matches!(self, Self::Ed25519)
    }

    pub(crate) fn aead(self) -> Option<&'static aead::Algorithm> {
        match self {
            Self::Aes128Gcm96 => Some(&AES_128_GCM),
            Self::Aes256Gcm96 => Some(&AES_256_GCM),
            Self::ChaCha20Poly1305 => Some(&CHACHA20_POLY1305),
            _ => None,
        }
    }

    pub(crate) const fn curve(self) -> Option<Curve> {
        match self {
            Self::EcdsaP256 => Some(Curve::P256),
            Self::EcdsaP384 => Some(Curve::P384),
            Self::EcdsaP521 => Some(Curve::P521),
            _ => None,
        }
    }

    pub(crate) const fn rsa_size(self) -> Option<KeySize> {
        match self {
            Self::Rsa2048 => Some(KeySize::Rsa2048),
            Self::Rsa3072 => Some(KeySize::Rsa3072),
            Self::Rsa4096 => Some(KeySize::Rsa4096),
            _ => None,
        }
    }

    /// What the public halves of its versions are called in a read-out; `None` for what has none.
    pub const fn public_name(self) -> Option<&'static str> {
        match self {
            Self::Ed25519 => Some("ed25519"),
            Self::EcdsaP256 => Some("P-256"),
            Self::EcdsaP384 => Some("P-384"),
            Self::EcdsaP521 => Some("P-521"),
            Self::Rsa2048 | Self::Rsa3072 | Self::Rsa4096 => Some(self.name()),
            _ => None,
        }
    }
}
