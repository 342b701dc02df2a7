//! The bounded queue of one subscription. Whoever fills it never waits: when it is full, the oldest messages go and the gap is remembered.

use std::{
    any::Any,
    collections::VecDeque,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use futures_util::{Stream, StreamExt};

use crate::Subject;

/// The bounds of one inbox.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Messages that wait at most.
    pub messages_max: usize,
    /// Bytes of payload that wait at most; a single message is always taken.
    pub bytes_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            messages_max: 8192,
            bytes_max: 32 * 1024 * 1024,
        }
    }
}

/// What a subscription yields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Received {
    Message {
        subject: Subject,
        payload: Bytes,
    },
    /// Something before this point was missed: read the truth again, then go on. Messages that follow may be older than what is read.
    Lagged {
        /// How many messages; `None` when the connection broke or a publisher lost some, and nobody knows.
        missed: Option<u64>,
    },
}

/// The listening end: a stream that ends only when the bus is dropped. Dropping it ends the subscription.
pub struct Subscription {
    inbox: Arc<Inbox>,
    /// Ends the subscription at its source when dropped.
    _source: Box<dyn Any + Send + Sync>,
}

impl Subscription {
    pub(crate) fn new(inbox: Arc<Inbox>, source: impl Any + Send + Sync) -> Self {
        Self {
            inbox,
            _source: Box::new(source),
        }
    }

    /// The next message or gap; `None` when the bus is gone.
    pub async fn receive(&mut self) -> Option<Received> {
        self.next().await
    }
}

impl Stream for Subscription {
    type Item = Received;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Received>> {
        self.inbox.poll(context)
    }
}

pub(crate) struct Inbox {
    limits: Limits,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<(Subject, Bytes)>,
    bytes: usize,
    missed: u64,
    missed_unknown: bool,
    closed: bool,
    waker: Option<Waker>,
}

impl Inbox {
    pub(crate) fn new(limits: Limits) -> Arc<Self> {
        Arc::new(Self {
            limits,
            state: Mutex::default(),
        })
    }

    /// Appends a message. True when older ones had to go for it and no gap was waiting to be read already.
    pub(crate) fn push(&self, subject: Subject, payload: Bytes) -> bool {
        let mut state = self.lock();
        let missed_before = state.missed;
        state.bytes = state.bytes.saturating_add(payload.len());
        state.waiting.push_back((subject, payload));
        while state.waiting.len() > 1
            && (state.waiting.len() > self.limits.messages_max
                || state.bytes > self.limits.bytes_max)
        {
            if let Some((_, payload)) = state.waiting.pop_front() {
                state.bytes = state.bytes.saturating_sub(payload.len());
                state.missed = state.missed.saturating_add(1);
            }
        }
        state.wake();
        missed_before == 0 && state.missed > 0
    }

    /// Notes that messages may have been missed, nobody knows how many.
    pub(crate) fn mark_gap(&self) {
        let mut state = self.lock();
        state.missed_unknown = true;
        state.wake();
    }

    /// Ends the stream after what is still waiting.
    pub(crate) fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        state.wake();
    }

    fn poll(&self, context: &mut Context<'_>) -> Poll<Option<Received>> {
        let mut state = self.lock();
        if state.missed > 0 || state.missed_unknown {
            let missed = if state.missed_unknown {
                None
            } else {
                Some(state.missed)
            };
            state.missed = 0;
            state.missed_unknown = false;
            return Poll::Ready(Some(Received::Lagged { missed }));
        }
        if let Some((subject, payload)) = state.waiting.pop_front() {
            state.bytes = state.bytes.saturating_sub(payload.len());
            return Poll::Ready(Some(Received::Message { subject, payload }));
        }
        if state.closed {
            return Poll::Ready(None);
        }
        state.waker = Some(context.waker().clone());
        Poll::Pending
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it is held, and a queue stays a queue whatever happened to its holder.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn wake(&mut self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn subscription(messages_max: usize, bytes_max: usize) -> (Arc<Inbox>, Subscription) {
        let inbox = Inbox::new(Limits {
            messages_max,
            bytes_max,
        });
        (Arc::clone(&inbox), Subscription::new(inbox, ()))
    }

    fn message(text: &'static str) -> Received {
        Received::Message {
            subject: Subject::new("s").unwrap(),
            payload: Bytes::from_static(text.as_bytes()),
        }
    }

    fn push(inbox: &Inbox, text: &'static str) -> bool {
        inbox.push(
            Subject::new("s").unwrap(),
            Bytes::from_static(text.as_bytes()),
        )
    }

    fn ready(subscription: &mut Subscription) -> Option<Received> {
        subscription.receive().now_or_never().flatten()
    }

    #[test]
    fn a_full_inbox_drops_the_oldest_and_says_how_many() {
        let (inbox, mut subscription) = subscription(2, 1024);
        let gaps: Vec<bool> = ["a", "b", "c", "d"].map(|text| push(&inbox, text)).into();
        assert_eq!(gaps, [false, false, true, false]);

        assert_eq!(
            ready(&mut subscription),
            Some(Received::Lagged { missed: Some(2) })
        );
        assert_eq!(ready(&mut subscription), Some(message("c")));
        assert_eq!(ready(&mut subscription), Some(message("d")));
        assert_eq!(ready(&mut subscription), None);
    }

    #[test]
    fn bytes_are_bounded_too_and_one_message_always_fits() {
        let (inbox, mut subscription) = subscription(10, 3);
        push(&inbox, "abcdef");
        assert_eq!(ready(&mut subscription), Some(message("abcdef")));

        push(&inbox, "ab");
        push(&inbox, "cd");
        assert_eq!(
            ready(&mut subscription),
            Some(Received::Lagged { missed: Some(1) })
        );
        assert_eq!(ready(&mut subscription), Some(message("cd")));
    }

    #[test]
    fn an_unknown_gap_is_said_once_and_before_what_follows() {
        let (inbox, mut subscription) = subscription(10, 1024);
        inbox.mark_gap();
        inbox.mark_gap();
        push(&inbox, "a");
        assert_eq!(
            ready(&mut subscription),
            Some(Received::Lagged { missed: None })
        );
        assert_eq!(ready(&mut subscription), Some(message("a")));
        assert_eq!(ready(&mut subscription), None);
    }

    #[tokio::test]
    async fn closing_ends_the_stream_after_what_waits() {
        let (inbox, mut subscription) = subscription(10, 1024);
        push(&inbox, "a");
        inbox.close();
        assert_eq!(subscription.receive().await, Some(message("a")));
        assert_eq!(subscription.receive().await, None);
    }
}
