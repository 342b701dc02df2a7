//! How often a version of a key may encrypt, and what keeps count.
//!
//! A nonce of 96 random bits repeats, after n encryptions under one key, with a probability of about n² / 2⁹⁷. NIST SP 800-38D
//! §8.3 allows 2³² encryptions. A count that is written down for every encryption would cost a transaction each; so uses are set
//! aside by the million, and what was set aside and not used when the process ends counts as used. The count errs only upwards.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use base::Entropy;

/// Bytes of a nonce.
pub(crate) const NONCE_BYTES: usize = 12;
/// Uses that are set aside at once.
pub const USES_STEP: u64 = 1 << 20;
/// Uses after which a key gets a new version by itself: the probability that a nonce came twice is 2⁻³⁵ then.
pub const ROTATE_AT: u64 = 1 << 31;
/// Uses after which a version encrypts no more, whoever asks for it.
pub const USES_MAX: u64 = 1 << 32;
/// Uses that a restored version counts on top of its own: what may have been done after the backup was taken.
pub const RESTORED_SURCHARGE: u64 = 1 << 30;

/// Settings aside that are remembered until it is known whether they were stored.
const PENDING_MAX: usize = 64;

/// Uses of one version, each with its nonce. Encrypting takes one away; there is no other way to encrypt.
pub struct Uses {
    version: u32,
    nonces: std::vec::IntoIter<[u8; NONCE_BYTES]>,
}

impl Uses {
    /// For keys that need no nonces.
    pub(crate) fn uncounted(version: u32) -> Self {
        Self {
            version,
            nonces: Vec::new().into_iter(),
        }
    }

    pub(crate) fn draw(version: u32, count: u64, entropy: &dyn Entropy) -> Self {
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let mut nonces = vec![[0u8; NONCE_BYTES]; count];
        entropy.fill(nonces.as_flattened_mut());
        Self {
            version,
            nonces: nonces.into_iter(),
        }
    }

    /// The version that they are uses of.
    pub const fn version(&self) -> u32 {
        self.version
    }

    pub(crate) fn next(&mut self) -> Option<[u8; NONCE_BYTES]> {
        self.nonces.next()
    }
}

/// The uses of one version that this process holds.
#[derive(Default)]
pub(crate) struct Lease {
    left: AtomicU64,
    /// What was set aside, by the name of the setting aside, and is not known to be stored.
    pending: Mutex<Vec<(u64, u64)>>,
}

impl Lease {
    /// Takes as many uses, if they are there.
    pub(crate) fn take(&self, count: u64) -> bool {
        let taken = self
            .left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(count)
            });
        taken.is_ok()
    }

    /// These are ours if the key turns out to be stored with this setting aside as the last one.
    pub(crate) fn promise(&self, by: u64, count: u64) {
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        if pending.len() >= PENDING_MAX {
            pending.remove(0);
        }
        pending.push((by, count));
    }

    /// The key is stored with this setting aside as the last one.
    pub(crate) fn settle(&self, by: u64) {
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = pending.iter().position(|(own, _)| *own == by) {
            let (_, count) = pending.remove(found);
            self.left.fetch_add(count, Ordering::Relaxed);
        }
    }
}

/// A lease that outlives one reading of its key.
pub(crate) type SharedLease = Arc<Lease>;
