//! NATS from outside: a server of a test's own, and a listener to everything on a bus.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    process::{Child, Command},
    sync::Mutex,
    task::JoinHandle,
};

use crate::ground::variable;

/// A NATS server that the test starts and stops; it ends with its owner.
pub struct OwnNats {
    port: u16,
    log: PathBuf,
    process: Option<Child>,
}

impl OwnNats {
    /// A port, and nothing on it yet. What it will have to say goes into this folder.
    pub fn reserve(folder: &Path) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        Self {
            port: listener.local_addr().unwrap().port(),
            log: folder.join("nats.log"),
            process: None,
        }
    }

    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    pub fn start(&mut self) {
        let program =
            variable("BASTIDE_TEST_NATS_SERVER").unwrap_or_else(|| "nats-server".to_owned());
        let mut command = Command::new(program);
        command.args(["--addr", "127.0.0.1", "--port", &self.port.to_string()]);
        command.arg("--log").arg(&self.log).kill_on_drop(true);
        self.process = Some(command.spawn().unwrap());
    }

    pub async fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().await.unwrap();
        }
    }
}

/// Hears everything that goes over a bus, as one who reads its traffic does.
pub struct Tap {
    heard: Arc<Mutex<Vec<u8>>>,
    task: JoinHandle<()>,
}

impl Tap {
    /// Subscribes to all subjects (the NATS client protocol); returns when the subscription is in force.
    pub async fn on(server: &OwnNats) -> Self {
        let mut tcp = loop {
            if let Ok(tcp) = TcpStream::connect(("127.0.0.1", server.port)).await {
                break tcp;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        };
        let hello = b"CONNECT {\"verbose\":false,\"pedantic\":false}\r\nSUB > 1\r\nPING\r\n";
        tcp.write_all(hello).await.unwrap();
        let mut greeting = Vec::new();
        while !greeting.ends_with(b"PONG\r\n") {
            greeting.push(tcp.read_u8().await.unwrap());
        }
        let heard = Arc::new(Mutex::new(Vec::new()));
        let task = tokio::spawn(listen(tcp, Arc::clone(&heard)));
        Self { heard, task }
    }

    pub async fn heard(&self) -> Vec<u8> {
        self.heard.lock().await.clone()
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn listen(mut tcp: TcpStream, heard: Arc<Mutex<Vec<u8>>>) {
    let mut bytes = vec![0; 64 * 1024];
    while let Ok(read @ 1..) = tcp.read(&mut bytes).await {
        heard.lock().await.extend(&bytes[..read]);
        if bytes[..read].ends_with(b"PING\r\n") && tcp.write_all(b"PONG\r\n").await.is_err() {
            return;
        }
    }
}
