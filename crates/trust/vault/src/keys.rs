//! Data keys out of the key store.

use std::{borrow::Cow, sync::Arc};

use act::{Caller, FreshKey, Purpose, Vault};
use base::{Context, KeyId, Result, TenantId};
use cipher::{BlindIndex, DataKey};
use futures_util::future::BoxFuture;
use kms::{Behalf, KeyCache, Kms, NodeId};

/// The label of the key for keyed hashes; the uses are kept apart by labels of their own below it.
const INDEX: &str = "suite";

/// Keys through the cache of this node.
pub struct KmsVault {
    kms: Arc<dyn Kms>,
    cache: Arc<KeyCache>,
    node: NodeId,
}

impl KmsVault {
    pub fn new(kms: Arc<dyn Kms>, cache: Arc<KeyCache>, node: NodeId) -> Self {
        Self { kms, cache, node }
    }

    fn purpose(&self, purpose: Purpose, tenant: TenantId) -> kms::Purpose {
        let behalf = match purpose.caller {
            Caller::Member(member) => Behalf::Session(member.session),
            Caller::System { name, .. } => Behalf::System(Cow::Borrowed(name)),
            Caller::Operator { .. } => Behalf::System(Cow::Borrowed("operator")),
            Caller::Nobody => Behalf::System(Cow::Borrowed("nobody")),
        };
        kms::Purpose {
            node: self.node,
            tenant,
            operation: Cow::Borrowed(purpose.operation),
            behalf,
        }
    }
}

impl Vault for KmsVault {
    fn is_open(&self) -> bool {
        !self.cache.is_sealed()
    }

    fn keys<'a>(
        &'a self,
        purpose: Purpose,
        tenant: TenantId,
        ids: &'a [KeyId],
    ) -> BoxFuture<'a, Result<Vec<Arc<DataKey>>>> {
        Box::pin(async move {
            let purpose = self.purpose(purpose, tenant);
            let found = self.cache.keys(&purpose, ids).await?;
            found
                .into_iter()
                .map(|key| key.context("a resource's key is destroyed or unknown"))
                .collect()
        })
    }

    fn fresh(&self, _: Purpose, tenant: TenantId) -> BoxFuture<'_, Result<FreshKey>> {
        Box::pin(async move {
            let kms::NewKey { id, key } = self.cache.fresh(tenant).await?;
            Ok(FreshKey { id, key })
        })
    }

    fn found_tenant(&self, tenant: TenantId) -> BoxFuture<'_, Result<()>> {
        self.kms.create_tenant(tenant)
    }

    fn index(&self, tenant: TenantId) -> BoxFuture<'_, Result<Arc<BlindIndex>>> {
        Box::pin(async move { Ok(self.cache.index_key(tenant, INDEX).await?.newest) })
    }
}
