//! A NATS server of a test's own.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
};

use tokio::process::{Child, Command};

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
