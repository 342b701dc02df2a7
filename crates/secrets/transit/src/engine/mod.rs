//! The engine: paths of the wire, keys in the store.

mod answers;
mod configuration;
mod crypt;
mod digests;
mod keys;
mod shelf;

pub use answers::BATCH_MAX;
pub use digests::RANDOM_BYTES_MAX;

use std::sync::Arc;

use base::Fault;
use futures_util::future::BoxFuture;
use logical::{Backend, Failure, Fields, Operation, Outcome, Request, Txn};

use crate::{
    engine::shelf::Shelf,
    keyring::{Keyring, check_name},
    opened::Opened,
    problem::Problem,
    uses::Uses,
};

/// The transit secrets engine. It holds the keys that are in use, and forgets them when the store is sealed.
#[derive(Default)]
pub struct Engine {
    shelf: Shelf,
}

impl Engine {
    pub fn new() -> Self {
        Self::default()
    }
}

impl Backend for Engine {
    /// Only encrypting tells `create` from `update`: with the one, a key that is missing is made.
    fn exists<'a>(
        &'a self,
        txn: &'a mut Txn<'_>,
        request: &'a Request,
    ) -> BoxFuture<'a, Result<Option<bool>, Failure>> {
        Box::pin(async move {
            match request.segments().as_slice() {
                ["encrypt", name] => Ok(Some(txn.get(&path_of(name)).await?.is_some())),
                _ => Ok(None),
            }
        })
    }

    fn handle<'a>(&'a self, txn: &'a mut Txn<'_>, request: &'a Request) -> BoxFuture<'a, Outcome> {
        let mut desk = Desk {
            engine: self,
            txn,
            request,
        };
        Box::pin(async move { desk.handle().await })
    }

    fn forget(&self) {
        self.shelf.clear();
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        match problem {
            Problem::Invalid(what) => Self::Invalid(what.into_owned()),
            Problem::Server(what) => Self::Status(500, what.into_owned()),
            Problem::Fault(fault) => Self::Fault(fault.into()),
        }
    }
}

/// Where a key is in the store of its mount.
fn path_of(name: &str) -> String {
    format!("keys/{name}")
}

/// One request, with what it is answered from.
struct Desk<'a, 'c> {
    engine: &'a Engine,
    txn: &'a mut Txn<'c>,
    request: &'a Request,
}

/// What is done, as the wire has it: `create` and `update` are the same to most paths.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Doing {
    Read,
    Write,
    Delete,
    List,
}

impl Desk<'_, '_> {
    async fn handle(&mut self) -> Outcome {
        let request = self.request;
        let segments = request.segments();
        let doing = match request.operation {
            Operation::Read => Doing::Read,
            Operation::Create | Operation::Update => Doing::Write,
            Operation::Delete => Doing::Delete,
            Operation::List => Doing::List,
            Operation::Patch => return Err(Failure::Unsupported),
        };
        match (segments.as_slice(), doing) {
            (["encrypt", name], Doing::Write) => self.encrypt(name).await,
            (["decrypt", name], Doing::Write) => self.decrypt(name).await,
            (["rewrap", name], Doing::Write) => self.rewrap(name).await,
            (["datakey", kind, name], Doing::Write) => self.data_key(kind, name).await,
            (["sign", name, rest @ ..], Doing::Write) if rest.len() <= 1 => {
                self.sign(name, rest.first().copied()).await
            }
            (["verify", name, rest @ ..], Doing::Write) if rest.len() <= 1 => {
                self.verify(name, rest.first().copied()).await
            }
            (["hmac", name, rest @ ..], Doing::Write) if rest.len() <= 1 => {
                self.mac(name, rest.first().copied()).await
            }
            (["hash", rest @ ..], Doing::Write) if rest.len() <= 1 => {
                self.hash(rest.first().copied())
            }
            (["random", rest @ ..], Doing::Write) if rest.len() <= 2 => self.random(rest),
            (["keys"], Doing::List) => self.list_keys().await,
            (["keys", name], Doing::Read) => self.read_key(name).await,
            (["keys", name], Doing::Write) => self.create_key(name).await,
            (["keys", name], Doing::Delete) => self.delete_key(name).await,
            (["keys", name, "config"], Doing::Write) => self.tune_key(name).await,
            (["keys", name, "rotate"], Doing::Write) => self.rotate_key(name).await,
            (["keys", name, "trim"], Doing::Write) => self.trim_key(name).await,
            (["export", kind, name, rest @ ..], Doing::Read) if rest.len() <= 1 => {
                self.export_key(kind, name, rest.first().copied()).await
            }
            (["backup", name], Doing::Read) => self.back_up_key(name).await,
            (["restore"], Doing::Write) => self.restore_key(None).await,
            (["restore", name], Doing::Write) => self.restore_key(Some(name)).await,
            (["config", "keys"], Doing::Read) => self.read_keys_config().await,
            (["config", "keys"], Doing::Write) => self.write_keys_config().await,
            (["cache-config"], Doing::Read) => self.read_cache_config().await,
            (["cache-config"], Doing::Write) => self.write_cache_config().await,
            (segments, _) if is_known(segments) => Err(Failure::Unsupported),
            _ => Err(Failure::Absent),
        }
    }

    fn fields(&self) -> Fields<'_> {
        Fields(&self.request.data)
    }

    /// The key of this name, ready for use.
    async fn find(&mut self, name: &str) -> Result<Option<Arc<Opened>>, Failure> {
        if check_name(name).is_err() {
            return Ok(None);
        }
        let Some(entry) = self.txn.get(&path_of(name)).await? else {
            return Ok(None);
        };
        Ok(Some(self.engine.shelf.open(&self.shelved(name), &entry)?))
    }

    /// What the key is called on the shelf, which is one for all mounts.
    fn shelved(&self, name: &str) -> String {
        format!("{}/{name}", self.request.mount.uuid)
    }

    /// The key of this name, for something that is done with its latest version: it turns before, if it is due.
    async fn find_current(&mut self, name: &str) -> Result<Option<Arc<Opened>>, Failure> {
        let Some(opened) = self.find(name).await? else {
            return Ok(None);
        };
        if !opened.is_due(self.request.now) {
            return Ok(Some(opened));
        }
        let ring = self.ring(name).await?.ok_or_else(vanished)?;
        let ring = self.turn(ring).await?;
        self.store(&ring).await?;
        Ok(Some(Arc::new(Opened::new(ring, Some(&opened)))))
    }

    /// The key of this name, to be changed.
    async fn ring(&mut self, name: &str) -> Result<Option<Keyring>, Failure> {
        if check_name(name).is_err() {
            return Ok(None);
        }
        let entry = self.txn.get(&path_of(name)).await?;
        let ring = entry.map(|entry| Keyring::from_bytes(&entry.value));
        Ok(ring.transpose()?)
    }

    async fn store(&mut self, ring: &Keyring) -> Result<(), Failure> {
        self.txn.put(&path_of(ring.name()), ring.to_bytes()?).await
    }

    /// The key with a new version.
    async fn turn(&self, mut ring: Keyring) -> Result<Keyring, Failure> {
        let (now, entropy) = (self.request.now, self.txn.entropy());
        let is_slow = ring.kind().is_rsa();
        let turned = move || ring.rotate(now, &*entropy).map(|()| ring);
        Ok(aside(is_slow, turned).await??)
    }

    /// Uses of a version of the key, set aside in this transaction if need be.
    async fn uses(&mut self, opened: &Opened, version: u32, count: u64) -> Result<Uses, Failure> {
        let entropy = self.txn.entropy();
        if let Some(uses) = opened.uses(version, count, &*entropy) {
            return Ok(uses);
        }
        let ring = self.ring(opened.ring().name()).await?;
        let mut ring = ring.ok_or_else(vanished)?;
        let mut by = [0u8; 8];
        entropy.fill(&mut by);
        let by = u64::from_le_bytes(by);
        let (uses, rest) = ring.set_aside(version, count, by, &*entropy)?;
        self.store(&ring).await?;
        opened.promise(version, by, rest);
        Ok(uses)
    }
}

fn vanished() -> Failure {
    Fault::new("a key vanished within a transaction").into()
}

/// Does the work, away from the requests if it is slow.
async fn aside<T: Send + 'static>(
    is_slow: bool,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Failure> {
    match is_slow {
        false => Ok(work()),
        true => tokio::task::spawn_blocking(work)
            .await
            .map_err(|error| Fault::from_source(error).into()),
    }
}

/// Whether there is something at the path for another operation.
fn is_known(segments: &[&str]) -> bool {
    match segments {
        ["encrypt" | "decrypt" | "rewrap" | "backup", _] | ["datakey", _, _] => true,
        ["sign" | "verify" | "hmac", _] | ["sign" | "verify" | "hmac", _, _] => true,
        ["hash" | "restore" | "cache-config" | "keys"] | ["hash" | "restore" | "keys", _] => true,
        ["random", rest @ ..] => rest.len() <= 2,
        ["keys", _, "config" | "rotate" | "trim"] | ["config", "keys"] => true,
        ["export", _, _] | ["export", _, _, _] => true,
        _ => false,
    }
}
