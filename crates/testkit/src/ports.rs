//! The ports of a test house: still, seeded, and listening.

use std::{
    collections::HashMap,
    ops::Range,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use act::{
    Act, Announcement, Announcer, Blobs, Brought, ByteStream, Card, Directory, Facts, FreshKey,
    Outcome, Purpose, Push, PushKeys, PushMessage, Recorder, StoredBlob, Vault,
};
use base::{AccountId, BlobId, Clock, Context, Entropy, Id, KeyId, Result, TenantId, Timestamp};
use bytes::Bytes;
use cipher::{BlindIndex, DataKey};
use db::Batch;
use futures_util::{StreamExt, future::BoxFuture, stream};

/// A clock that moves when it is told to.
pub struct StillClock(AtomicI64);

impl Default for StillClock {
    fn default() -> Self {
        Self(AtomicI64::new(1_790_000_000_000_000))
    }
}

impl StillClock {
    pub fn passes(&self, span: Duration) {
        self.0
            .fetch_add(i64::try_from(span.as_micros()).unwrap(), Ordering::Relaxed);
    }
}

impl Clock for StillClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::Relaxed))
    }
}

/// Bytes that are the same in every run (SplitMix64 over a counter).
#[derive(Default)]
pub struct SeededEntropy(AtomicU64);

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let mut z = self
                .0
                .fetch_add(1, Ordering::Relaxed)
                .wrapping_mul(0x9e37_79b9_7f4a_7c15);
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            let word = (z ^ (z >> 31)).to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
    }
}

/// Keys in memory: the tests of the key store itself stand in its own crate.
#[derive(Default)]
pub struct MemoryVault {
    keys: Mutex<HashMap<KeyId, Arc<DataKey>>>,
    entropy: SeededEntropy,
}

impl MemoryVault {
    fn key(&self, id: KeyId) -> Arc<DataKey> {
        let mut keys = self.keys.lock().unwrap();
        Arc::clone(
            keys.entry(id)
                .or_insert_with(|| Arc::new(DataKey::generate(&self.entropy))),
        )
    }
}

impl Vault for MemoryVault {
    fn keys<'a>(
        &'a self,
        _: Purpose,
        _: TenantId,
        ids: &'a [KeyId],
    ) -> BoxFuture<'a, Result<Vec<Arc<DataKey>>>> {
        Box::pin(async { Ok(ids.iter().map(|id| self.key(*id)).collect()) })
    }

    fn fresh(&self, _: Purpose, _: TenantId) -> BoxFuture<'_, Result<FreshKey>> {
        Box::pin(async {
            let id = Id::generate(Timestamp::from_micros(0), &self.entropy);
            Ok(FreshKey {
                id,
                key: self.key(id),
            })
        })
    }

    fn found_tenant(&self, _: TenantId) -> BoxFuture<'_, Result<()>> {
        Box::pin(async { Ok(()) })
    }

    fn index(&self, tenant: TenantId) -> BoxFuture<'_, Result<Arc<BlindIndex>>> {
        Box::pin(async move { Ok(Arc::new(BlindIndex::new(1, self.key(tenant.cast())))) })
    }
}

/// Blobs in memory.
#[derive(Default)]
pub struct MemoryBlobs(Mutex<HashMap<BlobId, Bytes>>);

impl Blobs for MemoryBlobs {
    fn put<'a>(
        &'a self,
        _: TenantId,
        id: BlobId,
        _: &'a DataKey,
        content: Bytes,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            self.0.lock().unwrap().insert(id, content);
            Ok(())
        })
    }

    fn get<'a>(
        &'a self,
        _: TenantId,
        id: BlobId,
        _: &'a DataKey,
    ) -> BoxFuture<'a, Result<Option<Bytes>>> {
        Box::pin(async move { Ok(self.0.lock().unwrap().get(&id).cloned()) })
    }

    fn open<'a>(
        &'a self,
        _: TenantId,
        id: BlobId,
        _: &'a DataKey,
        size_bytes: u64,
        range: Range<u64>,
    ) -> BoxFuture<'a, Result<ByteStream>> {
        Box::pin(async move {
            let blob = self.0.lock().unwrap().get(&id).cloned();
            let blob = blob.context("a blob is not in its store")?;
            assert_eq!(u64::try_from(blob.len()).unwrap(), size_bytes);
            let place = |at: u64| usize::try_from(at).unwrap().min(blob.len());
            let wanted = blob.slice(place(range.start)..place(range.end));
            Ok(stream::once(async { Ok(wanted) }).boxed())
        })
    }

    fn list(&self, after: Option<BlobId>, limit: u16) -> BoxFuture<'_, Result<Vec<StoredBlob>>> {
        let blobs = self.0.lock().unwrap();
        let mut ids: Vec<BlobId> = blobs
            .keys()
            .copied()
            .filter(|id| Some(*id) > after)
            .collect();
        ids.sort();
        ids.truncate(limit.into());
        // As old as can be: what is in memory has no time.
        let stored_at = Timestamp::from_micros(0);
        let page = ids
            .into_iter()
            .map(|id| StoredBlob { id, stored_at })
            .collect();
        Box::pin(async { Ok(page) })
    }

    fn delete(&self, id: BlobId) -> BoxFuture<'_, Result<()>> {
        self.0.lock().unwrap().remove(&id);
        Box::pin(async { Ok(()) })
    }

    fn remove_abandoned(&self, _: Timestamp) -> BoxFuture<'_, Result<u64>> {
        Box::pin(async { Ok(0) })
    }
}

/// The accounts that [`crate::House::people`] made.
#[derive(Default)]
pub struct MemoryDirectory(Mutex<HashMap<(TenantId, AccountId), Card>>);

impl MemoryDirectory {
    pub(crate) fn add(&self, tenant: TenantId, card: Card) {
        self.0.lock().unwrap().insert((tenant, card.account), card);
    }
}

impl Directory for MemoryDirectory {
    fn cards<'a>(
        &'a self,
        act: &'a mut Act,
        accounts: &'a [AccountId],
    ) -> BoxFuture<'a, Result<Vec<Card>>> {
        let tenant = act.tenant();
        Box::pin(async move {
            let known = self.0.lock().unwrap();
            Ok(accounts
                .iter()
                .filter_map(|account| known.get(&(tenant, *account)).cloned())
                .collect())
        })
    }
}

/// Hears what is announced.
#[derive(Default)]
pub struct Heard(Mutex<Vec<Announcement>>);

impl Heard {
    /// Everything since the last call.
    pub fn take(&self) -> Vec<Announcement> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl Announcer for Heard {
    fn announce(&self, announcements: Vec<Announcement>) {
        self.0.lock().unwrap().extend(announcements);
    }
}

/// One line of what a test house notes in place of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub operation: &'static str,
    pub account: Option<AccountId>,
    pub outcome: Outcome,
    pub resources: usize,
}

/// Notes every entry that the log would have.
#[derive(Default)]
pub struct Notes(Mutex<Vec<Note>>);

impl Notes {
    fn note(&self, facts: &Facts<'_>) {
        self.0.lock().unwrap().push(Note {
            operation: facts.operation.name,
            account: facts.caller.member().map(|member| member.account),
            outcome: facts.outcome,
            resources: facts.resources.len(),
        });
    }

    /// Everything noted so far.
    pub fn all(&self) -> Vec<Note> {
        self.0.lock().unwrap().clone()
    }

    pub fn has_written(&self, operation: &str) -> bool {
        self.all()
            .iter()
            .any(|note| note.operation == operation && note.outcome == Outcome::Done)
    }

    pub fn has_refusal(&self, operation: &str, account: AccountId) -> bool {
        self.all().iter().any(|note| {
            note.operation == operation
                && note.account == Some(account)
                && matches!(note.outcome, Outcome::Refused(_))
        })
    }
}

impl Recorder for Notes {
    fn written<'a>(&'a self, facts: Facts<'a>, _: &'a mut Batch) -> BoxFuture<'a, Result<()>> {
        self.note(&facts);
        Box::pin(async { Ok(()) })
    }

    fn read(&self, facts: &Facts<'_>) -> Result<()> {
        self.note(facts);
        Ok(())
    }

    fn refused(&self, facts: &Facts<'_>) {
        self.note(facts);
    }
}

/// A push service in memory: the tests of the real ones' protocol stand in `push`.
#[derive(Default)]
pub struct MemoryPush {
    brought: Mutex<Vec<(PushKeys, PushMessage)>>,
    answers: Mutex<HashMap<String, Brought>>,
    is_away: AtomicBool,
}

impl MemoryPush {
    /// What was brought since the last time, with the endpoint.
    pub fn take(&self) -> Vec<(PushKeys, PushMessage)> {
        std::mem::take(&mut self.brought.lock().unwrap())
    }

    /// What it says of a browser from now on.
    pub fn answer(&self, endpoint: &str, with: Brought) {
        let mut answers = self.answers.lock().unwrap();
        answers.insert(endpoint.to_owned(), with);
    }

    /// Takes nothing while it is away.
    pub fn go_away(&self, is_away: bool) {
        self.is_away.store(is_away, Ordering::Relaxed);
    }
}

impl Push for MemoryPush {
    fn public_key(&self) -> BoxFuture<'_, Result<String>> {
        Box::pin(async { Ok("B-memory".to_owned()) })
    }

    fn takes(&self, to: &PushKeys) -> bool {
        to.endpoint.starts_with("https://push.example/")
    }

    fn bring<'a>(
        &'a self,
        to: &'a PushKeys,
        message: &'a PushMessage,
    ) -> BoxFuture<'a, Result<Brought>> {
        Box::pin(async move {
            if self.is_away.load(Ordering::Relaxed) {
                return Err(base::Fault::new("the push service is away").into());
            }
            let answers = self.answers.lock().unwrap();
            let answer = answers.get(&to.endpoint).copied();
            let answer = answer.unwrap_or(Brought::Taken);
            if answer == Brought::Taken {
                let mut brought = self.brought.lock().unwrap();
                brought.push((to.clone(), message.clone()));
            }
            Ok(answer)
        })
    }
}
