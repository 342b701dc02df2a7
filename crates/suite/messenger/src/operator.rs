//! What the operator gives this domain.

/// The server's typed settings for this domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Settings {
    /// How many bytes of files each organisation may keep at most; nothing for no limit.
    pub quota_bytes: Option<u64>,
    /// Whether files are looked through before they are given out; see [`crate::Inspector`].
    pub scans: bool,
}
