//! RSA signatures in the forms that the library offers: PSS and PKCS #1 v1.5 with SHA-256, SHA-384 and SHA-512.

use std::sync::OnceLock;

use aws_lc_rs::{
    digest::Digest,
    rsa::KeyPair as RsaKeyPair,
    signature::{
        KeyPair, RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA256,
        RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384,
        RSA_PKCS1_SHA512, RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384,
        RSA_PSS_2048_8192_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512, RsaParameters,
        RsaPssSaltLength, RsaSignatureEncoding, UnparsedPublicKey,
    },
};

use crate::{hash::Hash, problem::Problem, sign::SignatureForm};

/// How an RSA signature is padded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Padding {
    #[default]
    Pss,
    Pkcs1v15,
}

/// Bytes of the salt of a PSS signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SaltLength {
    /// As many as fit when signing; when verifying, that many, or as many as one of the usual digests has.
    #[default]
    Auto,
    /// As many as the digest has.
    Digest,
    Bytes(u16),
}

/// One more than the longest salt there is: that of the largest key with the shortest digest.
const SALTS: usize = 512 - 32 - 2 + 1;
/// The salts that signers choose: none, and the lengths of the digests.
const USUAL_SALTS: [u16; 6] = [0, 20, 28, 32, 48, 64];

impl SaltLength {
    /// `auto`, `hash`, or a number: `-1` stands for `hash` and `0` for `auto`.
    ///
    /// # Errors
    /// [`Problem::Invalid`] for anything else.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        match text {
            "" | "auto" | "0" => Ok(Self::Auto),
            "hash" | "-1" => Ok(Self::Digest),
            _ => text
                .parse()
                .ok()
                .filter(|bytes| usize::from(*bytes) < SALTS)
                .map(Self::Bytes)
                .ok_or_else(|| Problem::invalid("salt length is invalid")),
        }
    }
}

impl Padding {
    /// `pss` or `pkcs1v15`.
    ///
    /// # Errors
    /// [`Problem::Invalid`] for anything else.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        match text {
            "" | "pss" => Ok(Self::Pss),
            "pkcs1v15" => Ok(Self::Pkcs1v15),
            _ => Err(Problem::invalid("unsupported signature algorithm")),
        }
    }
}

pub(crate) fn sign(
    pair: &RsaKeyPair,
    input: &[u8],
    form: &SignatureForm,
) -> Result<Vec<u8>, Problem> {
    let index = digest_index(form.hash).ok_or_else(|| unsupported(form.hash))?;
    let digest = digest(input, form)?;
    let encoding = match (form.padding, form.salt_length) {
        (Padding::Pkcs1v15, _) => pkcs1_signing(index),
        (Padding::Pss, SaltLength::Auto) => pss_signing(index, RsaPssSaltLength::Max),
        (Padding::Pss, SaltLength::Digest) => pss_signing(index, RsaPssSaltLength::Digest),
        (Padding::Pss, SaltLength::Bytes(bytes)) => {
            let most = pair
                .public_modulus_len()
                .saturating_sub(digest.as_ref().len() + 2);
            if usize::from(bytes) > most {
                return Err(Problem::invalid("salt length is too large for the key"));
            }
            pss_signing(index, RsaPssSaltLength::Custom(bytes))
        }
    };
    let encoding = encoding.ok_or_else(|| unsupported(form.hash))?;
    let mut signature = vec![0u8; pair.public_modulus_len()];
    pair.sign_digest(encoding, &digest, &mut signature)
        .map_err(|_| Problem::fault("RSA could not sign"))?;
    Ok(signature)
}

pub(crate) fn verify(
    pair: &RsaKeyPair,
    input: &[u8],
    signature: &[u8],
    form: &SignatureForm,
) -> Result<bool, Problem> {
    let digest = digest(input, form)?;
    let is_good = |parameters: Option<&'static RsaParameters>| {
        let parameters = parameters.ok_or_else(|| unsupported(form.hash))?;
        let public = UnparsedPublicKey::new(parameters, pair.public_key());
        Ok(public.verify_digest(&digest, signature).is_ok())
    };
    if form.padding == Padding::Pkcs1v15 {
        return is_good(pkcs1_verifying(form.hash));
    }
    let index = digest_index(form.hash).ok_or_else(|| unsupported(form.hash))?;
    match form.salt_length {
        SaltLength::Digest => is_good(pss_verifying(index, RsaPssSaltLength::Digest)),
        SaltLength::Bytes(bytes) => is_good(pss_verifying(index, RsaPssSaltLength::Custom(bytes))),
        SaltLength::Auto => {
            let usual = USUAL_SALTS.map(RsaPssSaltLength::Custom);
            for salt in std::iter::once(RsaPssSaltLength::Max).chain(usual) {
                if is_good(pss_verifying(index, salt))? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
    }
}

fn unsupported(hash: Hash) -> Problem {
    Problem::invalid(format!(
        "unsupported hash algorithm for RSA keys: {}",
        hash.name()
    ))
}

fn digest(input: &[u8], form: &SignatureForm) -> Result<Digest, Problem> {
    let algorithm = form.hash.algorithm();
    if !form.is_prehashed {
        return Ok(aws_lc_rs::digest::digest(algorithm, input));
    }
    Digest::import_less_safe(input, algorithm).map_err(|_| {
        Problem::invalid(format!(
            "the input is not a digest of {}: it has another length",
            form.hash.name()
        ))
    })
}

const fn digest_index(hash: Hash) -> Option<usize> {
    match hash {
        Hash::Sha2_256 => Some(0),
        Hash::Sha2_384 => Some(1),
        Hash::Sha2_512 => Some(2),
        _ => None,
    }
}

fn pkcs1_signing(index: usize) -> Option<&'static RsaSignatureEncoding> {
    static FORMS: [RsaSignatureEncoding; 3] =
        [RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512];
    FORMS.get(index)
}

fn pkcs1_verifying(hash: Hash) -> Option<&'static RsaParameters> {
    match hash {
        Hash::Sha1 => Some(&RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY),
        Hash::Sha2_256 => Some(&RSA_PKCS1_2048_8192_SHA256),
        Hash::Sha2_384 => Some(&RSA_PKCS1_2048_8192_SHA384),
        Hash::Sha2_512 => Some(&RSA_PKCS1_2048_8192_SHA512),
        _ => None,
    }
}

fn pss_signing(index: usize, salt: RsaPssSaltLength) -> Option<&'static RsaSignatureEncoding> {
    static DIGEST: [RsaSignatureEncoding; 3] = [RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512];
    static MAX: [RsaSignatureEncoding; 3] = [
        RSA_PSS_SHA256.with_pss_salt_length(RsaPssSaltLength::Max),
        RSA_PSS_SHA384.with_pss_salt_length(RsaPssSaltLength::Max),
        RSA_PSS_SHA512.with_pss_salt_length(RsaPssSaltLength::Max),
    ];
    /// The library wants a form for ever: each is made when it is first asked for.
    static CUSTOM: [[OnceLock<RsaSignatureEncoding>; SALTS]; 3] =
        [const { [const { OnceLock::new() }; SALTS] }; 3];
    match salt {
        RsaPssSaltLength::Digest => DIGEST.get(index),
        RsaPssSaltLength::Max => MAX.get(index),
        RsaPssSaltLength::Custom(bytes) => {
            let form = CUSTOM.get(index)?.get(usize::from(bytes))?;
            let made = || match index {
                0 => RSA_PSS_SHA256.with_pss_salt_length(salt),
                1 => RSA_PSS_SHA384.with_pss_salt_length(salt),
                _ => RSA_PSS_SHA512.with_pss_salt_length(salt),
            };
            Some(form.get_or_init(made))
        }
        _ => None,
    }
}

fn pss_verifying(index: usize, salt: RsaPssSaltLength) -> Option<&'static RsaParameters> {
    static DIGEST: [RsaParameters; 3] = [
        RSA_PSS_2048_8192_SHA256,
        RSA_PSS_2048_8192_SHA384,
        RSA_PSS_2048_8192_SHA512,
    ];
    static MAX: [RsaParameters; 3] = [
        RSA_PSS_2048_8192_SHA256.with_pss_salt_length(RsaPssSaltLength::Max),
        RSA_PSS_2048_8192_SHA384.with_pss_salt_length(RsaPssSaltLength::Max),
        RSA_PSS_2048_8192_SHA512.with_pss_salt_length(RsaPssSaltLength::Max),
    ];
    static CUSTOM: [[OnceLock<RsaParameters>; SALTS]; 3] =
        [const { [const { OnceLock::new() }; SALTS] }; 3];
    match salt {
        RsaPssSaltLength::Digest => DIGEST.get(index),
        RsaPssSaltLength::Max => MAX.get(index),
        RsaPssSaltLength::Custom(bytes) => {
            let form = CUSTOM.get(index)?.get(usize::from(bytes))?;
            let made = || match index {
                0 => RSA_PSS_2048_8192_SHA256.with_pss_salt_length(salt),
                1 => RSA_PSS_2048_8192_SHA384.with_pss_salt_length(salt),
                _ => RSA_PSS_2048_8192_SHA512.with_pss_salt_length(salt),
            };
            Some(form.get_or_init(made))
        }
        _ => None,
    }
}
