//! What the operator gives this domain.

use std::sync::Arc;

use act::Push;

/// The server's typed settings for this domain.
#[derive(Clone, Default)]
pub struct Settings {
    /// How many bytes of files each organisation may keep at most; nothing for no limit.
    pub quota_bytes: Option<u64>,
    /// Whether files are looked through before they are given out; see [`crate::Inspector`].
    pub scans: bool,
    /// Who tells browsers of messages, if somebody does; see [`crate::Courier`].
    pub push: Option<Arc<dyn Push>>,
}
