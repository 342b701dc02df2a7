//! Answers on their way out: what an answer holds is held until its body has ended, and a peer has to take it in time.

use std::{
    collections::HashMap,
    io,
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tokio::time::Instant;

use super::OpenRequest;
use crate::body::Body;

/// What is handed to a stream of HTTP/2 at once. Whatever the peer has opened its window for, no more than this lies ready
/// for one stream that it does not read.
const PIECE_BYTES: usize = 16 * 1024;

/// Something that lives as long as the answer with it: put into the response's extensions, dropped when its body has ended.
#[derive(Clone)]
pub(crate) struct Kept(#[expect(dead_code, reason = "held, never read")] Arc<dyn Send + Sync>);

impl Kept {
    pub(crate) fn new(kept: impl Send + Sync + 'static) -> Self {
        Self(Arc::new(kept))
    }
}

/// Since when each body of a connection waits for its peer.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    next: AtomicU64,
    since: Mutex<HashMap<u64, Instant>>,
}

impl Waiting {
    /// Whether some body has waited for longer.
    pub(super) fn is_stalled(&self, limit: Duration) -> bool {
        let since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        since.values().any(|since| since.elapsed() > limit)
    }

    fn begin(self: &Arc<Self>) -> Place {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let place = Place {
            waiting: Arc::clone(self),
            id,
        };
        place.is_with_peer();
        place
    }

    fn set(&self, id: u64, at: Option<Instant>) {
        let mut since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        match at {
            Some(at) => since.insert(id, at),
            None => since.remove(&id),
        };
    }
}

/// One body's entry among those that wait.
struct Place {
    waiting: Arc<Waiting>,
    id: u64,
}

impl Place {
    fn is_with_peer(&self) {
        self.waiting.set(self.id, Some(Instant::now()));
    }

    /// The next piece is ours to make: the peer keeps nobody waiting.
    fn is_with_us(&self) {
        self.waiting.set(self.id, None);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.waiting.set(self.id, None);
    }
}

/// The body of an answer with all that it holds.
pub(crate) struct Outgoing {
    body: Body,
    /// HTTP/2 only: there a body waits for its stream's window, unseen by the connection's own timer.
    place: Option<Place>,
    _kept: Option<Kept>,
    _open: OpenRequest,
}

impl Outgoing {
    pub(super) fn new(
        body: Body,
        kept: Option<Kept>,
        open: OpenRequest,
        waiting: Option<&Arc<Waiting>>,
    ) -> Self {
        Self {
            place: waiting.map(Waiting::begin),
            body,
            _kept: kept,
            _open: open,
        }
    }
}

impl http_body::Body for Outgoing {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let this = &mut *self;
        let polled = match (&mut this.body, &this.place) {
            (Body::Full(bytes), Some(_)) if bytes.len() > PIECE_BYTES => {
                Poll::Ready(Some(Ok(Frame::data(bytes.split_to(PIECE_BYTES)))))
            }
            (body, _) => Pin::new(body).poll_frame(context),
        };
        if let Some(place) = &this.place {
            match polled.is_ready() {
                true => place.is_with_peer(),
                false => place.is_with_us(),
            }
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
