//! WebSockets (RFC 6455) over the connection's own TLS stream: upgrade, queue, pings, and the end.

mod actor;
mod echo;
mod queue;
mod upgrade;

pub(crate) use echo::run as echo;
pub(crate) use upgrade::accept;

pub use queue::{Outbound, TextFrame};

/// Hears what a client says. Called by the socket's own task, so it must not wait: longer work is spawned,
/// and answers go through the [`Outbound`] that came with the subscription. Dropped when the socket ends.
pub trait Hear: Send + 'static {
    /// # Errors
    /// The code to close the socket with.
    fn hear(&mut self, text: &str) -> Result<(), Close>;
}

/// Why a socket is closed (RFC 6455 §7.4; 4000 and above are ours).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Close {
    /// 1000: done.
    Normal,
    /// 1002: the client breaks the protocol.
    Protocol,
    /// 1003: binary frames are not taken.
    Unsupported,
    /// 1007: the text is not UTF-8, or not what the conversation takes.
    Malformed,
    /// 1008: more messages than allowed.
    TooMany,
    /// 1009: a message is too large.
    TooLarge,
    /// 1011: something went wrong on our side.
    Fault,
    /// 4401: the session has ended.
    SessionEnded,
    /// 4408: the client does not keep up or does not answer.
    TooSlow,
    /// 4429: the session or the account has as many sockets as it may have.
    TooManySockets,
    /// 4503: the server is going down; connect again.
    Draining,
}

impl Close {
    pub const fn code(self) -> u16 {
        match self {
            Self::Normal => 1000,
            Self::Protocol => 1002,
            Self::Unsupported => 1003,
            Self::Malformed => 1007,
            Self::TooMany => 1008,
            Self::TooLarge => 1009,
            Self::Fault => 1011,
            Self::SessionEnded => 4401,
            Self::TooSlow => 4408,
            Self::TooManySockets => 4429,
            Self::Draining => 4503,
        }
    }

    const fn reason(self) -> &'static str {
        match self {
            Self::Normal => "",
            Self::Protocol => "protocol error",
            Self::Unsupported => "text only",
            Self::Malformed => "malformed text",
            Self::TooMany => "too many messages",
            Self::TooLarge => "message too large",
            Self::Fault => "internal error",
            Self::SessionEnded => "session ended",
            Self::TooSlow => "too slow",
            Self::TooManySockets => "too many sockets",
            Self::Draining => "server is draining",
        }
    }
}

/// The limits of one socket. Times are in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SocketLimits {
    pub queue_frames_max: usize,
    pub queue_bytes_max: usize,
    pub message_bytes_max: usize,
    pub ping_every_ms: u64,
    /// Nothing heard for so long, not even a pong: the socket is cut.
    pub silence_ms: u64,
    /// A write may stall for so long.
    pub write_stall_ms: u64,
    /// Messages from the client: at once, and in the long run.
    pub inbound_burst: u32,
    pub inbound_per_minute: u32,
}

impl Default for SocketLimits {
    fn default() -> Self {
        Self {
            queue_frames_max: 2_048,
            queue_bytes_max: 2 * 1024 * 1024,
            message_bytes_max: 64 * 1024,
            ping_every_ms: 25_000,
            silence_ms: 60_000,
            write_stall_ms: 10_000,
            inbound_burst: 60,
            inbound_per_minute: 600,
        }
    }
}
