//! What an endpoint is given, and what it is.

use std::sync::Arc;

use base::{Error, RequestId, Result};
use futures_util::future::BoxFuture;
use http::{Request, Response};
use hyper::body::Incoming;

use crate::{body::Body, listen::Peer, source::SourceKey};

/// A request that has passed the front door.
pub(crate) struct Inquiry {
    pub(crate) request: Request<Incoming>,
    pub(crate) peer: Arc<Peer>,
    /// The client as believed: the socket's other end, or what a trusted proxy says.
    pub(crate) source: SourceKey,
    pub(crate) id: RequestId,
    /// The parameters of the path as they stand in it, still encoded.
    pub(crate) parameters: Vec<(String, String)>,
}

/// What stands behind a route.
pub(crate) trait Endpoint: Send + Sync {
    fn answer(self: Arc<Self>, inquiry: Inquiry) -> BoxFuture<'static, Result<Response<Body>>>;

    /// Hears that the front door turned a request away, and hands the reason on. What is no operation has nothing to note.
    fn turned_away(&self, _: &Inquiry, error: Error) -> Error {
        error
    }

    /// Whether it answers while the server is sealed. Probes do in any case.
    fn answers_sealed(&self) -> bool {
        false
    }
}
