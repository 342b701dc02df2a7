//! The one thing we must read out of a certificate ourselves: when it ends.

use base::{Context, Result, Timestamp};

const INTEGER: u8 = 0x02;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;

/// `notAfter` of a DER certificate (RFC 5280 §4.1.2.5).
pub(super) fn not_after(certificate: &[u8]) -> Result<Timestamp> {
    read(certificate).context("the certificate's validity cannot be read")
}

fn read(certificate: &[u8]) -> Option<Timestamp> {
    let (certificate, _) = element(certificate, SEQUENCE)?;
    let (mut fields, _) = element(certificate, SEQUENCE)?;
    if let Some((_, rest)) = element(fields, VERSION) {
        fields = rest;
    }
    for tag in [INTEGER, SEQUENCE, SEQUENCE] {
        fields = element(fields, tag)?.1;
    }
    let (validity, _) = element(fields, SEQUENCE)?;
    let (_, after_begin) = any_time(validity)?;
    let (end, _) = any_time(after_begin)?;
    Some(end)
}

/// Content of the first element, if it has this tag, and what follows it (X.690 §8.1).
fn element(der: &[u8], wanted: u8) -> Option<(&[u8], &[u8])> {
    let (tag, rest) = der.split_first()?;
    let (first, rest) = rest.split_first()?;
    if *tag != wanted {
        return None;
    }
    let (length, rest) = if *first < 0x80 {
        (usize::from(*first), rest)
    } else {
        let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
        if digits.len() > 3 {
            return None;
        }
        (
            digits
                .iter()
                .fold(0, |length, digit| (length << 8) | usize::from(*digit)),
            rest,
        )
    };
    rest.split_at_checked(length)
}

/// `UTCTime` has two digits of the year (below 50: this century), `GeneralizedTime` four; both end in seconds and Z.
fn any_time(der: &[u8]) -> Option<(Timestamp, &[u8])> {
    let ((content, rest), is_short) = match element(der, UTC_TIME) {
        Some(found) => (found, true),
        None => (element(der, GENERALIZED_TIME)?, false),
    };
    let text = std::str::from_utf8(content).ok()?;
    let full = match (is_short, text.get(..2)?.parse::<u8>().ok()?) {
        (true, year) if year < 50 => format!("20{text}"),
        (true, _) => format!("19{text}"),
        (false, _) => text.to_owned(),
    };
    let part = |range: std::ops::Range<usize>| full.get(range);
    let moment = format!(
        "{}-{}-{}T{}:{}:{}",
        part(0..4)?,
        part(4..6)?,
        part(6..8)?,
        part(8..10)?,
        part(10..12)?,
        full.get(12..)?
    );
    Some((Timestamp::parse(&moment)?, rest))
}
