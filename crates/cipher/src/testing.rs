//! What the tests of this crate share.

use base::{Entropy, Secret};

use crate::DataKey;

pub(crate) fn key(byte: u8) -> DataKey {
    DataKey::new(Secret::new([byte; 32]))
}

/// Gives 0, 1, 2, … at every call, so that a format can be compared byte by byte.
pub(crate) struct Counting;

impl Entropy for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        bytes
            .iter_mut()
            .zip(0..)
            .for_each(|(slot, value)| *slot = value);
    }
}
