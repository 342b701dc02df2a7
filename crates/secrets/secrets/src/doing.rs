//! A request on its way: what the parts of the core that are no engines work with.

use std::{collections::BTreeSet, sync::Arc};

use logical::{Changes, Failure, Fields, Reply, Request};
use policies::Acl;
use serde_json::Value;

use crate::{core::Core, open::Open, tokens::Presented};

/// One run of one request.
pub(crate) struct Doing<'a> {
    pub(crate) core: &'a Core,
    pub(crate) open: &'a Open,
    pub(crate) changes: &'a mut Changes,
    pub(crate) request: &'a Request,
    /// The path below the mount, cut at its slashes.
    pub(crate) segments: Vec<&'a str>,
    pub(crate) presented: Option<&'a Presented>,
    pub(crate) acl: Option<&'a Arc<Acl>>,
    pub(crate) effects: &'a mut Effects,
}

/// What has to follow once everything is committed.
#[derive(Debug, Default)]
pub(crate) struct Effects {
    pub(crate) mounts: bool,
    pub(crate) policies: bool,
    pub(crate) audit: bool,
    /// Hashes of tokens to revoke with everything below them.
    pub(crate) revoke: BTreeSet<String>,
    /// Hashes of tokens to revoke, leaving what they made.
    pub(crate) revoke_alone: BTreeSet<String>,
    /// Prefixes of leases, to revoke every token below.
    pub(crate) revoke_below: BTreeSet<String>,
    /// Mounts are gone that have left something.
    pub(crate) left: bool,
}

/// What comes of a request.
pub(crate) struct Said {
    pub(crate) reply: Reply,
    /// A token that is given out.
    pub(crate) auth: Option<Value>,
    pub(crate) form: Form,
}

/// How an answer looks.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) enum Form {
    #[default]
    Usual,
    /// The data stand at the top too, as in the first versions of the API.
    AtTop,
    /// An answer that was made before, and is given out now.
    Kept(Value),
}

/// What a part of the core comes to.
pub(crate) type Told = Result<Said, Failure>;

impl From<Reply> for Said {
    fn from(reply: Reply) -> Self {
        Self {
            reply,
            auth: None,
            form: Form::default(),
        }
    }
}

impl Said {
    pub(crate) fn nothing() -> Self {
        Reply::nothing().into()
    }

    /// # Errors
    /// A fault when the value is no object.
    pub(crate) fn object(value: Value) -> Told {
        Reply::object(value).map(Self::from)
    }

    /// # Errors
    /// A fault when the value is no object.
    pub(crate) fn at_top(value: Value) -> Told {
        Ok(Self {
            form: Form::AtTop,
            ..Self::object(value)?
        })
    }

    pub(crate) fn auth(auth: Value, warnings: Vec<String>) -> Self {
        Self {
            reply: Reply {
                warnings,
                ..Reply::nothing()
            },
            auth: Some(auth),
            form: Form::default(),
        }
    }
}

impl<'a> Doing<'a> {
    pub(crate) fn fields(&self) -> Fields<'a> {
        Fields(&self.request.data)
    }

    /// Whose request it is.
    ///
    /// # Errors
    /// [`Failure::Denied`] when it is nobody's.
    pub(crate) fn presented(&self) -> Result<&'a Presented, Failure> {
        self.presented.ok_or(Failure::Denied)
    }
}
