//! The endpoints that become sockets.

use std::sync::Arc;

use act::{Action, Call, Operation};
use base::{Error, Result};
use futures_util::future::BoxFuture;
use http::Response;

use crate::{
    body::Body,
    inquiry::{Endpoint, Inquiry},
    operation::{Doors, nobodys_call},
    socket::{self, Hear, Outbound, SocketLimits},
};

/// Where live events come from.
pub trait StreamHub: Send + Sync {
    /// Begins a subscription. Frames go to `outbound`, now and later; what the client says goes to the answer,
    /// which is dropped when the socket has ended. Closing `outbound` ends the socket.
    ///
    /// # Errors
    /// A refusal is answered in place of the upgrade.
    fn subscribe(&self, call: Call, outbound: Outbound) -> BoxFuture<'_, Result<Box<dyn Hear>>>;
}

/// In the log, refused connections stand under this name. What a connection that was let in reads, the operations of its
/// hub record.
pub(crate) static OPEN: Operation = Operation::read("gate.stream.open", Action::Read);

/// `/api/v1/stream`: for people who are signed in.
pub(crate) struct StreamEndpoint {
    pub(crate) hub: Arc<dyn StreamHub>,
    pub(crate) doors: Doors,
    pub(crate) limits: SocketLimits,
}

impl Endpoint for StreamEndpoint {
    fn answer(self: Arc<Self>, mut inquiry: Inquiry) -> BoxFuture<'static, Result<Response<Body>>> {
        Box::pin(async move {
            let call = self.doors.call(&OPEN, &inquiry).await?;
            let (response, upgrade) = match socket::accept(&mut inquiry.request, &inquiry.peer) {
                Ok(accepted) => accepted,
                Err(error) => return Err(self.doors.refused(&OPEN, &call, error)),
            };
            let outbound = Outbound::new(&self.limits);
            let hear = self.hub.subscribe(call, outbound.clone()).await?;
            tokio::spawn(upgrade.converse(self.limits, outbound, hear));
            Ok(response)
        })
    }

    fn turned_away(&self, inquiry: &Inquiry, error: Error) -> Error {
        self.doors.refused(&OPEN, &nobodys_call(inquiry), error)
    }
}

/// `/__ws_echo`, in test mode.
pub(crate) struct EchoEndpoint;

impl Endpoint for EchoEndpoint {
    fn answer(self: Arc<Self>, mut inquiry: Inquiry) -> BoxFuture<'static, Result<Response<Body>>> {
        Box::pin(async move {
            let (response, upgrade) = socket::accept(&mut inquiry.request, &inquiry.peer)?;
            tokio::spawn(socket::echo(upgrade));
            Ok(response)
        })
    }
}
