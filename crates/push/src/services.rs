//! Which push services the server may speak to.

use std::str::FromStr;

use base::{Error, Fault, Result};
use url::{Host, Url};

/// Where the browsers of today have their messages kept for them: Chromium, Firefox, Edge and Safari.
const USUAL: &str =
    "fcm.googleapis.com,updates.push.services.mozilla.com,*.notify.windows.com,*.push.apple.com";

/// Characters of an endpoint. Services give some hundred.
pub const ENDPOINT_CHARS_MAX: usize = 1_024;

/// The push services that the operator named: `host`, `host:port`, or `*.domain` for every host below it, separated by commas;
/// `usual` stands for those of the browsers of today. The port is 443 where none is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Services(Vec<Service>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Service {
    host: String,
    /// Whether every host below it is meant, and it is not.
    is_domain: bool,
    port: u16,
}

impl FromStr for Services {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let mut services = Vec::new();
        for part in text.split(',').map(str::trim) {
            match part {
                "" => {}
                "usual" => services.extend(Self::from_str(USUAL)?.0),
                one => services.push(one.parse()?),
            }
        }
        Ok(Self(services))
    }
}

impl FromStr for Service {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = || Fault::new(format!("{text} is not host, host:port or *.domain"));
        let (is_domain, rest) = match text.strip_prefix("*.") {
            Some(domain) => (true, domain),
            None => (false, text),
        };
        let url = Url::parse(&format!("https://{rest}")).map_err(|_| wrong())?;
        let host = url.host_str().ok_or_else(wrong)?.to_owned();
        let is_bare = url.path() == "/" && url.query().is_none() && url.username().is_empty();
        let is_name = matches!(url.host(), Some(Host::Domain(name)) if name.contains('.'));
        if !is_bare || host.contains('*') || (is_domain && !is_name) {
            return Err(wrong().into());
        }
        let port = url.port_or_known_default().ok_or_else(wrong)?;
        Ok(Self {
            host,
            is_domain,
            port,
        })
    }
}

impl Services {
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The endpoint, if it is one of these services'.
    pub fn endpoint(&self, text: &str) -> Option<Url> {
        if text.len() > ENDPOINT_CHARS_MAX {
            return None;
        }
        let url = Url::parse(text).ok()?;
        let is_plain = url.scheme() == "https"
            && url.username().is_empty()
            && url.password().is_none()
            && url.fragment().is_none();
        let host = url.host_str()?;
        let port = url.port_or_known_default()?;
        let is_ours = self
            .0
            .iter()
            .any(|service| service.port == port && service.has(host));
        (is_plain && is_ours).then_some(url)
    }
}

impl Service {
    fn has(&self, host: &str) -> bool {
        match self.is_domain {
            false => host == self.host,
            true => host
                .strip_suffix(self.host.as_str())
                .is_some_and(|below| below.len() > 1 && below.ends_with('.')),
        }
    }
}
