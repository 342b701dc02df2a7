//! The key that everything here is sealed with, and how opening can fail.

use std::fmt;

use base::{Entropy, Secret};

use crate::xaes::Schedule;

/// A key of 256 bits. Shared by `Arc`; wiped when the last holder drops it.
pub struct DataKey {
    bytes: Secret<[u8; 32]>,
    schedule: Schedule,
}

impl DataKey {
    /// Takes bytes that are already a uniformly random key.
    pub fn new(bytes: Secret<[u8; 32]>) -> Self {
        let schedule = Schedule::new(bytes.expose());
        Self { bytes, schedule }
    }

    /// Takes a key that was kept as bytes; `None` when they are not as many as a key has.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; 32] = bytes.try_into().ok()?;
        Some(Self::new(filled(|own| *own = *bytes)))
    }

    /// A new random key.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        Self::new(random_secret(entropy))
    }

    /// The bytes of the key. A call of this is where a reviewer looks.
    pub const fn expose(&self) -> &[u8; 32] {
        self.bytes.expose()
    }

    pub(crate) const fn schedule(&self) -> &Schedule {
        &self.schedule
    }
}

/// Why sealed bytes do not open. None of them says more than an attacker knows already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenError {
    /// Shorter than its format can be, or longer.
    Malformed,
    /// A format that this release does not know; a later one may.
    UnknownFormat(u8),
    /// Another key, another place, or other bytes than were sealed.
    Rejected,
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed => {
                f.write_str("the sealed bytes have a length that their format cannot have")
            }
            Self::UnknownFormat(format) => write!(f, "sealed format {format} is not known"),
            Self::Rejected => {
                f.write_str("the sealed bytes do not open under this key at this place")
            }
        }
    }
}

impl std::error::Error for OpenError {}

/// Random bytes made where they will stay, so that no copy is left elsewhere.
pub(crate) fn random_secret(entropy: &dyn Entropy) -> Secret<[u8; 32]> {
    filled(|bytes| entropy.fill(bytes))
}

/// A secret filled by `fill`; the buffer it was filled in is wiped.
pub(crate) fn filled(fill: impl FnOnce(&mut [u8; 32])) -> Secret<[u8; 32]> {
    let mut bytes = zeroize::Zeroizing::new([0u8; 32]);
    fill(&mut bytes);
    Secret::new(*bytes)
}

/// Random bytes that are no secret: nonces and salts.
pub(crate) fn random<const N: usize>(entropy: &dyn Entropy) -> [u8; N] {
    let mut bytes = [0u8; N];
    entropy.fill(&mut bytes);
    bytes
}
