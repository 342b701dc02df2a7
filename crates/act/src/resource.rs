//! What a permit is for.

use base::{Id, KeyId, Refusal, Result, TenantId};
use db::{ResourceKey, Row};

use crate::ABSENT;

/// A sort of resource, named `domain.noun`. The access policy has a row for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Kind(pub &'static str);

/// How the caller stands to a resource, as the domain's rows say it. What follows from it is policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Relation {
    /// It is the caller's own: their account, their person.
    Own,
    Owner,
    Administrator,
    /// Has a part of an owner's rights.
    Manager,
    Member,
    /// In the same tenant and knows of it, and nothing more.
    Colleague,
    None,
}

/// What the spine needs to know of a resource. Read together with the domain's own row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResourceRef {
    pub kind: Kind,
    pub tenant: TenantId,
    pub id: [u8; 16],
    /// Guards compare it at commit.
    pub version: i64,
    /// The key of the resource's content.
    pub key: KeyId,
}

impl ResourceRef {
    /// Reads `version` and `key_id` out of a row that was joined with `db_resource`.
    ///
    /// # Errors
    /// A fault when the statement does not select them.
    pub fn take<K>(kind: Kind, tenant: TenantId, id: Id<K>, row: &mut Row) -> Result<Self> {
        Ok(Self {
            kind,
            tenant,
            id: id.to_bytes(),
            version: row.take("version")?,
            key: row.take("key_id")?,
        })
    }

    pub(crate) const fn key(&self) -> ResourceKey {
        ResourceKey {
            tenant: self.tenant,
            id: self.id,
        }
    }
}

/// A domain's noun that permits are given for.
pub trait Resource: Send + Sync {
    fn reference(&self) -> &ResourceRef;

    /// How the caller who loaded it stands to it.
    fn relation(&self) -> Relation;

    /// What those hear who may not know that it exists: the same as when it does not.
    fn absent() -> Refusal
    where
        Self: Sized,
    {
        ABSENT
    }
}
