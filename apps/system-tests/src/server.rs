//! The server as a process of its own.

use std::{
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::Stdio,
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::Value;
use tokio::{
    io::AsyncWriteExt,
    process::{Child, Command},
};

use crate::client::Client;

/// How long a server may take to become ready before the test fails.
const READY_WITHIN: Duration = Duration::from_secs(60);

/// What a server is started with.
#[derive(Debug, Clone, Default)]
pub struct ServerOptions {
    /// Variables beside those that every server gets.
    pub variables: Vec<(String, String)>,
    /// Flags after `serve`.
    pub flags: Vec<String>,
}

/// A running `bastide serve`.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
    pub metrics: SocketAddr,
    data: PathBuf,
    options: ServerOptions,
    /// From the start of the process until it was ready.
    pub ready_after: Duration,
}

/// The binary that the same build made.
#[expect(
    clippy::disallowed_methods,
    reason = "tests are told by it which binary to try"
)]
pub fn binary() -> PathBuf {
    if let Some(path) = std::env::var_os("BASTIDE_TEST_BINARY") {
        return PathBuf::from(path);
    }
    // target/debug/deps/system-… → target/debug/bastide
    let own = std::env::current_exe().unwrap();
    own.ancestors()
        .map(|folder| folder.join("bastide"))
        .find(|path| path.is_file())
        .expect("the binary is built")
}

fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0))
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

impl Server {
    /// Starts a server over `data`, on ports of its own, and waits until it is ready.
    pub async fn start(data: &Path, options: ServerOptions) -> Self {
        Self::start_at(data, options, free_port()).await
    }

    /// As [`Server::start`], on this port.
    pub async fn start_at(data: &Path, options: ServerOptions, port: u16) -> Self {
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let metrics = SocketAddr::from(([127, 0, 0, 1], free_port()));
        let begun = Instant::now();
        let child = spawn(data, &options, address, metrics);
        let mut server = Self {
            child,
            address,
            metrics,
            data: data.to_owned(),
            options,
            ready_after: Duration::ZERO,
        };
        server.until(begun, "/readyz").await;
        server.ready_after = begun.elapsed();
        server
    }

    /// Starts a server that need not be ready, only alive: one of its services is away.
    pub async fn start_alive(data: &Path, options: ServerOptions) -> Self {
        let address = SocketAddr::from(([127, 0, 0, 1], free_port()));
        let metrics = SocketAddr::from(([127, 0, 0, 1], free_port()));
        let begun = Instant::now();
        let child = spawn(data, &options, address, metrics);
        let mut server = Self {
            child,
            address,
            metrics,
            data: data.to_owned(),
            options,
            ready_after: Duration::ZERO,
        };
        server.until(begun, "/healthz").await;
        server.ready_after = begun.elapsed();
        server
    }

    async fn until(&mut self, begun: Instant, path: &str) {
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                panic!(
                    "the server ended with {status}; its log is {}",
                    self.log_path().display()
                );
            }
            if self.data.join("tls/authority.pem").is_file()
                && let Ok(mut connection) = self.client().try_connect().await
                && let Ok(reply) = connection.try_get(path).await
                && reply.status == 200
            {
                return;
            }
            assert!(
                begun.elapsed() < READY_WITHIN,
                "the server is not ready: {}",
                self.log_path().display()
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// A client that trusts this server's own authority.
    pub fn client(&self) -> Client {
        Client::new(self.address, &self.data.join("tls/authority.pem"))
    }

    pub fn shared_client(&self) -> Arc<Client> {
        Arc::new(self.client())
    }

    pub fn pid(&self) -> u32 {
        self.child.id().expect("the server runs")
    }

    pub fn log_path(&self) -> PathBuf {
        self.data.join("server.log")
    }

    /// SIGKILL, as a power cut for the process.
    pub async fn kill(&mut self) {
        self.child.start_kill().unwrap();
        self.child.wait().await.unwrap();
    }

    /// Kills and starts over the same data on the same port.
    pub async fn restart_after_kill(&mut self) {
        self.kill().await;
        *self = Self::start_at(
            &self.data.clone(),
            self.options.clone(),
            self.address.port(),
        )
        .await;
    }

    /// SIGTERM, then waits for an orderly end.
    pub async fn stop(mut self) {
        let pid = self.pid().to_string();
        #[expect(
            clippy::disallowed_methods,
            reason = "the server's own signal is under test"
        )]
        let sent = std::process::Command::new("kill")
            .args(["-TERM", &pid])
            .status()
            .unwrap();
        assert!(sent.success());
        let ended = tokio::time::timeout(Duration::from_secs(30), self.child.wait()).await;
        assert!(
            ended.expect("the server drains in time").unwrap().success(),
            "{}",
            self.log_path().display()
        );
    }

    /// The page of metrics, as a scraper reads it.
    pub async fn metrics_page(&self) -> String {
        let client = Client::new(self.metrics, &self.data.join("tls/authority.pem"));
        let page = client.connect().await.get("/metrics").await;
        assert_eq!(page.status, 200, "the page of metrics is there");
        String::from_utf8(page.body.to_vec()).unwrap()
    }

    /// The most memory the server has held at once, in KiB.
    pub fn peak_kib(&self) -> u64 {
        status_kib(self.pid(), "VmHWM:")
    }

    /// The processor time the server has used, in seconds, and its resident memory, in KiB.
    pub fn usage(&self) -> (f64, u64) {
        usage(self.pid())
    }
}

/// Processor time in seconds and resident memory in KiB of a process of this machine (proc(5)).
fn usage(pid: u32) -> (f64, u64) {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields: Vec<&str> = stat
        .rsplit(')')
        .next()
        .unwrap()
        .split_whitespace()
        .collect();
    let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
    let seconds = f64::from(u32::try_from(ticks).unwrap()) / 100.0;
    (seconds, status_kib(pid, "VmRSS:"))
}

fn status_kib(pid: u32, field: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let value = status.lines().find_map(|line| line.strip_prefix(field));
    let kib = value.unwrap().trim().trim_end_matches(" kB");
    kib.parse().unwrap()
}

/// Runs a command of the binary over a server's data, with the server's variables, and answers its JSON.
pub async fn run_command(data: &Path, options: &ServerOptions, arguments: &[&str]) -> Value {
    let (value, succeeded) = try_command(data, options, arguments).await;
    assert!(succeeded, "{arguments:?}: {value}");
    value
}

/// As [`run_command`], and says whether it succeeded: some say on their way out what they found.
pub async fn try_command(
    data: &Path,
    options: &ServerOptions,
    arguments: &[&str],
) -> (Value, bool) {
    feed_command(data, options, arguments, "").await
}

/// As [`try_command`], with what it reads from standard input. One that says nothing but why it failed answers that.
pub async fn feed_command(
    data: &Path,
    options: &ServerOptions,
    arguments: &[&str],
    input: &str,
) -> (Value, bool) {
    let mut command = Command::new(binary())
        .args(arguments)
        .arg("--json")
        .env_clear()
        .env("BASTIDE_DATA_DIR", data)
        .envs(options.variables.iter().cloned())
        .current_dir(data)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = command.stdin.take().unwrap();
    // A command that reads nothing may have ended already.
    drop(stdin.write_all(input.as_bytes()).await);
    drop(stdin);
    let output = command.wait_with_output().await.unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    let said = String::from_utf8_lossy(&output.stdout);
    let said = match said.trim().is_empty() {
        false => said.as_ref(),
        true => errors.lines().last().unwrap_or_default(),
    };
    let value = serde_json::from_str(said);
    let value = value.unwrap_or_else(|_| panic!("{arguments:?}: {said} {errors}"));
    (value, output.status.success())
}

fn spawn(data: &Path, options: &ServerOptions, address: SocketAddr, metrics: SocketAddr) -> Child {
    std::fs::create_dir_all(data).unwrap();
    let log = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(data.join("server.log"))
        .unwrap();
    let mut command = Command::new(binary());
    command
        .arg("serve")
        .args(&options.flags)
        .env_clear()
        .env("BASTIDE_DATA_DIR", data)
        .env("BASTIDE_LISTEN", address.to_string())
        .env("BASTIDE_METRICS_LISTEN", metrics.to_string())
        .env(
            "BASTIDE_PUBLIC_URL",
            format!("https://localhost:{}", address.port()),
        )
        .envs(options.variables.iter().cloned())
        .current_dir(data)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .kill_on_drop(true);
    command.spawn().unwrap()
}
