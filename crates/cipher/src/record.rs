//! Records: what people write, sealed for one place.
//!
//! Layout: format (1 byte), key version (4, big endian), nonce (24), ciphertext, tag (16).

use base::{Entropy, Secret, TenantId};

use crate::{
    DataKey, OpenError,
    hash::length,
    key::random,
    xaes::{self, NONCE_BYTES, TAG_BYTES},
};

const FORMAT: u8 = 1;
const HEAD_BYTES: usize = 1 + 4 + NONCE_BYTES;

/// Names a sealed field for ever. Number and name are both bound into every record of the field: they outlive renamed
/// columns and are never given to another field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Field {
    pub label: u32,
    pub name: &'static str,
}

/// The place for which a record is sealed. It opens there and nowhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordContext {
    /// The nil id for what belongs to the cell.
    pub tenant: TenantId,
    /// The resource whose key seals the record.
    pub resource: [u8; 16],
    pub field: Field,
    pub row: [u8; 16],
    /// The version of a row that changes, so that an older state of it does not pass for the present one; 0 for rows that do not.
    pub row_version: u64,
}

/// Seals `plaintext` for the place `context` under `key`, whose version is written into the result.
/// The result is 45 bytes longer.
pub fn seal_record(
    key: &DataKey,
    key_version: u32,
    context: &RecordContext,
    plaintext: &[u8],
    entropy: &dyn Entropy,
) -> Vec<u8> {
    let nonce = random::<NONCE_BYTES>(entropy);
    let associated = associated_data(key_version, context);
    let mut body = Vec::with_capacity(plaintext.len() + TAG_BYTES);
    body.extend_from_slice(plaintext);
    xaes::seal(key, &nonce, &associated, &mut body);

    let mut sealed = Vec::with_capacity(HEAD_BYTES + body.len());
    sealed.push(FORMAT);
    sealed.extend_from_slice(&key_version.to_be_bytes());
    sealed.extend_from_slice(&nonce);
    sealed.extend_from_slice(&body);
    sealed
}

/// Opens what [`seal_record`] sealed for the same place under the same key.
pub fn open_record(
    key: &DataKey,
    context: &RecordContext,
    sealed: &[u8],
) -> Result<Secret<Vec<u8>>, OpenError> {
    let record = Record::read(sealed)?;
    let associated = associated_data(record.key_version, context);
    let mut body = record.body.to_vec();
    xaes::open(key, record.nonce, &associated, &mut body).ok_or(OpenError::Rejected)?;
    Ok(Secret::new(body))
}

/// The version of the key under which a record was sealed; `None` if it is none of our formats.
pub fn record_key_version(sealed: &[u8]) -> Option<u32> {
    Record::read(sealed).ok().map(|record| record.key_version)
}

struct Record<'a> {
    key_version: u32,
    nonce: &'a [u8; NONCE_BYTES],
    body: &'a [u8],
}

impl<'a> Record<'a> {
    fn read(sealed: &'a [u8]) -> Result<Self, OpenError> {
        let (format, rest) = sealed.split_first().ok_or(OpenError::Malformed)?;
        if *format != FORMAT {
            return Err(OpenError::UnknownFormat(*format));
        }
        let (version, rest) = rest.split_first_chunk::<4>().ok_or(OpenError::Malformed)?;
        let (nonce, body) = rest
            .split_first_chunk::<NONCE_BYTES>()
            .ok_or(OpenError::Malformed)?;
        if body.len() < TAG_BYTES {
            return Err(OpenError::Malformed);
        }
        Ok(Self {
            key_version: u32::from_be_bytes(*version),
            nonce,
            body,
        })
    }
}

/// Parts of fixed length in fixed order, and the one of varying length behind its length: no two places encode alike.
fn associated_data(key_version: u32, context: &RecordContext) -> Vec<u8> {
    let name = context.field.name.as_bytes();
    let mut bytes = Vec::with_capacity(1 + 16 + 16 + 4 + 8 + name.len() + 16 + 8 + 4);
    bytes.push(FORMAT);
    bytes.extend_from_slice(&context.tenant.to_bytes());
    bytes.extend_from_slice(&context.resource);
    bytes.extend_from_slice(&context.field.label.to_be_bytes());
    bytes.extend_from_slice(&length(name));
    bytes.extend_from_slice(name);
    bytes.extend_from_slice(&context.row);
    bytes.extend_from_slice(&context.row_version.to_be_bytes());
    bytes.extend_from_slice(&key_version.to_be_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use base::SystemEntropy;

    use super::*;
    use crate::testing::{Counting, key};

    const BODY: Field = Field {
        label: 7,
        name: "messenger.message.body",
    };
    const PLACE: RecordContext = RecordContext {
        tenant: TenantId::from_bytes([1; 16]),
        resource: [2; 16],
        field: BODY,
        row: [3; 16],
        row_version: 4,
    };

    #[test]
    fn what_was_sealed_opens_at_its_place() {
        for plaintext in [&b""[..], b"x", "早上好".as_bytes(), &[0; 100_000]] {
            let sealed = seal_record(&key(1), 9, &PLACE, plaintext, &SystemEntropy);
            assert_eq!(sealed.len(), plaintext.len() + 45);
            assert_eq!(record_key_version(&sealed), Some(9));
            assert_eq!(
                open_record(&key(1), &PLACE, &sealed).ok().unwrap().expose(),
                plaintext
            );
        }
    }

    #[test]
    fn the_same_text_never_looks_the_same() {
        let first = seal_record(&key(1), 1, &PLACE, b"hello", &SystemEntropy);
        let second = seal_record(&key(1), 1, &PLACE, b"hello", &SystemEntropy);
        assert_ne!(first, second);
    }

    #[test]
    fn a_record_opens_nowhere_else() {
        let sealed = seal_record(&key(1), 1, &PLACE, b"hello", &SystemEntropy);
        let elsewhere = [
            RecordContext {
                tenant: TenantId::from_bytes([9; 16]),
                ..PLACE
            },
            RecordContext {
                resource: [9; 16],
                ..PLACE
            },
            RecordContext {
                field: Field { label: 8, ..BODY },
                ..PLACE
            },
            RecordContext {
                field: Field {
                    name: "messenger.message.bod",
                    ..BODY
                },
                ..PLACE
            },
            RecordContext {
                row: [9; 16],
                ..PLACE
            },
            RecordContext {
                row_version: 5,
                ..PLACE
            },
            RecordContext {
                resource: PLACE.row,
                row: PLACE.resource,
                ..PLACE
            },
        ];
        for place in elsewhere {
            assert_eq!(
                open_record(&key(1), &place, &sealed).err(),
                Some(OpenError::Rejected),
                "{place:?}"
            );
        }
        assert_eq!(
            open_record(&key(2), &PLACE, &sealed).err(),
            Some(OpenError::Rejected)
        );
    }

    #[test]
    fn no_bit_of_a_record_can_change() {
        let sealed = seal_record(&key(1), 1, &PLACE, b"a few words", &SystemEntropy);
        for position in 0..sealed.len() {
            for bit in 0..8 {
                let mut changed = sealed.clone();
                changed[position] ^= 1 << bit;
                let error = open_record(&key(1), &PLACE, &changed).err().unwrap();
                let expected = match position {
                    0 => OpenError::UnknownFormat(changed[0]),
                    _ => OpenError::Rejected,
                };
                assert_eq!(error, expected, "byte {position}, bit {bit}");
            }
        }
    }

    /// Bit by bit through what is stored, and through where it stands.
    #[test]
    fn ten_thousand_changed_bits_are_as_many_refusals() {
        let flip = |bytes: [u8; 16], bit: usize| {
            let mut bytes = bytes;
            bytes[bit / 8] ^= 1 << (bit % 8);
            bytes
        };
        let mut refused = 0;
        for words in 0..12 {
            let text = "a few words ".repeat(words);
            let sealed = seal_record(&key(1), 1, &PLACE, text.as_bytes(), &SystemEntropy);
            for bit in 0..sealed.len() * 8 {
                let mut changed = sealed.clone();
                changed[bit / 8] ^= 1 << (bit % 8);
                assert!(open_record(&key(1), &PLACE, &changed).is_err(), "bit {bit}");
                refused += 1;
            }
            let label = |bit: usize| Field {
                label: BODY.label ^ (1 << (bit % 32)),
                ..BODY
            };
            for bit in 0..128 {
                let tenant = TenantId::from_bytes(flip(PLACE.tenant.to_bytes(), bit));
                let resource = flip(PLACE.resource, bit);
                let row = flip(PLACE.row, bit);
                let (field, row_version) = (label(bit), PLACE.row_version ^ (1 << (bit % 64)));
                for elsewhere in [
                    RecordContext { tenant, ..PLACE },
                    RecordContext { resource, ..PLACE },
                    RecordContext { row, ..PLACE },
                    RecordContext { field, ..PLACE },
                    RecordContext {
                        row_version,
                        ..PLACE
                    },
                ] {
                    let opened = open_record(&key(1), &elsewhere, &sealed);
                    assert_eq!(opened.err(), Some(OpenError::Rejected), "bit {bit}");
                    refused += 1;
                }
            }
        }
        assert!(refused > 10_000, "{refused}");
    }

    #[test]
    fn no_part_of_a_record_passes_for_the_whole() {
        let sealed = seal_record(&key(1), 1, &PLACE, b"a few words", &SystemEntropy);
        for end in 0..sealed.len() {
            let error = open_record(&key(1), &PLACE, &sealed[..end]).err().unwrap();
            let expected = if end < 45 {
                OpenError::Malformed
            } else {
                OpenError::Rejected
            };
            assert_eq!(error, expected, "{end} bytes");
        }
        let longer = [sealed.as_slice(), &[0]].concat();
        assert!(open_record(&key(1), &PLACE, &longer).is_err());
    }

    #[test]
    fn a_record_of_the_first_format_is_read_for_ever() {
        let sealed = seal_record(&key(1), 1, &PLACE, b"hello", &Counting);
        let first = "0100000001000102030405060708090a0b0c0d0e0f1011121314151617\
                     c2ccfe5186c44e41180492de14044e6a65b881859c";
        assert_eq!(hex::encode(&sealed), first);
        assert_eq!(
            open_record(&key(1), &PLACE, &sealed).ok().unwrap().expose(),
            b"hello"
        );
    }
}
