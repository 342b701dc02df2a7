//! Proof that this act may touch this resource.

use std::{fmt, marker::PhantomData, sync::Arc};

use cipher::DataKey;

use crate::{Resource, ResourceRef};

/// Lets content of one resource be sealed and opened, and its rows be written, by the act that got it.
pub struct Permit<R: Resource + ?Sized> {
    pub(crate) resource: ResourceRef,
    pub(crate) key: Arc<DataKey>,
    pub(crate) is_new: bool,
    of: PhantomData<fn(&R)>,
}

impl<R: Resource + ?Sized> Permit<R> {
    pub(crate) const fn new(resource: ResourceRef, key: Arc<DataKey>) -> Self {
        Self {
            resource,
            key,
            is_new: false,
            of: PhantomData,
        }
    }

    pub(crate) const fn founding(resource: ResourceRef, key: Arc<DataKey>) -> Self {
        Self {
            resource,
            key,
            is_new: true,
            of: PhantomData,
        }
    }

    /// What the permit is for.
    pub const fn resource(&self) -> &ResourceRef {
        &self.resource
    }
}

impl<R: Resource + ?Sized> Clone for Permit<R> {
    fn clone(&self) -> Self {
        Self {
            resource: self.resource,
            key: Arc::clone(&self.key),
            is_new: self.is_new,
            of: PhantomData,
        }
    }
}

impl<R: Resource + ?Sized> fmt::Debug for Permit<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permit")
            .field("resource", &self.resource)
            .finish_non_exhaustive()
    }
}
