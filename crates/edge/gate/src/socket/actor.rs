//! One socket's task: it alone reads and writes.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::{io::AsyncWriteExt, time::Instant};
use tokio_tungstenite::tungstenite::{
    Error, Message,
    protocol::{CloseFrame, WebSocketConfig, frame::coding::CloseCode},
};

use super::{
    Close, Hear, Outbound, SocketLimits,
    queue::TextFrame,
    upgrade::{Stream, Upgrade},
};
use crate::listen::Phase;

/// How long the client has to answer our close.
const FAREWELL: Duration = Duration::from_secs(2);
/// Clients say little: this much is read at once, and kept for as long as the socket rests.
const READ_BUFFER_BYTES: usize = 2 * 1024;
/// Frames are gathered up to this size into one TLS record. The buffer grows only when it is used.
const WRITE_BUFFER_BYTES: usize = 8 * 1024;

impl Upgrade {
    /// Carries a conversation until either side ends it. Spawned by the endpoint that accepted the handshake.
    pub(crate) async fn converse(
        mut self,
        limits: SocketLimits,
        outbound: Outbound,
        hear: Box<dyn Hear>,
    ) {
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER_BYTES)
            .write_buffer_size(WRITE_BUFFER_BYTES)
            .max_write_buffer_size(
                limits
                    .queue_bytes_max
                    .saturating_mul(2)
                    .max(WRITE_BUFFER_BYTES * 2),
            )
            .max_message_size(Some(limits.message_bytes_max))
            .max_frame_size(Some(limits.message_bytes_max));
        if let Some(stream) = self.stream(config).await {
            let mut socket = Socket {
                stream,
                limits,
                inbound: Inbound::new(&limits),
                hear,
            };
            if let Some(close) = socket.run(&outbound, &self.peer).await {
                socket.say_farewell(close).await;
            }
        }
        outbound.end();
    }
}

struct Socket {
    stream: Stream,
    limits: SocketLimits,
    inbound: Inbound,
    hear: Box<dyn Hear>,
}

impl Socket {
    /// Runs until the end. The reason to close, unless the client is gone already.
    async fn run(&mut self, outbound: &Outbound, peer: &crate::listen::Peer) -> Option<Close> {
        let mut phase = peer.phase();
        let mut heard_at = Instant::now();
        let mut tick = std::pin::pin!(tokio::time::sleep(ms(self.limits.ping_every_ms)));
        loop {
            tokio::select! {
                changed = phase.changed() => {
                    let phase = *phase.borrow_and_update();
                    if changed.is_err() || phase == Phase::Ended {
                        return None;
                    }
                    return Some(Close::Draining);
                }
                () = outbound.filled() => {
                    if let Err(close) = self.write_queued(outbound).await {
                        return close;
                    }
                }
                message = self.stream.next() => {
                    heard_at = Instant::now();
                    if let Err(close) = self.take(message) {
                        return close;
                    }
                }
                () = &mut tick => {
                    if heard_at.elapsed() >= ms(self.limits.silence_ms) {
                        return Some(Close::TooSlow);
                    }
                    if let Err(close) = self.within_stall(Message::Ping(bytes::Bytes::new())).await {
                        return close;
                    }
                    tick.as_mut().reset(Instant::now() + ms(self.limits.ping_every_ms));
                }
            }
        }
    }

    /// Writes everything that waits. A batch that is not taken in time ends the socket.
    async fn write_queued(&mut self, outbound: &Outbound) -> Result<(), Option<Close>> {
        loop {
            let (batch, close) = outbound.take();
            if let Some(close) = close {
                return Err(Some(close));
            }
            if batch.is_empty() {
                return Ok(());
            }
            let stall = ms(self.limits.write_stall_ms);
            match tokio::time::timeout(stall, feed(&mut self.stream, batch)).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => return Err(None),
                Err(_) => return Err(Some(Close::TooSlow)),
            }
        }
    }

    async fn within_stall(&mut self, message: Message) -> Result<(), Option<Close>> {
        match tokio::time::timeout(ms(self.limits.write_stall_ms), self.stream.send(message)).await
        {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(None),
            Err(_) => Err(Some(Close::TooSlow)),
        }
    }

    /// Takes one message of the client.
    fn take(&mut self, message: Option<Result<Message, Error>>) -> Result<(), Option<Close>> {
        match message {
            Some(Ok(message)) => {
                self.inbound.take().map_err(Some)?;
                match message {
                    Message::Text(text) => self.hear.hear(&text).map_err(Some),
                    Message::Binary(_) => Err(Some(Close::Unsupported)),
                    Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => Ok(()),
                    // The library has queued the answer; reading on flushes it and then ends.
                    Message::Close(_) => Err(Some(Close::Normal)),
                }
            }
            Some(Err(error)) => Err(close_for(&error)),
            None => Err(None),
        }
    }

    /// Says why, waits a moment for the answer, and ends TLS properly. What the client still sends is taken and thrown away:
    /// a connection that ends with bytes unread is reset, and the reason is lost with it.
    async fn say_farewell(&mut self, close: Close) {
        let frame = CloseFrame {
            code: CloseCode::from(close.code()),
            reason: close.reason().into(),
        };
        let farewell = async {
            if self.stream.close(Some(frame)).await.is_ok() {
                while let Some(Ok(_)) = self.stream.next().await {}
            }
            let stream = self.stream.get_mut();
            stream.shutdown().await?;
            tokio::io::copy(stream, &mut tokio::io::sink()).await
        };
        // A client that does not listen is left.
        let _ = tokio::time::timeout(FAREWELL, farewell).await;
    }
}

async fn feed(stream: &mut Stream, batch: Vec<TextFrame>) -> Result<(), Error> {
    for frame in batch {
        stream.feed(Message::Text(frame.into_inner())).await?;
    }
    stream.flush().await
}

/// The code for an error of the protocol; nothing when there is nobody left to tell.
pub(super) fn close_for(error: &Error) -> Option<Close> {
    match error {
        Error::Protocol(_) => Some(Close::Protocol),
        Error::Utf8(_) => Some(Close::Malformed),
        Error::Capacity(_) => Some(Close::TooLarge),
        _ => None,
    }
}

/// How often the client may speak; control frames count too.
struct Inbound {
    tokens: f64,
    burst: f64,
    per_second: f64,
    filled_at: Instant,
}

impl Inbound {
    fn new(limits: &SocketLimits) -> Self {
        let burst = f64::from(limits.inbound_burst);
        let per_second = f64::from(limits.inbound_per_minute) / 60.0;
        Self {
            tokens: burst,
            burst,
            per_second,
            filled_at: Instant::now(),
        }
    }

    fn take(&mut self) -> Result<(), Close> {
        let now = Instant::now();
        let passed = now.saturating_duration_since(self.filled_at).as_secs_f64();
        self.filled_at = now;
        self.tokens = passed.mul_add(self.per_second, self.tokens).min(self.burst);
        if self.tokens < 1.0 {
            return Err(Close::TooMany);
        }
        self.tokens -= 1.0;
        Ok(())
    }
}

const fn ms(count: u64) -> Duration {
    Duration::from_millis(count)
}
