//! Time-based one-time passwords (RFC 6238): HMAC-SHA1, six digits, steps of 30 seconds, as every authenticator application
//! expects them; and the recovery codes that stand in for them.

use base::{Context, Result, Timestamp};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

use crate::password::is_equal;

/// As long as the hash (RFC 4226 §4, R6 recommends 160 bits).
pub(crate) const SECRET_BYTES: usize = 20;
const STEP_S: i64 = 30;
const DIGITS: u32 = 6;
/// A code of the step before or after is taken too: clocks of phones drift.
const DRIFT_STEPS: i64 = 1;
/// 50 random bits each, behind a limit of tries.
pub(crate) const RECOVERY_CODES: usize = 10;
pub(crate) const RECOVERY_BYTES: usize = 10;
const RECOVERY_CHARS: usize = 10;

/// The time step of a moment (RFC 6238 §4.2).
pub(crate) const fn step(now: Timestamp) -> i64 {
    now.micros().div_euclid(STEP_S * 1_000_000)
}

/// The code of a step (RFC 4226 §5.3), leading zeros kept.
///
/// # Errors
/// A fault when the secret is no key, which any bytes are.
pub(crate) fn code(secret: &[u8], step: i64) -> Result<String> {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret).context("keying a one-time password")?;
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let offset = usize::from(digest.last().copied().unwrap_or(0) & 0x0f);
    let window = digest.iter().skip(offset).take(4);
    let number = window.fold(0_u32, |number, byte| (number << 8) | u32::from(*byte)) & 0x7fff_ffff;
    Ok(format!("{:06}", number % 10_u32.pow(DIGITS)))
}

/// The step whose code was given, if it is now or next to it and after `step_last`. All candidates are compared.
///
/// # Errors
/// As [`code`].
pub(crate) fn matching_step(
    secret: &[u8],
    given: &str,
    now: Timestamp,
    step_last: i64,
) -> Result<Option<i64>> {
    let given: String = given.chars().filter(|c| !c.is_whitespace()).collect();
    let mut found = None;
    for step in (step(now) - DRIFT_STEPS)..=(step(now) + DRIFT_STEPS) {
        let is_right = is_equal(code(secret, step)?.as_bytes(), given.as_bytes());
        if is_right && step > step_last {
            found = Some(step);
        }
    }
    Ok(found)
}

/// The address that a QR code shows to an authenticator application (the Key URI format that they share).
pub(crate) fn uri(issuer: &str, mail: &str, secret: &[u8]) -> String {
    let (issuer, mail) = (percent(issuer), percent(mail));
    let secret = base32(secret);
    format!(
        "otpauth://totp/{issuer}:{mail}?secret={secret}&issuer={issuer}&algorithm=SHA1&digits={DIGITS}&period={STEP_S}"
    )
}

/// Base32 without padding (RFC 4648 §6).
pub(crate) fn base32(bytes: &[u8]) -> String {
    const ALPHABET: [char; 32] = [
        'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O', 'P', 'Q', 'R',
        'S', 'T', 'U', 'V', 'W', 'X', 'Y', 'Z', '2', '3', '4', '5', '6', '7',
    ];
    bytes
        .chunks(5)
        .flat_map(|chunk| {
            let bits = chunk
                .iter()
                .fold(0_u64, |bits, byte| (bits << 8) | u64::from(*byte))
                << (8 * 5_usize.saturating_sub(chunk.len()));
            let digits = (chunk.len() * 8).div_ceil(5);
            (0..digits).filter_map(move |digit| {
                let value = (bits >> (35 - 5 * digit)) & 0x1f;
                usize::try_from(value)
                    .ok()
                    .and_then(|value| ALPHABET.get(value))
                    .copied()
            })
        })
        .collect()
}

fn percent(text: &str) -> String {
    text.bytes().fold(String::new(), |mut uri, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                uri.push(char::from(byte))
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
        uri
    })
}

/// A recovery code out of random bytes, as it is shown: two groups of five.
pub(crate) fn recovery_code(random: &[u8; RECOVERY_BYTES]) -> String {
    let text: String = base32(random).chars().take(RECOVERY_CHARS).collect();
    let text = text.to_lowercase();
    let (first, second) = text
        .split_at_checked(RECOVERY_CHARS / 2)
        .unwrap_or((&text, ""));
    format!("{first}-{second}")
}

/// One spelling for a recovery code, however it was typed.
pub(crate) fn recovery_spelling(given: &str) -> String {
    given
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .take(4 * RECOVERY_CHARS)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn the_vectors_of_rfc_6238_hold_in_six_digits() {
        let secret = b"12345678901234567890";
        for (seconds, expected) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code(secret, step(at(seconds))).unwrap(), expected);
        }
    }

    #[test]
    fn a_code_is_taken_one_step_early_or_late_and_once() {
        let (secret, now) = (b"12345678901234567890", at(1_000_000));
        let this = step(now);
        for (offset, taken) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
            let given = code(secret, this + offset).unwrap();
            let found = matching_step(secret, &given, now, 0).unwrap();
            assert_eq!(found.is_some(), taken, "{offset}");
        }
        let given = code(secret, this).unwrap();
        assert_eq!(matching_step(secret, &given, now, this).unwrap(), None);
        assert_eq!(
            matching_step(secret, &given, now, this - 1).unwrap(),
            Some(this)
        );
    }

    #[test]
    fn base32_is_that_of_rfc_4648() {
        for (bytes, text) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(base32(bytes.as_bytes()), text);
        }
    }

    #[test]
    fn recovery_codes_read_back_however_they_are_typed() {
        let shown = recovery_code(&[0xa5; 10]);
        assert_eq!(shown.len(), 11);
        let typed = format!(" {} ", shown.to_uppercase().replace('-', " "));
        assert_eq!(recovery_spelling(&typed), recovery_spelling(&shown));
    }
}
