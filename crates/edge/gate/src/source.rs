//! Where a request comes from: the socket, or what a trusted proxy says of it.

use std::{
    fmt,
    net::{IpAddr, Ipv6Addr},
    str::FromStr,
};

use http::HeaderMap;

/// The unit in which requests and connections are counted: an IPv4 address, or an IPv6 /64,
/// since whoever has one IPv6 address has the 2^64 around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceKey(IpAddr);

impl SourceKey {
    pub fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V6(v6) => Self(IpAddr::V6(Ipv6Addr::from_bits(
                v6.to_bits() & (u128::MAX << 64),
            ))),
            v4 @ IpAddr::V4(_) => Self(v4),
        }
    }
}

impl fmt::Display for SourceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            IpAddr::V4(v4) => v4.fmt(f),
            IpAddr::V6(v6) => write!(f, "{v6}/64"),
        }
    }
}

/// A block of addresses in CIDR notation (RFC 4632 §3.1, RFC 4291 §2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u32,
}

impl Network {
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let shift = 32u32.saturating_sub(self.prefix);
                own.to_bits().checked_shr(shift) == other.to_bits().checked_shr(shift)
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let shift = 128u32.saturating_sub(self.prefix);
                own.to_bits().checked_shr(shift) == other.to_bits().checked_shr(shift)
            }
            _ => false,
        }
    }
}

/// The text is neither an address nor `address/prefix`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParseNetworkError;

impl fmt::Display for ParseNetworkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an address or a block such as 10.0.0.0/8")
    }
}
impl std::error::Error for ParseNetworkError {}

impl FromStr for Network {
    type Err = ParseNetworkError;

    fn from_str(text: &str) -> Result<Self, ParseNetworkError> {
        let (address, prefix) = text
            .trim()
            .split_once('/')
            .map_or((text.trim(), None), |(a, p)| (a, Some(p)));
        let address: IpAddr = address.parse().map_err(|_| ParseNetworkError)?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            None => width,
            Some(digits) => digits.parse().map_err(|_| ParseNetworkError)?,
        };
        if prefix > width {
            return Err(ParseNetworkError);
        }
        Ok(Self { address, prefix })
    }
}

/// In which header the trusted proxies say where a request comes from. The other one is the client's own word: a proxy that
/// writes one passes the other on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ProxyHeader {
    /// `X-Forwarded-For`.
    #[default]
    XForwardedFor,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

/// The proxies whose word on the client's address is believed. Empty by default.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies {
    networks: Vec<Network>,
    header: ProxyHeader,
}

impl TrustedProxies {
    pub const fn new(networks: Vec<Network>, header: ProxyHeader) -> Self {
        Self { networks, header }
    }

    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        self.networks
            .iter()
            .any(|network| network.contains(address))
    }

    /// The client's address. The header counts only when the peer itself is trusted; then the chain is walked from the right,
    /// and the first address that is not a trusted proxy is the client: everything left of it is the client's own claim.
    /// An entry that cannot be read ends the walk at the last proxy that could.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let peer = peer.to_canonical();
        if !self.contains(peer) {
            return peer;
        }
        let mut nearest = peer;
        for claimed in chain(headers, self.header).into_iter().rev() {
            let Some(address) = claimed else {
                return nearest;
            };
            nearest = address.to_canonical();
            if !self.contains(nearest) {
                return nearest;
            }
        }
        nearest
    }
}

/// The addresses a request is said to have come through, client first. An entry that is no address is `None`. At most the
/// last 32 are read.
fn chain(headers: &HeaderMap, believed: ProxyHeader) -> Vec<Option<IpAddr>> {
    let name = match believed {
        ProxyHeader::XForwardedFor => "x-forwarded-for",
        ProxyHeader::Forwarded => "forwarded",
    };
    let mut entries: Vec<Option<IpAddr>> = headers
        .get_all(name)
        .iter()
        .flat_map(|value| value.to_str().unwrap_or("?").split(','))
        .map(|element| match believed {
            ProxyHeader::XForwardedFor => node_address(element),
            ProxyHeader::Forwarded => forwarded_for(element),
        })
        .collect();
    let surplus = entries.len().saturating_sub(32);
    entries.drain(..surplus);
    entries
}

/// The `for` parameter of one `Forwarded` element.
fn forwarded_for(element: &str) -> Option<IpAddr> {
    element.split(';').find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("for")
            .then(|| node_address(value))?
    })
}

/// An address with or without a port, quotes and brackets (RFC 7239 §6).
fn node_address(text: &str) -> Option<IpAddr> {
    let text = text.trim().trim_matches('"');
    if let Some(rest) = text.strip_prefix('[') {
        return rest.split_once(']')?.0.parse().ok();
    }
    text.parse()
        .ok()
        .or_else(|| text.rsplit_once(':')?.0.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: &'static str, values: &[&'static str]) -> HeaderMap {
        values
            .iter()
            .map(|value| (name.parse().unwrap(), value.parse().unwrap()))
            .collect::<Vec<_>>()
            .into_iter()
            .fold(
                HeaderMap::new(),
                |mut map, (name, value): (http::HeaderName, http::HeaderValue)| {
                    map.append(name, value);
                    map
                },
            )
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn ipv6_is_counted_by_its_64() {
        let key = |text| SourceKey::of(ip(text));
        assert_eq!(key("2001:db8:1:2::1"), key("2001:db8:1:2:ffff::9"));
        assert_ne!(key("2001:db8:1:2::1"), key("2001:db8:1:3::1"));
        assert_eq!(key("::ffff:192.0.2.1"), key("192.0.2.1"));
        assert_eq!(key("2001:db8:1:2::1").to_string(), "2001:db8:1:2::/64");
    }

    #[test]
    fn networks_read_cidr() {
        let network: Network = "10.0.0.0/8".parse().unwrap();
        assert!(network.contains(ip("10.255.0.1")) && !network.contains(ip("11.0.0.1")));
        let all: Network = "0.0.0.0/0".parse().unwrap();
        assert!(all.contains(ip("203.0.113.7")) && !all.contains(ip("2001:db8::1")));
        let one: Network = "::1".parse().unwrap();
        assert!(one.contains(ip("::1")) && !one.contains(ip("::2")));
        for bad in ["10.0.0.0/33", "10.0.0/8", "x", "::/129", "10.0.0.0/-1"] {
            assert_eq!(bad.parse::<Network>(), Err(ParseNetworkError), "{bad}");
        }
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        let none = TrustedProxies::default();
        let believing = |header| {
            let networks = vec!["10.0.0.0/8".parse().unwrap(), "::1".parse().unwrap()];
            TrustedProxies::new(networks, header)
        };
        let proxies = believing(ProxyHeader::XForwardedFor);
        let standard = believing(ProxyHeader::Forwarded);
        let claim = headers("x-forwarded-for", &["203.0.113.7"]);
        assert_eq!(none.client(ip("10.0.0.1"), &claim), ip("10.0.0.1"));
        assert_eq!(
            proxies.client(ip("198.51.100.1"), &claim),
            ip("198.51.100.1")
        );
        assert_eq!(proxies.client(ip("10.0.0.1"), &claim), ip("203.0.113.7"));
        for (name, values, client) in [
            (
                "x-forwarded-for",
                &["6.6.6.6, 203.0.113.7, 10.0.0.9"][..],
                "203.0.113.7",
            ),
            (
                "x-forwarded-for",
                &["6.6.6.6", "203.0.113.7:4711"],
                "203.0.113.7",
            ),
            (
                "x-forwarded-for",
                &["203.0.113.7, nonsense, 10.0.0.9"],
                "10.0.0.9",
            ),
            ("x-forwarded-for", &["10.0.0.3"], "10.0.0.3"),
            ("x-forwarded-for", &[], "10.0.0.1"),
            (
                "forwarded",
                &["for=6.6.6.6;proto=https, For=\"[2001:db8::7]:99\";by=10.0.0.1"],
                "2001:db8::7",
            ),
            ("forwarded", &["for=_hidden"], "10.0.0.1"),
        ] {
            let (own, other) = match name {
                "forwarded" => (&standard, &proxies),
                _ => (&proxies, &standard),
            };
            let headers = headers(name, values);
            let believed = own.client(ip("10.0.0.1"), &headers);
            assert_eq!(believed, ip(client), "{name} {values:?}");
            // Whoever believes the other header hears nothing.
            assert_eq!(other.client(ip("10.0.0.1"), &headers), ip("10.0.0.1"));
        }
    }
}
