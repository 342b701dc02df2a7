//! A named key with its keys read and scheduled, for as long as the engine keeps it.

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

use aws_lc_rs::{
    aead::{self, LessSafeKey, UnboundKey},
    encoding::{AsDer, PublicKeyX509Der},
    hkdf::{self, HKDF_SHA256, Prk, Salt},
    rsa,
    signature::{EcdsaKeyPair, Ed25519KeyPair, KeyPair},
};
use base::{Entropy, Timestamp};
use zeroize::Zeroizing;

use crate::{
    curve::{Curve, Marshaling},
    keyring::Keyring,
    kind::KeyType,
    material::Version,
    problem::Problem,
    uses::{SharedLease, Uses},
};

/// Bytes of a context, from which a key is derived.
pub const CONTEXT_BYTES_MAX: usize = 64 * 1024;

/// A named key, ready for use: what does not depend on the input is done once.
pub struct Opened {
    ring: Keyring,
    versions: BTreeMap<u32, OpenedVersion>,
}

struct OpenedVersion {
    /// Read when it is first used: a key may have many versions, and reading one of RSA takes a while.
    key: OnceLock<Option<Key>>,
    lease: SharedLease,
}

/// The key of one version.
pub(crate) enum Key {
    Aead(LessSafeKey),
    DerivedAead(Derivation, &'static aead::Algorithm),
    Ed25519(Ed25519KeyPair),
    DerivedEd25519(Derivation),
    Ecdsa(Box<Ecdsa>),
    Rsa(Box<Rsa>),
    Mac,
}

/// What keys for contexts are derived from: HKDF-SHA256 (RFC 5869) without a salt, the context as `info`.
pub(crate) struct Derivation(Prk);

pub(crate) struct Ecdsa {
    pub(crate) curve: Curve,
    pub(crate) asn1: EcdsaKeyPair,
    pub(crate) jws: EcdsaKeyPair,
}

pub(crate) struct Rsa {
    pub(crate) signing: rsa::KeyPair,
    pub(crate) decrypting: rsa::OaepPrivateDecryptingKey,
    pub(crate) encrypting: rsa::OaepPublicEncryptingKey,
}

struct Length(usize);

impl hkdf::KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

impl Derivation {
    fn new(secret: &[u8]) -> Self {
        Self(Salt::new(HKDF_SHA256, &[]).extract(secret))
    }

    /// As many bytes for a context. The first bytes are the same for every length.
    pub(crate) fn derive(
        &self,
        context: &[u8],
        length: usize,
    ) -> Result<Zeroizing<Vec<u8>>, Problem> {
        if context.is_empty() {
            return Err(Problem::invalid(
                "missing 'context' for key derivation; the key was created using a derived key, which means \
                 additional, per-request information must be included in order to perform operations with the key",
            ));
        }
        if context.len() > CONTEXT_BYTES_MAX {
            return Err(Problem::invalid("context is too long"));
        }
        let mut bytes = Zeroizing::new(vec![0u8; length]);
        let info = [context];
        let filled = self
            .0
            .expand(&info, Length(length))
            .and_then(|okm| okm.fill(&mut bytes));
        filled.map_err(|_| Problem::fault("a key could not be derived"))?;
        Ok(bytes)
    }
}

impl Opened {
    /// Takes a key as it is stored. What `before`, an earlier reading of it, had set aside and not used stays in use, and what it
    /// was promised is in use from now on.
    pub fn stored(ring: Keyring, before: Option<&Self>) -> Self {
        let opened = Self::new(ring, before);
        for (number, version) in &opened.ring.versions {
            if let Some(own) = opened.versions.get(number) {
                own.lease.settle(version.uses_by);
            }
        }
        opened
    }

    /// Takes a key of which it is not known whether it will ever be stored so.
    pub fn new(ring: Keyring, before: Option<&Self>) -> Self {
        let versions = ring.versions.iter().map(|(number, version)| {
            let earlier = before.and_then(|before| before.lease_of(*number, version));
            let opened = OpenedVersion {
                key: OnceLock::new(),
                lease: earlier.unwrap_or_default(),
            };
            (*number, opened)
        });
        let versions = versions.collect();
        Self { ring, versions }
    }

    /// The lease of this version, if it has the same key here.
    fn lease_of(&self, number: u32, version: &Version) -> Option<SharedLease> {
        let own = self.ring.versions.get(&number)?;
        let opened = self.versions.get(&number)?;
        let is_same = own.secret.is_same(&version.secret);
        is_same.then(|| Arc::clone(&opened.lease))
    }

    pub const fn ring(&self) -> &Keyring {
        &self.ring
    }

    /// The key as it is stored, without what was read of it.
    pub fn into_ring(self) -> Keyring {
        self.ring
    }

    /// See [`Keyring::is_due`].
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.ring.is_due(now)
    }

    /// Uses of a version from what is set aside. `None` when that does not reach: then [`Keyring::set_aside`].
    pub fn uses(&self, version: u32, count: u64, entropy: &dyn Entropy) -> Option<Uses> {
        if !self.ring.kind.is_aead() {
            return Some(Uses::uncounted(version));
        }
        let opened = self.versions.get(&version)?;
        let is_taken = opened.lease.take(count);
        is_taken.then(|| Uses::draw(version, count, entropy))
    }

    /// The rest of a setting aside, which is in use once the key is read again and has it as the last one.
    pub fn promise(&self, version: u32, by: u64, rest: u64) {
        if let Some(opened) = self.versions.get(&version) {
            opened.lease.promise(by, rest);
        }
    }

    /// Reads every version, as a test of a key that comes from outside.
    ///
    /// # Errors
    /// [`Problem::Invalid`] when one cannot be read.
    pub fn check(&self) -> Result<(), Problem> {
        for version in self.versions.keys() {
            self.key(*version)
                .map_err(|_| Problem::invalid("the key cannot be used"))?;
        }
        Ok(())
    }

    pub(crate) fn version(&self, number: u32) -> Result<&Version, Problem> {
        let version = self.ring.versions.get(&number);
        version.ok_or_else(|| Problem::invalid(crate::keyring::TOO_OLD))
    }

    pub(crate) fn key(&self, number: u32) -> Result<&Key, Problem> {
        let version = self.version(number)?;
        let opened = self.versions.get(&number);
        let key = opened.and_then(|opened| {
            let key = opened.key.get_or_init(|| Key::read(&self.ring, version));
            key.as_ref()
        });
        key.ok_or_else(|| Problem::fault("a key cannot be used"))
    }
}

impl Key {
    fn read(ring: &Keyring, version: &Version) -> Option<Self> {
        let secret = version.secret.expose();
        match ring.kind {
            KeyType::Hmac => (secret.len() == ring.hmac_key_bytes).then_some(Self::Mac),
            KeyType::Ed25519 if secret.len() != 32 => None,
            KeyType::Ed25519 if ring.derived => Some(Self::DerivedEd25519(Derivation::new(secret))),
            KeyType::Ed25519 => {
                let pair = Ed25519KeyPair::from_seed_unchecked(secret).ok()?;
                let is_own = pair.public_key().as_ref() == version.public_bytes().ok()?;
                is_own.then_some(Self::Ed25519(pair))
            }
            kind => match (kind.aead(), kind.curve()) {
                (Some(algorithm), _) if secret.len() != algorithm.key_len() => None,
                (Some(algorithm), _) if ring.derived => {
                    Some(Self::DerivedAead(Derivation::new(secret), algorithm))
                }
                (Some(algorithm), _) => aead_key(algorithm, secret).map(Self::Aead),
                (_, Some(curve)) => {
                    read_ecdsa(curve, version).map(|ecdsa| Self::Ecdsa(Box::new(ecdsa)))
                }
                _ => read_rsa(kind, version).map(|rsa| Self::Rsa(Box::new(rsa))),
            },
        }
    }
}

fn read_ecdsa(curve: Curve, version: &Version) -> Option<Ecdsa> {
    let document = version.secret.expose();
    let ecdsa = Ecdsa {
        curve,
        asn1: EcdsaKeyPair::from_pkcs8(curve.signing(Marshaling::Asn1), document).ok()?,
        jws: EcdsaKeyPair::from_pkcs8(curve.signing(Marshaling::Jws), document).ok()?,
    };
    let public = AsDer::<PublicKeyX509Der>::as_der(ecdsa.asn1.public_key()).ok()?;
    let is_own = public.as_ref() == version.public_bytes().ok()?;
    is_own.then_some(ecdsa)
}

fn read_rsa(kind: KeyType, version: &Version) -> Option<Rsa> {
    let document = version.secret.expose();
    let signing = rsa::KeyPair::from_pkcs8(document).ok()?;
    let public = AsDer::<PublicKeyX509Der>::as_der(signing.public_key()).ok()?;
    let private = rsa::PrivateDecryptingKey::from_pkcs8(document).ok()?;
    let is_own = public.as_ref() == version.public_bytes().ok()?
        && kind.rsa_size()?.len() == private.key_size_bytes();
    let encrypting = private.public_key();
    let rsa = Rsa {
        signing,
        decrypting: rsa::OaepPrivateDecryptingKey::new(private).ok()?,
        encrypting: rsa::OaepPublicEncryptingKey::new(encrypting).ok()?,
    };
    is_own.then_some(rsa)
}

/// A key of an AEAD with its schedule.
pub(crate) fn aead_key(algorithm: &'static aead::Algorithm, bytes: &[u8]) -> Option<LessSafeKey> {
    UnboundKey::new(algorithm, bytes).ok().map(LessSafeKey::new)
}
