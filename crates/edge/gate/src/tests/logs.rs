//! What the log says of a request, and what it never says.

use std::{
    fmt::Debug,
    sync::{Arc, Mutex},
};

use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

use super::{Server, post, request};

/// Keeps every event of ours as one line of text.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<String>>>);

impl Subscriber for Lines {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("gate::")
    }
    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }
    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn event(&self, event: &Event<'_>) {
        let mut line = Line(event.metadata().target().to_owned());
        event.record(&mut line);
        self.0.lock().unwrap().push(line.0);
    }
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.push_str(&format!(" {}={value:?}", field.name()));
    }
}

#[tokio::test]
async fn a_line_has_the_route_and_never_the_address() {
    let lines = Lines::default();
    let _guard = tracing::subscriber::set_default(lines.clone());
    let server = Server::start().await;
    let secret = "/api/v1/shelves/hidden-shelf/notes?limit=7777&x=hidden-query";
    server
        .ask(request(
            "GET",
            secret,
            &[("authorization", "Bearer hidden-token")],
            "",
        ))
        .await;
    server
        .ask(post(
            "/api/v1/shelves/hidden-shelf/notes",
            r#"{"text":"hidden-text"}"#,
        ))
        .await;
    let echoed = server
        .ask(request(
            "GET",
            "/nowhere",
            &[("x-request-id", "hidden-reference")],
            "",
        ))
        .await;
    assert_eq!(echoed.header("x-request-id"), "hidden-reference");
    let failed = server
        .ask(post(
            "/api/v1/shelves/hidden-shelf/notes",
            r#"{"text":"fault"}"#,
        ))
        .await;
    server
        .ask(request(
            "HIDDEN",
            "/hidden-path",
            &[("user-agent", "hidden-agent")],
            "",
        ))
        .await;

    let lines = lines.0.lock().unwrap();
    let access: Vec<&String> = lines
        .iter()
        .filter(|line| line.starts_with("gate::access"))
        .collect();
    assert_eq!(access.len(), 5);
    assert!(
        access[0].contains("method=\"GET\" route=\"/api/v1/shelves/{shelf}/notes\" status=401"),
        "{}",
        access[0]
    );
    for line in lines.iter() {
        assert!(
            !line.to_lowercase().contains("hidden") && !line.contains("127.0.0.1"),
            "{line}"
        );
    }
    let faults: Vec<&String> = lines
        .iter()
        .filter(|line| line.starts_with("gate::fault"))
        .collect();
    assert_eq!(faults.len(), 1, "a fault is logged once");
    assert!(faults[0].contains(failed.header("x-request-id")));
}
