//! The bytes of keys, and how new ones come to be.

use aws_lc_rs::{
    encoding::{AsDer, EcPrivateKeyRfc5915Der, Pkcs8V1Der, PublicKeyX509Der},
    rsa,
    signature::{EcdsaKeyPair, Ed25519KeyPair, KeyPair},
};
use base::{Entropy, Timestamp};
use data_encoding::BASE64;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::{Zeroize, Zeroizing};

use crate::{curve::Marshaling, kind::KeyType, problem::Problem};

/// Bytes of a key of its own for HMAC, which every version of every type has.
const HMAC_KEY_BYTES: usize = 32;

/// Secret bytes: wiped when dropped, never printed. Stored as base64.
pub(crate) struct Material(Zeroizing<Vec<u8>>);

impl Material {
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    fn random(length: usize, entropy: &dyn Entropy) -> Self {
        let mut bytes = Zeroizing::new(vec![0u8; length]);
        entropy.fill(&mut bytes);
        Self(bytes)
    }

    /// The bytes. A call of this is where a reviewer looks.
    pub(crate) fn expose(&self) -> &[u8] {
        &self.0
    }

    /// Whether both are the same, in a time that says nothing of them.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        cipher::equal(&self.0, &other.0)
    }
}

impl Serialize for Material {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = Zeroizing::new(BASE64.encode(&self.0));
        serializer.serialize_str(&text)
    }
}

impl<'de> Deserialize<'de> for Material {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        let bytes = BASE64.decode(text.as_bytes());
        if let std::borrow::Cow::Owned(text) = &mut text {
            text.zeroize();
        }
        bytes
            .map(Self::new)
            .map_err(|_| serde::de::Error::custom("not base64"))
    }
}

/// One version of a named key.
#[derive(Serialize, Deserialize)]
pub(crate) struct Version {
    /// Microseconds since 1970.
    pub(crate) created_at: i64,
    /// What it is depends on the type: the key of a cipher, the seed of an Ed25519 key, a PKCS#8 document (RFC 5208), the key of
    /// an `hmac` key.
    pub(crate) secret: Material,
    /// The key for HMAC of every other type.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) hmac: Option<Material>,
    /// The public half: 32 bytes for Ed25519, `SubjectPublicKeyInfo` (RFC 5280 §4.1) otherwise; in base64.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) public: Option<String>,
    /// Encryptions that may have been made: all that were ever set aside.
    #[serde(default)]
    pub(crate) uses: u64,
    /// Which setting aside was the last one.
    #[serde(default)]
    pub(crate) uses_by: u64,
}

impl Version {
    pub(crate) fn hmac_key(&self) -> &Material {
        self.hmac.as_ref().unwrap_or(&self.secret)
    }

    pub(crate) fn created(&self) -> Timestamp {
        Timestamp::from_micros(self.created_at)
    }

    pub(crate) fn public_bytes(&self) -> Result<Vec<u8>, Problem> {
        let public = self
            .public
            .as_deref()
            .map(|text| BASE64.decode(text.as_bytes()));
        match public {
            Some(Ok(bytes)) => Ok(bytes),
            _ => Err(Problem::fault("a key has no public half that can be read")),
        }
    }

    /// A new version of random bytes. Of an RSA key it takes seconds.
    pub(crate) fn generate(
        kind: KeyType,
        hmac_key_bytes: usize,
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> Result<Self, Problem> {
        let (secret, public) = match kind {
            KeyType::Hmac => (Material::random(hmac_key_bytes, entropy), None),
            KeyType::Ed25519 => {
                let seed = Material::random(32, entropy);
                let pair = Ed25519KeyPair::from_seed_unchecked(seed.expose())
                    .map_err(|_| Problem::fault("an Ed25519 key could not be made"))?;
                (seed, Some(pair.public_key().as_ref().to_vec()))
            }
            _ => match (kind.aead(), kind.curve(), kind.rsa_size()) {
                (Some(aead), _, _) => (Material::random(aead.key_len(), entropy), None),
                (_, Some(curve), _) => generate_ecdsa(curve)
                    .ok_or_else(|| Problem::fault("an ECDSA key could not be made"))?,
                (_, _, Some(size)) => generate_rsa(size)
                    .ok_or_else(|| Problem::fault("an RSA key could not be made"))?,
                _ => return Err(Problem::fault("a type of key that nothing is known of")),
            },
        };
        let has_own_hmac_key = kind != KeyType::Hmac;
        Ok(Self {
            created_at: now.micros(),
            secret,
            hmac: has_own_hmac_key.then(|| Material::random(HMAC_KEY_BYTES, entropy)),
            public: public.map(|public| BASE64.encode(&public)),
            uses: 0,
            uses_by: 0,
        })
    }
}

type Halves = (Material, Option<Vec<u8>>);

fn generate_ecdsa(curve: crate::curve::Curve) -> Option<Halves> {
    let pair = EcdsaKeyPair::generate(curve.signing(Marshaling::Asn1)).ok()?;
    let document = pair.to_pkcs8v1().ok()?;
    let public = AsDer::<PublicKeyX509Der>::as_der(pair.public_key()).ok()?;
    Some((
        Material::new(document.as_ref().to_vec()),
        Some(public.as_ref().to_vec()),
    ))
}

fn generate_rsa(size: rsa::KeySize) -> Option<Halves> {
    let pair = rsa::KeyPair::generate(size).ok()?;
    let document = AsDer::<Pkcs8V1Der>::as_der(&pair).ok()?;
    let public = AsDer::<PublicKeyX509Der>::as_der(pair.public_key()).ok()?;
    Some((
        Material::new(document.as_ref().to_vec()),
        Some(public.as_ref().to_vec()),
    ))
}

/// The `ECPrivateKey` (RFC 5915) in a PKCS#8 document.
pub(crate) fn sec1(
    curve: crate::curve::Curve,
    document: &Material,
) -> Result<Zeroizing<Vec<u8>>, Problem> {
    let pair = EcdsaKeyPair::from_pkcs8(curve.signing(Marshaling::Asn1), document.expose());
    let der = pair
        .ok()
        .and_then(|pair| AsDer::<EcPrivateKeyRfc5915Der>::as_der(&pair.private_key()).ok());
    let der = der.ok_or_else(|| Problem::fault("an ECDSA key cannot be read"))?;
    Ok(Zeroizing::new(der.as_ref().to_vec()))
}

/// The `RSAPrivateKey` (RFC 8017 §A.1.2) in a PKCS#8 document (RFC 5208 §5): version, algorithm, and then an octet string that
/// holds it.
pub(crate) fn pkcs1(document: &Material) -> Result<Zeroizing<Vec<u8>>, Problem> {
    let found = || {
        let (inner, _) = element(0x30, document.expose())?;
        let (_, behind_version) = element(0x02, inner)?;
        let (_, behind_algorithm) = element(0x30, behind_version)?;
        element(0x04, behind_algorithm).map(|(key, _)| key.to_vec())
    };
    let key = found().ok_or_else(|| Problem::fault("an RSA key cannot be read"))?;
    Ok(Zeroizing::new(key))
}

/// The content of the DER element (X.690 §8.1, definite lengths) at the beginning of the bytes, and what is behind it.
fn element(tag: u8, bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (found, rest) = bytes.split_first()?;
    let (first, rest) = rest.split_first().filter(|_| *found == tag)?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(*first), rest),
        0x81..=0x84 => {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x0f))?;
            let length = digits
                .iter()
                .fold(0u64, |sum, byte| sum << 8 | u64::from(*byte));
            (usize::try_from(length).ok()?, rest)
        }
        _ => return None,
    };
    rest.split_at_checked(length)
}
