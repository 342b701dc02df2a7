//! Percent-encoding (RFC 3986 §2.1), read strictly.

use base::Result;

use crate::refusals;

/// Decodes one segment of a path.
///
/// # Errors
/// `gate.path_malformed` for broken encoding, text that is not UTF-8, and control characters.
pub(crate) fn decode_segment(segment: &str) -> Result<String> {
    decode(segment.as_bytes(), Plus::IsPlus).ok_or_else(|| refusals::PATH_MALFORMED.into())
}

/// The pairs of a query, as forms encode them (WHATWG URL §5): a plus is a space.
///
/// # Errors
/// `gate.query_malformed`.
pub(super) fn query_pairs(query: &str) -> Result<Vec<(String, String)>> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let decoded =
                decode(name.as_bytes(), Plus::IsSpace).zip(decode(value.as_bytes(), Plus::IsSpace));
            decoded.ok_or_else(|| refusals::QUERY_MALFORMED.into())
        })
        .collect()
}

#[derive(Clone, Copy)]
enum Plus {
    IsPlus,
    IsSpace,
}

fn decode(text: &[u8], plus: Plus) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.iter();
    while let Some(byte) = rest.next() {
        let decoded = match (*byte, plus) {
            (b'%', _) => (nibble(*rest.next()?)? << 4) | nibble(*rest.next()?)?,
            (b'+', Plus::IsSpace) => b' ',
            (plain, _) => plain,
        };
        bytes.push(decoded);
    }
    String::from_utf8(bytes)
        .ok()
        .filter(|text| !text.contains(|c: char| c.is_ascii_control()))
}

fn nibble(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}
