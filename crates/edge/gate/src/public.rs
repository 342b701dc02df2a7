//! The public address: what people type, what links begin with, and what origins and hosts are compared with.

use std::net::IpAddr;

use base::{Fault, Result};

/// The public URL in parts: `https`, a host, and a port unless it is 443. It has no path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    host: String,
    origin: String,
    authority: String,
}

impl PublicUrl {
    /// Reads `https://host[:port]`, with or without the last slash.
    ///
    /// # Errors
    /// A fault that names the rule when the text is anything else.
    pub fn parse(text: &str) -> Result<Self> {
        let rest = text
            .strip_prefix("https://")
            .ok_or_else(|| Fault::new("the public URL must begin with https://"))?;
        let rest = rest.strip_suffix('/').unwrap_or(rest).to_ascii_lowercase();
        let authority: http::uri::Authority = rest
            .parse()
            .map_err(|_| Fault::new("the public URL must be https://host or https://host:port"))?;
        if rest.contains('@') || authority.host().is_empty() {
            return Err(Fault::new("the public URL must name a host and no account").into());
        }
        let authority = match authority.port_u16() {
            Some(443) | None => authority.host().to_owned(),
            Some(_) => rest,
        };
        let host = host_of(&authority).to_owned();
        Ok(Self {
            host,
            origin: format!("https://{authority}"),
            authority,
        })
    }

    /// The host alone, lower case; an IPv6 address without brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The origin as browsers send it (RFC 6454 §6.2): scheme, host, port unless it is 443.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Host and port as they stand in a URL.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// Whether browsers must not remember the host as HTTPS-only: HSTS counts for every port of a host (RFC 6797 §8.1),
    /// and other programs of a developer's machine live on other ports of `localhost`. Addresses cannot carry it at all.
    pub fn is_local_or_address(&self) -> bool {
        self.host == "localhost"
            || self.host.ends_with(".localhost")
            || self.host.parse::<IpAddr>().is_ok()
    }

    /// Whether a `Host` header or `:authority` names this house: the public host or a loopback name, on any port.
    /// Everything else is a foreign name that was made to resolve here.
    pub(crate) fn is_own_authority(&self, authority: &str) -> bool {
        let host = host_of(authority);
        host.eq_ignore_ascii_case(&self.host)
            || host.eq_ignore_ascii_case("localhost")
            || host
                .parse::<IpAddr>()
                .is_ok_and(|address| address.is_loopback())
    }

    /// Whether an `Origin` is our own page: the public one, or the very host that was asked and already found to be ours.
    pub(crate) fn is_own_origin(&self, origin: &str, authority: &str) -> bool {
        origin == self.origin
            || origin
                .strip_prefix("https://")
                .is_some_and(|own| own.eq_ignore_ascii_case(authority))
    }
}

/// The host of `host`, `host:port`, `[v6]` or `[v6]:port`.
fn host_of(authority: &str) -> &str {
    if let Some(rest) = authority.strip_prefix('[') {
        return rest.split(']').next().unwrap_or(rest);
    }
    authority
        .rsplit_once(':')
        .map_or(authority, |(host, _)| host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_urls_are_https_origins() {
        let url = PublicUrl::parse("https://Office.example:8443/").unwrap();
        assert_eq!(url.origin(), "https://office.example:8443");
        assert_eq!(url.host(), "office.example");
        assert!(!url.is_local_or_address());
        assert_eq!(
            PublicUrl::parse("https://office.example:443")
                .unwrap()
                .origin(),
            "https://office.example"
        );
        let v6 = PublicUrl::parse("https://[::1]:8443").unwrap();
        assert_eq!((v6.host(), v6.authority()), ("::1", "[::1]:8443"));
        assert!(v6.is_local_or_address());
        for bad in [
            "http://x",
            "https://",
            "https://a/b",
            "https://me@x",
            "office.example",
            "https://a b",
        ] {
            assert!(PublicUrl::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn foreign_names_are_not_ours() {
        let url = PublicUrl::parse("https://office.example").unwrap();
        for own in [
            "office.example",
            "OFFICE.example:9",
            "localhost:1",
            "127.0.0.1",
            "[::1]:8443",
        ] {
            assert!(url.is_own_authority(own), "{own}");
        }
        for foreign in [
            "evil.example",
            "office.example.evil",
            "10.0.0.1",
            "",
            "localhost.evil",
        ] {
            assert!(!url.is_own_authority(foreign), "{foreign}");
        }
        assert!(url.is_own_origin("https://office.example", "127.0.0.1"));
        assert!(url.is_own_origin("https://127.0.0.1:8443", "127.0.0.1:8443"));
        assert!(!url.is_own_origin("http://office.example", "office.example"));
        assert!(!url.is_own_origin("null", "office.example"));
    }
}
