//! Passwords: how well they stand against guessing, and the verifiers that are kept of them.
//!
//! A verifier is format (1 byte), memory in KiB, passes and lanes (4 bytes each, big endian), salt (16), hash (32). Its cost
//! stands in it, so that a later version can ask for more and still read what is there.

use argon2::{Algorithm, Argon2, Params, Version};
use base::{Context, Fault, Result, Secret};
use zeroize::Zeroizing;
use zxcvbn::Score;

const FORMAT: u8 = 1;
/// 19 MiB, two passes, one lane: the OWASP minimum for Argon2id, about 25 ms of one core. Two run at once on a node.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
pub(crate) const SALT_BYTES: usize = 16;
const HASH_BYTES: usize = 32;
const HEAD_BYTES: usize = 1 + 3 * 4;

/// What a verifier is made from beside the password.
type Salt = [u8; SALT_BYTES];

/// The verifier of a password.
///
/// # Errors
/// A fault when the parameters are not good ones, which they are.
pub(crate) fn verifier(password: &Secret<String>, salt: &Salt) -> Result<Vec<u8>> {
    let hash = hash(password, salt, MEMORY_KIB, PASSES, LANES)?;
    let mut verifier = vec![FORMAT];
    for part in [MEMORY_KIB, PASSES, LANES] {
        verifier.extend_from_slice(&part.to_be_bytes());
    }
    verifier.extend_from_slice(salt);
    verifier.extend_from_slice(hash.as_slice());
    Ok(verifier)
}

/// Whether a password is the one that the verifier was made of. `None` stands for somebody who does not exist: the same
/// work is done, and the answer is no.
///
/// # Errors
/// A fault when the verifier is none of our formats.
pub(crate) fn matches(verifier: Option<&[u8]>, password: &Secret<String>) -> Result<bool> {
    let Some(verifier) = verifier else {
        hash(password, &[0; SALT_BYTES], MEMORY_KIB, PASSES, LANES)?;
        return Ok(false);
    };
    let (head, rest) = verifier
        .split_at_checked(HEAD_BYTES)
        .context("reading a verifier")?;
    let (salt, kept) = rest
        .split_at_checked(SALT_BYTES)
        .context("reading a verifier's salt")?;
    let (Some((&FORMAT, numbers)), Ok(salt)) = (head.split_first(), <&Salt>::try_from(salt)) else {
        return Err(Fault::new("a verifier of a format that this program does not know").into());
    };
    let (numbers, _) = numbers.as_chunks::<4>();
    let [memory, passes, lanes] = numbers else {
        return Err(Fault::new("a verifier without its cost").into());
    };
    let given = hash(
        password,
        salt,
        u32::from_be_bytes(*memory),
        u32::from_be_bytes(*passes),
        u32::from_be_bytes(*lanes),
    )?;
    Ok(is_equal(given.as_slice(), kept))
}

fn hash(
    password: &Secret<String>,
    salt: &Salt,
    memory_kib: u32,
    passes: u32,
    lanes: u32,
) -> Result<Zeroizing<[u8; HASH_BYTES]>> {
    let params = Params::new(memory_kib, passes, lanes, Some(HASH_BYTES))
        .map_err(|error| Fault::new(format!("the cost of a password hash: {error}")))?;
    let mut hash = Zeroizing::new([0; HASH_BYTES]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(password.expose().as_bytes(), salt, hash.as_mut_slice())
        .map_err(|error| Fault::new(format!("hashing a password: {error}")))?;
    Ok(hash)
}

/// Compares without stopping at the first difference.
pub(crate) fn is_equal(left: &[u8], right: &[u8]) -> bool {
    let differing = left
        .iter()
        .zip(right)
        .fold(0, |all, (left, right)| all | (left ^ right));
    left.len() == right.len() && std::hint::black_box(differing) == 0
}

/// Whether a password stands against 10^8 guesses by somebody who knows its person: `words` are their name, address and
/// organisation.
pub(crate) fn is_strong(password: &Secret<String>, words: &[String]) -> bool {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    zxcvbn::zxcvbn(password.expose(), &words).score() >= Score::Three
}

/// The words that a person's password must not be built of: whole, in their parts, and with the parts run together.
pub(crate) fn own_words(texts: &[&str]) -> Vec<String> {
    const PART_CHARS_MIN: usize = 2;
    let parts = |text: &str| -> Vec<String> {
        let parts = text.split(|c: char| !c.is_alphanumeric());
        parts.map(str::to_lowercase).collect()
    };
    texts
        .iter()
        .flat_map(|text| [vec![text.to_lowercase(), parts(text).concat()], parts(text)])
        .flatten()
        .filter(|word| word.chars().count() >= PART_CHARS_MIN)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Secret<String> {
        Secret::new(text.to_owned())
    }

    #[test]
    fn a_verifier_knows_its_password_only() {
        let verifier = verifier(&secret("correct horse battery"), &[7; 16]).unwrap();
        assert!(matches(Some(&verifier), &secret("correct horse battery")).unwrap());
        assert!(!matches(Some(&verifier), &secret("correct horse batterx")).unwrap());
        assert!(!matches(None, &secret("correct horse battery")).unwrap());
        assert!(matches(Some(b"\x02nonsense"), &secret("x")).is_err());
    }

    #[test]
    fn words_of_their_own_make_a_password_weak() {
        let password = secret("ZorblaxQuiltenfrag7");
        assert!(is_strong(&password, &[]));
        assert!(!is_strong(
            &password,
            &own_words(&["Zorblax Quiltenfrag", "zq@example.org"])
        ));
        assert!(!is_strong(&secret("password123"), &[]));
        assert!(is_strong(&secret("violet tram ladder 1987"), &[]));
    }
}
