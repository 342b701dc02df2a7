//! A message sealed for one browser: RFC 8291 over the one record of RFC 8188 that it allows.

use act::PushKeys;
use aws_lc_rs::{
    aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    agreement::{self, ECDH_P256, ParsedPublicKey, PrivateKey, UnparsedPublicKey},
    hkdf::{HKDF_SHA256, KeyType, Salt},
};
use base::{Entropy, Fault, Result};
use base64ct::{Base64UrlUnpadded, Encoding};

/// Of a P-256 key, uncompressed (SEC 1 §2.3.3).
pub(crate) const PUBLIC_KEY_BYTES: usize = 65;
pub(crate) const SALT_BYTES: usize = 16;
const AUTH_BYTES: usize = 16;
const TAG_BYTES: usize = 16;
/// The size of the record; there is one (RFC 8291 §4).
const RECORD_BYTES: u32 = 4_096;
/// The header of RFC 8188 §2.1: salt, record size, length of the key id, and the key id, which is the sender's key.
const HEADER_BYTES: usize = SALT_BYTES + 4 + 1 + PUBLIC_KEY_BYTES;
/// Ends the content of a last record (RFC 8188 §2); what follows is padding.
const LAST: u8 = 2;

/// To which lengths content is padded, so that the service does not learn how long it is. The greater one fits what every
/// service takes (RFC 8030 §7.2: 4,096 bytes).
const LENGTHS: [usize; 2] = [1_024, 3_584];

/// Bytes that a message has at most.
pub const CONTENT_BYTES_MAX: usize = LENGTHS[1] - 1;

/// What a browser gave, read.
pub(crate) struct Receiver {
    public: [u8; PUBLIC_KEY_BYTES],
    auth: [u8; AUTH_BYTES],
}

impl Receiver {
    /// Nothing when these are no keys. Some browsers end them with `=`.
    pub(crate) fn of(keys: &PushKeys) -> Option<Self> {
        let mut receiver = Self {
            public: [0; PUBLIC_KEY_BYTES],
            auth: [0; AUTH_BYTES],
        };
        decode(&keys.p256dh, &mut receiver.public)?;
        decode(&keys.auth, &mut receiver.auth)?;
        let point = UnparsedPublicKey::new(&ECDH_P256, receiver.public.as_slice());
        ParsedPublicKey::try_from(point).is_ok().then_some(receiver)
    }
}

fn decode(text: &str, into: &mut [u8]) -> Option<()> {
    let read = Base64UrlUnpadded::decode(text.trim_end_matches('='), into).ok()?;
    let length = read.len();
    (length == into.len()).then_some(())
}

/// What the sender brings to one message.
pub(crate) struct Sender {
    pub(crate) key: PrivateKey,
    pub(crate) salt: [u8; SALT_BYTES],
}

impl Sender {
    /// New for each message (RFC 8291 §3.1, RFC 8188 §2.1).
    pub(crate) fn new(entropy: &dyn Entropy) -> Result<Self> {
        let mut salt = [0; SALT_BYTES];
        entropy.fill(&mut salt);
        Ok(Self {
            key: PrivateKey::generate(&ECDH_P256).map_err(|_| broken())?,
            salt,
        })
    }
}

/// Seals `content` for whoever holds the private half of the keys, padded.
///
/// # Errors
/// A fault when the content is too long, or the key is not a point of the curve.
pub(crate) fn seal(sender: &Sender, to: &Receiver, content: &[u8]) -> Result<Vec<u8>> {
    let fits = |length: &&usize| content.len() < **length;
    let length = LENGTHS.iter().find(fits).ok_or_else(broken)?;
    seal_to(sender, to, content, *length)
}

pub(crate) fn seal_to(
    sender: &Sender,
    to: &Receiver,
    content: &[u8],
    length: usize,
) -> Result<Vec<u8>> {
    let own = sender.key.compute_public_key().map_err(|_| broken())?;
    let peer = UnparsedPublicKey::new(&ECDH_P256, &to.public);
    // RFC 8291 §3.3 and §3.4.
    let secret: [u8; 32] = agreement::agree(&sender.key, peer, broken().into(), |shared| {
        let info: [&[u8]; 3] = [b"WebPush: info\0", &to.public, own.as_ref()];
        derive(&to.auth, shared, &info)
    })?;
    let key: [u8; 16] = derive(&sender.salt, &secret, &[b"Content-Encoding: aes128gcm\0"])?;
    let nonce: [u8; 12] = derive(&sender.salt, &secret, &[b"Content-Encoding: nonce\0"])?;

    let mut record = Vec::with_capacity(length + TAG_BYTES);
    record.extend_from_slice(content);
    record.push(LAST);
    record.resize(length.max(record.len()), 0);
    let key = UnboundKey::new(&AES_128_GCM, &key).map_err(|_| broken())?;
    LessSafeKey::new(key)
        .seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::empty(),
            &mut record,
        )
        .map_err(|_| broken())?;

    let mut sealed = Vec::with_capacity(HEADER_BYTES + record.len());
    sealed.extend_from_slice(&sender.salt);
    sealed.extend_from_slice(&RECORD_BYTES.to_be_bytes());
    sealed.extend(u8::try_from(PUBLIC_KEY_BYTES));
    sealed.extend_from_slice(own.as_ref());
    sealed.append(&mut record);
    Ok(sealed)
}

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

/// HKDF-SHA256 (RFC 5869), both steps.
fn derive<const N: usize>(salt: &[u8], secret: &[u8], info: &[&[u8]]) -> Result<[u8; N]> {
    let mut out = [0; N];
    Salt::new(HKDF_SHA256, salt)
        .extract(secret)
        .expand(info, Length(N))
        .and_then(|derived| derived.fill(&mut out))
        .map_err(|_| broken())?;
    Ok(out)
}

fn broken() -> Fault {
    Fault::new("sealing a push message")
}
