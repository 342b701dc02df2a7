//! Who asks, and by which request.

use base::{AccountId, PersonId, RequestId, SessionId, TenantId};
use bytes::Bytes;

/// The role of an account in its tenant. Only the access policy compares it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    Owner,
    Administrator,
    Member,
}

impl Role {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Administrator => "administrator",
            Self::Member => "member",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Owner, Self::Administrator, Self::Member]
            .into_iter()
            .find(|role| role.name() == name)
    }
}

/// A person signed in and acting as one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Member {
    pub tenant: TenantId,
    pub account: AccountId,
    pub person: PersonId,
    pub session: SessionId,
    pub role: Role,
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Caller {
    /// Nobody is signed in.
    Nobody,
    Member(Member),
    /// A declared part of the system: a job, a reconciler, the stream. Named in every entry.
    System {
        name: &'static str,
        tenant: TenantId,
    },
    /// The operator at the command line of the server's own machine.
    Operator {
        tenant: TenantId,
    },
}

impl Caller {
    pub const fn member(&self) -> Option<&Member> {
        match self {
            Self::Member(member) => Some(member),
            _ => None,
        }
    }

    /// The tenant in which the caller acts; the cell's own for nobody.
    pub const fn tenant(&self) -> TenantId {
        match self {
            Self::Nobody => TenantId::NIL,
            Self::Member(member) => member.tenant,
            Self::System { tenant, .. } | Self::Operator { tenant } => *tenant,
        }
    }
}

/// One call of an operation: who, from where, under which names.
#[derive(Debug, Clone)]
pub struct Call {
    pub caller: Caller,
    pub request: RequestId,
    /// The client's address as believed by the gate (IPv6 as its /64); empty inside the system. Personal: it is sealed.
    pub source: String,
    /// What the client calls itself; personal and sealed too.
    pub client: String,
    /// The `Idempotency-Key` header.
    pub idempotency_key: Option<String>,
    /// The raw body of an operation that takes one; empty otherwise.
    pub body: Bytes,
}

impl Call {
    /// A call that comes from the system itself.
    pub const fn internal(caller: Caller, request: RequestId) -> Self {
        Self {
            caller,
            request,
            source: String::new(),
            client: String::new(),
            idempotency_key: None,
            body: Bytes::new(),
        }
    }
}
