//! The body of an entry as it is sealed and committed to: a version, and JSON in a fixed order.

use act::{Caller, Kind};
use base::{
    AccountId, Context, EntryId, Hex, PersonId, RequestId, Result, SessionId, TenantId, Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::draft::{Draft, Touched, What};

/// The version of the schema with which every body begins.
const VERSION: u8 = 1;

#[derive(Serialize)]
struct Body<'a> {
    id: EntryId,
    at: Timestamp,
    tenant: TenantId,
    operation: &'a str,
    caller: CallerBody,
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<RequestId>,
    source: &'a str,
    client: &'a str,
    resources: Vec<ResourceBody>,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first: Option<EntryId>,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum CallerBody {
    Nobody,
    Member {
        account: AccountId,
        person: PersonId,
        session: SessionId,
        role: &'static str,
    },
    System {
        name: &'static str,
    },
    Operator,
}

#[derive(Serialize)]
struct ResourceBody {
    kind: &'static str,
    tenant: TenantId,
    /// Without the prefix of its kind, which the log does not know.
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    reads: Option<u64>,
}

/// The canonical bytes of an entry's body.
///
/// # Errors
/// A fault when it cannot be written as JSON.
pub(crate) fn canonical(draft: &Draft) -> Result<Vec<u8>> {
    let body = Body {
        id: draft.id,
        at: draft.at,
        tenant: draft.tenant,
        operation: draft.operation,
        caller: CallerBody::of(&draft.caller),
        request: draft.request,
        source: &draft.source,
        client: &draft.client,
        resources: draft.resources.iter().map(ResourceBody::of).collect(),
        outcome: draft.what.name(),
        code: draft.what.code(),
        count: draft.what.count(),
        since: draft.what.since(),
        first: draft.what.first(),
    };
    let mut bytes = vec![VERSION];
    serde_json::to_writer(&mut bytes, &body).context("writing the body of an entry")?;
    Ok(bytes)
}

/// What the spine of the log needs to know of a body that was read back.
#[derive(Deserialize)]
struct Stamp {
    at: Timestamp,
}

/// The time that a body says it is of; none when it is no body of ours.
pub(crate) fn time_of(body: &[u8]) -> Option<Timestamp> {
    let (version, json) = body.split_first()?;
    let stamp: Stamp = serde_json::from_slice(json).ok()?;
    (*version == VERSION).then_some(stamp.at)
}

impl What {
    const fn name(&self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused { .. } => "refused",
            Self::RefusedOften { .. } => "refused_often",
            Self::ReadsBegan => "reads_began",
            Self::ReadsEnded { .. } => "reads_ended",
        }
    }

    const fn code(&self) -> Option<&'static str> {
        match self {
            Self::Refused { code } | Self::RefusedOften { code, .. } => Some(code),
            _ => None,
        }
    }

    const fn count(&self) -> Option<u64> {
        match self {
            Self::RefusedOften { count, .. } => Some(*count),
            _ => None,
        }
    }

    const fn since(&self) -> Option<Timestamp> {
        match self {
            Self::RefusedOften { since, .. } | Self::ReadsEnded { since, .. } => Some(*since),
            _ => None,
        }
    }

    const fn first(&self) -> Option<EntryId> {
        match self {
            Self::ReadsEnded { first, .. } => Some(*first),
            _ => None,
        }
    }
}

impl CallerBody {
    const fn of(caller: &Caller) -> Self {
        match caller {
            Caller::Nobody => Self::Nobody,
            Caller::Member(member) => Self::Member {
                account: member.account,
                person: member.person,
                session: member.session,
                role: member.role.name(),
            },
            Caller::System { name, .. } => Self::System { name },
            Caller::Operator { .. } => Self::Operator,
        }
    }
}

impl ResourceBody {
    fn of(touched: &Touched) -> Self {
        let Kind(kind) = touched.name.kind;
        Self {
            kind,
            tenant: touched.name.tenant,
            id: Hex(&touched.name.id).to_string(),
            reads: touched.reads,
        }
    }
}
