//! The forms in which bytes travel: `vault:v<N>:<base64>`, PEM, and base64 by itself.

use data_encoding::{BASE64, BASE64URL_NOPAD, Encoding};
use zeroize::{Zeroize, Zeroizing};

use crate::problem::Problem;

/// Characters of one input: what a request may have at most.
pub const INPUT_CHARS_MAX: usize = 32 * 1024 * 1024;

/// What precedes the version.
const PREFIX: &str = "vault:v";
/// Digits that a version has at most.
const VERSION_DIGITS_MAX: usize = 9;

/// Bytes with the version of the key that they belong to.
pub(crate) struct Versioned<'a> {
    pub(crate) version: u32,
    pub(crate) body: &'a str,
}

impl<'a> Versioned<'a> {
    /// Takes `vault:v<N>:…` apart. `what` is what it is called in an answer: `ciphertext`, `signature`, `HMAC`.
    pub(crate) fn read(text: &'a str, what: &str) -> Result<Self, Problem> {
        let rest = text
            .strip_prefix(PREFIX)
            .ok_or_else(|| Problem::invalid(format!("invalid {what}: no prefix")))?;
        let (digits, body) = rest
            .split_once(':')
            .ok_or_else(|| Problem::invalid(format!("invalid {what}: wrong number of fields")))?;
        // One way to write a number, so that no other text stands for the same bytes.
        let is_number = (1..=VERSION_DIGITS_MAX).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.starts_with('0');
        let version = digits.parse().ok().filter(|_| is_number);
        let version = version.ok_or_else(|| {
            Problem::invalid(format!(
                "invalid {what}: version number could not be decoded"
            ))
        })?;
        Ok(Self { version, body })
    }

    pub(crate) fn bytes(&self, what: &str) -> Result<Vec<u8>, Problem> {
        decode(&BASE64, self.body)
            .ok_or_else(|| Problem::invalid(format!("invalid {what}: could not decode base64")))
    }

    pub(crate) fn url_bytes(&self, what: &str) -> Result<Vec<u8>, Problem> {
        decode(&BASE64URL_NOPAD, self.body)
            .ok_or_else(|| Problem::invalid(format!("invalid {what}: could not decode base64")))
    }
}

/// `vault:v<N>:<base64>`.
pub(crate) fn versioned(version: u32, bytes: &[u8]) -> String {
    encoded(version, &BASE64, bytes)
}

/// The same in base64url without padding.
pub(crate) fn versioned_url(version: u32, bytes: &[u8]) -> String {
    encoded(version, &BASE64URL_NOPAD, bytes)
}

fn encoded(version: u32, encoding: &Encoding, bytes: &[u8]) -> String {
    let head = PREFIX.len() + VERSION_DIGITS_MAX + 2;
    let mut text = String::with_capacity(head + encoding.encode_len(bytes.len()));
    text.push_str(PREFIX);
    text.push_str(&version.to_string());
    text.push(':');
    encoding.encode_append(bytes, &mut text);
    text
}

/// The bytes of a field in base64 (RFC 4648 §4), also with line breaks as older encoders write them. `name` is what the field is
/// called in an answer.
///
/// # Errors
/// [`Problem::Invalid`] when it is not base64 or too long.
pub fn base64_field(name: &str, text: &str) -> Result<Zeroizing<Vec<u8>>, Problem> {
    if text.len() > INPUT_CHARS_MAX {
        return Err(Problem::invalid(format!("{name} is too long")));
    }
    let bytes = decode(&BASE64, text).map(Zeroizing::new);
    bytes.ok_or_else(|| Problem::invalid(format!("failed to base64-decode {name}")))
}

fn decode(encoding: &Encoding, text: &str) -> Option<Vec<u8>> {
    let is_broken = |byte: &u8| matches!(byte, b'\r' | b'\n');
    if !text.as_bytes().iter().any(is_broken) {
        return encoding.decode(text.as_bytes()).ok();
    }
    let joined: Vec<u8> = text.bytes().filter(|byte| !is_broken(byte)).collect();
    encoding.decode(&Zeroizing::new(joined)).ok()
}

/// A PEM block (RFC 7468) in lines of 64 characters, with a line break at its end.
pub(crate) fn pem(label: &str, der: &[u8]) -> Zeroizing<String> {
    let mut body = BASE64.encode(der);
    let lines = body.len() / 64 + 1;
    let mut text = Zeroizing::new(String::with_capacity(
        body.len() + lines + 2 * label.len() + 40,
    ));
    text.push_str("-----BEGIN ");
    text.push_str(label);
    text.push_str("-----\n");
    let mut rest = body.as_str();
    while !rest.is_empty() {
        let (line, behind) = rest.split_at_checked(64).unwrap_or((rest, ""));
        text.push_str(line);
        text.push('\n');
        rest = behind;
    }
    text.push_str("-----END ");
    text.push_str(label);
    text.push_str("-----\n");
    body.zeroize();
    text
}
