//! Keys wrapped by keys.
//!
//! Layout: format (1 byte), version of the wrapping key (4, big endian), salt (32), commitment (32), sealed key (32 + 16).
//! HKDF turns wrapping key, salt and context into a key that seals once and a commitment, so that a wrap opens under one
//! wrapping key only and nobody can make one that opens under two.

use base::Entropy;

use crate::{
    DataKey, OpenError,
    hash::{committing, equal},
    key::{filled, random},
    xaes::{TAG_BYTES, gcm_key, open_gcm, seal_gcm},
};

const FORMAT: u8 = 1;
const LABEL: &str = "bastide key wrap";
/// The derived key seals one message only, hence a constant nonce.
const NONCE: [u8; 12] = [0; 12];
const SEALED_BYTES: usize = 32 + TAG_BYTES;

/// How long a wrapped key is.
pub const WRAP_BYTES: usize = 1 + 4 + 32 + 32 + SEALED_BYTES;

/// Wraps `key` under `wrapping` for the place that `context` names (which key of which resource of which tenant, in an
/// encoding that no other place has).
pub fn wrap_key(
    wrapping: &DataKey,
    wrapping_version: u32,
    context: &[u8],
    key: &DataKey,
    entropy: &dyn Entropy,
) -> Vec<u8> {
    let salt = random::<32>(entropy);
    let version = wrapping_version.to_be_bytes();
    let (sealing, commitment) = committing(wrapping, &salt, LABEL, &[&[FORMAT], &version, context]);
    let mut body = Vec::with_capacity(SEALED_BYTES);
    body.extend_from_slice(key.expose());
    seal_gcm(&gcm_key(sealing.expose()), NONCE, &[], &mut body);

    let mut wrapped = Vec::with_capacity(WRAP_BYTES);
    wrapped.push(FORMAT);
    wrapped.extend_from_slice(&version);
    wrapped.extend_from_slice(&salt);
    wrapped.extend_from_slice(&commitment);
    wrapped.extend_from_slice(&body);
    wrapped
}

/// Unwraps what [`wrap_key`] made with the same wrapping key and context.
pub fn unwrap_key(
    wrapping: &DataKey,
    context: &[u8],
    wrapped: &[u8],
) -> Result<DataKey, OpenError> {
    let wrap = Wrap::read(wrapped)?;
    let (sealing, commitment) = committing(
        wrapping,
        wrap.salt,
        LABEL,
        &[&[FORMAT], wrap.version, context],
    );
    if !equal(&commitment, wrap.commitment) {
        return Err(OpenError::Rejected);
    }
    let mut body = zeroize::Zeroizing::new(wrap.body.to_vec());
    open_gcm(&gcm_key(sealing.expose()), NONCE, &[], &mut body).ok_or(OpenError::Rejected)?;
    let key = body.first_chunk::<32>().ok_or(OpenError::Malformed)?;
    Ok(DataKey::new(filled(|bytes| *bytes = *key)))
}

/// The version of the key that wraps; `None` if the bytes are none of our formats.
pub fn wrap_key_version(wrapped: &[u8]) -> Option<u32> {
    Wrap::read(wrapped)
        .ok()
        .map(|wrap| u32::from_be_bytes(*wrap.version))
}

struct Wrap<'a> {
    version: &'a [u8; 4],
    salt: &'a [u8; 32],
    commitment: &'a [u8; 32],
    body: &'a [u8; SEALED_BYTES],
}

impl<'a> Wrap<'a> {
    fn read(wrapped: &'a [u8]) -> Result<Self, OpenError> {
        let (format, rest) = wrapped.split_first().ok_or(OpenError::Malformed)?;
        if *format != FORMAT {
            return Err(OpenError::UnknownFormat(*format));
        }
        let (version, rest) = rest.split_first_chunk().ok_or(OpenError::Malformed)?;
        let (salt, rest) = rest.split_first_chunk().ok_or(OpenError::Malformed)?;
        let (commitment, rest) = rest.split_first_chunk().ok_or(OpenError::Malformed)?;
        let body = rest.try_into().map_err(|_| OpenError::Malformed)?;
        Ok(Self {
            version,
            salt,
            commitment,
            body,
        })
    }
}

#[cfg(test)]
mod tests {
    use base::SystemEntropy;

    use super::*;
    use crate::testing::{Counting, key};

    #[test]
    fn a_wrapped_key_unwraps_under_its_key_and_context_only() {
        let wrapped = wrap_key(&key(1), 3, b"tenant", &key(2), &SystemEntropy);
        assert_eq!(wrapped.len(), WRAP_BYTES);
        assert_eq!(wrap_key_version(&wrapped), Some(3));
        assert_eq!(
            unwrap_key(&key(1), b"tenant", &wrapped)
                .ok()
                .unwrap()
                .expose(),
            &[2; 32]
        );
        assert_eq!(
            unwrap_key(&key(3), b"tenant", &wrapped).err(),
            Some(OpenError::Rejected)
        );
        assert_eq!(
            unwrap_key(&key(1), b"other", &wrapped).err(),
            Some(OpenError::Rejected)
        );
    }

    #[test]
    fn no_byte_of_a_wrap_can_change_and_none_can_be_missing() {
        let wrapped = wrap_key(&key(1), 3, b"tenant", &key(2), &SystemEntropy);
        for position in 0..wrapped.len() {
            let mut changed = wrapped.clone();
            changed[position] ^= 0x10;
            assert!(
                unwrap_key(&key(1), b"tenant", &changed).is_err(),
                "byte {position}"
            );
            assert_eq!(
                unwrap_key(&key(1), b"tenant", &wrapped[..position]).err(),
                Some(OpenError::Malformed)
            );
        }
    }

    #[test]
    fn the_commitment_is_checked_even_where_the_cipher_would_accept() {
        // Same derived key, forged commitment: AES-GCM alone would open this.
        let mut wrapped = wrap_key(&key(1), 3, b"tenant", &key(2), &SystemEntropy);
        wrapped[37] ^= 1;
        assert_eq!(
            unwrap_key(&key(1), b"tenant", &wrapped).err(),
            Some(OpenError::Rejected)
        );
    }

    #[test]
    fn a_wrap_of_the_first_format_is_read_for_ever() {
        let wrapped = wrap_key(&key(1), 3, b"tenant", &key(2), &Counting);
        let first = "0100000003000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\
                     09db561f2f08c08dea59590ea96b19ff8113257de16f6d82bab97636ee0ff45997ac24eb53\
                     13339dd74c682f10b683b96ba28d167f7d4b3dde142a57c3ec2c891c7d9df540ac10633ef8\
                     e73eb610dbdd";
        assert_eq!(hex::encode(&wrapped), first);
        assert_eq!(
            unwrap_key(&key(1), b"tenant", &wrapped)
                .ok()
                .unwrap()
                .expose(),
            &[2; 32]
        );
    }
}
