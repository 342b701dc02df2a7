//! Tokens that are handed out once and kept as hashes: of sessions, tickets, links and invitations.

use act::Act;
use base::TenantId;
use base64ct::{Base64UrlUnpadded, Encoding};
use sha2::{Digest, Sha256};

const SECRET_BYTES: usize = 32;
const TENANT_BYTES: usize = 16;

/// A new token as it is handed out, and the hash that is kept of it.
pub(crate) struct Fresh {
    pub(crate) text: String,
    pub(crate) hash: [u8; 32],
}

/// 32 random bytes.
pub(crate) fn fresh(act: &Act) -> Fresh {
    of(&act.random::<SECRET_BYTES>())
}

/// 32 random bytes after the tenant in whose rows the hash stands: the token says where it is found.
pub(crate) fn fresh_in(act: &Act, tenant: TenantId) -> Fresh {
    let secret = act.random::<SECRET_BYTES>();
    of(&[tenant.to_bytes().as_slice(), &secret].concat())
}

fn of(bytes: &[u8]) -> Fresh {
    let text = Base64UrlUnpadded::encode_string(bytes);
    let hash = hash(&text);
    Fresh { text, hash }
}

/// SHA-256 of a token: with 256 random bits in it, the table of hashes is worth nothing to a thief.
pub(crate) fn hash(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

/// The tenant in whose rows the token's hash stands, when it is a token that says so.
pub(crate) fn tenant(text: &str) -> Option<TenantId> {
    let mut bytes = [0; TENANT_BYTES + SECRET_BYTES];
    let decoded = Base64UrlUnpadded::decode(text, &mut bytes).ok()?;
    let (tenant, secret) = decoded.split_first_chunk::<TENANT_BYTES>()?;
    (secret.len() == SECRET_BYTES).then(|| TenantId::from_bytes(*tenant))
}
