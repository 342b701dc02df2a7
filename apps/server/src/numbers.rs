//! What the metrics page shows beside requests: how full queues and caches are. No label says who or what.

use std::sync::Arc;

use act::Runtime;
use audit::Log;
use gate::{Metrics, Page, Sort, Tls, as_f64};
use kms::KeyCache;
use stream::Hub;

/// Where the numbers come from.
pub(crate) struct Sources {
    pub(crate) runtime: Arc<Runtime>,
    pub(crate) cache: Arc<KeyCache>,
    pub(crate) log: Arc<Log>,
    pub(crate) tls: Arc<Tls>,
    pub(crate) hub: Arc<Hub>,
}

impl Sources {
    /// Adds everything to the page; `connections` counts those of the main listener.
    pub(crate) fn show(
        self,
        metrics: &Metrics,
        connections: impl Fn() -> usize + Send + Sync + 'static,
    ) {
        metrics.add(move |page: &mut Page| {
            page.gauge(
                "bastide_connections",
                "Connections that are open, sockets included.",
                count(connections()),
            );
            self.write(page);
        });
    }

    fn write(&self, page: &mut Page) {
        page.gauge(
            "bastide_sockets",
            "Sockets that are connected to this node.",
            count(self.hub.sockets()),
        );
        page.gauge(
            "bastide_stream_lag_changes",
            "Changes announced and not yet delivered, in the topic furthest behind.",
            count(usize::try_from(self.hub.lag()).unwrap_or(0)),
        );
        counter(
            page,
            "bastide_stream_readings_total",
            "Readings of the log for the stream.",
            self.hub.readings(),
        );
        page.gauge(
            "bastide_commits_waiting",
            "Commits that wait for the database's writer.",
            count(self.runtime.ports().database.waiting()),
        );
        page.gauge(
            "bastide_audit_reads_waiting",
            "Reads that are counted and not yet written to the log.",
            count(self.log.reads_waiting()),
        );
        page.gauge(
            "bastide_keys_held",
            "Keys in this node's cache.",
            count(self.cache.len()),
        );
        let uses = self.cache.uses();
        counter(
            page,
            "bastide_key_hits_total",
            "Keys that were in the cache when asked for.",
            uses.held,
        );
        counter(
            page,
            "bastide_key_fetches_total",
            "Keys that were fetched from the key store.",
            uses.fetched,
        );
        let expires_s = self.tls.expires_at().micros() / 1_000_000;
        page.gauge(
            "bastide_certificate_expires_seconds",
            "When the certificate in use expires, in seconds since 1970.",
            as_f64(u64::try_from(expires_s).unwrap_or(0)),
        );
    }
}

fn counter(page: &mut Page, name: &str, help: &str, value: u64) {
    page.metric(name, Sort::Counter, help);
    page.sample(name, &[], as_f64(value));
}

fn count(value: usize) -> f64 {
    as_f64(u64::try_from(value).unwrap_or(u64::MAX))
}
