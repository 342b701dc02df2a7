//! What the operator gives this domain.

use std::sync::Arc;

use act::Push;

use crate::rules::Happening;

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

impl Settings {
    /// What happens to a content when all of its parts have come.
    pub(crate) const fn once_whole(&self) -> Happening {
        match self.scans {
            true => Happening::WholeToBeScanned,
            false => Happening::Whole,
        }
    }
}
