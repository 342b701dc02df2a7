//! Runs only where `BASTIDE_TEST_NATS_URL` is set; the cases in which the server goes away start one of their own. Where
//! `BASTIDE_TEST_REQUIRE_SERVICES` is set, a run without the server fails.

use std::{fs, net::TcpListener, path::PathBuf, time::Duration};

use base::Secret;
use tokio::process::{Child, Command};

use super::{SOON, conformance, hear, listen, receive, say, subject};
use crate::{Bus, Health, Limits, Nats, NatsOptions, Published, Received};

#[expect(
    clippy::disallowed_methods,
    reason = "tests are configured by the environment"
)]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The address of the shared test server, if there is one.
fn shared_server() -> Option<String> {
    let url = variable("BASTIDE_TEST_NATS_URL");
    if url.is_none() {
        let is_required = variable("BASTIDE_TEST_REQUIRE_SERVICES").is_some();
        assert!(!is_required, "this run wants NATS, and none is named");
        eprintln!("not run over NATS: BASTIDE_TEST_NATS_URL is not set");
    }
    url
}

async fn connect(url: &str, prefix: &str, limits: Limits) -> Nats {
    connect_trusting(url, prefix, limits, None).await
}

async fn connect_trusting(
    url: &str,
    prefix: &str,
    limits: Limits,
    root_certificates: Option<PathBuf>,
) -> Nats {
    let options = NatsOptions {
        url: Secret::new(url.to_owned()),
        root_certificates,
        name: "test".to_owned(),
        prefix: subject(prefix),
        limits,
    };
    Nats::connect(options).await.unwrap()
}

/// A server that a test may stop; it ends with its owner.
struct Server {
    port: u16,
    process: Option<Child>,
}

impl Server {
    /// A server on a free loopback port, or `None` where the suite does not run over NATS.
    fn reserve() -> Option<Self> {
        shared_server()?;
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        Some(Self {
            port,
            process: None,
        })
    }

    fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    fn start(&mut self) {
        self.start_with(&[]);
    }

    fn start_with(&mut self, arguments: &[&str]) {
        let binary =
            variable("BASTIDE_TEST_NATS_SERVER").unwrap_or_else(|| "nats-server".to_owned());
        let process = Command::new(binary)
            .args([
                "--addr",
                "127.0.0.1",
                "--port",
                &self.port.to_string(),
                "--log",
                "/dev/null",
            ])
            .args(arguments)
            .kill_on_drop(true)
            .spawn()
            .expect("nats-server starts");
        self.process = Some(process);
    }

    async fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().await.unwrap();
        }
    }
}

async fn until(bus: &Nats, wanted: Health) {
    let mut health = bus.health();
    tokio::time::timeout(SOON, health.wait_for(|health| *health == wanted))
        .await
        .expect("in time")
        .unwrap();
}

/// Waits for a gap, whatever comes before it.
async fn hear_gap(subscription: &mut crate::Subscription) {
    while !matches!(
        receive(subscription).await,
        Received::Lagged { missed: None }
    ) {}
}

/// Says `text` until it is heard: gaps may still be announced around a reconnection.
async fn hear_again(from: &Nats, to: &mut crate::Subscription, on: &str, text: &str) {
    let heard = async {
        loop {
            say(from, on, text);
            let next = tokio::time::timeout(Duration::from_millis(200), to.receive()).await;
            if let Ok(Some(Received::Message { payload, .. })) = next
                && payload == text
            {
                return;
            }
        }
    };
    tokio::time::timeout(SOON, heard)
        .await
        .expect("the bus carries again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_bus_over_nats_conforms() {
    let Some(url) = shared_server() else { return };
    let prefix = format!("conformance-{}", std::process::id());
    let near = connect(&url, &prefix, conformance::LIMITS).await;
    let far = connect(&url, &prefix, conformance::LIMITS).await;
    conformance::all(&near, &far).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cells_on_one_server_do_not_hear_each_other() {
    let Some(url) = shared_server() else { return };
    let prefix = format!("cells-{}", std::process::id());
    let one = connect(&url, &format!("{prefix}.one"), Limits::default()).await;
    let two = connect(&url, &format!("{prefix}.two"), Limits::default()).await;
    let mut listener = listen(&two, ">").await;
    say(&one, "a", "not for you");
    say(&two, "a", "for you");
    assert_eq!(hear(&mut listener).await.1, "for you");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_listens_to_everything_keeps_nobody_from_connecting() {
    let Some(url) = shared_server() else { return };
    let operator = async_nats::connect(&url).await.unwrap();
    let _everything = operator.subscribe(">").await.unwrap();
    operator.flush().await.unwrap();
    let prefix = format!("heard-{}", std::process::id());
    let bus = connect(&url, &prefix, Limits::default()).await;
    until(&bus, Health::Connected).await;
    let mut listener = listen(&bus, "a").await;
    hear_again(&bus, &mut listener, "a", "all the same").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_stops_and_starts_costs_a_gap_and_nothing_else() {
    let Some(mut server) = Server::reserve() else {
        return;
    };
    server.start();
    let near = connect(&server.url(), "cell", Limits::default()).await;
    let far = connect(&server.url(), "cell", Limits::default()).await;
    until(&near, Health::Connected).await;
    until(&far, Health::Connected).await;
    let mut listener = listen(&far, "a.*").await;
    hear_again(&near, &mut listener, "a.b", "before").await;

    for round in ["once", "twice"] {
        server.stop().await;
        until(&near, Health::Disconnected).await;
        until(&far, Health::Disconnected).await;
        let begun = std::time::Instant::now();
        assert_eq!(say(&near, "a.b", "lost"), Published::Disconnected);
        assert!(
            begun.elapsed() < Duration::from_millis(100),
            "publishing waited {:?}",
            begun.elapsed()
        );
        let mut late = listen(&far, "late").await;

        server.start();
        until(&near, Health::Connected).await;
        until(&far, Health::Connected).await;
        hear_gap(&mut listener).await;
        hear_gap(&mut late).await;
        hear_again(&near, &mut listener, "a.b", round).await;
        hear_again(&near, &mut late, "late", round).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bus_that_starts_before_its_server_connects_when_it_comes() {
    let Some(mut server) = Server::reserve() else {
        return;
    };
    let bus = connect(&server.url(), "cell", Limits::default()).await;
    assert_eq!(*bus.health().borrow(), Health::Disconnected);
    let mut listener = listen(&bus, "a").await;
    assert_eq!(say(&bus, "a", "too early"), Published::Disconnected);

    server.start();
    until(&bus, Health::Connected).await;
    hear_gap(&mut listener).await;
    hear_again(&bus, &mut listener, "a", "now").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_node_could_not_send_is_a_gap_on_the_others() {
    let Some(url) = shared_server() else { return };
    let prefix = format!("announce-{}", std::process::id());
    let near = connect(&url, &prefix, Limits::default()).await;
    let far = connect(&url, &prefix, Limits::default()).await;
    let mut listener = listen(&far, "quiet").await;
    hear_again(&near, &mut listener, "quiet", "first").await;

    // More than the sending queue holds, faster than a connection takes it.
    let payload = bytes::Bytes::from(vec![0; 256 * 1024]);
    while near.publish(&subject("flood"), payload.clone()) != Published::Full {}
    hear_gap(&mut listener).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_speaks_tls_with_a_server_that_it_can_check_and_with_no_other() {
    let Some(mut server) = Server::reserve() else {
        return;
    };
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let home = tempfile::tempdir().unwrap();
    let (certificate, key) = (home.path().join("chain.pem"), home.path().join("key.pem"));
    fs::write(&certificate, made.cert.pem()).unwrap();
    fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let files = [certificate.to_str().unwrap(), key.to_str().unwrap()];
    server.start_with(&["--tls", "--tlscert", files[0], "--tlskey", files[1]]);

    let url = format!("tls://localhost:{}", server.port);
    let bus = connect_trusting(&url, "cell", Limits::default(), Some(certificate.clone())).await;
    until(&bus, Health::Connected).await;
    let mut listener = listen(&bus, "a").await;
    hear_again(&bus, &mut listener, "a", "sealed anyway").await;

    let stranger = connect(&url, "cell", Limits::default()).await;
    assert_eq!(*stranger.health().borrow(), Health::Disconnected);
}

#[tokio::test]
async fn a_malformed_address_is_a_fault_that_does_not_repeat_it() {
    let options = NatsOptions {
        url: Secret::new("nats://user:hunter2@[bad".to_owned()),
        root_certificates: None,
        name: "test".to_owned(),
        prefix: subject("cell"),
        limits: Limits::default(),
    };
    let error = Nats::connect(options).await.err().expect("refused");
    assert!(!error.to_string().contains("hunter2"), "{error}");
}
