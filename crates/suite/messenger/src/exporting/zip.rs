//! The bytes of a ZIP archive whose members are stored as they are: headers, directory, and the checksum of a member.
//!
//! After PKWARE's APPNOTE.TXT 6.3.10: §4.3.7 (local header), §4.3.12 (directory), §4.3.14 and 4.3.15 (its end beyond 4 GiB),
//! §4.3.16 (its end), §4.4 (fields), §4.5.3 (the extra field with sizes of 64 bits). The checksum is the CRC-32 of ISO 3309,
//! which APPNOTE names in §4.4.7. Sizes and offsets of 64 bits are written only where 32 do not suffice, so that old readers
//! read what they can.

use base::Timestamp;

use crate::content::Entry;

/// A field of 32 bits that says: look into the extra field.
const BEYOND: u32 = u32::MAX;
/// What a reader must know: 2.0 for a plain member, 4.5 for sizes of 64 bits.
const VERSION: u16 = 20;
const VERSION_64: u16 = 45;
/// Made on Unix, where the mode of a file stands in the upper half of the external attributes.
const MADE_BY: u16 = (3 << 8) | VERSION_64;
const MODE: u32 = 0o100_644 << 16;
/// Bit 11: names are UTF-8.
const FLAGS: u16 = 1 << 11;

/// What stands before a member's bytes.
pub(crate) fn local_header(entry: &Entry) -> Vec<u8> {
    let size = narrow(entry.size);
    let mut extra = Vec::new();
    if size == BEYOND {
        put16(&mut extra, 1);
        put16(&mut extra, 16);
        put64(&mut extra, entry.size);
        put64(&mut extra, entry.size);
    }
    let mut bytes = Vec::new();
    put32(&mut bytes, 0x0403_4b50);
    put16(&mut bytes, version(!extra.is_empty()));
    common(&mut bytes, entry, size, &extra);
    bytes.extend_from_slice(entry.name.as_bytes());
    bytes.extend_from_slice(&extra);
    bytes
}

/// What the directory says of a member.
pub(crate) fn directory_entry(entry: &Entry) -> Vec<u8> {
    let (size, offset) = (narrow(entry.size), narrow(entry.offset));
    let mut wide = Vec::new();
    if size == BEYOND {
        put64(&mut wide, entry.size);
        put64(&mut wide, entry.size);
    }
    if offset == BEYOND {
        put64(&mut wide, entry.offset);
    }
    let mut extra = Vec::new();
    if !wide.is_empty() {
        put16(&mut extra, 1);
        put16(&mut extra, length(&wide));
        extra.extend_from_slice(&wide);
    }
    let mut bytes = Vec::new();
    put32(&mut bytes, 0x0201_4b50);
    put16(&mut bytes, MADE_BY);
    put16(&mut bytes, version(!extra.is_empty()));
    common(&mut bytes, entry, size, &extra);
    // No comment, one disk, no internal attributes.
    bytes.extend_from_slice(&[0; 6]);
    put32(&mut bytes, MODE);
    put32(&mut bytes, offset);
    bytes.extend_from_slice(entry.name.as_bytes());
    bytes.extend_from_slice(&extra);
    bytes
}

/// What stands behind the directory, which has so many entries and lies in `begin..end`.
pub(crate) fn directory_end(entries: u64, begin: u64, end: u64) -> Vec<u8> {
    let size = end.saturating_sub(begin);
    let count = u16::try_from(entries).unwrap_or(u16::MAX);
    let mut bytes = Vec::new();
    if count == u16::MAX || narrow(size) == BEYOND || narrow(begin) == BEYOND {
        put32(&mut bytes, 0x0606_4b50);
        // How long the record is behind this field.
        put64(&mut bytes, 44);
        put16(&mut bytes, MADE_BY);
        put16(&mut bytes, VERSION_64);
        bytes.extend_from_slice(&[0; 8]);
        for value in [entries, entries, size, begin] {
            put64(&mut bytes, value);
        }
        // The locator of the record above.
        put32(&mut bytes, 0x0706_4b50);
        put32(&mut bytes, 0);
        put64(&mut bytes, end);
        put32(&mut bytes, 1);
    }
    put32(&mut bytes, 0x0605_4b50);
    bytes.extend_from_slice(&[0; 4]);
    put16(&mut bytes, count);
    put16(&mut bytes, count);
    put32(&mut bytes, narrow(size));
    put32(&mut bytes, narrow(begin));
    put16(&mut bytes, 0);
    bytes
}

/// What both headers of a member have in common, from the flags to the length of the extra field.
fn common(bytes: &mut Vec<u8>, entry: &Entry, size: u32, extra: &[u8]) {
    let (time, date) = clock(entry.at);
    put16(bytes, FLAGS);
    // Method 0: stored.
    put16(bytes, 0);
    put16(bytes, time);
    put16(bytes, date);
    put32(bytes, entry.crc);
    put32(bytes, size);
    put32(bytes, size);
    put16(bytes, length(entry.name.as_bytes()));
    put16(bytes, length(extra));
}

const fn version(is_wide: bool) -> u16 {
    match is_wide {
        true => VERSION_64,
        false => VERSION,
    }
}

fn narrow(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(BEYOND)
}

/// Names have far less than 64 KiB.
fn length(bytes: &[u8]) -> u16 {
    u16::try_from(bytes.len()).unwrap_or(u16::MAX)
}

/// Time and date as MS-DOS has them, in UTC: from 1980 on, in steps of two seconds.
fn clock(at: Timestamp) -> (u16, u16) {
    const FIRST: (u16, u16) = (0, (1 << 5) | 1);
    let text = at.to_string();
    let number = |range: std::ops::Range<usize>| text.get(range).and_then(|part| part.parse().ok());
    let parts: Option<Vec<u16>> = [0..4, 5..7, 8..10, 11..13, 14..16, 17..19]
        .into_iter()
        .map(number)
        .collect();
    match parts.as_deref() {
        Some(&[year @ 1980..=2107, month, day, hour, minute, second]) => (
            (hour << 11) | (minute << 5) | (second / 2),
            ((year - 1980) << 9) | (month << 5) | day,
        ),
        _ => FIRST,
    }
}

fn put16(bytes: &mut Vec<u8>, value: u16) {
    bytes.extend_from_slice(&value.to_le_bytes());
}

fn put32(bytes: &mut Vec<u8>, value: u32) {
    bytes.extend_from_slice(&value.to_le_bytes());
}

fn put64(bytes: &mut Vec<u8>, value: u64) {
    bytes.extend_from_slice(&value.to_le_bytes());
}

/// A checksum under way. Its only state is the sum so far, so that it goes on after a restart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Crc(u32);

/// How many bytes are taken at once; each has a table of its own.
const AT_ONCE: usize = 8;
static TABLES: [[u32; 256]; AT_ONCE] = tables();

#[expect(
    clippy::indexing_slicing,
    reason = "evaluated by the compiler, which refuses an index out of bounds"
)]
const fn tables() -> [[u32; 256]; AT_ONCE] {
    let mut tables = [[0; 256]; AT_ONCE];
    let (mut byte, mut at) = (0_u32, 0);
    while at < 256 {
        let (mut sum, mut bit) = (byte, 0);
        while bit < 8 {
            sum = match sum & 1 {
                0 => sum >> 1,
                _ => (sum >> 1) ^ 0xedb8_8320,
            };
            bit += 1;
        }
        tables[0][at] = sum;
        byte += 1;
        at += 1;
    }
    let mut table = 1;
    while table < AT_ONCE {
        let mut at = 0;
        while at < 256 {
            let before = tables[table - 1][at];
            tables[table][at] = (before >> 8) ^ tables[0][(before & 0xff) as usize];
            at += 1;
        }
        table += 1;
    }
    tables
}

impl Crc {
    /// Goes on from a sum.
    pub(crate) const fn from(sum: u32) -> Self {
        Self(sum)
    }

    pub(crate) fn add(&mut self, bytes: &[u8]) {
        let mut sum = !self.0;
        let (chunks, rest) = bytes.as_chunks::<AT_ONCE>();
        for chunk in chunks {
            let mixed = u64::from_le_bytes(*chunk) ^ u64::from(sum);
            sum = mixed
                .to_le_bytes()
                .iter()
                .zip(TABLES.iter().rev())
                .fold(0, |sum, (byte, table)| sum ^ look_up(table, *byte));
        }
        let [first, ..] = &TABLES;
        for byte in rest {
            let [low, ..] = sum.to_le_bytes();
            sum = (sum >> 8) ^ look_up(first, low ^ byte);
        }
        self.0 = !sum;
    }

    pub(crate) const fn sum(self) -> u32 {
        self.0
    }
}

fn look_up(table: &[u32; 256], byte: u8) -> u32 {
    table.get(usize::from(byte)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_one_that_everybody_means() {
        for (bytes, sum) in [
            (b"".as_slice(), 0),
            (b"a", 0xe8b7_be43),
            (b"123456789", 0xcbf4_3926),
            (b"The quick brown fox jumps over the lazy dog", 0x414f_a339),
        ] {
            let mut whole = Crc::default();
            whole.add(bytes);
            assert_eq!(whole.sum(), sum);
            for cut in 0..bytes.len() {
                let mut halves = Crc::default();
                halves.add(&bytes[..cut]);
                halves.add(&bytes[cut..]);
                assert_eq!(halves.sum(), sum, "cut at {cut}");
            }
        }
    }

    #[test]
    fn times_are_those_of_ms_dos() {
        let at = |text: &str| clock(Timestamp::parse(text).unwrap());
        let (time, date) = at("2026-11-25T09:10:58.900000Z");
        assert_eq!((time >> 11, time >> 5 & 63, time & 31), (9, 10, 29));
        assert_eq!((date >> 9, date >> 5 & 15, date & 31), (46, 11, 25));
        assert_eq!(at("1970-01-01T00:00:00Z"), at("1980-01-01T00:00:00Z"));
    }

    #[test]
    fn fields_of_64_bits_stand_only_where_they_are_needed() {
        let entry = |size, offset| Entry {
            name: "a".to_owned(),
            at: Timestamp::from_micros(0),
            crc: 1,
            size,
            offset,
        };
        assert_eq!(local_header(&entry(7, 9)).len(), 30 + 1);
        assert_eq!(directory_entry(&entry(7, 9)).len(), 46 + 1);
        let (large, far) = (1 << 32, 1 << 33);
        assert_eq!(local_header(&entry(large, 9)).len(), 30 + 1 + 20);
        assert_eq!(directory_entry(&entry(7, far)).len(), 46 + 1 + 12);
        assert_eq!(directory_entry(&entry(large, far)).len(), 46 + 1 + 28);
        assert_eq!(directory_end(65_534, 7, 9).len(), 22);
        assert_eq!(directory_end(65_535, 7, 9).len(), 22 + 56 + 20);
        assert_eq!(directory_end(1, far, far + 9).len(), 22 + 56 + 20);
    }
}
