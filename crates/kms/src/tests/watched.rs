//! A key store that counts what is asked of it, and can be slow, silent or broken.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use base::{Fault, KeyId, Result, TenantId};
use cipher::DataKey;
use futures_util::future::BoxFuture;
use tokio::sync::Semaphore;

use crate::{Changes, IndexKey, Kms, NewKey, Purpose, Status, UnusedKey};

pub(super) struct Watched {
    inner: Arc<dyn Kms>,
    pub(super) unwraps: AtomicUsize,
    pub(super) reserves: AtomicUsize,
    pub(super) is_silent: AtomicBool,
    pub(super) is_broken: AtomicBool,
    /// An unwrap's answer passes this gate.
    pub(super) gate: Semaphore,
}

impl Watched {
    pub(super) fn over(inner: Arc<dyn Kms>) -> Arc<Self> {
        Arc::new(Self {
            inner,
            unwraps: AtomicUsize::new(0),
            reserves: AtomicUsize::new(0),
            is_silent: AtomicBool::new(false),
            is_broken: AtomicBool::new(false),
            gate: Semaphore::new(1_000_000),
        })
    }

    pub(super) fn close_gate(&self) {
        self.gate.forget_permits(1_000_000);
    }

    pub(super) fn count(&self) -> usize {
        self.unwraps.load(Ordering::SeqCst)
    }
}

impl Kms for Watched {
    fn status(&self) -> BoxFuture<'_, Result<Status>> {
        self.inner.status()
    }
    fn changes(&self, since: i64) -> BoxFuture<'_, Result<Changes>> {
        if self.is_silent.load(Ordering::SeqCst) {
            return Box::pin(std::future::pending());
        }
        self.inner.changes(since)
    }
    fn create_tenant(&self, tenant: TenantId) -> BoxFuture<'_, Result<()>> {
        self.inner.create_tenant(tenant)
    }
    fn reserve(&self, tenant: TenantId, count: usize) -> BoxFuture<'_, Result<Vec<NewKey>>> {
        self.reserves.fetch_add(1, Ordering::SeqCst);
        self.inner.reserve(tenant, count)
    }
    fn unwrap<'a>(
        &'a self,
        purpose: &'a Purpose,
        keys: &'a [KeyId],
    ) -> BoxFuture<'a, Result<Vec<Option<Arc<DataKey>>>>> {
        Box::pin(async move {
            self.unwraps.fetch_add(1, Ordering::SeqCst);
            let answer = self.inner.unwrap(purpose, keys).await;
            let _pass = self.gate.acquire().await.unwrap();
            if self.is_broken.load(Ordering::SeqCst) {
                return Err(Fault::new("broken").into());
            }
            answer
        })
    }
    fn index_key<'a>(
        &'a self,
        tenant: TenantId,
        label: &'a str,
    ) -> BoxFuture<'a, Result<IndexKey>> {
        self.unwraps.fetch_add(1, Ordering::SeqCst);
        self.inner.index_key(tenant, label)
    }
    fn destroy(&self, tenant: TenantId, key: KeyId) -> BoxFuture<'_, Result<()>> {
        self.inner.destroy(tenant, key)
    }
    fn destroy_tenant(&self, tenant: TenantId) -> BoxFuture<'_, Result<()>> {
        self.inner.destroy_tenant(tenant)
    }
    fn list_unused(&self, limit: u32) -> BoxFuture<'_, Result<Vec<UnusedKey>>> {
        self.inner.list_unused(limit)
    }
    fn mark_used<'a>(&'a self, tenant: TenantId, keys: &'a [KeyId]) -> BoxFuture<'a, Result<()>> {
        self.inner.mark_used(tenant, keys)
    }
    fn discard<'a>(&'a self, tenant: TenantId, keys: &'a [KeyId]) -> BoxFuture<'a, Result<()>> {
        self.inner.discard(tenant, keys)
    }
    fn seal(&self) -> BoxFuture<'_, Result<()>> {
        self.inner.seal()
    }
    fn unseal_with_root_file(&self) -> BoxFuture<'_, Result<()>> {
        self.inner.unseal_with_root_file()
    }
}
