//! One request as it comes from the wire, and what goes back.

use std::{net::IpAddr, sync::Arc, time::Duration};

use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

/// What a client wants to do. `POST` and `PUT` are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    Get,
    Head,
    Put,
    Patch,
    Delete,
    List,
}

/// A request, read and bounded.
pub struct Call {
    pub method: Method,
    /// Without `/v1/`, decoded.
    pub path: String,
    /// As it came, with `/v1/` and the query: where another node is asked instead.
    pub target: String,
    /// The fields of the body, or of the query for what has none.
    pub data: Arc<Map<String, Value>>,
    pub token: Option<Zeroizing<String>>,
    /// For how long the answer shall wait wrapped.
    pub wrap_ttl: Option<Duration>,
    pub source: Option<IpAddr>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub status: u16,
    pub body: Option<Value>,
    /// Where to ask instead, for a standby.
    pub location: Option<String>,
}

impl Answer {
    pub(crate) fn empty(status: u16) -> Self {
        Self {
            status,
            body: None,
            location: None,
        }
    }

    pub(crate) fn json(status: u16, body: Value) -> Self {
        Self {
            body: Some(body),
            ..Self::empty(status)
        }
    }

    /// An error in the form that clients know; without a word for some.
    pub(crate) fn errors(status: u16, errors: &[&str]) -> Self {
        Self::json(status, json!({ "errors": errors }))
    }
}
