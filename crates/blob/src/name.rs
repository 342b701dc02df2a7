//! What a blob is called in its store.

use std::{fmt, str::FromStr};

use base::{Entropy, Hex};

/// 16 random bytes, printed as 32 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name([u8; 16]);

impl Name {
    /// A name that nothing has.
    pub fn random(entropy: &dyn Entropy) -> Self {
        let mut bytes = [0u8; 16];
        entropy.fill(&mut bytes);
        Self(bytes)
    }

    /// Takes the bytes as they are, as read from a row.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The bytes as a row keeps them.
    pub const fn to_bytes(self) -> [u8; 16] {
        self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Hex(&self.0).fmt(f)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is not a name, or not the beginning of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParseNameError;

impl fmt::Display for ParseNameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not lower-case hex digits, or too many or too few of them")
    }
}

impl std::error::Error for ParseNameError {}

impl FromStr for Name {
    type Err = ParseNameError;

    fn from_str(text: &str) -> Result<Self, ParseNameError> {
        let prefix: Prefix = text.parse()?;
        if prefix.0.len() != 32 {
            return Err(ParseNameError);
        }
        u128::from_str_radix(&prefix.0, 16)
            .map(|number| Self(number.to_be_bytes()))
            .map_err(|_| ParseNameError)
    }
}

/// The beginning of names: up to 32 lower-case hex digits. Work on all blobs can be cut into slices by it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Prefix(String);

impl Prefix {
    /// The beginning of every name.
    pub const ALL: Self = Self(String::new());

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Prefix {
    type Err = ParseNameError;

    fn from_str(text: &str) -> Result<Self, ParseNameError> {
        let fine = text.len() <= 32
            && text
                .bytes()
                .all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
        if fine {
            Ok(Self(text.to_owned()))
        } else {
            Err(ParseNameError)
        }
    }
}

#[cfg(test)]
mod tests {
    use base::SystemEntropy;

    use super::*;

    #[test]
    fn names_read_back_as_printed_and_in_no_other_spelling() {
        let name = Name::random(&SystemEntropy);
        let text = name.to_string();
        assert_eq!(text.parse(), Ok(name));
        assert_eq!(Name::from_bytes(name.to_bytes()), name);
        let upper = "A".repeat(32);
        let spaced = format!("{} ", &text[..31]);
        let signed = format!("+{}", &text[..31]);
        let longer = format!("{text}0");
        for other in [
            "",
            "..",
            "../../../../../../etc/passwd00000",
            &text[..31],
            &upper,
            &spaced,
            &signed,
            &longer,
        ] {
            assert_eq!(other.parse::<Name>(), Err(ParseNameError), "{other}");
        }
    }

    #[test]
    fn prefixes_are_hex_digits_only() {
        assert_eq!("".parse(), Ok(Prefix::ALL));
        assert_eq!("0a".parse::<Prefix>().unwrap().as_str(), "0a");
        for other in ["/", "0A", "g", &"0".repeat(33)] {
            assert!(other.parse::<Prefix>().is_err(), "{other}");
        }
    }
}
