//! What the spine stands on, as ports: keys, policy, the log, and those who listen.

use std::{ops::Range, sync::Arc, time::Duration};

use base::{AccountId, AvatarId, BlobId, EntryId, KeyId, RequestId, Result, TenantId, Timestamp};
use bytes::Bytes;
use cipher::{BlindIndex, DataKey};
use db::Batch;
use futures_util::future::BoxFuture;

use crate::{
    Act, Action, Announcement, ByteStream, Caller, Kind, Operation, Relation, ResourceRef,
};

/// In whose name a key is unwrapped; the key store keeps its own record of it.
#[derive(Debug, Clone, Copy)]
pub struct Purpose {
    pub operation: &'static str,
    pub caller: Caller,
    pub request: RequestId,
}

/// A key made ahead, durable in the key store, not yet used by any resource.
#[derive(Clone)]
pub struct FreshKey {
    pub id: KeyId,
    pub key: Arc<DataKey>,
}

/// Where data keys come from.
pub trait Vault: Send + Sync {
    /// Whether keys can be had at all. Whoever works by themselves rests while they cannot.
    fn is_open(&self) -> bool {
        true
    }

    /// Unwraps keys of one tenant, in order; one round trip for all that are not cached.
    /// Errors: [`crate::SEALED`]; a fault when a key is missing or destroyed.
    fn keys<'a>(
        &'a self,
        purpose: Purpose,
        tenant: TenantId,
        ids: &'a [KeyId],
    ) -> BoxFuture<'a, Result<Vec<Arc<DataKey>>>>;

    /// A key for a resource about to be made.
    fn fresh(&self, purpose: Purpose, tenant: TenantId) -> BoxFuture<'_, Result<FreshKey>>;

    /// Makes the key of a tenant about to be made. Repeating it changes nothing.
    fn found_tenant(&self, tenant: TenantId) -> BoxFuture<'_, Result<()>>;

    /// The key under which a tenant's (or the cell's) keyed hashes are made.
    fn index(&self, tenant: TenantId) -> BoxFuture<'_, Result<Arc<BlindIndex>>>;
}

/// A blob that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredBlob {
    pub id: BlobId,
    /// By the clock of the store.
    pub stored_at: Timestamp,
}

/// Where blobs are kept: sealed under the key of their resource, never as they are.
pub trait Blobs: Send + Sync {
    /// Writes a blob under a new id. A blob whose act did not commit is removed by a reconciler.
    fn put<'a>(
        &'a self,
        tenant: TenantId,
        id: BlobId,
        key: &'a DataKey,
        content: Bytes,
    ) -> BoxFuture<'a, Result<()>>;

    /// Reads a blob; `None` when there is none of this id.
    fn get<'a>(
        &'a self,
        tenant: TenantId,
        id: BlobId,
        key: &'a DataKey,
    ) -> BoxFuture<'a, Result<Option<Bytes>>>;

    /// Opens a blob that is `size_bytes` long when opened, and gives the bytes in `range` while they are read. One that is
    /// absent or has another length is a fault, here or from the stream.
    fn open<'a>(
        &'a self,
        tenant: TenantId,
        id: BlobId,
        key: &'a DataKey,
        size_bytes: u64,
        range: Range<u64>,
    ) -> BoxFuture<'a, Result<ByteStream>>;

    /// The blobs of all tenants in the order of their ids, after one of them. An empty page is the end.
    fn list(&self, after: Option<BlobId>, limit: u16) -> BoxFuture<'_, Result<Vec<StoredBlob>>>;

    /// Removes a blob that nothing names any more. One that is absent is removed already.
    fn delete(&self, id: BlobId) -> BoxFuture<'_, Result<()>>;

    /// Removes what is left of uploads that broke off before `before`, and answers how many there were.
    fn remove_abandoned(&self, before: Timestamp) -> BoxFuture<'_, Result<u64>>;
}

/// What was found in content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Clean,
    Harmful,
}

/// Who looks through content for what does harm, before it is given out.
pub trait Scanner: Send + Sync {
    /// Reads to the end, or as far as is needed.
    ///
    /// # Errors
    /// A fault when nothing can be said: the content waits, and is looked at again.
    fn scan(&self, bytes: ByteStream) -> BoxFuture<'_, Result<Verdict>>;
}

/// Where a browser wants to be told things, and the keys that it gave for it (RFC 8291 §3.1, §3.2).
#[derive(Clone, PartialEq, Eq)]
pub struct PushKeys {
    /// A secret: whoever knows it may write to it.
    pub endpoint: String,
    /// The browser's key on P-256, uncompressed, in base64url.
    pub p256dh: String,
    /// 16 bytes that the browser shares with who writes to it, in base64url.
    pub auth: String,
}

/// What a browser is told.
#[derive(Clone, PartialEq, Eq)]
pub struct PushMessage {
    pub content: Vec<u8>,
    /// A message that waits at the service gives way to a newer one of the same topic. The service does not learn it.
    pub topic: [u8; 16],
    /// For how long the service keeps it for a browser that is away.
    pub keep: Duration,
    /// Whether it is worth waking a device that saves its battery.
    pub is_urgent: bool,
}

/// How a push message went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Brought {
    Taken,
    /// The browser is told nothing at this place any more.
    Gone,
    /// The service does not take this message, and will not.
    Refused,
}

/// Who tells browsers things while nobody has the application open.
pub trait Push: Send + Sync {
    /// The key by which services know this installation, in base64url: browsers ask for messages of it alone.
    ///
    /// # Errors
    /// [`crate::SEALED`].
    fn public_key(&self) -> BoxFuture<'_, Result<String>>;

    /// Whether the endpoint is one that may be spoken to, and the keys are keys.
    fn takes(&self, to: &PushKeys) -> bool;

    /// Hands a message to the browser's push service, sealed for the browser.
    ///
    /// # Errors
    /// A fault when it could not be handed over and might be later; [`crate::SEALED`].
    fn bring<'a>(
        &'a self,
        to: &'a PushKeys,
        message: &'a PushMessage,
    ) -> BoxFuture<'a, Result<Brought>>;
}

/// The question that the policy answers.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    pub caller: &'a Caller,
    pub operation: &'static Operation,
    pub action: Action,
    pub kind: Kind,
    pub tenant: TenantId,
    pub relation: Relation,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    Allowed,
    /// The caller may know that the resource exists, and no more.
    Forbidden,
    /// The caller may not even know.
    Hidden,
}

/// Who may do what. Pure: everything it needs is in the question.
pub trait Access: Send + Sync {
    fn decide(&self, question: &Question<'_>) -> Decision;
}

/// What other domains may know of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    pub account: AccountId,
    pub name: String,
    pub avatar: Option<AvatarId>,
    /// Neither suspended nor gone: may be added to things.
    pub is_active: bool,
}

/// The accounts of the tenant that an act is in.
pub trait Directory: Send + Sync {
    /// The cards of those of `accounts` that exist, in no order. Gets its own permit for the directory.
    fn cards<'a>(
        &'a self,
        act: &'a mut Act,
        accounts: &'a [AccountId],
    ) -> BoxFuture<'a, Result<Vec<Card>>>;
}

/// How an act ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// Refused, with the refusal's code.
    Refused(&'static str),
}

/// What an entry says.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    pub id: EntryId,
    pub at: Timestamp,
    /// The tenant in whose log it stands.
    pub tenant: TenantId,
    pub operation: &'static Operation,
    pub caller: &'a Caller,
    pub request: RequestId,
    pub source: &'a str,
    pub client: &'a str,
    pub resources: &'a [ResourceRef],
    pub outcome: Outcome,
}

/// Who writes the log.
pub trait Recorder: Send + Sync {
    /// Puts the entry of a write into its own batch: both commit, or neither.
    fn written<'a>(&'a self, facts: Facts<'a>, batch: &'a mut Batch) -> BoxFuture<'a, Result<()>>;

    /// Counts a read into the window of its session and resource.
    ///
    /// # Errors
    /// A refusal when the queue of unwritten windows is full: then nothing is read.
    fn read(&self, facts: &Facts<'_>) -> Result<()>;

    /// Notes a refusal; under attack they become counts.
    fn refused(&self, facts: &Facts<'_>);
}

/// Who is told after a commit. Must not wait.
pub trait Announcer: Send + Sync {
    fn announce(&self, announcements: Vec<Announcement>);
}
