//! The key service as a process of its own.

use std::{
    io,
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};

use bytes::Bytes;
use hyper::Method;
use serde_json::{Value, json};
use tokio::process::{Child, Command};

use crate::{Client, Reply, ServerOptions, binary};

/// How long it may take until it answers.
const ANSWERS_WITHIN: Duration = Duration::from_secs(60);

/// A running `bastide kms serve`.
pub struct KeyService {
    child: Child,
    pub address: SocketAddr,
    data: PathBuf,
    options: ServerOptions,
    /// The shares that open it.
    pub keys: Vec<String>,
    /// A token that may do everything.
    pub root: String,
}

impl KeyService {
    /// Starts one over `data`, on a port of its own, and waits until it answers; it is sealed, or not initialised yet.
    pub async fn start(data: &Path, options: ServerOptions) -> Self {
        let port = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = port.local_addr().unwrap();
        drop(port);
        let mut service = Self {
            child: spawn(data, &options, address),
            address,
            data: data.to_owned(),
            options,
            keys: Vec::new(),
            root: String::new(),
        };
        service.answers().await;
        service
    }

    async fn answers(&mut self) {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                panic!(
                    "the key service ended with {status}: {}",
                    self.data.display()
                );
            }
            if self.data.join("tls/authority.pem").is_file()
                && self
                    .call("", "GET", "sys/health", &Value::Null)
                    .await
                    .is_ok()
            {
                return;
            }
            assert!(begun.elapsed() < ANSWERS_WITHIN, "it does not answer");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// A client that trusts its own authority.
    pub fn client(&self) -> Client {
        Client::new(self.address, &self.data.join("tls/authority.pem"))
    }

    pub fn pid(&self) -> u32 {
        self.child.id().expect("the key service runs")
    }

    /// Makes the root key in three shares of which two are needed, and opens the store.
    pub async fn initialise(&mut self) {
        let plan = json!({ "secret_shares": 3, "secret_threshold": 2 });
        let given = self.call("", "PUT", "sys/init", &plan).await.unwrap().ok();
        let keys = given["keys"].as_array().unwrap().iter();
        self.keys = keys.map(|key| key.as_str().unwrap().to_owned()).collect();
        given["root_token"]
            .as_str()
            .unwrap()
            .clone_into(&mut self.root);
        self.unseal().await;
    }

    /// Enters as many shares as are needed.
    pub async fn unseal(&self) {
        for key in self.keys.iter().take(2) {
            let share = json!({ "key": key });
            self.call("", "PUT", "sys/unseal", &share)
                .await
                .unwrap()
                .ok();
        }
    }

    /// SIGKILL, as a power cut for the process.
    pub async fn kill(&mut self) {
        self.child.start_kill().unwrap();
        self.child.wait().await.unwrap();
    }

    /// Kills it, starts it again over the same data on the same port, and opens it; another node may lead.
    pub async fn restart_after_kill(&mut self) {
        self.kill().await;
        self.child = spawn(&self.data, &self.options, self.address);
        self.answers().await;
        self.unseal().await;
    }

    /// Waits until it leads: the one that was killed kept its lease for ten seconds.
    pub async fn leads(&self) {
        let begun = Instant::now();
        loop {
            let health = self.call("", "GET", "sys/health", &Value::Null).await;
            if health.unwrap().status == 200 {
                return;
            }
            assert!(begun.elapsed() < ANSWERS_WITHIN, "it does not lead");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// One request of root, which has to go well.
    pub async fn does(&self, method: &str, path: &str, body: Value) -> Value {
        let reply = self.call(&self.root, method, path, &body).await.unwrap();
        match reply.status {
            204 => Value::Null,
            _ => reply.ok(),
        }
    }

    /// One request on a connection of its own.
    ///
    /// # Errors
    /// What the connection says when it breaks.
    pub async fn call(
        &self,
        token: &str,
        method: &str,
        path: &str,
        body: &Value,
    ) -> io::Result<Reply> {
        let mut connection = self.client().try_connect().await?;
        let method = Method::from_bytes(method.as_bytes()).map_err(io::Error::other)?;
        let bytes = match body {
            Value::Null => Bytes::new(),
            body => serde_json::to_vec(body).map_err(io::Error::other)?.into(),
        };
        let headers = [("x-vault-token", token)];
        let headers = if token.is_empty() { &[][..] } else { &headers };
        connection
            .request(method, &format!("/v1/{path}"), headers, bytes)
            .await
    }
}

fn spawn(data: &Path, options: &ServerOptions, address: SocketAddr) -> Child {
    let log = std::fs::File::options()
        .create(true)
        .append(true)
        .open(data.join("kms.log"))
        .unwrap();
    Command::new(binary())
        .args(["kms", "serve", "--json"])
        .env_clear()
        .env("BASTIDE_DATA_DIR", data)
        .env("BASTIDE_KMS_LISTEN", address.to_string())
        .env("BASTIDE_LOG", "warn")
        .envs(options.variables.iter().cloned())
        .current_dir(data)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .kill_on_drop(true)
        .spawn()
        .expect("the key service starts")
}
