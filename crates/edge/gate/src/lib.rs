#![doc = include_str!("../README.md")]

mod assets;
mod body;
mod content;
mod describe;
mod gate;
mod headers;
mod health;
mod input;
mod inquiry;
mod listen;
mod metrics;
mod openapi;
mod operation;
mod origin;
mod problem;
mod public;
pub mod refusals;
mod router;
mod seal;
mod socket;
mod source;
mod stream;
mod throttle;
mod tls;
mod uploads;

pub use assets::{Asset, Assets, Caching};
pub use describe::describe;
pub use gate::{API_PREFIX, Config, Gate, House, Mode};
pub use headers::REQUEST_ID;
pub use health::Check;
pub use listen::{
    ConnectionBounds, Limits, Listener, Peer, Phase, PlainHttp, Serve, raise_descriptors,
};
pub use metrics::{Collect, Metrics, MetricsService, Page, Sort, as_f64};
pub use operation::{Authenticate, Execute, IDEMPOTENCY_KEY, TOKEN_HEADER};
pub use origin::{CSRF_HEADER, SESSION_COOKIE};
pub use public::PublicUrl;
pub use router::Route;
pub use seal::{QuorumView, RootHeld, SealDoor, SealStage, SealView};
pub use socket::{Close, Hear, Outbound, SocketLimits, TextFrame};
pub use source::{Network, ParseNetworkError, ProxyHeader, SourceKey, TrustedProxies};
pub use stream::StreamHub;
pub use throttle::{Rate, Throttle};
pub use tls::{CertificateSource, Tls, local_authority_pem};

pub use body::Body;

#[cfg(test)]
mod tests;
