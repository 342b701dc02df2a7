//! ECDSA over the curves of NIST (FIPS 186-5 §6), with any digest.
//!
//! The library signs with one digest for each curve; the protocol lets the caller choose. What ECDSA signs is a number: the
//! leftmost bits of the digest, as many as the order of the curve has. So a digest is first brought to the length of the digest
//! that the library expects there, in a way that leaves that number as it is: a longer one is cut behind, a shorter one gets
//! zeros in front.

use aws_lc_rs::{
    digest::{Algorithm, Digest, SHA256, SHA384, SHA512},
    signature::{
        ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA256_FIXED,
        ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_ASN1, ECDSA_P384_SHA384_ASN1_SIGNING,
        ECDSA_P384_SHA384_FIXED, ECDSA_P384_SHA384_FIXED_SIGNING, ECDSA_P521_SHA512_ASN1,
        ECDSA_P521_SHA512_ASN1_SIGNING, ECDSA_P521_SHA512_FIXED, ECDSA_P521_SHA512_FIXED_SIGNING,
        EcdsaSigningAlgorithm, EcdsaVerificationAlgorithm,
    },
};

/// A curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Curve {
    P256,
    P384,
    P521,
}

/// How the two numbers of an ECDSA signature are written, and any signature is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Marshaling {
    /// As DER (RFC 3279 §2.2.3), in base64.
    #[default]
    Asn1,
    /// One after the other with all their leading zeros (RFC 7518 §3.4), in base64url without padding.
    Jws,
}

impl Curve {
    pub(crate) const fn signing(self, form: Marshaling) -> &'static EcdsaSigningAlgorithm {
        match (self, form) {
            (Self::P256, Marshaling::Asn1) => &ECDSA_P256_SHA256_ASN1_SIGNING,
            (Self::P256, Marshaling::Jws) => &ECDSA_P256_SHA256_FIXED_SIGNING,
            (Self::P384, Marshaling::Asn1) => &ECDSA_P384_SHA384_ASN1_SIGNING,
            (Self::P384, Marshaling::Jws) => &ECDSA_P384_SHA384_FIXED_SIGNING,
            (Self::P521, Marshaling::Asn1) => &ECDSA_P521_SHA512_ASN1_SIGNING,
            (Self::P521, Marshaling::Jws) => &ECDSA_P521_SHA512_FIXED_SIGNING,
        }
    }

    pub(crate) const fn verifying(self, form: Marshaling) -> &'static EcdsaVerificationAlgorithm {
        match (self, form) {
            (Self::P256, Marshaling::Asn1) => &ECDSA_P256_SHA256_ASN1,
            (Self::P256, Marshaling::Jws) => &ECDSA_P256_SHA256_FIXED,
            (Self::P384, Marshaling::Asn1) => &ECDSA_P384_SHA384_ASN1,
            (Self::P384, Marshaling::Jws) => &ECDSA_P384_SHA384_FIXED,
            (Self::P521, Marshaling::Asn1) => &ECDSA_P521_SHA512_ASN1,
            (Self::P521, Marshaling::Jws) => &ECDSA_P521_SHA512_FIXED,
        }
    }

    /// The digest that the library expects, and bytes of the order of the curve, rounded down to what such a digest has.
    const fn expected(self) -> (&'static Algorithm, usize) {
        match self {
            Self::P256 => (&SHA256, 32),
            Self::P384 => (&SHA384, 48),
            // The order has 521 bits: no digest here is cut.
            Self::P521 => (&SHA512, 64),
        }
    }

    /// The digest as the library takes it, standing for the same number. `None` for one that is longer than any digest.
    pub(crate) fn fit(self, digest: &[u8]) -> Option<Digest> {
        let (algorithm, length) = self.expected();
        if digest.len() > SHA512.output_len() {
            return None;
        }
        let kept = digest.get(..length.min(digest.len()))?;
        let mut fitted = vec![0u8; length.saturating_sub(kept.len())];
        fitted.extend_from_slice(kept);
        Digest::import_less_safe(&fitted, algorithm).ok()
    }
}
