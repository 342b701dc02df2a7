//! A key in shares: Shamir's scheme (A. Shamir, How to share a secret, 1979) byte by byte over GF(2^8), with the polynomial
//! of AES (FIPS 197 §4.2). Any `threshold` shares give the key back; fewer say nothing about it.
//!
//! Nothing here branches on a secret or looks one up in a table: products are made with masks, in the same steps for all.

use std::{collections::BTreeSet, num::NonZeroU8};

use base::{Entropy, Secret};
use zeroize::Zeroizing;

use crate::{DataKey, key::filled};

const KEY_BYTES: usize = 32;
/// `x^8 + x^4 + x^3 + x + 1`, without its highest term.
const POLYNOMIAL: u8 = 0x1b;

/// One share of a key. Which one it is, is no secret.
pub struct KeyShare {
    place: NonZeroU8,
    bytes: Secret<[u8; KEY_BYTES]>,
}

/// Why a key is not split, or shares are not joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SharesError {
    /// The threshold is zero or more than there are shares.
    Threshold,
    /// No share, or one of them twice.
    Repeated,
}

impl KeyShare {
    /// A share as it was given out.
    pub fn new(place: NonZeroU8, bytes: &[u8; KEY_BYTES]) -> Self {
        Self {
            place,
            bytes: filled(|own| *own = *bytes),
        }
    }

    /// Which of the shares it is: from 1.
    pub const fn place(&self) -> NonZeroU8 {
        self.place
    }

    /// The bytes of the share. A call of this is where a reviewer looks.
    pub const fn expose(&self) -> &[u8; KEY_BYTES] {
        self.bytes.expose()
    }
}

/// Splits a key into so many shares, of which `threshold` give it back.
///
/// # Errors
/// [`SharesError::Threshold`].
pub fn split_key(
    key: &DataKey,
    shares: NonZeroU8,
    threshold: NonZeroU8,
    entropy: &dyn Entropy,
) -> Result<Vec<KeyShare>, SharesError> {
    if threshold > shares {
        return Err(SharesError::Threshold);
    }
    // A polynomial for each byte: the byte itself, then as many random coefficients as are needed beside it.
    let mut coefficients = Zeroizing::new(vec![[0u8; KEY_BYTES]; usize::from(threshold.get()) - 1]);
    for coefficient in coefficients.iter_mut() {
        entropy.fill(coefficient);
    }
    let at = |place: NonZeroU8| {
        filled(|bytes| {
            for coefficient in coefficients.iter().rev() {
                add(bytes, coefficient);
                scale(bytes, place.get());
            }
            add(bytes, key.expose());
        })
    };
    let places = (1..=shares.get()).filter_map(NonZeroU8::new);
    Ok(places
        .map(|place| KeyShare {
            place,
            bytes: at(place),
        })
        .collect())
}

/// The key that these shares give: the one that was split, if they are as many as its threshold and all of it. Of fewer, or
/// of shares of several keys, another comes out, which whoever asks has to tell from the right one.
///
/// # Errors
/// [`SharesError::Repeated`].
pub fn join_key(shares: &[KeyShare]) -> Result<DataKey, SharesError> {
    let places: BTreeSet<NonZeroU8> = shares.iter().map(KeyShare::place).collect();
    if shares.is_empty() || places.len() < shares.len() {
        return Err(SharesError::Repeated);
    }
    // Lagrange's polynomial at zero; adding and taking away are the same here.
    let joined = filled(|bytes| {
        for share in shares {
            let mut part = Zeroizing::new(*share.expose());
            scale(&mut part, weight(share.place, &places));
            add(bytes, &part);
        }
    });
    Ok(DataKey::new(joined))
}

/// What the share at a place counts, among those at these places.
fn weight(of: NonZeroU8, places: &BTreeSet<NonZeroU8>) -> u8 {
    let others = places.iter().filter(|place| **place != of);
    others.fold(1, |weight, other| {
        let distance = inverse(of.get() ^ other.get());
        multiply(weight, multiply(other.get(), distance))
    })
}

fn add(bytes: &mut [u8; KEY_BYTES], others: &[u8; KEY_BYTES]) {
    for (byte, other) in bytes.iter_mut().zip(others) {
        *byte ^= other;
    }
}

fn scale(bytes: &mut [u8; KEY_BYTES], by: u8) {
    for byte in bytes {
        *byte = multiply(*byte, by);
    }
}

/// The product, in eight steps whatever the factors are.
const fn multiply(left: u8, right: u8) -> u8 {
    let (mut left, mut right, mut product, mut step) = (left, right, 0, 0);
    while step < 8 {
        product ^= left & mask(right & 1);
        left = (left << 1) ^ (POLYNOMIAL & mask(left >> 7));
        right >>= 1;
        step += 1;
    }
    product
}

/// All ones for one, nothing for zero.
const fn mask(bit: u8) -> u8 {
    0u8.wrapping_sub(bit)
}

/// What gives one with it: its 254th power, as the field has 255 elements beside zero.
const fn inverse(of: u8) -> u8 {
    let (mut power, mut step) = (1, 0);
    while step < 254 {
        power = multiply(power, of);
        step += 1;
    }
    power
}

#[cfg(test)]
mod tests {
    use base::SystemEntropy;

    use super::*;
    use crate::testing::key;

    /// The same field and scheme as a schoolbook has them: products by long multiplication of polynomials, quotients by
    /// looking for them, and the value at zero by solving for the polynomial's coefficients.
    mod schoolbook {
        pub(super) fn product(left: u8, right: u8) -> u8 {
            let mut long = (0..8)
                .filter(|bit| right & (1 << bit) != 0)
                .fold(0u16, |sum, bit| sum ^ (u16::from(left) << bit));
            for bit in (8..15).rev() {
                if long & (1 << bit) != 0 {
                    long ^= 0x11b << (bit - 8);
                }
            }
            u8::try_from(long).unwrap()
        }

        pub(super) fn quotient(of: u8, by: u8) -> u8 {
            (0..=255).find(|found| product(*found, by) == of).unwrap()
        }

        /// The constant term of the polynomial through these points, by elimination.
        pub(super) fn at_zero(points: &[(u8, u8)]) -> u8 {
            let count = points.len();
            let mut rows: Vec<Vec<u8>> = points
                .iter()
                .map(|(x, y)| {
                    let mut row: Vec<u8> = vec![1];
                    for power in 1..count {
                        row.push(product(row[power - 1], *x));
                    }
                    row.push(*y);
                    row
                })
                .collect();
            for column in (0..count).rev() {
                let pivot = (0..=column).find(|row| rows[*row][column] != 0).unwrap();
                rows.swap(pivot, column);
                let lead = rows[column][column];
                for cell in &mut rows[column] {
                    *cell = quotient(*cell, lead);
                }
                let own = rows[column].clone();
                for row in &mut rows[..column] {
                    let factor = row[column];
                    for (cell, by) in row.iter_mut().zip(&own) {
                        *cell ^= product(factor, *by);
                    }
                }
            }
            rows[0][count]
        }
    }

    fn number(value: u8) -> NonZeroU8 {
        NonZeroU8::new(value).unwrap()
    }

    fn copy(share: &KeyShare) -> KeyShare {
        KeyShare::new(share.place, share.expose())
    }

    fn chosen(shares: &[KeyShare], among: u32) -> Vec<KeyShare> {
        let is_in = |index: &usize| among & (1 << index) != 0;
        let indices = (0..shares.len()).filter(is_in);
        indices.map(|index| copy(&shares[index])).collect()
    }

    #[test]
    fn the_field_is_that_of_the_schoolbook() {
        for left in 0..=255u8 {
            for right in 0..=255u8 {
                assert_eq!(multiply(left, right), schoolbook::product(left, right));
            }
            if left != 0 {
                assert_eq!(multiply(left, inverse(left)), 1);
                assert_eq!(inverse(left), schoolbook::quotient(1, left));
            }
        }
        // FIPS 197 §4.2: {57} · {83} = {c1}.
        assert_eq!(multiply(0x57, 0x83), 0xc1);
    }

    #[test]
    fn every_set_as_large_as_the_threshold_opens_and_no_smaller_one() {
        let secret = DataKey::generate(&SystemEntropy);
        let mut pairs = 0;
        for count in 1..=10u8 {
            for threshold in 1..=count {
                let shares =
                    split_key(&secret, number(count), number(threshold), &SystemEntropy).unwrap();
                for among in 1u32..1 << count {
                    let joined = join_key(&chosen(&shares, among)).unwrap();
                    let is_enough = among.count_ones() >= u32::from(threshold);
                    assert_eq!(
                        joined.expose() == secret.expose(),
                        is_enough,
                        "{threshold} of {count}, {among:b}"
                    );
                }
                pairs += 1;
            }
        }
        assert_eq!(pairs, 55);
    }

    #[test]
    fn the_schoolbook_reads_these_shares() {
        let secret = DataKey::generate(&SystemEntropy);
        for (count, threshold) in [(1, 1), (3, 2), (5, 3), (7, 7), (10, 6)] {
            let shares =
                split_key(&secret, number(count), number(threshold), &SystemEntropy).unwrap();
            for at in 0..KEY_BYTES {
                let last = shares.iter().rev().take(usize::from(threshold));
                let points: Vec<(u8, u8)> = last
                    .map(|share| (share.place.get(), share.expose()[at]))
                    .collect();
                assert_eq!(schoolbook::at_zero(&points), secret.expose()[at]);
            }
        }
    }

    /// For every value that the secret may have there is one polynomial through the shares at hand: they say nothing of it.
    #[test]
    fn one_share_fewer_leaves_every_secret_possible() {
        let shares = split_key(&key(7), number(5), number(3), &SystemEntropy).unwrap();
        let known: Vec<(u8, u8)> = shares[..2]
            .iter()
            .map(|share| (share.place.get(), share.expose()[0]))
            .collect();
        let mut possible: Vec<u8> = (0..=255)
            .map(|guess| schoolbook::at_zero(&[known[0], known[1], (3, guess)]))
            .collect();
        possible.sort_unstable();
        assert!(possible.into_iter().eq(0..=255));
    }

    #[test]
    fn coefficients_are_drawn_anew_and_evenly() {
        // Of a threshold of two, the share at one is the secret plus the coefficient: it takes every value about as often.
        let mut seen = [0u32; 256];
        for _ in 0..2_048 {
            let shares = split_key(&key(0), number(2), number(2), &SystemEntropy).unwrap();
            for byte in shares[0].expose() {
                seen[usize::from(*byte)] += 1;
            }
        }
        // 65,536 draws, 256 of each value: six standard deviations are 96.
        assert!(
            seen.iter().all(|times| times.abs_diff(256) < 96),
            "{seen:?}"
        );
    }

    #[test]
    fn what_cannot_be_split_or_joined_is_refused() {
        let split = |shares, threshold| {
            split_key(&key(1), number(shares), number(threshold), &SystemEntropy).err()
        };
        assert_eq!(split(2, 3), Some(SharesError::Threshold));
        assert_eq!(split(255, 255), None);
        let shares = split_key(&key(1), number(3), number(2), &SystemEntropy).unwrap();
        let twice = [copy(&shares[0]), copy(&shares[0])];
        assert_eq!(join_key(&twice).err(), Some(SharesError::Repeated));
        assert_eq!(join_key(&[]).err(), Some(SharesError::Repeated));
    }
}
