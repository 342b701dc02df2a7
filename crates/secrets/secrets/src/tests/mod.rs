//! Stories over a real store: requests as the wire gives them, answers as it takes them.

mod audits;
mod mounts;
mod policies;
mod sealing;
mod tokens;
mod wrapping;

use std::{sync::Arc, time::Duration};

use base::{Clock, Entropy, Id, SystemEntropy, Timestamp};
use db::{Database, Options};
use kms::{Embedded, RootKeyFile};
use logical::{Store, testing::StillClock};
use serde_json::{Map, Value, json};
use tempfile::TempDir;
use zeroize::Zeroizing;

use crate::{Answer, Call, Core, Keeping, Method};

/// A service over a store of its own, initialised with three shares, and open.
struct House {
    core: Arc<Core>,
    clock: Arc<StillClock>,
    root: String,
    keys: Vec<String>,
    directory: Arc<TempDir>,
}

impl House {
    async fn new() -> Self {
        let house = Self::empty().await;
        let init = json!({ "secret_shares": 3, "secret_threshold": 2 });
        let answer = house.as_nobody(Method::Put, "sys/init", init).await;
        let body = answer.body.unwrap();
        let keys = body["keys"].as_array().unwrap().iter();
        let house = Self {
            root: body["root_token"].as_str().unwrap().to_owned(),
            keys: keys.map(|key| key.as_str().unwrap().to_owned()).collect(),
            ..house
        };
        house.unseal().await;
        house
    }

    /// One that is not initialised.
    async fn empty() -> Self {
        let directory = Arc::new(tempfile::tempdir().unwrap());
        let clock = Arc::new(StillClock::at(Timestamp::from_micros(
            1_800_000_000_000_000,
        )));
        let core = Self::node(&directory, &clock).await;
        Self {
            core,
            clock,
            root: String::new(),
            keys: Vec::new(),
            directory,
        }
    }

    /// Another node over the same store, open.
    async fn beside(&self) -> Self {
        let other = Self {
            core: Self::node(&self.directory, &self.clock).await,
            clock: Arc::clone(&self.clock),
            root: self.root.clone(),
            keys: self.keys.clone(),
            directory: Arc::clone(&self.directory),
        };
        other.unseal().await;
        other
    }

    async fn node(directory: &TempDir, clock: &Arc<StillClock>) -> Arc<Core> {
        let url = format!("sqlite://{}", directory.path().join("kms.db").display());
        let database = Arc::new(Database::open(&url, Options::default()).await.unwrap());
        let (clock, entropy): (Arc<dyn Clock>, Arc<dyn Entropy>) =
            (Arc::clone(clock) as _, Arc::new(SystemEntropy));
        let kms = Embedded::open(
            Arc::clone(&database),
            RootKeyFile::new(directory.path().join("root.key")),
            Arc::clone(&clock),
            Arc::clone(&entropy),
        );
        let kms = Arc::new(kms.await.unwrap());
        let node = Id::generate(clock.now(), &SystemEntropy);
        let store = Store::new(
            Arc::clone(&database),
            Arc::clone(&kms) as _,
            node,
            Arc::clone(&clock),
            Arc::clone(&entropy),
        );
        Arc::new(Core::new(
            store.await.unwrap(),
            database,
            Arc::new(Keeping::new(kms)),
            node,
            format!("https://node-{}.test:8200", node.to_bytes()[15]),
            clock,
            entropy,
        ))
    }

    /// Time passes; the node looks after its lease.
    async fn later(&self, span: Duration) {
        self.clock.advance(span);
        self.core.tick().await.unwrap();
    }

    async fn unseal(&self) {
        for key in self.keys.iter().take(2) {
            self.as_nobody(Method::Put, "sys/unseal", json!({ "key": key }))
                .await;
        }
    }

    async fn ask(&self, token: &str, method: Method, path: &str, data: Value) -> Answer {
        self.wrapped(token, method, path, data, None).await
    }

    async fn wrapped(
        &self,
        token: &str,
        method: Method,
        path: &str,
        data: Value,
        wrap_ttl: Option<u64>,
    ) -> Answer {
        let data = match data {
            Value::Object(data) => data,
            _ => Map::new(),
        };
        self.core
            .answer(Call {
                method,
                path: path.to_owned(),
                target: format!("/v1/{path}"),
                data: Arc::new(data),
                token: (!token.is_empty()).then(|| Zeroizing::new(token.to_owned())),
                wrap_ttl: wrap_ttl.map(Duration::from_secs),
                source: Some("192.0.2.7".parse().unwrap()),
            })
            .await
    }

    async fn as_nobody(&self, method: Method, path: &str, data: Value) -> Answer {
        self.ask("", method, path, data).await
    }

    async fn as_root(&self, method: Method, path: &str, data: Value) -> Answer {
        self.ask(&self.root, method, path, data).await
    }

    /// What root reads or is given; it has to go well.
    async fn body(&self, method: Method, path: &str, data: Value) -> Value {
        let answer = self.as_root(method, path, data).await;
        assert!(answer.status < 300, "{path}: {answer:?}");
        answer.body.unwrap_or(Value::Null)
    }

    async fn has_policy(&self, name: &str, text: &str) {
        let path = format!("sys/policies/acl/{name}");
        self.body(Method::Put, &path, json!({ "policy": text }))
            .await;
    }

    /// A token with the fields.
    async fn token(&self, fields: Value) -> String {
        let body = self.body(Method::Put, "auth/token/create", fields).await;
        body["auth"]["client_token"].as_str().unwrap().to_owned()
    }

    async fn token_of(&self, maker: &str, fields: Value) -> String {
        let answer = self
            .ask(maker, Method::Put, "auth/token/create", fields)
            .await;
        let body = answer.body.unwrap();
        body["auth"]["client_token"].as_str().unwrap().to_owned()
    }

    async fn is_good(&self, token: &str) -> bool {
        let path = "auth/token/lookup-self";
        self.ask(token, Method::Get, path, Value::Null).await.status == 200
    }
}
