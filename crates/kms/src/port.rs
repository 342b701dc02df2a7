//! The port: what the suite asks of whoever keeps its keys.

use std::{borrow::Cow, sync::Arc};

use base::{Id, IdKind, KeyId, Kind, Refusal, Result, SessionId, TenantId, Timestamp};
use cipher::{BlindIndex, DataKey};
use futures_util::future::BoxFuture;

use crate::quorum::Quorum;

/// The store is sealed: no key leaves it.
pub const SEALED: Refusal = Refusal::new(
    Kind::Unavailable,
    "kms.sealed",
    "The server is sealed. Its custodians have to unseal it first.",
);

/// Nothing has been set up in the store yet.
pub const UNINITIALISED: Refusal = Refusal::new(
    Kind::Unavailable,
    "kms.uninitialised",
    "The key store has not been initialised.",
);

/// The tenant has no keys.
pub const TENANT_ABSENT: Refusal =
    Refusal::absent("kms.tenant_absent", "There are no keys for this tenant.");

/// The tenant's keys were destroyed; its id is not used again.
pub const TENANT_DESTROYED: Refusal = Refusal::new(
    Kind::Gone,
    "kms.tenant_destroyed",
    "The keys of this tenant have been destroyed.",
);

/// The tenant has no such key.
pub const KEY_ABSENT: Refusal = Refusal::absent("kms.key_absent", "There is no such key.");

/// More keys at once than [`UNWRAP_MAX`] or [`RESERVE_MAX`].
pub const TOO_MANY_KEYS: Refusal =
    Refusal::invalid("kms.too_many_keys", "Too many keys were asked for at once.");

/// The label of an index key is empty, too long or has other characters than `a-z 0-9 . _ -`.
pub const BAD_LABEL: Refusal = Refusal::invalid(
    "kms.bad_label",
    "The label of an index key is not acceptable.",
);

/// How many keys one call unwraps, marks or discards at most.
pub const UNWRAP_MAX: usize = 1_024;
/// How many keys one call reserves at most.
pub const RESERVE_MAX: usize = 1_024;
/// How long the label of an index key may be, in bytes.
pub const LABEL_BYTES_MAX: usize = 64;

/// Marks the id of a node: one process of a cell.
pub struct Node;

impl IdKind for Node {
    const PREFIX: &'static str = "n_";
}

pub type NodeId = Id<Node>;

/// Why keys are asked for. Every unwrap names its purpose, so that the key store's own record can be compared with the
/// suite's, and a store apart can refuse what has none.
#[derive(Debug, Clone)]
pub struct Purpose {
    pub node: NodeId,
    pub tenant: TenantId,
    /// The operation's name: `messenger.message.send`.
    pub operation: Cow<'static, str>,
    pub behalf: Behalf,
}

/// On whose behalf keys are asked for.
#[derive(Debug, Clone)]
pub enum Behalf {
    Session(SessionId),
    /// A declared system caller, by its name.
    System(Cow<'static, str>),
}

/// How the root key is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seal {
    /// In a file on the node.
    Development,
    /// In shares with custodians.
    Quorum,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SealState {
    Uninitialised,
    Sealed { seal: Seal },
    Unsealed { seal: Seal },
}

/// The state of a key store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Status {
    pub state: SealState,
    /// How the root key is held in shares; nothing under the development seal.
    pub quorum: Option<Quorum>,
    pub counts: KeyCounts,
}

/// How many keys a store holds. The cell counts as a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct KeyCounts {
    pub tenants: i64,
    pub reserved: i64,
    pub used: i64,
    pub destroyed: i64,
}

/// A resource key, durable and not yet used by anything.
#[derive(Clone)]
pub struct NewKey {
    pub id: KeyId,
    pub key: Arc<DataKey>,
}

/// The versions of a key for keyed hashes: hashes are made under the newest and looked for under all.
#[derive(Clone)]
pub struct IndexKey {
    pub newest: Arc<BlindIndex>,
    /// Newest first.
    pub older: Vec<Arc<BlindIndex>>,
}

/// A key that was reserved more than a day ago and has not been marked as used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnusedKey {
    pub tenant: TenantId,
    pub id: KeyId,
    pub reserved_at: Timestamp,
}

/// What has changed since an epoch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// Grows with every destruction, sealing and unsealing.
    pub epoch: i64,
    pub is_sealed: bool,
    pub gone: Gone,
}

/// What a cache must forget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gone {
    These(Vec<Destroyed>),
    /// Sealed in between, or more than could be listed.
    Everything,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Destroyed {
    Key(TenantId, KeyId),
    Tenant(TenantId),
}

/// Keeps keys. The nil tenant is the cell: its key exists as soon as the store is initialised.
///
/// Every call answers [`SEALED`] or [`UNINITIALISED`] when no key may leave, and a fault when stored bytes do not open where
/// they stand: that is an alarm, never an absent key.
pub trait Kms: Send + Sync {
    /// The state and the counts. Counting reads every key's row: for people and dashboards, not for health checks.
    fn status(&self) -> BoxFuture<'_, Result<Status>>;

    /// What changed after the epoch `since`; cheap, and the way in which sealing and destruction reach caches when nothing
    /// else does. Caches ask at least once a second. It answers while sealed.
    fn changes(&self, since: i64) -> BoxFuture<'_, Result<Changes>>;

    /// Makes the tenant's key; does nothing when there is one.
    ///
    /// # Errors
    /// [`TENANT_DESTROYED`].
    fn create_tenant(&self, tenant: TenantId) -> BoxFuture<'_, Result<()>>;

    /// Makes resource keys ahead of the resources that will have them. They are durable when this answers.
    ///
    /// # Errors
    /// [`TENANT_ABSENT`], [`TENANT_DESTROYED`], [`TOO_MANY_KEYS`].
    fn reserve(&self, tenant: TenantId, count: usize) -> BoxFuture<'_, Result<Vec<NewKey>>>;

    /// Unwraps keys of the purpose's tenant in one reading of the store, in the order asked for. `None` stands for a key
    /// that is unknown or destroyed.
    ///
    /// # Errors
    /// [`TOO_MANY_KEYS`].
    fn unwrap<'a>(
        &'a self,
        purpose: &'a Purpose,
        keys: &'a [KeyId],
    ) -> BoxFuture<'a, Result<Vec<Option<Arc<DataKey>>>>>;

    /// The key for the keyed hashes that `label` names; made at the first asking.
    ///
    /// # Errors
    /// [`BAD_LABEL`], [`TENANT_ABSENT`], [`TENANT_DESTROYED`].
    fn index_key<'a>(&'a self, tenant: TenantId, label: &'a str)
    -> BoxFuture<'a, Result<IndexKey>>;

    /// Destroys a key for ever; does nothing when it or its tenant is destroyed already.
    ///
    /// # Errors
    /// [`KEY_ABSENT`], [`TENANT_ABSENT`].
    fn destroy(&self, tenant: TenantId, key: KeyId) -> BoxFuture<'_, Result<()>>;

    /// Destroys the tenant's key and with it everything sealed beneath; repeating it finishes what an interruption left.
    ///
    /// # Errors
    /// [`TENANT_ABSENT`]; a fault for the cell, whose key is not destroyed.
    fn destroy_tenant(&self, tenant: TenantId) -> BoxFuture<'_, Result<()>>;

    /// Keys reserved more than a day ago and never marked as used, oldest first, at most `limit`. The reconciler looks
    /// whether a resource has them, then marks or discards each.
    fn list_unused(&self, limit: u32) -> BoxFuture<'_, Result<Vec<UnusedKey>>>;

    /// Says that resources have these keys.
    ///
    /// # Errors
    /// [`TOO_MANY_KEYS`].
    fn mark_used<'a>(&'a self, tenant: TenantId, keys: &'a [KeyId]) -> BoxFuture<'a, Result<()>>;

    /// Removes keys that nothing uses. Keys marked as used or younger than a day stay.
    ///
    /// # Errors
    /// [`TOO_MANY_KEYS`].
    fn discard<'a>(&'a self, tenant: TenantId, keys: &'a [KeyId]) -> BoxFuture<'a, Result<()>>;

    /// Seals the store for every node. Keys in this process are wiped before this answers, those of other nodes within 5 s.
    /// It stays sealed, restarts included, until somebody unseals it.
    fn seal(&self) -> BoxFuture<'_, Result<()>>;

    /// Unseals a store under the development seal with the node's root key file.
    ///
    /// # Errors
    /// [`crate::QUORUM_HELD`]; a fault when the file is missing, open to others, or not the one of this store.
    fn unseal_with_root_file(&self) -> BoxFuture<'_, Result<()>>;
}
