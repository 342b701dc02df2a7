//! A share as a custodian keeps it: one line that names its store and its set, and shows when it was copied wrongly.
//!
//! `bastide1-` and base32 (RFC 4648 §6) in lower case, in groups: format (1 byte), store (4), set (4, big endian), place (1), share (32),
//! sum (4). What comes back may have spaces, other dashes left out, and capital letters.

use std::num::NonZeroU8;

use base::{Result, Secret};
use cipher::{DataKey, KeyShare, Sha256, equal, keyed_hash};
use data_encoding::BASE32_NOPAD;
use zeroize::Zeroizing;

use crate::quorum::SHARE_UNREADABLE;

const MARK: &str = "bastide1-";
const FORMAT: u8 = 1;
const STORE_BYTES: usize = 4;
const SUM_BYTES: usize = 4;
const BYTES: usize = 1 + STORE_BYTES + 4 + 1 + 32 + SUM_BYTES;
/// Characters between two dashes.
const GROUP: usize = 5;
/// What somebody may paste at most, in bytes.
const TEXT_BYTES_MAX: usize = 256;
const CHECK: &str = "bastide kms share check";

/// A share of a root key.
pub struct Share {
    /// The beginning of the hierarchy's id: whose share it is.
    pub(crate) store: [u8; STORE_BYTES],
    /// The set of shares that it is of.
    pub(crate) set: u32,
    pub(crate) key: KeyShare,
}

impl Share {
    pub(crate) fn new(hierarchy: [u8; 16], set: u32, key: KeyShare) -> Self {
        let store = store_of(hierarchy);
        Self { store, set, key }
    }

    /// Reads what a custodian has kept.
    ///
    /// # Errors
    /// [`SHARE_UNREADABLE`].
    pub fn read(text: &str) -> Result<Self> {
        Self::parse(text).ok_or_else(|| SHARE_UNREADABLE.into())
    }

    fn parse(text: &str) -> Option<Self> {
        if text.len() > TEXT_BYTES_MAX {
            return None;
        }
        let mut letters = Zeroizing::new(String::with_capacity(TEXT_BYTES_MAX));
        let kept = text
            .trim()
            .strip_prefix(MARK)
            .or_else(|| text.trim().strip_prefix(&MARK.to_uppercase()))?;
        letters.extend(
            kept.chars()
                .filter(|letter| !letter.is_whitespace() && *letter != '-'),
        );
        letters.make_ascii_uppercase();
        let mut bytes = Zeroizing::new([0u8; BYTES]);
        let length = BASE32_NOPAD.decode_len(letters.len()).ok()?;
        let room = bytes.get_mut(..length).filter(|_| length == BYTES)?;
        BASE32_NOPAD.decode_mut(letters.as_bytes(), room).ok()?;

        Self::from_array(&bytes)
    }

    /// Reads what [`Share::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`SHARE_UNREADABLE`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let array = bytes.try_into().ok();
        array
            .and_then(Self::from_array)
            .ok_or_else(|| SHARE_UNREADABLE.into())
    }

    fn from_array(bytes: &[u8; BYTES]) -> Option<Self> {
        let (body, sum) = bytes.split_last_chunk::<SUM_BYTES>()?;
        if !equal(&sum_of(body), sum) {
            return None;
        }
        let (format, rest) = body.split_first()?;
        let (store, rest) = rest.split_first_chunk::<STORE_BYTES>()?;
        let (set, rest) = rest.split_first_chunk::<4>()?;
        let (place, share) = rest.split_first()?;
        let key = KeyShare::new(NonZeroU8::new(*place)?, share.try_into().ok()?);
        (*format == FORMAT).then_some(Self {
            store: *store,
            set: u32::from_be_bytes(*set),
            key,
        })
    }

    /// The line for its custodian. A call of this is where a reviewer looks.
    pub fn text(&self) -> Secret<String> {
        let bytes = self.to_bytes();
        let mut letters = Zeroizing::new(BASE32_NOPAD.encode(&bytes));
        letters.make_ascii_lowercase();
        let mut text = String::with_capacity(TEXT_BYTES_MAX);
        text.push_str(MARK);
        for (index, letter) in letters.chars().enumerate() {
            if index > 0 && index % GROUP == 0 {
                text.push('-');
            }
            text.push(letter);
        }
        Secret::new(text)
    }

    /// The share for programs. A call of this is where a reviewer looks.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(BYTES));
        bytes.push(FORMAT);
        bytes.extend_from_slice(&self.store);
        bytes.extend_from_slice(&self.set.to_be_bytes());
        bytes.push(self.key.place().get());
        bytes.extend_from_slice(self.key.expose());
        let sum = sum_of(&bytes);
        bytes.extend_from_slice(&sum);
        bytes
    }

    /// Which of its set it is: from 1.
    pub const fn place(&self) -> NonZeroU8 {
        self.key.place()
    }

    pub(crate) fn is_of(&self, hierarchy: [u8; 16]) -> bool {
        self.store == store_of(hierarchy)
    }

    /// What the store keeps to tell the share again: a hash under the share itself, which is as random as a key.
    pub(crate) fn check(&self, hierarchy: [u8; 16]) -> [u8; 32] {
        let share = DataKey::from_slice(self.key.expose());
        let mut place = hierarchy.to_vec();
        place.extend_from_slice(&self.set.to_be_bytes());
        place.push(self.place().get());
        share.map_or([0; 32], |share| keyed_hash(&share, CHECK, &place))
    }
}

fn store_of(hierarchy: [u8; 16]) -> [u8; STORE_BYTES] {
    let mut store = [0; STORE_BYTES];
    let mut hash = Sha256::default();
    hash.update(b"bastide kms store");
    hash.update(&hierarchy);
    for (byte, own) in store.iter_mut().zip(hash.finish()) {
        *byte = own;
    }
    store
}

/// Finds what was copied wrongly. It guards nothing.
fn sum_of(body: &[u8]) -> [u8; SUM_BYTES] {
    let mut hash = Sha256::default();
    hash.update(b"bastide kms share");
    hash.update(body);
    let mut sum = [0; SUM_BYTES];
    for (byte, own) in sum.iter_mut().zip(hash.finish()) {
        *byte = own;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share() -> Share {
        let key = KeyShare::new(NonZeroU8::new(3).unwrap(), &[0xa5; 32]);
        Share::new([7; 16], 2, key)
    }

    #[test]
    fn a_share_comes_back_however_it_was_written_down() {
        let text = share().text();
        let text = text.expose();
        assert!(text.starts_with("bastide1-") && text.len() < 100, "{text}");
        for kept in [
            text.clone(),
            format!("  {text}\n"),
            text.to_uppercase(),
            format!("bastide1-{}", text["bastide1-".len()..].replace('-', " ")),
            format!("bastide1-{}", text["bastide1-".len()..].replace('-', "")),
        ] {
            let read = Share::read(&kept).unwrap();
            assert_eq!((read.set, read.place().get()), (2, 3));
            assert_eq!(read.key.expose(), &[0xa5; 32]);
            assert!(read.is_of([7; 16]) && !read.is_of([8; 16]));
            assert_eq!(read.check([7; 16]), share().check([7; 16]));
        }
    }

    #[test]
    fn a_letter_that_is_another_is_noticed() {
        let text = share().text();
        let text = text.expose();
        for at in MARK.len()..text.len() {
            let mut other = text.clone().into_bytes();
            if other[at] == b'-' {
                continue;
            }
            other[at] = if other[at] == b'a' { b'b' } else { b'a' };
            let other = String::from_utf8(other).unwrap();
            assert!(
                Share::read(&other).err().unwrap().is(&SHARE_UNREADABLE),
                "{other}"
            );
            assert!(Share::read(&text[..at]).is_err());
        }
        for none in ["", "bastide1-", "bastide2-aaaa", "a", &"a".repeat(1_000)] {
            assert!(Share::read(none).is_err());
        }
    }

    #[test]
    fn a_share_of_the_first_format_is_read_for_ever() {
        let first = share().text();
        let kept = "bastide1-aeznm-a6zaa-aaaaq-duws2-ljnfu-ws2lj-nfuws-2ljnf-uws2l-jnfuw-s2ljn-fuws2-ljnfu-wstyo-6kvy";
        assert_eq!(first.expose(), kept);
    }
}
