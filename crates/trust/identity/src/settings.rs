//! What the server tells this domain.

use std::{fmt, sync::Arc};

/// The server's typed settings for this domain.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where people reach the server, without a slash at the end: links begin with it.
    pub public_url: String,
    /// The name of this installation, shown before anybody has signed in and by authenticator applications.
    pub instance_name: String,
    /// The version of the running program.
    pub version: String,
    /// Whether mail can be sent.
    pub mail: bool,
    /// Whether the root key is a key file of this machine.
    pub development_seal: DevelopmentSeal,
}

/// Says whether the root key is a key file. It is asked each time: custodians may be given the root key while the server runs.
#[derive(Clone)]
pub struct DevelopmentSeal(Arc<dyn Fn() -> bool + Send + Sync>);

impl DevelopmentSeal {
    pub fn new(holds: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(holds))
    }

    /// Whether it is so now.
    pub fn holds(&self) -> bool {
        (self.0)()
    }
}

impl fmt::Debug for DevelopmentSeal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DevelopmentSeal({})", self.holds())
    }
}

impl Settings {
    /// A link whose secret part is a fragment: browsers do not send it, so that no log of a server or proxy has it.
    pub(crate) fn link(&self, page: &str, token: &str) -> String {
        format!("{}/{page}#{token}", self.public_url.trim_end_matches('/'))
    }
}
