//! Signatures and keyed hashes.
//!
//! Ed25519 (RFC 8032 §5.1), ECDSA (FIPS 186-5 §6), RSASSA-PSS and RSASSA-PKCS1-v1_5 (RFC 8017 §8), HMAC (RFC 2104).

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use data_encoding::BASE64;

use crate::{
    curve::{Curve, Marshaling},
    hash::Hash,
    opened::{Ecdsa, Key, Opened},
    problem::Problem,
    rsa_forms::{self, Padding, SaltLength},
    wire::{Versioned, versioned, versioned_url},
};

/// In which form something is signed. What does not concern the type of the key is not looked at.
#[derive(Debug, Clone, Copy, Default)]
pub struct SignatureForm {
    pub hash: Hash,
    /// The input is a digest already.
    pub is_prehashed: bool,
    pub padding: Padding,
    pub salt_length: SaltLength,
    pub marshaling: Marshaling,
}

/// A signature.
pub struct Signature {
    /// `vault:v<N>:…`.
    pub text: String,
    /// Of a derived key: what verifies it, in base64.
    pub public_key: Option<String>,
}

impl Opened {
    /// Signs the input with a version that [`crate::Keyring::encryption_version`] gave.
    ///
    /// # Errors
    /// [`Problem::Invalid`] when this key cannot sign this in this form.
    pub fn sign(
        &self,
        version: u32,
        input: &[u8],
        context: &[u8],
        form: &SignatureForm,
    ) -> Result<Signature, Problem> {
        let (bytes, public) = match self.key(version)? {
            Key::Ed25519(pair) => (sign_ed25519(pair, input, form)?, None),
            Key::DerivedEd25519(derivation) => {
                let seed = derivation.derive(context, 32)?;
                let pair = Ed25519KeyPair::from_seed_unchecked(&seed)
                    .map_err(|_| Problem::fault("an Ed25519 key could not be derived"))?;
                let public = BASE64.encode(pair.public_key().as_ref());
                (sign_ed25519(&pair, input, form)?, Some(public))
            }
            Key::Ecdsa(ecdsa) => (sign_ecdsa(ecdsa, input, form)?, None),
            Key::Rsa(rsa) => (rsa_forms::sign(&rsa.signing, input, form)?, None),
            _ => return Err(self.signs_not()),
        };
        let text = match form.marshaling == Marshaling::Jws {
            true => versioned_url(version, &bytes),
            false => versioned(version, &bytes),
        };
        Ok(Signature {
            text,
            public_key: public,
        })
    }

    /// Whether the signature is one of the input in this form.
    ///
    /// # Errors
    /// [`Problem::Invalid`] when the signature is none at all, or of a version that is too old now.
    pub fn verify(
        &self,
        signature: &str,
        input: &[u8],
        context: &[u8],
        form: &SignatureForm,
    ) -> Result<bool, Problem> {
        if !self.ring().kind().signs() {
            return Err(self.signs_not());
        }
        let what = "signature";
        let parts = Versioned::read(signature, what)?;
        self.ring().check_decryption_version(parts.version, what)?;
        let bytes = match form.marshaling == Marshaling::Jws {
            true => parts.url_bytes(what)?,
            false => parts.bytes(what)?,
        };
        match self.key(parts.version)? {
            Key::Ed25519(pair) => verify_ed25519(pair, input, &bytes, form),
            Key::DerivedEd25519(derivation) => {
                let seed = derivation.derive(context, 32)?;
                let pair = Ed25519KeyPair::from_seed_unchecked(&seed)
                    .map_err(|_| Problem::fault("an Ed25519 key could not be derived"))?;
                verify_ed25519(&pair, input, &bytes, form)
            }
            Key::Ecdsa(ecdsa) => {
                verify_ecdsa(ecdsa.curve, ecdsa.asn1.public_key(), input, &bytes, form)
            }
            Key::Rsa(rsa) => rsa_forms::verify(&rsa.signing, input, &bytes, form),
            _ => Err(self.signs_not()),
        }
    }

    /// The HMAC of the input under a version that [`crate::Keyring::encryption_version`] gave.
    ///
    /// # Errors
    /// [`Problem::Invalid`] when there is no such version any more.
    pub fn mac(&self, version: u32, hash: Hash, input: &[u8]) -> Result<String, Problem> {
        let key = self.version(version)?.hmac_key();
        Ok(versioned(version, &hash.mac(key.expose(), input)))
    }

    /// Whether the HMAC is that of the input.
    ///
    /// # Errors
    /// [`Problem::Invalid`] when it is none at all, or of a version that is too old now.
    pub fn verify_mac(&self, mac: &str, hash: Hash, input: &[u8]) -> Result<bool, Problem> {
        let what = "HMAC";
        let parts = Versioned::read(mac, what)?;
        self.ring().check_decryption_version(parts.version, what)?;
        let given = parts.bytes(what)?;
        let key = self.version(parts.version)?.hmac_key();
        Ok(cipher::equal(&hash.mac(key.expose(), input), &given))
    }

    fn signs_not(&self) -> Problem {
        Problem::invalid(format!(
            "key type {} does not support signing",
            self.ring().kind().name()
        ))
    }
}

fn check_ed25519(form: &SignatureForm) -> Result<(), Problem> {
    match form.is_prehashed {
        true => Err(Problem::invalid(
            "only Pure Ed25519 signatures supported, prehashed must be false",
        )),
        false => Ok(()),
    }
}

fn sign_ed25519(
    pair: &Ed25519KeyPair,
    input: &[u8],
    form: &SignatureForm,
) -> Result<Vec<u8>, Problem> {
    check_ed25519(form)?;
    let signature = pair.try_sign(input);
    let signature = signature.map_err(|_| Problem::fault("Ed25519 could not sign"))?;
    Ok(signature.as_ref().to_vec())
}

fn verify_ed25519(
    pair: &Ed25519KeyPair,
    input: &[u8],
    signature: &[u8],
    form: &SignatureForm,
) -> Result<bool, Problem> {
    check_ed25519(form)?;
    let public = UnparsedPublicKey::new(&ED25519, pair.public_key());
    Ok(public.verify(input, signature).is_ok())
}

fn ecdsa_digest(
    curve: Curve,
    input: &[u8],
    form: &SignatureForm,
) -> Result<aws_lc_rs::digest::Digest, Problem> {
    let fitted = match form.is_prehashed {
        true => curve.fit(input),
        false => curve.fit(&form.hash.digest(input)),
    };
    fitted.ok_or_else(|| Problem::invalid("the input is longer than a digest"))
}

fn sign_ecdsa(ecdsa: &Ecdsa, input: &[u8], form: &SignatureForm) -> Result<Vec<u8>, Problem> {
    let digest = ecdsa_digest(ecdsa.curve, input, form)?;
    let pair = match form.marshaling {
        Marshaling::Asn1 => &ecdsa.asn1,
        Marshaling::Jws => &ecdsa.jws,
    };
    let signature = pair.sign_digest(&digest);
    let signature = signature.map_err(|_| Problem::fault("ECDSA could not sign"))?;
    Ok(signature.as_ref().to_vec())
}

/// Verifies with a point of the curve or its `SubjectPublicKeyInfo`.
pub(crate) fn verify_ecdsa(
    curve: Curve,
    public: impl AsRef<[u8]>,
    input: &[u8],
    signature: &[u8],
    form: &SignatureForm,
) -> Result<bool, Problem> {
    let digest = ecdsa_digest(curve, input, form)?;
    let public = UnparsedPublicKey::new(curve.verifying(form.marshaling), public);
    Ok(public.verify_digest(&digest, signature).is_ok())
}
