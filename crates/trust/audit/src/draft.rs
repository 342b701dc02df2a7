//! An entry before it is sealed.

use act::{Caller, Facts, Kind, Outcome, ResourceRef};
use base::{EntryId, RequestId, TenantId, Timestamp};

/// The longest address and client name that an entry keeps, in bytes.
const SOURCE_BYTES_MAX: usize = 64;
const CLIENT_BYTES_MAX: usize = 256;

/// What an entry will say.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub(crate) id: EntryId,
    pub(crate) at: Timestamp,
    pub(crate) tenant: TenantId,
    pub(crate) operation: &'static str,
    pub(crate) caller: Caller,
    pub(crate) request: Option<RequestId>,
    pub(crate) source: String,
    pub(crate) client: String,
    pub(crate) resources: Vec<Touched>,
    pub(crate) what: What,
}

/// A resource in an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Touched {
    pub(crate) name: Name,
    pub(crate) reads: Option<u64>,
}

/// Names a resource of any kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Name {
    pub(crate) kind: Kind,
    pub(crate) tenant: TenantId,
    pub(crate) id: [u8; 16],
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    Done,
    Refused {
        code: &'static str,
    },
    /// More refusals of one sort than have an entry each.
    RefusedOften {
        code: &'static str,
        count: u64,
        since: Timestamp,
    },
    /// The first read of each of the resources in the caller's window.
    ReadsBegan,
    /// How often each was read in the window that `first` began.
    ReadsEnded {
        first: EntryId,
        since: Timestamp,
    },
}

impl Draft {
    pub(crate) fn of(facts: &Facts<'_>) -> Self {
        let what = match facts.outcome {
            Outcome::Done => What::Done,
            Outcome::Refused(code) => What::Refused { code },
        };
        Self {
            id: facts.id,
            at: facts.at,
            tenant: facts.tenant,
            operation: facts.operation.name,
            caller: *facts.caller,
            request: Some(facts.request),
            source: clip(facts.source, SOURCE_BYTES_MAX),
            client: clip(facts.client, CLIENT_BYTES_MAX),
            resources: facts.resources.iter().map(Touched::of).collect(),
            what,
        }
    }
}

impl Touched {
    pub(crate) const fn of(resource: &ResourceRef) -> Self {
        Self {
            name: Name::of(resource),
            reads: None,
        }
    }
}

impl Name {
    pub(crate) const fn of(resource: &ResourceRef) -> Self {
        Self {
            kind: resource.kind,
            tenant: resource.tenant,
            id: resource.id,
        }
    }
}

/// The beginning of a text, at most so many bytes, whole characters only.
fn clip(text: &str, bytes_max: usize) -> String {
    let end = (0..=bytes_max.min(text.len()))
        .rev()
        .find(|end| text.is_char_boundary(*end))
        .unwrap_or(0);
    text.get(..end).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_clipped_between_characters() {
        for (text, bytes, clipped) in [
            ("", 3, ""),
            ("abc", 3, "abc"),
            ("abcd", 3, "abc"),
            ("a中b", 3, "a"),
            ("a中b", 4, "a中"),
        ] {
            assert_eq!(clip(text, bytes), clipped);
        }
    }
}
