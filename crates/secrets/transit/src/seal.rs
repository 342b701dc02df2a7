//! Encrypting and decrypting.
//!
//! With an AEAD: nonce (12 bytes), ciphertext, tag (16). With RSA: OAEP (RFC 8017 §7.1) with SHA-256 and no label.

use aws_lc_rs::{
    aead::{Aad, LessSafeKey, Nonce},
    hmac::{self, HMAC_SHA256},
    rsa::OAEP_SHA256_MGF1SHA256,
};
use zeroize::Zeroizing;

use crate::{
    opened::{Derivation, Key, Opened, Rsa, aead_key},
    problem::Problem,
    uses::{NONCE_BYTES, Uses},
    wire::{Versioned, versioned},
};

/// Bytes of associated data.
pub const ASSOCIATED_BYTES_MAX: usize = 64 * 1024;

const TAG_BYTES: usize = 16;
/// Bytes of a key from which nonces come.
const NONCE_KEY_BYTES: usize = 32;
const REJECTED: &str = "cipher: message authentication failed";

/// What is encrypted, and what it is bound to.
#[derive(Clone, Copy, Default)]
pub struct Plain<'a> {
    pub text: &'a [u8],
    /// For derived keys; others do not look at it.
    pub context: &'a [u8],
    /// For AEADs only.
    pub associated: &'a [u8],
}

/// What is decrypted, and what it is bound to.
#[derive(Clone, Copy, Default)]
pub struct Sealed<'a> {
    /// `vault:v<N>:…`.
    pub ciphertext: &'a str,
    pub context: &'a [u8],
    pub associated: &'a [u8],
}

impl Opened {
    /// Encrypts, which takes one of the uses.
    ///
    /// # Errors
    /// [`Problem::Invalid`] when this key cannot encrypt this.
    pub fn encrypt(&self, uses: &mut Uses, plain: &Plain<'_>) -> Result<String, Problem> {
        check_associated(plain.associated)?;
        let version = uses.version();
        let key = self.key(version)?;
        let bytes = match key {
            Key::Rsa(rsa) => encrypt_rsa(rsa, plain)?,
            Key::Aead(key) => seal(key, next(uses)?, plain)?,
            Key::DerivedAead(derivation, algorithm) => {
                // The nonce is taken away in any case: it stands for the use.
                let random = next(uses)?;
                let length = algorithm.key_len() + 2 * NONCE_KEY_BYTES;
                let derived = derivation.derive(plain.context, length)?;
                let (key, nonce_keys) = derived
                    .split_at_checked(algorithm.key_len())
                    .ok_or_else(|| Problem::fault("a derived key is too short"))?;
                let nonce = match self.ring().convergent_encryption {
                    true => convergent_nonce(nonce_keys, plain)?,
                    false => random,
                };
                let key = aead_key(algorithm, key)
                    .ok_or_else(|| Problem::fault("a derived key has a wrong length"))?;
                seal(&key, nonce, plain)?
            }
            _ => return Err(self.encrypts_not()),
        };
        Ok(versioned(version, &bytes))
    }

    /// Decrypts.
    ///
    /// # Errors
    /// [`Problem::Invalid`] for what this key did not encrypt, or with a version that is too old now.
    pub fn decrypt(&self, sealed: &Sealed<'_>) -> Result<Zeroizing<Vec<u8>>, Problem> {
        if !self.ring().kind().encrypts() {
            return Err(self.encrypts_not());
        }
        check_associated(sealed.associated)?;
        let what = "ciphertext";
        let parts = Versioned::read(sealed.ciphertext, what)?;
        self.ring().check_decryption_version(parts.version, what)?;
        let bytes = parts.bytes(what)?;
        match self.key(parts.version)? {
            Key::Rsa(rsa) => decrypt_rsa(rsa, &bytes, sealed),
            Key::Aead(key) => open(key, bytes, sealed),
            Key::DerivedAead(derivation, algorithm) => {
                let key = derive_key(derivation, sealed.context, algorithm)?;
                open(&key, bytes, sealed)
            }
            _ => Err(self.encrypts_not()),
        }
    }

    fn encrypts_not(&self) -> Problem {
        Problem::invalid(format!(
            "message encryption not supported for key type {}",
            self.ring().kind().name()
        ))
    }
}

fn check_associated(associated: &[u8]) -> Result<(), Problem> {
    match associated.len() > ASSOCIATED_BYTES_MAX {
        true => Err(Problem::invalid("associated_data is too long")),
        false => Ok(()),
    }
}

fn next(uses: &mut Uses) -> Result<[u8; NONCE_BYTES], Problem> {
    let next = uses.next();
    next.ok_or_else(|| Problem::fault("more encryptions than were set aside"))
}

fn derive_key(
    derivation: &Derivation,
    context: &[u8],
    algorithm: &'static aws_lc_rs::aead::Algorithm,
) -> Result<LessSafeKey, Problem> {
    let derived = derivation.derive(context, algorithm.key_len())?;
    aead_key(algorithm, &derived).ok_or_else(|| Problem::fault("a derived key has a wrong length"))
}

/// The nonce that the same plaintext always has: the first bytes of its HMAC-SHA256. Associated data goes into it, under a key
/// of its own, because two messages with one nonce would give the key of the authenticator away.
fn convergent_nonce(keys: &[u8], plain: &Plain<'_>) -> Result<[u8; NONCE_BYTES], Problem> {
    let short = || Problem::fault("a derived key is too short");
    let (bare, bound) = keys.split_at_checked(NONCE_KEY_BYTES).ok_or_else(short)?;
    let tag = if plain.associated.is_empty() {
        hmac::sign(&hmac::Key::new(HMAC_SHA256, bare), plain.text)
    } else {
        let mut context = hmac::Context::with_key(&hmac::Key::new(HMAC_SHA256, bound));
        let length = u64::try_from(plain.associated.len()).unwrap_or(u64::MAX);
        context.update(&length.to_be_bytes());
        context.update(plain.associated);
        context.update(plain.text);
        context.sign()
    };
    tag.as_ref().first_chunk().copied().ok_or_else(short)
}

/// The nonce, the ciphertext and the tag.
fn seal(
    key: &LessSafeKey,
    nonce: [u8; NONCE_BYTES],
    plain: &Plain<'_>,
) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::with_capacity(NONCE_BYTES + plain.text.len() + TAG_BYTES);
    bytes.extend_from_slice(&nonce);
    bytes.extend_from_slice(plain.text);
    let text = bytes.get_mut(NONCE_BYTES..).unwrap_or_default();
    let nonce = Nonce::assume_unique_for_key(nonce);
    let tag = key
        .seal_in_place_separate_tag(nonce, Aad::from(plain.associated), text)
        .map_err(|_| Problem::fault("an AEAD could not encrypt"))?;
    bytes.extend_from_slice(tag.as_ref());
    Ok(bytes)
}

fn open(
    key: &LessSafeKey,
    mut bytes: Vec<u8>,
    sealed: &Sealed<'_>,
) -> Result<Zeroizing<Vec<u8>>, Problem> {
    let rejected = || Problem::invalid(REJECTED);
    if bytes.len() < NONCE_BYTES + TAG_BYTES {
        return Err(Problem::invalid("invalid ciphertext: too short"));
    }
    let nonce = bytes.first_chunk().copied().ok_or_else(rejected)?;
    let nonce = Nonce::assume_unique_for_key(nonce);
    let opened = key
        .open_within(
            nonce,
            Aad::from(sealed.associated),
            &mut bytes,
            NONCE_BYTES..,
        )
        .map(|plain| plain.len());
    let mut bytes = Zeroizing::new(bytes);
    let length = opened.map_err(|_| rejected())?;
    bytes.truncate(length);
    Ok(bytes)
}

const NO_ASSOCIATED: &str = "associated_data is only supported with AEAD keys";

fn encrypt_rsa(rsa: &Rsa, plain: &Plain<'_>) -> Result<Vec<u8>, Problem> {
    if !plain.associated.is_empty() {
        return Err(Problem::invalid(NO_ASSOCIATED));
    }
    let key = &rsa.encrypting;
    if plain.text.len() > key.max_plaintext_size(&OAEP_SHA256_MGF1SHA256) {
        return Err(Problem::invalid(
            "failed to RSA encrypt the plaintext: message too long for RSA key size",
        ));
    }
    let mut bytes = vec![0u8; key.ciphertext_size()];
    let length = key
        .encrypt(&OAEP_SHA256_MGF1SHA256, plain.text, &mut bytes, None)
        .map(|written| written.len())
        .map_err(|_| Problem::fault("RSA could not encrypt"))?;
    bytes.truncate(length);
    Ok(bytes)
}

fn decrypt_rsa(
    rsa: &Rsa,
    bytes: &[u8],
    sealed: &Sealed<'_>,
) -> Result<Zeroizing<Vec<u8>>, Problem> {
    if !sealed.associated.is_empty() {
        return Err(Problem::invalid(NO_ASSOCIATED));
    }
    let key = &rsa.decrypting;
    let mut plain = Zeroizing::new(vec![0u8; key.min_output_size()]);
    let length = key
        .decrypt(&OAEP_SHA256_MGF1SHA256, bytes, &mut plain, None)
        .map(|read| read.len())
        .map_err(|_| Problem::invalid("failed to RSA decrypt the ciphertext: decryption error"))?;
    plain.truncate(length);
    Ok(plain)
}
