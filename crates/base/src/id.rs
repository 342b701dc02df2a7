//! Identifiers: UUIDv7 inside (RFC 9562 §5.7), printed as a prefix and 32 lower-case hex digits.

use std::{fmt, hash, marker::PhantomData, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Entropy, Timestamp};

/// Says what an identifier names; carries the printed prefix.
pub trait IdKind: 'static {
    /// What the printed form begins with, underscore included.
    const PREFIX: &'static str;
}

/// The kinds of identifiers. Each is an empty type that only marks an [`Id`].
pub mod kinds {
    use super::IdKind;

    pub struct Account;
    pub struct Avatar;
    pub struct Blob;
    pub struct Cell;
    pub struct Chat;
    pub struct Content;
    pub struct Entry;
    pub struct Event;
    pub struct File;
    pub struct Grant;
    pub struct Invitation;
    pub struct Job;
    pub struct Key;
    pub struct Message;
    pub struct Person;
    pub struct Request;
    pub struct Session;
    pub struct Tenant;

    impl IdKind for Account {
        const PREFIX: &'static str = "u_";
    }
    impl IdKind for Avatar {
        const PREFIX: &'static str = "av_";
    }
    impl IdKind for Blob {
        const PREFIX: &'static str = "b_";
    }
    impl IdKind for Cell {
        const PREFIX: &'static str = "c_";
    }
    impl IdKind for Chat {
        const PREFIX: &'static str = "oc_";
    }
    impl IdKind for Content {
        const PREFIX: &'static str = "fc_";
    }
    impl IdKind for Entry {
        const PREFIX: &'static str = "e_";
    }
    impl IdKind for Event {
        const PREFIX: &'static str = "ev_";
    }
    impl IdKind for File {
        const PREFIX: &'static str = "f_";
    }
    impl IdKind for Grant {
        const PREFIX: &'static str = "g_";
    }
    impl IdKind for Invitation {
        const PREFIX: &'static str = "i_";
    }
    impl IdKind for Job {
        const PREFIX: &'static str = "j_";
    }
    impl IdKind for Key {
        const PREFIX: &'static str = "k_";
    }
    impl IdKind for Message {
        const PREFIX: &'static str = "om_";
    }
    impl IdKind for Person {
        const PREFIX: &'static str = "p_";
    }
    impl IdKind for Request {
        const PREFIX: &'static str = "r_";
    }
    impl IdKind for Session {
        const PREFIX: &'static str = "s_";
    }
    impl IdKind for Tenant {
        const PREFIX: &'static str = "t_";
    }
}

pub type AccountId = Id<kinds::Account>;
pub type AvatarId = Id<kinds::Avatar>;
pub type BlobId = Id<kinds::Blob>;
pub type CellId = Id<kinds::Cell>;
pub type ChatId = Id<kinds::Chat>;
pub type ContentId = Id<kinds::Content>;
pub type EntryId = Id<kinds::Entry>;
pub type EventId = Id<kinds::Event>;
pub type FileId = Id<kinds::File>;
pub type GrantId = Id<kinds::Grant>;
pub type InvitationId = Id<kinds::Invitation>;
pub type JobId = Id<kinds::Job>;
pub type KeyId = Id<kinds::Key>;
pub type MessageId = Id<kinds::Message>;
pub type PersonId = Id<kinds::Person>;
pub type RequestId = Id<kinds::Request>;
pub type SessionId = Id<kinds::Session>;
pub type TenantId = Id<kinds::Tenant>;

/// A 16-byte identifier of one kind. Sorts by the time of its making.
pub struct Id<K> {
    bytes: [u8; 16],
    kind: PhantomData<fn() -> K>,
}

impl<K> Id<K> {
    /// The nil identifier. For tenants it names the cell itself; nothing else uses it.
    pub const NIL: Self = Self::from_bytes([0; 16]);

    /// Takes the bytes as they are, as read from storage.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self {
            bytes,
            kind: PhantomData,
        }
    }

    /// The bytes as stored.
    pub const fn to_bytes(self) -> [u8; 16] {
        self.bytes
    }

    /// The same bytes under another kind: for code that treats all resources alike.
    pub const fn cast<L>(self) -> Id<L> {
        Id::from_bytes(self.bytes)
    }

    /// A new identifier: 48 bits of milliseconds, 74 random bits (RFC 9562 §5.7).
    pub fn generate(now: Timestamp, entropy: &dyn Entropy) -> Self {
        let mut bytes = [0u8; 16];
        entropy.fill(&mut bytes);
        let millis = (now.micros() / 1_000).max(0).to_be_bytes();
        for (slot, byte) in bytes.iter_mut().zip(millis.into_iter().skip(2)) {
            *slot = byte;
        }
        let [.., version, _, variant, _, _, _, _, _, _, _] = &mut bytes;
        *version = (*version & 0x0f) | 0x70;
        *variant = (*variant & 0x3f) | 0x80;
        Self::from_bytes(bytes)
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for Id<K> {}
impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}
impl<K> Eq for Id<K> {}
impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.bytes.cmp(&other.bytes)
    }
}
impl<K> hash::Hash for Id<K> {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.bytes.hash(state);
    }
}

impl<K: IdKind> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(K::PREFIX)?;
        Hex(&self.bytes).fmt(f)
    }
}
impl<K: IdKind> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Bytes as lower-case hex digits.
#[derive(Clone, Copy)]
pub struct Hex<'a>(pub &'a [u8]);

impl fmt::Display for Hex<'_> {
    /// Digits leave in runs: one call of the formatter for each byte would cost more than the rest of a log line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut digits = [0; 64];
        for bytes in self.0.chunks(32) {
            for (pair, byte) in digits.chunks_exact_mut(2).zip(bytes) {
                pair.copy_from_slice(&[digit(byte >> 4), digit(byte & 0x0f)]);
            }
            let run = digits.get(..bytes.len() * 2).unwrap_or_default();
            f.write_str(str::from_utf8(run).map_err(|_| fmt::Error)?)?;
        }
        Ok(())
    }
}

const fn digit(nibble: u8) -> u8 {
    match nibble {
        0..=9 => b'0' + nibble,
        _ => b'a' + (nibble - 10),
    }
}

/// The text is not a prefix of this kind and 32 lower-case hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParseIdError;

impl fmt::Display for ParseIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an identifier of this kind")
    }
}
impl std::error::Error for ParseIdError {}

impl<K: IdKind> FromStr for Id<K> {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        let digits = text.strip_prefix(K::PREFIX).ok_or(ParseIdError)?.as_bytes();
        if digits.len() != 32 {
            return Err(ParseIdError);
        }
        let mut bytes = [0u8; 16];
        for (slot, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let [high, low] = pair else {
                return Err(ParseIdError);
            };
            *slot = (nibble(*high)? << 4) | nibble(*low)?;
        }
        Ok(Self::from_bytes(bytes))
    }
}

fn nibble(digit: u8) -> Result<u8, ParseIdError> {
    match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'a'..=b'f' => Ok(digit - b'a' + 10),
        _ => Err(ParseIdError),
    }
}

impl<K: IdKind> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, K: IdKind> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl<K: IdKind> schemars::JsonSchema for Id<K> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("Id_{}", K::PREFIX.trim_end_matches('_')).into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": format!("^{}[0-9a-f]{{32}}$", K::PREFIX),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SystemEntropy;

    #[test]
    fn printed_ids_read_back_and_sort_by_time() {
        let early = ChatId::generate(Timestamp::from_micros(1_000_000), &SystemEntropy);
        let late = ChatId::generate(Timestamp::from_micros(2_000_000), &SystemEntropy);
        assert!(early < late);
        assert_eq!(early.to_string().parse::<ChatId>(), Ok(early));
        assert!(early.to_string().starts_with("oc_"));
        assert_eq!(early.to_bytes()[6] >> 4, 7);
    }

    #[test]
    fn other_kinds_and_other_spellings_are_refused() {
        let id = ChatId::generate(Timestamp::from_micros(1), &SystemEntropy).to_string();
        assert!(id.parse::<MessageId>().is_err());
        assert!(id.to_uppercase().parse::<ChatId>().is_err());
        assert!(format!("{id}0").parse::<ChatId>().is_err());
        assert!("oc_zz".parse::<ChatId>().is_err());
    }

    #[test]
    fn bytes_of_any_length_are_hex_digits() {
        assert_eq!(Hex(&[]).to_string(), "");
        assert_eq!(Hex(&[0x00, 0x09, 0xaf, 0xff]).to_string(), "0009afff");
        assert_eq!(Hex(&[0xb1; 33]).to_string(), "b1".repeat(33));
    }
}
