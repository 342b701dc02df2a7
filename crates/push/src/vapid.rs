//! Who asks: a signed token for each push service (RFC 8292).

use std::time::Duration;

use aws_lc_rs::{
    agreement::{ECDH_P256, PrivateKey},
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use base::{Fault, Result, Timestamp};
use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::json;
use url::Url;

/// How long a token is good; a service takes a day at most (RFC 8292 §2).
const GOOD_FOR: Duration = Duration::from_secs(12 * 3_600);

/// The key that an installation signs with.
pub(crate) struct Vapid {
    pair: EcdsaKeyPair,
    /// As browsers and services take it (RFC 8292 §3.2).
    pub(crate) public: String,
}

impl Vapid {
    /// The key of this private scalar; nothing when it is none, which one in 2^32 is.
    pub(crate) fn of(scalar: &[u8; 32]) -> Option<Self> {
        let private = PrivateKey::from_private_key(&ECDH_P256, scalar).ok()?;
        let public = private.compute_public_key().ok()?;
        let pair = EcdsaKeyPair::from_private_key_and_public_key(
            &ECDSA_P256_SHA256_FIXED_SIGNING,
            scalar,
            public.as_ref(),
        );
        Some(Self {
            pair: pair.ok()?,
            public: Base64UrlUnpadded::encode_string(public.as_ref()),
        })
    }

    /// The `Authorization` for a request to `endpoint` (RFC 8292 §3).
    pub(crate) fn authorization(
        &self,
        endpoint: &Url,
        contact: &str,
        now: Timestamp,
    ) -> Result<String> {
        let claims = json!({
            "aud": endpoint.origin().ascii_serialization(),
            "exp": now.after(GOOD_FOR).micros() / 1_000_000,
            "sub": contact,
        });
        let head = Base64UrlUnpadded::encode_string(br#"{"typ":"JWT","alg":"ES256"}"#);
        let signed = format!(
            "{head}.{}",
            Base64UrlUnpadded::encode_string(claims.to_string().as_bytes())
        );
        let signature = self
            .pair
            .sign(&SystemRandom::new(), signed.as_bytes())
            .map_err(|_| Fault::new("signing for a push service"))?;
        let signature = Base64UrlUnpadded::encode_string(signature.as_ref());
        Ok(format!("vapid t={signed}.{signature}, k={}", self.public))
    }
}
