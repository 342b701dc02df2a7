//! What an engine is asked.

use std::{collections::BTreeMap, net::IpAddr, sync::Arc, time::Duration};

use base::Timestamp;
use serde_json::{Map, Value};

/// What is done at a path. A policy's capabilities have the same names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    Create,
    Read,
    Update,
    Patch,
    Delete,
    List,
}

/// One request to an engine, after its caller was let through.
#[derive(Clone)]
pub struct Request {
    pub operation: Operation,
    /// Below the mount, without a slash at its beginning; a list has none at its end either.
    pub path: String,
    /// The fields of the body, or of the query for what has no body.
    pub data: Arc<Map<String, Value>>,
    /// Nobody for what is public.
    pub caller: Option<Arc<Caller>>,
    pub mount: Arc<Mount>,
    /// The one reading of the clock that everything in the request goes by.
    pub now: Timestamp,
    pub source: Option<IpAddr>,
}

/// Who asks: a token, as far as engines may know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Names the token's own store; says nothing of the token.
    pub storage_name: String,
    pub accessor: String,
    pub display_name: String,
    pub policies: Vec<String>,
}

/// Where an engine stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// With a slash at its end: `secret/`, `auth/approle/`.
    pub path: String,
    /// Stays when the engine is moved.
    pub uuid: String,
    pub accessor: String,
    pub kind: String,
    pub options: BTreeMap<String, String>,
    pub default_lease: Duration,
    pub max_lease: Duration,
}

impl Request {
    /// The segments of the path.
    pub fn segments(&self) -> Vec<&str> {
        self.path.split('/').collect()
    }
}
