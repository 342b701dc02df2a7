//! The place of a wrapped key. It is bound into the wrap, so that a wrap moved to another row does not open.

use base::{Entropy, Fault, KeyId, Result, TenantId};
use cipher::{DataKey, unwrap_key, wrap_key};

/// What a wrap is a wrap of. The wrapping key's version is bound by the wrap itself.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Place<'a> {
    Barrier,
    Tenant(TenantId),
    Resource(TenantId, KeyId),
    Index(TenantId, &'a str),
}

/// A key as it stands in a row: the hierarchy it belongs to, its place and its own version.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Slot<'a> {
    pub(crate) hierarchy: [u8; 16],
    pub(crate) place: Place<'a>,
    pub(crate) version: u32,
}

/// A key that wraps others, with the version that wraps name.
pub(crate) struct Wrapping<'a> {
    pub(crate) key: &'a DataKey,
    pub(crate) version: u32,
}

impl Slot<'_> {
    pub(crate) fn wrap(
        self,
        under: &Wrapping<'_>,
        key: &DataKey,
        entropy: &dyn Entropy,
    ) -> Vec<u8> {
        wrap_key(under.key, under.version, &self.context(), key, entropy)
    }

    /// # Errors
    /// A fault that names the place: what is stored there was not wrapped for it.
    pub(crate) fn unwrap(self, under: &DataKey, wrapped: &[u8]) -> Result<DataKey> {
        unwrap_key(under, &self.context(), wrapped).map_err(|error| {
            let Self { place, version, .. } = self;
            let what = format!("the stored wrap of {place:?}, version {version}: {error}");
            Fault::new(what).into()
        })
    }

    /// Fixed lengths up to the label, which is last: no two places have the same bytes.
    fn context(&self) -> Vec<u8> {
        let (kind, tenant, name): (u8, TenantId, &[u8]) = match &self.place {
            Place::Barrier => (1, TenantId::NIL, &[]),
            Place::Tenant(tenant) => (2, *tenant, &[]),
            Place::Resource(tenant, key) => (3, *tenant, &key.to_bytes()),
            Place::Index(tenant, label) => (4, *tenant, label.as_bytes()),
        };
        let mut context = b"bastide kms\x01".to_vec();
        context.extend_from_slice(&self.hierarchy);
        context.push(kind);
        context.extend_from_slice(&tenant.to_bytes());
        context.extend_from_slice(&self.version.to_be_bytes());
        context.extend_from_slice(name);
        context
    }
}
