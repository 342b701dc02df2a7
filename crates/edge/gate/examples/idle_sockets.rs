//! What an idle TLS socket costs: opens many and prints how much the server's resident memory grew for each.
//!
//! `cargo run -p gate --example idle_sockets [count]`. The clients live in a process of their own, so that only the
//! server's side is counted. Linux only: memory is read from `/proc/self/status`.

use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    process::{Child, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

use act::{Answer, Call, Caller, Member, Operation, Role};
use base::{
    AccountId, Error, Fault, PersonId, Refusal, Result, Secret, SessionId, SystemClock,
    SystemEntropy, TenantId,
};
use futures_util::{StreamExt, future::BoxFuture};
use gate::{
    Assets, Authenticate, CertificateSource, Close, Config, Execute, Gate, Hear, House, Limits,
    Listener, Metrics, Outbound, PlainHttp, PublicUrl, SealDoor, SealStage, SealView, StreamHub,
    TextFrame, Tls,
};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_tungstenite::{client_async, tungstenite::client::IntoClientRequest};

type Outcome<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Keeps what a hub keeps for each socket: its sender.
#[derive(Default)]
struct Bare(Mutex<Vec<Outbound>>);

impl Execute for Bare {
    fn execute<'a>(
        &'a self,
        _: &'static str,
        _: Call,
        _: serde_json::Value,
    ) -> BoxFuture<'a, Result<Answer>> {
        Box::pin(async { Err(Error::from(Fault::new("this server has sockets only"))) })
    }

    fn refused(&self, _: &'static Operation, _: &Call, _: &Refusal) {}
}

impl Authenticate for Bare {
    fn authenticate<'a>(&'a self, _: &'a Secret<String>) -> BoxFuture<'a, Result<Caller>> {
        let member = Member {
            tenant: TenantId::NIL,
            account: AccountId::NIL,
            person: PersonId::NIL,
            session: SessionId::NIL,
            role: Role::Member,
        };
        Box::pin(async move { Ok(Caller::Member(member)) })
    }
}

struct Ear;

impl Hear for Ear {
    fn hear(&mut self, _: &str) -> std::result::Result<(), Close> {
        Ok(())
    }
}

impl StreamHub for Bare {
    fn subscribe(&self, _: Call, outbound: Outbound) -> BoxFuture<'_, Result<Box<dyn Hear>>> {
        outbound.send(&TextFrame::new(r#"{"type":"ready"}"#.to_owned()));
        if let Ok(mut sockets) = self.0.lock() {
            sockets.push(outbound);
        }
        Box::pin(async move { Ok(Box::new(Ear) as Box<dyn Hear>) })
    }
}

impl SealDoor for Bare {
    fn is_open(&self) -> bool {
        true
    }

    fn read(&self) -> BoxFuture<'_, Result<SealView>> {
        Box::pin(async {
            Ok(SealView {
                state: SealStage::Unsealed,
                seal: None,
                quorum: None,
            })
        })
    }

    fn enter<'a>(&'a self, _: Call, _: &'a Secret<String>) -> BoxFuture<'a, Result<SealView>> {
        self.read()
    }

    fn forget(&self, _: Call) -> BoxFuture<'_, Result<SealView>> {
        self.read()
    }
}

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    match arguments.as_slice() {
        [role, address, count, pem] if role == "client" => {
            runtime.block_on(clients(address.parse()?, count.parse()?, pem))
        }
        [count] => runtime.block_on(server(count.parse()?)),
        _ => runtime.block_on(server(1_000)),
    }
}

#[expect(clippy::print_stdout, reason = "printing is what this program is for")]
async fn server(count: usize) -> Outcome<()> {
    let directory = std::env::temp_dir().join(format!("gate-idle-{}", std::process::id()));
    let source = CertificateSource::LocalAuthority {
        directory: directory.clone(),
        names: Vec::new(),
    };
    let tls = Tls::open(source, Arc::new(SystemClock)).map_err(told)?;
    let public = PublicUrl::parse("https://localhost:8443").map_err(told)?;
    let bare = Arc::new(Bare::default());
    let house = House {
        bindings: Vec::new(),
        execute: Arc::clone(&bare) as _,
        authenticate: Arc::clone(&bare) as _,
        hub: Arc::clone(&bare) as _,
        seal: Arc::clone(&bare) as _,
        assets: Assets::default(),
        checks: Vec::new(),
        metrics: Metrics::new(),
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
    };
    let gate = Gate::new(Config::new(public), house).map_err(told)?;
    let limits = Limits {
        connections_per_source_max: count + 10,
        ..Limits::default()
    };
    let listener = Listener::bind("127.0.0.1:0".parse()?, &tls, PlainHttp::Refuse, limits)
        .await
        .map_err(told)?;
    let address = listener.local_address().map_err(told)?;
    let open = listener.open_connections();
    tokio::spawn(listener.run(Arc::new(gate), std::future::pending()));

    // A few first, so that what is allocated once is not counted for each.
    let pem = directory.join("authority.pem").display().to_string();
    let mut warm = blocking(address, 50, &pem).await?;
    warm.kill()?;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let before = resident_kib()?;
    let mut held = blocking(address, count, &pem).await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let after = resident_kib()?;
    println!(
        "{} sockets open; resident {before} KiB before, {after} KiB after",
        open()
    );
    println!(
        "{:.1} KiB a socket",
        (after - before) / f64::from(u32::try_from(count)?)
    );
    for _ in 0..100 {
        let frame = TextFrame::new("x".repeat(500));
        for socket in bare.0.lock().map_err(|_| "a thread panicked")?.iter() {
            socket.send(&frame);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    let busy = resident_kib()?;
    println!(
        "{:.1} KiB a socket after 100 frames of 500 bytes to all",
        (busy - before) / f64::from(u32::try_from(count)?)
    );
    held.kill()?;
    std::fs::remove_dir_all(&directory)?;
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "the clients' memory must not count as the server's"
)]
fn spawn_clients(address: SocketAddr, count: usize, pem: &str) -> Outcome<Child> {
    let mut child = std::process::Command::new(std::env::current_exe()?)
        .args(["client", &address.to_string(), &count.to_string(), pem])
        .stdout(Stdio::piped())
        .spawn()?;
    let stdout = child.stdout.take().ok_or("the clients have no output")?;
    BufReader::new(stdout).read_line(&mut String::new())?;
    Ok(child)
}

/// Opens the sockets, waits for the first frame on each, says so, and holds them.
#[expect(clippy::print_stdout, reason = "the parent waits for this line")]
async fn clients(address: SocketAddr, count: usize, pem: &str) -> Outcome<()> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(pem)?)?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = TlsConnector::from(Arc::new(config));
    let mut held = Vec::new();
    for _ in 0..count {
        let stream = connector
            .connect(
                ServerName::try_from("localhost")?,
                TcpStream::connect(address).await?,
            )
            .await?;
        let mut request = "wss://localhost:8443/api/v1/stream".into_client_request()?;
        request
            .headers_mut()
            .insert("authorization", "Bearer anybody".parse()?);
        let (mut socket, _) = client_async(request, stream).await?;
        socket.next().await.ok_or("the server says nothing")??;
        held.push(socket);
    }
    println!("open");
    std::future::pending().await
}

fn resident_kib() -> Outcome<f64> {
    let text = std::fs::read_to_string("/proc/self/status")?;
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .ok_or("no resident size")?;
    Ok(line.trim().trim_end_matches(" kB").trim().parse()?)
}

async fn blocking(address: SocketAddr, count: usize, pem: &str) -> Outcome<Child> {
    let pem = pem.to_owned();
    tokio::task::spawn_blocking(move || spawn_clients(address, count, &pem)).await?
}

fn told(error: Error) -> String {
    error.to_string()
}
