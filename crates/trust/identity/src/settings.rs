//! What the server tells this domain.

/// The server's typed settings for this domain.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    pub development_seal: bool,
}

impl Settings {
    /// A link whose secret part is a fragment: browsers do not send it, so that no log of a server or proxy has it.
    pub(crate) fn link(&self, page: &str, token: &str) -> String {
        format!("{}/{page}#{token}", self.public_url.trim_end_matches('/'))
    }
}
