//! Stories over a real store: what clients do, through the door that the core uses.

mod approle;
mod hostile;
mod userpass;

use std::{net::IpAddr, sync::Arc, time::Duration};

use base::Clock;
use logical::{
    Access, Backend, Failure, Login, Operation, Outcome, Reply, Request, Txn, testing::Stage,
};
use serde_json::{Map, Value};

const HERE: &str = "127.0.0.1";

/// A mount of a method in an open store.
struct House {
    stage: Stage,
    method: Box<dyn Backend>,
}

impl House {
    async fn new(kind: &str, method: impl Backend + 'static) -> Self {
        Self {
            stage: Stage::new(kind).await,
            method: Box::new(method),
        }
    }

    fn root(&self) -> String {
        format!("logical/{}/", self.stage.mount.uuid)
    }

    fn request(
        &self,
        source: Option<&str>,
        operation: Operation,
        path: &str,
        data: Value,
    ) -> Request {
        let data = match data {
            Value::Object(data) => data,
            _ => Map::new(),
        };
        let is_public = self.method.access(path) == Access::Public;
        Request {
            operation,
            path: path.to_owned(),
            data: Arc::new(data),
            caller: (!is_public).then(|| Arc::new(self.stage.caller.clone())),
            mount: Arc::new(self.stage.mount.clone()),
            now: Clock::now(&*self.stage.clock),
            source: source.map(|source| source.parse::<IpAddr>().unwrap()),
        }
    }

    /// As the core does it: whether something is there decides between `create` and `update`, conflicts run again, and what is done
    /// is committed.
    async fn asks_from(
        &self,
        source: Option<&str>,
        operation: Operation,
        path: &str,
        data: Value,
    ) -> Outcome {
        loop {
            let mut changes = self.stage.store.begin()?;
            let mut request = self.request(source, operation, path, data.clone());
            let mut txn = changes.below(self.root());
            let is_write = operation == Operation::Update;
            if is_write && self.method.exists(&mut txn, &request).await? == Some(false) {
                request.operation = Operation::Create;
            }
            let reply = match self.method.handle(&mut txn, &request).await {
                Err(Failure::Conflict) => continue,
                answered => answered?,
            };
            match changes.commit(|_| ()).await {
                Err(Failure::Conflict) => {}
                committed => return committed.map(|()| reply),
            }
        }
    }

    async fn asks(&self, operation: Operation, path: &str, data: Value) -> Outcome {
        self.asks_from(Some(HERE), operation, path, data).await
    }

    async fn writes(&self, path: &str, data: Value) -> Reply {
        let reply = self.asks(Operation::Update, path, data).await;
        reply.unwrap_or_else(|failure| panic!("{path}: {failure:?}"))
    }

    /// The data of an answer to a write.
    async fn gets(&self, path: &str, data: Value) -> Value {
        Value::Object(
            self.writes(path, data)
                .await
                .data
                .unwrap_or_else(|| panic!("{path}")),
        )
    }

    async fn reads(&self, path: &str) -> Value {
        let reply = self.asks(Operation::Read, path, Value::Null).await;
        let reply = reply.unwrap_or_else(|failure| panic!("{path}: {failure:?}"));
        Value::Object(reply.data.unwrap())
    }

    async fn lists(&self, path: &str) -> Result<Vec<String>, Failure> {
        let reply = self.asks(Operation::List, path, Value::Null).await?;
        let keys = reply.data.unwrap()["keys"].as_array().unwrap().clone();
        Ok(keys
            .iter()
            .map(|key| key.as_str().unwrap().to_owned())
            .collect())
    }

    async fn deletes(&self, path: &str) {
        let reply = self
            .asks(Operation::Delete, path, Value::Null)
            .await
            .unwrap();
        assert!(reply.data.is_none(), "{path}");
    }

    async fn logs_in(&self, path: &str, data: Value) -> Result<Login, Failure> {
        let reply = self.asks(Operation::Update, path, data).await?;
        assert!(reply.data.is_none());
        Ok(reply.login.unwrap())
    }

    async fn renews(&self, login: &Login) -> Result<Login, Failure> {
        let request = self.request(Some(HERE), Operation::Update, "", Value::Null);
        let mut changes = self.stage.store.begin()?;
        let mut txn = changes.below(self.root());
        self.method.renew(&mut txn, &request, login).await
    }

    fn waits(&self, span: Duration) {
        self.stage.clock.advance(span);
    }

    /// Every entry of the mount: its path and what is kept there.
    async fn entries(&self) -> Vec<(String, String)> {
        let mut changes = self.stage.store.begin().unwrap();
        let mut txn = changes.below(self.root());
        let mut entries = Vec::new();
        let mut folders = vec![String::new()];
        while let Some(folder) = folders.pop() {
            for name in txn.list(folder.trim_end_matches('/')).await.unwrap() {
                let path = format!("{folder}{name}");
                match path.ends_with('/') {
                    true => folders.push(path),
                    false => entries.push((path.clone(), value_at(&mut txn, &path).await)),
                }
            }
        }
        entries.sort();
        entries
    }
}

async fn value_at(txn: &mut Txn<'_>, path: &str) -> String {
    let entry = txn.get(path).await.unwrap().unwrap();
    String::from_utf8_lossy(&entry.value).into_owned()
}

/// What a 400 says.
fn said<T>(outcome: Result<T, Failure>) -> String {
    match outcome {
        Err(Failure::Invalid(said)) => said,
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it was done"),
    }
}

const fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(minutes * 60)
}
