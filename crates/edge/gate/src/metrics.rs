//! Numbers for Prometheus (text format 0.0.4), and the small service that shows them on a listener of its own.

use std::{
    fmt::Write,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use futures_util::future::BoxFuture;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use hyper::body::Incoming;

use crate::{
    body::Body,
    listen::{Peer, Serve},
};

/// Something that has numbers to show. Labels must never carry content, names or addresses.
pub trait Collect: Send + Sync {
    fn collect(&self, page: &mut Page);
}

impl<F: Fn(&mut Page) + Send + Sync> Collect for F {
    fn collect(&self, page: &mut Page) {
        self(page);
    }
}

/// What a number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    Counter,
    Gauge,
    Histogram,
}

/// The page being written.
#[derive(Debug, Default)]
pub struct Page(String);

impl Page {
    /// Begins a metric: all its samples follow.
    pub fn metric(&mut self, name: &str, sort: Sort, help: &str) {
        let sort = match sort {
            Sort::Counter => "counter",
            Sort::Gauge => "gauge",
            Sort::Histogram => "histogram",
        };
        self.line(format_args!("# HELP {name} {help}\n# TYPE {name} {sort}\n"));
    }

    /// One sample of the metric begun last.
    pub fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: f64) {
        self.0.push_str(name);
        for (index, (label, text)) in labels.iter().enumerate() {
            let before = if index == 0 { '{' } else { ',' };
            let text = text
                .replace('\\', "\\\\")
                .replace('"', "\\\"")
                .replace('\n', "\\n");
            self.line(format_args!("{before}{label}=\"{text}\""));
        }
        if !labels.is_empty() {
            self.0.push('}');
        }
        self.line(format_args!(" {value}\n"));
    }

    /// A whole gauge of one sample.
    pub fn gauge(&mut self, name: &str, help: &str, value: f64) {
        self.metric(name, Sort::Gauge, help);
        self.sample(name, &[], value);
    }

    fn line(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing into a String does not fail.
        let _ = self.0.write_fmt(text);
    }
}

/// Everything that is counted on this node.
#[derive(Default)]
pub struct Metrics {
    routes: Mutex<Vec<Arc<RouteMeter>>>,
    others: Mutex<Vec<Box<dyn Collect>>>,
}

impl Metrics {
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// Adds numbers from elsewhere.
    pub fn add(&self, collect: impl Collect + 'static) {
        self.others
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(Box::new(collect));
    }

    /// A meter for one route; made once, when the router is.
    pub(crate) fn route(&self, method: &str, pattern: &str) -> Arc<RouteMeter> {
        let meter = Arc::new(RouteMeter {
            method: method.to_owned(),
            pattern: pattern.to_owned(),
            answers: std::array::from_fn(|_| AtomicU64::new(0)),
            times: std::array::from_fn(|_| AtomicU64::new(0)),
            micros: AtomicU64::new(0),
        });
        self.routes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(Arc::clone(&meter));
        meter
    }

    /// The whole page.
    pub fn page(&self) -> String {
        let mut page = Page::default();
        let routes = self
            .routes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        page.metric(
            "gate_requests_total",
            Sort::Counter,
            "Requests answered, by route and status.",
        );
        for route in &routes {
            route.write_answers(&mut page);
        }
        page.metric(
            "gate_request_seconds",
            Sort::Histogram,
            "Time until the answer begins, by route.",
        );
        for route in &routes {
            route.write_times(&mut page);
        }
        for other in self
            .others
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
        {
            other.collect(&mut page);
        }
        page.0
    }
}

/// The statuses we answer with; the last place counts any other.
const STATUSES: [(u16, &str); 22] = [
    (200, "200"),
    (201, "201"),
    (202, "202"),
    (101, "101"),
    (304, "304"),
    (400, "400"),
    (401, "401"),
    (403, "403"),
    (404, "404"),
    (405, "405"),
    (408, "408"),
    (409, "409"),
    (410, "410"),
    (413, "413"),
    (415, "415"),
    (421, "421"),
    (422, "422"),
    (429, "429"),
    (500, "500"),
    (503, "503"),
    (507, "507"),
    (0, "other"),
];

/// Upper bounds in microseconds, with the label in seconds.
const BOUNDS: [(u64, &str); 13] = [
    (500, "0.0005"),
    (1_000, "0.001"),
    (2_500, "0.0025"),
    (5_000, "0.005"),
    (10_000, "0.01"),
    (25_000, "0.025"),
    (50_000, "0.05"),
    (100_000, "0.1"),
    (250_000, "0.25"),
    (500_000, "0.5"),
    (1_000_000, "1"),
    (2_500_000, "2.5"),
    (u64::MAX, "+Inf"),
];

/// The numbers of one route.
pub(crate) struct RouteMeter {
    method: String,
    pattern: String,
    answers: [AtomicU64; STATUSES.len()],
    times: [AtomicU64; BOUNDS.len()],
    micros: AtomicU64,
}

impl RouteMeter {
    pub(crate) fn count(&self, status: StatusCode, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let mut known = STATUSES.iter().zip(&self.answers);
        let place = known.find(|((code, _), _)| *code == status.as_u16() || *code == 0);
        if let Some((_, answers)) = place {
            answers.fetch_add(1, Ordering::Relaxed);
        }
        if let Some((_, times)) = BOUNDS
            .iter()
            .zip(&self.times)
            .find(|((bound, _), _)| micros <= *bound)
        {
            times.fetch_add(1, Ordering::Relaxed);
        }
        self.micros.fetch_add(micros, Ordering::Relaxed);
    }

    pub(crate) fn pattern(&self) -> &str {
        &self.pattern
    }

    fn labels<'a>(&'a self, name: &'a str, value: &'a str) -> [(&'a str, &'a str); 3] {
        [
            ("method", &self.method),
            ("route", &self.pattern),
            (name, value),
        ]
    }

    fn write_answers(&self, page: &mut Page) {
        for ((_, status), answers) in STATUSES.iter().zip(&self.answers) {
            let answers = answers.load(Ordering::Relaxed);
            if answers > 0 {
                page.sample(
                    "gate_requests_total",
                    &self.labels("status", status),
                    as_f64(answers),
                );
            }
        }
    }

    fn write_times(&self, page: &mut Page) {
        let mut total = 0u64;
        let counts: Vec<u64> = self
            .times
            .iter()
            .map(|count| count.load(Ordering::Relaxed))
            .collect();
        if counts.iter().all(|count| *count == 0) {
            return;
        }
        for ((_, bound), count) in BOUNDS.iter().zip(counts) {
            total = total.saturating_add(count);
            page.sample(
                "gate_request_seconds_bucket",
                &self.labels("le", bound),
                as_f64(total),
            );
        }
        let labels = [
            ("method", self.method.as_str()),
            ("route", self.pattern.as_str()),
        ];
        let seconds = Duration::from_micros(self.micros.load(Ordering::Relaxed)).as_secs_f64();
        page.sample("gate_request_seconds_sum", &labels, seconds);
        page.sample("gate_request_seconds_count", &labels, as_f64(total));
    }
}

/// Prometheus knows floating point only; beyond 2^53 the last digits do not matter to anybody.
pub fn as_f64(count: u64) -> f64 {
    let (high, low) = (count >> 32, count & 0xffff_ffff);
    let part = |half: u64| f64::from(u32::try_from(half).unwrap_or(u32::MAX));
    part(high).mul_add(4_294_967_296.0, part(low))
}

/// Serves `GET /metrics` and nothing else. It has a listener of its own, on loopback unless told otherwise.
pub struct MetricsService(pub Arc<Metrics>);

impl Serve for MetricsService {
    fn serve(
        &self,
        request: Request<Incoming>,
        _: Arc<Peer>,
    ) -> BoxFuture<'static, Response<Body>> {
        let is_page = request.method() == Method::GET && request.uri().path() == "/metrics";
        let mut response = Response::new(Body::empty());
        if is_page {
            *response.body_mut() = Body::from(self.0.page());
            response.headers_mut().insert(
                header::CONTENT_TYPE,
                HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8"),
            );
        } else {
            *response.status_mut() = StatusCode::NOT_FOUND;
        }
        Box::pin(std::future::ready(response))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_prometheus_text() {
        let metrics = Metrics::new();
        let route = metrics.route("GET", "/api/v1/chats/{chat}");
        route.count(StatusCode::OK, Duration::from_micros(700));
        route.count(StatusCode::OK, Duration::from_secs(9));
        route.count(StatusCode::IM_A_TEAPOT, Duration::ZERO);
        metrics.add(|page: &mut Page| page.gauge("gate_connections", "Open connections.", 3.0));
        let page = metrics.page();
        for line in [
            "# TYPE gate_requests_total counter",
            "gate_requests_total{method=\"GET\",route=\"/api/v1/chats/{chat}\",status=\"200\"} 2",
            "gate_requests_total{method=\"GET\",route=\"/api/v1/chats/{chat}\",status=\"other\"} 1",
            "gate_request_seconds_bucket{method=\"GET\",route=\"/api/v1/chats/{chat}\",le=\"0.001\"} 2",
            "gate_request_seconds_bucket{method=\"GET\",route=\"/api/v1/chats/{chat}\",le=\"+Inf\"} 3",
            "gate_request_seconds_count{method=\"GET\",route=\"/api/v1/chats/{chat}\"} 3",
            "gate_connections 3",
        ] {
            assert!(page.lines().any(|own| own == line), "{line}\n{page}");
        }
    }
}
