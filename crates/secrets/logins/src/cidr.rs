//! Blocks of addresses in CIDR notation (RFC 4632 §3.1, RFC 4291 §2.3). Records keep them as texts.

use std::{fmt, net::IpAddr};

use logical::{Failure, Fields};

/// An address and how many of its first bits count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Block {
    address: IpAddr,
    prefix: u32,
}

impl Block {
    /// An address, which stands for itself alone, or `address/prefix`. IPv4 addresses in IPv6 form are IPv4 addresses.
    fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let width = width(address);
        let prefix = match prefix {
            None => width,
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                digits.parse().ok()?
            }
            Some(_) => return None,
        };
        if prefix > width {
            return None;
        }
        let canonical = address.to_canonical();
        match prefix.checked_sub(width - self::width(canonical)) {
            Some(prefix) => Some(Self {
                address: canonical,
                prefix,
            }),
            None => Some(Self { address, prefix }),
        }
    }

    fn contains(self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let differing = own.to_bits() ^ other.to_bits();
                differing.leading_zeros() >= self.prefix
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let differing = own.to_bits() ^ other.to_bits();
                differing.leading_zeros() >= self.prefix
            }
            _ => false,
        }
    }

    /// Whether everything in the other block is in this one.
    fn covers(self, other: Self) -> bool {
        self.prefix <= other.prefix && self.contains(other.address)
    }
}

impl fmt::Display for Block {
    /// An address by itself is printed without a prefix.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.prefix == width(self.address) {
            true => self.address.fmt(f),
            false => write!(f, "{}/{}", self.address, self.prefix),
        }
    }
}

const fn width(address: IpAddr) -> u32 {
    match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}

/// The blocks of a field, as they were written.
pub(crate) fn read(fields: Fields<'_>, name: &str) -> Result<Option<Vec<String>>, Failure> {
    let list = fields.list(name)?;
    if let Some(bad) = list
        .iter()
        .flatten()
        .find(|text| Block::parse(text).is_none())
    {
        return Err(Failure::Invalid(format!(
            "invalid CIDR blocks: {bad:?} in {name} is neither an address nor a block of addresses"
        )));
    }
    Ok(list)
}

/// The blocks in the form in which tokens have them.
pub(crate) fn in_token_form(list: &[String]) -> Vec<String> {
    let blocks = list.iter().filter_map(|text| Block::parse(text));
    blocks.map(|block| block.to_string()).collect()
}

/// Whether a text is an address or a block of addresses.
pub fn is_cidr(text: &str) -> bool {
    Block::parse(text).is_some()
}

/// Whether somebody may come from an address: from everywhere where there are no blocks, otherwise from within one. Who comes
/// from nowhere that is known may not.
pub fn lets(list: &[String], source: Option<IpAddr>) -> bool {
    let mut blocks = list.iter().filter_map(|text| Block::parse(text));
    list.is_empty() || source.is_some_and(|source| blocks.any(|block| block.contains(source)))
}

/// Whether every block of one list lies in a block of the other. An empty outer list is everywhere. An empty inner one has nothing to
/// check: then the outer list binds by itself.
pub(crate) fn is_within(inner: &[String], outer: &[String]) -> bool {
    let is_covered = |text: &String| {
        let mut outer = outer.iter().filter_map(|text| Block::parse(text));
        Block::parse(text).is_some_and(|inner| outer.any(|outer| outer.covers(inner)))
    };
    outer.is_empty() || inner.iter().all(is_covered)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(text: &str) -> Block {
        Block::parse(text).unwrap_or_else(|| panic!("{text}"))
    }

    #[test]
    fn a_block_has_the_addresses_whose_first_bits_are_its_own() {
        for (text, address, is_in) in [
            ("10.0.0.0/8", "10.255.255.255", true),
            ("10.0.0.0/8", "11.0.0.0", false),
            ("10.1.2.3/8", "10.9.9.9", true),
            ("192.168.1.7", "192.168.1.7", true),
            ("192.168.1.7", "192.168.1.8", false),
            ("192.168.1.6/31", "192.168.1.7", true),
            ("0.0.0.0/0", "255.1.2.3", true),
            ("0.0.0.0/0", "::1", false),
            ("::/0", "10.0.0.1", false),
            ("::/0", "fe80::1", true),
            ("2001:db8::/32", "2001:db8:ffff::1", true),
            ("2001:db8::/32", "2001:db9::1", false),
            ("::1/128", "::1", true),
            ("10.0.0.0/8", "::ffff:10.1.1.1", true),
            ("::ffff:10.0.0.0/104", "10.1.1.1", true),
            ("::ffff:10.0.0.1", "10.0.0.1", true),
            ("::ffff:10.0.0.0/90", "10.0.0.0", false),
        ] {
            let found = block(text).contains(address.parse().unwrap());
            assert_eq!(found, is_in, "{address} in {text}");
        }
    }

    #[test]
    fn what_is_no_block_is_not_read() {
        for text in [
            "",
            "/",
            "/8",
            "10.0.0.0/",
            "10.0.0.0/33",
            "10.0.0.0/+8",
            "10.0.0.0/-1",
            "10.0.0/8",
            "10.0.0.0/8/8",
            "::/129",
            "::g/3",
            "a.example",
            " 10.0.0.1",
            "10.0.0.01",
            "10.0.0.0/99999999999",
            "10.0.0.0/ 8",
            "fe80::1%eth0",
        ] {
            assert_eq!(Block::parse(text), None, "{text}");
        }
    }

    #[test]
    fn tokens_have_addresses_without_a_prefix() {
        let list = ["127.0.0.1/32", "::1/128", "10.0.0.0/8", "::ffff:10.0.0.1"];
        let list = list.map(str::to_owned);
        let expected = ["127.0.0.1", "::1", "10.0.0.0/8", "10.0.0.1"];
        assert_eq!(in_token_form(&list), expected);
    }

    #[test]
    fn every_block_within_another_has_no_address_beside_it() {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut next = move || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            u32::try_from(state >> 32).unwrap()
        };
        for _ in 0..2_000 {
            let base = next();
            let mut block = || Block {
                address: IpAddr::V4((base ^ (next() >> (next() % 32))).into()),
                prefix: next() % 33,
            };
            let (inner, outer) = (block(), block());
            let ends = |block: Block| {
                let IpAddr::V4(address) = block.address else {
                    unreachable!()
                };
                let rest = u32::MAX.checked_shr(block.prefix).unwrap_or(0);
                [address.to_bits() & !rest, address.to_bits() | rest]
            };
            let are_in = ends(inner).map(|end| outer.contains(IpAddr::V4(end.into())));
            assert_eq!(
                outer.covers(inner),
                are_in == [true, true],
                "{inner:?} {outer:?}"
            );
        }
    }

    #[test]
    fn lists_bind_only_when_they_have_something() {
        let list = |texts: &[&str]| {
            texts
                .iter()
                .map(|text| (*text).to_owned())
                .collect::<Vec<_>>()
        };
        let here = Some("10.0.0.1".parse().unwrap());
        assert!(lets(&[], None) && lets(&[], here));
        assert!(lets(&list(&["::1", "10.0.0.0/24"]), here));
        assert!(!lets(&list(&["::1"]), here) && !lets(&list(&["10.0.0.0/24"]), None));
        assert!(!lets(&list(&["nonsense"]), here));
        assert!(is_within(&list(&["10.0.0.1"]), &[]) && is_within(&[], &list(&["10.0.0.1"])));
        assert!(is_within(
            &list(&["10.0.0.1", "::1"]),
            &list(&["::/64", "10.0.0.0/8"])
        ));
        assert!(!is_within(&list(&["10.0.0.0/7"]), &list(&["10.0.0.0/8"])));
        assert!(!is_within(
            &list(&["nonsense"]),
            &list(&["::/0", "0.0.0.0/0"])
        ));
    }
}
