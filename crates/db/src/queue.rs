//! Batches on their way to a writer, each with the place for its answer.

use std::time::Duration;

use base::Fault;
use tokio::sync::{mpsc, oneshot};

use crate::{Batch, CommitError, Committed, Options, UNAVAILABLE};

/// How many batches may wait; beyond that, callers wait to hand theirs over, and not for long.
const WAITING_MAX: usize = 4_096;

pub(crate) type Answer = Result<Committed, CommitError>;

/// A batch that was handed over.
pub(crate) struct Order {
    pub(crate) batch: Batch,
    pub(crate) answer: oneshot::Sender<Answer>,
}

/// The callers' end.
pub(crate) struct Queue {
    orders: mpsc::Sender<Order>,
    wait: Duration,
}

impl Queue {
    pub(crate) fn new(options: &Options) -> (Self, mpsc::Receiver<Order>) {
        let (orders, waiting) = mpsc::channel(WAITING_MAX);
        let wait = options.wait;
        (Self { orders, wait }, waiting)
    }

    /// How many batches wait to be taken up.
    pub(crate) fn waiting(&self) -> usize {
        let orders = &self.orders;
        orders.max_capacity().saturating_sub(orders.capacity())
    }

    /// Hands a batch over and waits for its answer. Once it is handed over it is applied, whether or not the caller stays.
    pub(crate) async fn commit(&self, batch: Batch) -> Answer {
        let (answer, answered) = oneshot::channel();
        let closed = || CommitError::Fault(Fault::new("the database's writer has stopped"));
        let handed = self.orders.send(Order { batch, answer });
        tokio::time::timeout(self.wait, handed)
            .await
            .map_err(|_| CommitError::Refused(UNAVAILABLE))?
            .map_err(|_| closed())?;
        answered.await.map_err(|_| closed())?
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn a_full_queue_refuses_after_a_while() {
        let options = Options {
            wait: Duration::from_millis(20),
            ..Options::default()
        };
        let (queue, mut waiting) = Queue::new(&options);
        for _ in 0..WAITING_MAX {
            assert!(queue.commit(Batch::new()).now_or_never().is_none());
            // Without a pause, the runtime lets no more than a number of sends through.
            tokio::task::yield_now().await;
        }
        assert_eq!(queue.waiting(), WAITING_MAX);
        let refused = queue.commit(Batch::new()).await;
        assert!(matches!(refused, Err(CommitError::Refused(refusal)) if refusal == UNAVAILABLE));
        waiting.recv().await.unwrap();
        assert!(queue.commit(Batch::new()).now_or_never().is_none());
        drop(waiting);
        assert!(matches!(
            queue.commit(Batch::new()).await,
            Err(CommitError::Fault(_))
        ));
    }
}
