//! What the server tells this domain, and how operations that need it get it.

use std::{future::Future, sync::Arc};

use act::{Act, Run};
use base::Result;

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

/// A function of an operation together with the settings that it takes as its last argument.
pub(crate) struct WithSettings<F> {
    pub(crate) run: F,
    pub(crate) settings: Arc<Settings>,
}

impl<'a, F, T, I, O> Run<'a, I, O> for WithSettings<F>
where
    F: Fn(&'a mut Act, I, Arc<Settings>) -> T + Send + Sync,
    T: Future<Output = Result<O>> + Send + 'a,
{
    type Future = T;

    fn run(&self, act: &'a mut Act, input: I) -> T {
        (self.run)(act, input, Arc::clone(&self.settings))
    }
}
