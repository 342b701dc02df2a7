//! Structured logs on standard error.

use tracing_subscriber::EnvFilter;

/// Starts logging at this level; a filter that cannot be read means `info`.
pub(crate) fn start(level: &str) {
    let filter = EnvFilter::try_new(level).unwrap_or_else(|_| EnvFilter::new("info"));
    let started = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(true)
        .try_init();
    // A second start only happens inside tests that run several commands.
    drop(started);
}
