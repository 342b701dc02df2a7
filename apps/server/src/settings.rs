//! Settings that a running server takes anew on SIGHUP: certificates, log level and limits.

use std::sync::Arc;

use base::Result;
use gate::{ConnectionBounds, Gate, Tls};

use crate::{cli::Options, config::Config, logs::Level};

/// Where settings come from, to be read again.
pub(crate) struct Source {
    /// Flags and variables, which stay what they were at the start and stand above the file.
    pub(crate) options: Options,
    pub(crate) level: Level,
}

/// What takes them while it runs.
pub(crate) struct Renewal {
    pub(crate) source: Source,
    pub(crate) tls: Arc<Tls>,
    pub(crate) gate: Arc<Gate>,
    pub(crate) connections: ConnectionBounds,
}

impl Renewal {
    /// Takes what can be taken. What cannot be read is said in the log, and the old setting stays.
    pub(crate) fn renew(&self) {
        if let Err(fault) = self.tls.reload() {
            tracing::error!(%fault, "the certificates could not be read again");
        }
        match self.take() {
            Ok(()) => tracing::info!("the settings were read again"),
            Err(error) => tracing::error!(%error, "the settings could not be read again"),
        }
    }

    fn take(&self) -> Result<()> {
        let config = Config::read(&self.source.options)?;
        self.source.level.set(&config.log)?;
        self.gate.set_api_rate(config.api_rate);
        self.connections.set(&config.limits);
        Ok(())
    }
}
