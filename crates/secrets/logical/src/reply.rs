//! What an engine answers.

use std::{collections::BTreeMap, time::Duration};

use base::{Error, Fault};
use serde_json::{Map, Value};

/// What a request comes to.
pub type Outcome = Result<Reply, Failure>;

/// An answer that is none of the failures. Without data it is sent as 204.
#[derive(Default)]
pub struct Reply {
    pub data: Option<Map<String, Value>>,
    /// A login, for which the token store makes a token.
    pub login: Option<Login>,
    pub warnings: Vec<String>,
    /// For how long what was read may be held to be so: advice, without a lease that could be renewed.
    pub lease: Option<Duration>,
    /// Another status than 200 or 204: 404 with data, for a deleted version.
    pub status: Option<u16>,
}

/// How a token is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TokenKind {
    /// In the store: it can be looked up, renewed and revoked.
    #[default]
    Service,
    /// In itself: nothing is stored, nothing can be renewed.
    Batch,
}

/// Somebody has shown who they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Login {
    pub display_name: String,
    pub policies: Vec<String>,
    /// Whether `default` is left out.
    pub no_default_policy: bool,
    pub metadata: BTreeMap<String, String>,
    /// What the method needs when the token is renewed; people are not shown it.
    pub internal: BTreeMap<String, String>,
    /// The mount's, when absent.
    pub ttl: Option<Duration>,
    pub max_ttl: Option<Duration>,
    pub explicit_max_ttl: Option<Duration>,
    pub period: Option<Duration>,
    /// No bound when 0.
    pub num_uses: u64,
    pub kind: TokenKind,
    /// Addresses or blocks from which alone the token is good; empty for all.
    pub bound_cidrs: Vec<String>,
}

/// Why a request is not done. Nothing of it is.
#[derive(Debug)]
pub enum Failure {
    /// 400, with what is wrong.
    Invalid(String),
    /// 403. It never says why.
    Denied,
    /// 404.
    Absent,
    /// 404 with a word to it.
    AbsentBecause(String),
    /// 405: the path is there, and not for this.
    Unsupported,
    /// Another status, with what is wrong.
    Status(u16, String),
    /// Somebody changed what was relied on: the request runs again.
    Conflict,
    /// Ours: 500.
    Fault(Error),
}

impl Failure {
    pub fn invalid(what: impl Into<String>) -> Self {
        Self::Invalid(what.into())
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Fault(error)
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault.into())
    }
}

impl Reply {
    /// Done, and nothing to say.
    pub fn nothing() -> Self {
        Self::default()
    }

    pub fn data(data: Map<String, Value>) -> Self {
        Self {
            data: Some(data),
            ..Self::default()
        }
    }

    /// The data of a JSON object.
    ///
    /// # Errors
    /// A fault when it is none.
    pub fn object(value: Value) -> Result<Self, Failure> {
        match value {
            Value::Object(data) => Ok(Self::data(data)),
            _ => Err(Fault::new("an engine answered with something else than an object").into()),
        }
    }

    /// The names below a folder; [`Failure::Absent`] when there are none, as clients expect.
    ///
    /// # Errors
    /// [`Failure::Absent`].
    pub fn keys(names: Vec<String>) -> Outcome {
        if names.is_empty() {
            return Err(Failure::Absent);
        }
        let names = names.into_iter().map(Value::String).collect();
        Ok(Self::data(Map::from_iter([(
            "keys".to_owned(),
            Value::Array(names),
        )])))
    }

    pub fn login(login: Login) -> Self {
        Self {
            login: Some(login),
            ..Self::default()
        }
    }

    #[must_use]
    pub fn warning(mut self, warning: impl Into<String>) -> Self {
        self.warnings.push(warning.into());
        self
    }

    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }
}
