//! What waits to be sent on one socket: bounded, shared, never copied.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::{Close, SocketLimits};

/// A text frame that many sockets can hold: cloning shares the bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct TextFrame(Utf8Bytes);

impl TextFrame {
    pub fn new(text: String) -> Self {
        Self(text.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn into_inner(self) -> Utf8Bytes {
        self.0
    }
}

impl From<String> for TextFrame {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

/// Frames carry content: only their size is ever printed.
impl fmt::Debug for TextFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TextFrame({} bytes)", self.0.len())
    }
}

/// The sending side of one socket; clones send to the same one.
#[derive(Clone)]
pub struct Outbound(Arc<Queue>);

struct Queue {
    frames_max: usize,
    bytes_max: usize,
    waiting: Mutex<Waiting>,
    /// Wakes the socket's task.
    filled: Notify,
    /// Wakes those who wait for room.
    drained: Notify,
}

#[derive(Default)]
struct Waiting {
    frames: VecDeque<TextFrame>,
    bytes: usize,
    close: Option<Close>,
    ended: bool,
}

/// How many frames, and about how many bytes, are written before the write's clock starts anew.
const BATCH_FRAMES: usize = 64;
const BATCH_BYTES: usize = 256 * 1024;
/// A queue that grew beyond this gives its memory back when it is empty.
const RESTING_FRAMES: usize = 16;

impl Outbound {
    pub(crate) fn new(limits: &SocketLimits) -> Self {
        Self(Arc::new(Queue {
            frames_max: limits.queue_frames_max,
            bytes_max: limits.queue_bytes_max,
            waiting: Mutex::default(),
            filled: Notify::new(),
            drained: Notify::new(),
        }))
    }

    /// Queues a frame and returns at once. `false` when the socket is closing or closed.
    /// A queue that is full closes the socket with 4408: the client resumes from its cursor instead.
    pub fn send(&self, frame: &TextFrame) -> bool {
        let mut waiting = self.lock();
        if waiting.ended || waiting.close.is_some() {
            return false;
        }
        let bytes = waiting.bytes + frame.0.len();
        if waiting.frames.len() >= self.0.frames_max || bytes > self.0.bytes_max {
            waiting.frames = VecDeque::new();
            waiting.bytes = 0;
            waiting.close = Some(Close::TooSlow);
        } else {
            waiting.bytes = bytes;
            waiting.frames.push_back(frame.clone());
        }
        let accepted = waiting.close.is_none();
        drop(waiting);
        self.0.filled.notify_one();
        accepted
    }

    /// Queues a frame that nobody misses, unless the queue is more than a quarter full. Never closes the socket.
    pub fn offer(&self, frame: &TextFrame) -> bool {
        let mut waiting = self.lock();
        let bytes = waiting.bytes + frame.0.len();
        let is_open = !waiting.ended && waiting.close.is_none();
        let has_room =
            waiting.frames.len() < self.0.frames_max / 4 && bytes <= self.0.bytes_max / 4;
        if !is_open || !has_room {
            return false;
        }
        waiting.bytes = bytes;
        waiting.frames.push_back(frame.clone());
        drop(waiting);
        self.0.filled.notify_one();
        true
    }

    /// Closes the socket once what is queued was sent. The first reason counts.
    pub fn close(&self, close: Close) {
        self.lock().close.get_or_insert(close);
        self.0.filled.notify_one();
    }

    /// Whether the socket is closing or closed.
    pub fn is_closed(&self) -> bool {
        let waiting = self.lock();
        waiting.ended || waiting.close.is_some()
    }

    /// Waits until the queue is at most half full. `false` when the socket is closing or closed.
    /// For a long replay, which would otherwise count as a slow client.
    pub async fn room(&self) -> bool {
        loop {
            let drained = self.0.drained.notified();
            {
                let waiting = self.lock();
                if waiting.ended || waiting.close.is_some() {
                    return false;
                }
                if waiting.frames.len() <= self.0.frames_max / 2
                    && waiting.bytes <= self.0.bytes_max / 2
                {
                    return true;
                }
            }
            drained.await;
        }
    }

    pub(super) async fn filled(&self) {
        self.0.filled.notified().await;
    }

    /// The next frames to write, at most a batch; then the reason to close, once nothing waits.
    pub(super) fn take(&self) -> (Vec<TextFrame>, Option<Close>) {
        let mut waiting = self.lock();
        let (mut count, mut bytes) = (0, 0);
        for frame in waiting.frames.iter().take(BATCH_FRAMES) {
            if bytes >= BATCH_BYTES {
                break;
            }
            count += 1;
            bytes += frame.0.len();
        }
        let batch: Vec<TextFrame> = waiting.frames.drain(..count).collect();
        waiting.bytes = waiting.bytes.saturating_sub(bytes);
        if waiting.frames.is_empty() && waiting.frames.capacity() > RESTING_FRAMES {
            waiting.frames.shrink_to(RESTING_FRAMES);
        }
        let close = if batch.is_empty() {
            waiting.close
        } else {
            None
        };
        drop(waiting);
        self.0.drained.notify_waiters();
        (batch, close)
    }

    /// Nothing is taken any more.
    pub(super) fn end(&self) {
        let mut waiting = self.lock();
        waiting.ended = true;
        waiting.frames = VecDeque::new();
        drop(waiting);
        self.0.drained.notify_waiters();
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0
            .waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(feature = "testkit")]
impl Outbound {
    /// A queue without a socket.
    pub fn detached(limits: &SocketLimits) -> Self {
        Self::new(limits)
    }

    /// Waits for what a socket would write next.
    ///
    /// # Errors
    /// The code that it would close with.
    pub async fn written(&self) -> Result<Vec<TextFrame>, Close> {
        loop {
            match self.take() {
                (batch, _) if !batch.is_empty() => return Ok(batch),
                (_, Some(close)) => return Err(close),
                _ => self.filled().await,
            }
        }
    }
}

impl fmt::Debug for Outbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Outbound({} frames)", self.lock().frames.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits() -> SocketLimits {
        SocketLimits {
            queue_frames_max: 4,
            queue_bytes_max: 100,
            ..SocketLimits::default()
        }
    }

    #[test]
    fn frames_come_out_in_order_and_then_the_close() {
        let outbound = Outbound::new(&limits());
        assert!(outbound.send(&TextFrame::new("a".into())));
        assert!(outbound.send(&TextFrame::new("b".into())));
        outbound.close(Close::SessionEnded);
        outbound.close(Close::Draining);
        assert!(!outbound.send(&TextFrame::new("c".into())));
        let (frames, close) = outbound.take();
        assert_eq!(
            frames.iter().map(TextFrame::as_str).collect::<Vec<_>>(),
            ["a", "b"]
        );
        assert_eq!(
            (close, outbound.take().1),
            (None, Some(Close::SessionEnded))
        );
    }

    #[test]
    fn a_full_queue_closes_the_socket_and_keeps_nothing() {
        for text in ["x", &"x".repeat(60)] {
            let outbound = Outbound::new(&limits());
            let frame = TextFrame::new(text.into());
            assert!((0..5).any(|_| !outbound.send(&frame)));
            let (frames, close) = outbound.take();
            assert_eq!((frames.len(), close), (0, Some(Close::TooSlow)));
        }
    }

    #[test]
    fn what_is_offered_leaves_room_and_closes_nothing() {
        let outbound = Outbound::new(&SocketLimits {
            queue_frames_max: 8,
            ..limits()
        });
        let frame = TextFrame::new("x".into());
        let taken = (0..5).filter(|_| outbound.offer(&frame)).count();
        assert_eq!((taken, outbound.is_closed()), (2, false));
        assert!(!outbound.offer(&TextFrame::new("x".repeat(200))));
        outbound.take();
        assert!(outbound.offer(&frame));
        outbound.close(Close::Draining);
        assert!(!outbound.offer(&frame));
    }

    #[tokio::test]
    async fn a_replay_waits_for_room() {
        let outbound = Outbound::new(&limits());
        let sender = outbound.clone();
        let replay = tokio::spawn(async move {
            for number in 0..20 {
                assert!(sender.room().await);
                assert!(sender.send(&TextFrame::new(number.to_string())));
            }
        });
        let mut received = 0;
        while received < 20 {
            outbound.filled().await;
            received += outbound.take().0.len();
        }
        replay.await.unwrap();
        outbound.end();
        assert!(!outbound.room().await);
    }
}
