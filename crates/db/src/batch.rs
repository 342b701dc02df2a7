//! Everything one act wants to change, gathered while it runs and applied at once.

use base::{Fault, Id, KeyId, Result, TenantId};

use crate::{
    Statement,
    value::{Late, Params, Value},
};

/// How many writes one act may buffer.
const WRITES_MAX: usize = 10_000;

/// Names a resource: what has a version and numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceKey {
    pub tenant: TenantId,
    pub id: [u8; 16],
}

impl ResourceKey {
    pub const fn new<K>(tenant: TenantId, id: Id<K>) -> Self {
        Self {
            tenant,
            id: id.to_bytes(),
        }
    }
}

/// The two gapless series of a resource, each from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Series {
    /// What the resource holds: a chat's messages.
    Items,
    /// What happened to it: every change has one.
    Changes,
}

/// A resource that this batch brings into being, at version 1.
#[derive(Debug, Clone, Copy)]
pub struct NewResource {
    pub key: ResourceKey,
    pub kind: &'static str,
    pub data_key: KeyId,
}

/// One buffered write: a statement and its values in order.
#[derive(Debug)]
pub struct Write {
    pub(crate) statement: &'static Statement,
    pub(crate) values: Vec<Value>,
}

impl std::fmt::Debug for Statement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.text())
    }
}

/// The changes of one act: applied whole or not at all.
#[derive(Debug, Default)]
pub struct Batch {
    pub(crate) guards: Vec<(ResourceKey, i64)>,
    pub(crate) founded: Vec<NewResource>,
    pub(crate) raised: Vec<ResourceKey>,
    pub(crate) numbers: Vec<(ResourceKey, Series)>,
    pub(crate) writes: Vec<Write>,
}

impl Batch {
    pub fn new() -> Self {
        Self::default()
    }

    /// The act stands only if the resource still has this version.
    pub fn guard(&mut self, resource: ResourceKey, version: i64) {
        if !self.guards.contains(&(resource, version)) {
            self.guards.push((resource, version));
        }
    }

    /// Brings a resource into being.
    pub fn found(&mut self, resource: NewResource) {
        self.founded.push(resource);
    }

    /// Raises the version: whoever relied on the present one runs again.
    pub fn raise(&mut self, resource: ResourceKey) {
        if !self.raised.contains(&resource) {
            self.raised.push(resource);
        }
    }

    /// The next number of a series, known at commit.
    pub fn number(&mut self, resource: ResourceKey, series: Series) -> Late {
        self.numbers.push((resource, series));
        Late(u16::try_from(self.numbers.len() - 1).unwrap_or(u16::MAX))
    }

    /// Buffers a write.
    ///
    /// # Errors
    /// A fault when the statement is no write, the parameters do not fit it, or there are more than 10,000 writes.
    pub fn execute(
        &mut self,
        tenant: TenantId,
        statement: &'static Statement,
        params: Params,
    ) -> Result<()> {
        if statement.is_read() {
            return Err(Fault::new("a read stands among the writes of an act").into());
        }
        if self.writes.len() >= WRITES_MAX {
            return Err(Fault::new("an act writes more than a batch holds").into());
        }
        let values = statement.bind(tenant, params)?;
        self.writes.push(Write { statement, values });
        Ok(())
    }

    /// Whether there is nothing to commit.
    pub fn is_empty(&self) -> bool {
        self.founded.is_empty()
            && self.raised.is_empty()
            && self.numbers.is_empty()
            && self.writes.is_empty()
    }

    /// The resources whose state the committer must know.
    pub(crate) fn touched(&self) -> impl Iterator<Item = ResourceKey> + '_ {
        let guarded = self.guards.iter().map(|(key, _)| *key);
        let numbered = self.numbers.iter().map(|(key, _)| *key);
        guarded.chain(numbered).chain(self.raised.iter().copied())
    }
}
