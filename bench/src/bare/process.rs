//! A bare server as a process of its own: it prints its port, and hears commands on its input.

use std::{net::SocketAddr, process::Stdio, sync::Arc};

use system_tests::Client;
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    process::{Child, ChildStdin, Command},
};

pub(crate) struct Bare {
    pub(crate) client: Arc<Client>,
    pub(crate) pid: u32,
    input: ChildStdin,
    /// Killed when dropped.
    _child: Child,
    _directory: TempDir,
}

impl Bare {
    /// Starts this program again as `kind`. Its first argument is where it leaves its certificate.
    pub(crate) async fn start(kind: &str, arguments: &[String]) -> Self {
        let directory = TempDir::with_prefix("bastide-bench-bare-").unwrap();
        let certificate = directory.path().join("certificate.pem");
        let mut child = Command::new(std::env::current_exe().unwrap())
            .arg(kind)
            .arg(&certificate)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut port = String::new();
        let output = child.stdout.take().unwrap();
        BufReader::new(output).read_line(&mut port).await.unwrap();
        let port: u16 = port.trim().parse().expect("the bare peer prints its port");
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        Self {
            client: Arc::new(Client::new(address, &certificate)),
            pid: child.id().unwrap(),
            input: child.stdin.take().unwrap(),
            _child: child,
            _directory: directory,
        }
    }

    pub(crate) async fn tell(&mut self, command: &str) {
        self.input.write_all(command.as_bytes()).await.unwrap();
        self.input.write_all(b"\n").await.unwrap();
        self.input.flush().await.unwrap();
    }
}

/// Tells the parent where this process listens.
#[expect(clippy::print_stdout, reason = "the parent reads it")]
pub(super) fn announce(address: SocketAddr) {
    println!("{}", address.port());
}
