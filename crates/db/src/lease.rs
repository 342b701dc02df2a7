//! Leases: one node does a piece of work, and one that lost its lease cannot write as if it still had it.

use std::time::Duration;

use base::{Id, KeyId, Result, TenantId, Timestamp};

use crate::{
    Batch, CommitError, Database, NewResource, ResourceKey, Statement, params, value::Plain,
};

static LEASE: Statement = Statement::read(
    "SELECT l.holder, l.held_until, r.version FROM db_lease l
     JOIN db_resource r ON r.tenant = l.tenant AND r.id = l.id
     WHERE l.tenant = :cell AND l.id = :id",
);
static INSERT_LEASE: Statement = Statement::write(
    "INSERT INTO db_lease (tenant, id, holder, held_until) VALUES (:cell, :id, :holder, :held_until)",
);
/// Only as it was seen: a holder that renewed meanwhile is not deposed.
static UPDATE_LEASE: Statement = Statement::write(
    "UPDATE db_lease SET holder = :holder, held_until = :held_until
     WHERE tenant = :cell AND id = :id AND held_until = :seen",
)
.exactly_one();

static END_LEASE: Statement = Statement::write(
    "UPDATE db_lease SET holder = :holder, held_until = :held_until WHERE tenant = :cell AND id = :id",
)
.exactly_one();

/// Proof of leading, good for batches that guard on it. The version of the lease's resource is the fencing token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    resource: ResourceKey,
    token: i64,
    until: Timestamp,
}

impl Lease {
    /// Makes a batch fail once another node has taken the lease over.
    pub fn fence(&self, batch: &mut Batch) {
        batch.guard(self.resource, self.token);
    }

    /// The fencing token: it only grows.
    pub const fn token(&self) -> i64 {
        self.token
    }

    pub fn is_held_at(&self, now: Timestamp) -> bool {
        now < self.until
    }
}

/// One node's side of one lease.
#[derive(Debug)]
pub struct LeaseKeeper {
    resource: ResourceKey,
    node: [u8; 16],
    span: Duration,
}

impl LeaseKeeper {
    /// `name` is fixed: nodes that give the same name share the lease. `node` is made anew at every start, or two runs of
    /// one node would take each other for themselves. `span` is how long a silent holder keeps the lease.
    pub fn new<K>(name: [u8; 16], node: Id<K>, span: Duration) -> Self {
        Self {
            resource: ResourceKey {
                tenant: TenantId::NIL,
                id: name,
            },
            node: node.to_bytes(),
            span,
        }
    }

    /// Gives the lease back before its time, so that the next holder need not wait. One that is lost already stays lost.
    ///
    /// # Errors
    /// A fault when the database fails.
    pub async fn release(&self, database: &Database, lease: Lease) -> Result<()> {
        let id: Id<base::kinds::Key> = Id::from_bytes(self.resource.id);
        let mut batch = Batch::new();
        lease.fence(&mut batch);
        batch.raise(self.resource);
        let holder = Plain::bytes([0; 16]);
        let ended = params! { id: id, holder: holder, held_until: Timestamp::from_micros(0) };
        batch.execute(TenantId::NIL, &END_LEASE, ended)?;
        match database.commit(batch).await {
            Ok(_) | Err(CommitError::Conflict) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Takes, renews or finds taken. `None` while another node leads.
    ///
    /// # Errors
    /// A fault when the database fails.
    pub async fn hold(&self, database: &Database, now: Timestamp) -> Result<Option<Lease>> {
        let id: Id<base::kinds::Key> = Id::from_bytes(self.resource.id);
        let until = now.after(self.span);
        let mut snapshot = database.snapshot().await?;
        let row = snapshot
            .row(TenantId::NIL, &LEASE, params! { id: id })
            .await?;
        drop(snapshot);
        let mut batch = Batch::new();
        let holder = Plain::bytes(self.node);
        let token = match row {
            None => {
                batch.found(NewResource {
                    key: self.resource,
                    kind: "lease",
                    data_key: KeyId::NIL,
                });
                let lease = params! { id: id, holder: holder, held_until: until };
                batch.execute(TenantId::NIL, &INSERT_LEASE, lease)?;
                1
            }
            Some(mut row) => {
                let version: i64 = row.take("version")?;
                let is_mine = row.take::<[u8; 16]>("holder")? == self.node;
                let seen: Timestamp = row.take("held_until")?;
                if !is_mine && now < seen {
                    return Ok(None);
                }
                batch.guard(self.resource, version);
                let lease = params! { id: id, holder: holder, held_until: until, seen: seen };
                batch.execute(TenantId::NIL, &UPDATE_LEASE, lease)?;
                if is_mine {
                    version
                } else {
                    batch.raise(self.resource);
                    version + 1
                }
            }
        };
        match database.commit(batch).await {
            Ok(_) => Ok(Some(Lease {
                resource: self.resource,
                token,
                until,
            })),
            Err(CommitError::Conflict) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}
