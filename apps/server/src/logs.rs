//! Structured logs on standard error.

use base::{Context, Result};
use tracing_subscriber::{EnvFilter, reload};

/// Changes what is logged while the process runs.
pub(crate) struct Level(Box<dyn Fn(EnvFilter) -> Result<(), reload::Error> + Send + Sync>);

impl Level {
    /// Logs at this level from here on.
    ///
    /// # Errors
    /// A fault when the level cannot be read; the old one stays.
    pub(crate) fn set(&self, level: &str) -> Result<()> {
        let filter = EnvFilter::try_new(level).context("reading the log level")?;
        (self.0)(filter).context("changing the log level")
    }
}

/// Starts logging at this level; a filter that cannot be read means `info`.
pub(crate) fn start(level: &str) -> Level {
    let filter = EnvFilter::try_new(level).unwrap_or_else(|_| EnvFilter::new("info"));
    let logs = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(true)
        .with_filter_reloading();
    let handle = logs.reload_handle();
    // A second start only happens inside tests that run several commands.
    drop(logs.try_init());
    Level(Box::new(move |filter| handle.reload(filter)))
}
