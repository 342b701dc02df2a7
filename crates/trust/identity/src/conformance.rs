//! For tests of the whole house: what an authenticator application would show.

use base::{Result, Timestamp};

use crate::totp;

/// The code for this secret, as it was shown for typing.
///
/// # Errors
/// As [`totp::code`].
pub fn code(secret: &str, now: Timestamp) -> Result<String> {
    totp::code(&unbase32(secret), totp::step(now))
}

fn unbase32(text: &str) -> Vec<u8> {
    let bits = text.bytes().flat_map(|byte| {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            _ => byte.saturating_sub(b'2') + 26,
        };
        (0..5).rev().map(move |bit| (value >> bit) & 1)
    });
    let bits: Vec<u8> = bits.collect();
    bits.chunks_exact(8)
        .map(|byte| byte.iter().fold(0, |all, bit| (all << 1) | bit))
        .collect()
}
