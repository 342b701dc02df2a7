//! Calls that leave in order without waiting for one another.

use std::{
    collections::VecDeque,
    future::{Future, poll_fn},
    pin::Pin,
    task::{Context, Poll},
};

use super::failure::Failure;

pub(super) type Call<'a> = Pin<Box<dyn Future<Output = Result<(), Failure>> + Send + 'a>>;

/// Calls on one connection. A call's message leaves when it is first polled, so polling in order sends in order, and the
/// answers come in the same order.
#[derive(Default)]
pub(super) struct Pipeline<'a> {
    calls: VecDeque<Call<'a>>,
}

/// A pipeline that failed.
pub(super) struct Broken {
    /// The first failure in order: those after it only say that the transaction is aborted.
    pub(super) failure: Failure,
    pub(super) has_last_left: bool,
}

impl<'a> Pipeline<'a> {
    pub(super) fn push(&mut self, call: Call<'a>) {
        self.calls.push_back(call);
    }

    /// Runs all calls to their end.
    ///
    /// A call that fails before anything was sent for it keeps those behind it from leaving: the server does not know of
    /// the failure, and a COMMIT among them would make half of the work stand.
    pub(super) async fn run(self) -> Result<(), Broken> {
        let mut waiting = self.calls;
        let mut sent = VecDeque::with_capacity(waiting.len());
        let mut unsent = None;
        poll_fn(|context| {
            unsent = send(&mut waiting, &mut sent, context);
            Poll::Ready(())
        })
        .await;
        let has_last_left = waiting.is_empty() && unsent.is_none();
        let mut first = None;
        for call in sent {
            if let Err(failure) = call.await {
                first.get_or_insert(failure);
            }
        }
        match first.or(unsent) {
            None => Ok(()),
            Some(failure) => Err(Broken {
                failure,
                has_last_left,
            }),
        }
    }
}

/// Lets the calls leave, up to the first that fails at once.
fn send<'a>(
    waiting: &mut VecDeque<Call<'a>>,
    sent: &mut VecDeque<Call<'a>>,
    context: &mut Context<'_>,
) -> Option<Failure> {
    while let Some(mut call) = waiting.pop_front() {
        match call.as_mut().poll(context) {
            Poll::Pending => sent.push_back(call),
            Poll::Ready(Ok(())) => {}
            Poll::Ready(Err(failure)) => return Some(failure),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::CommitError;

    fn call(
        log: &Arc<Mutex<Vec<u8>>>,
        name: u8,
        polls: u8,
        result: fn() -> Result<(), Failure>,
    ) -> Call<'static> {
        let log = Arc::clone(log);
        Box::pin(async move {
            log.lock().unwrap().push(name);
            for _ in 0..polls {
                tokio::task::yield_now().await;
            }
            result()
        })
    }

    fn conflict() -> Result<(), Failure> {
        Err(Failure::Batch(CommitError::Conflict))
    }

    fn lost() -> Result<(), Failure> {
        Err(Failure::Lost)
    }

    #[tokio::test]
    async fn calls_leave_in_order_and_the_first_failure_counts() {
        let log = Arc::default();
        let mut pipeline = Pipeline::default();
        pipeline.push(call(&log, 1, 3, || Ok(())));
        pipeline.push(call(&log, 2, 2, conflict));
        pipeline.push(call(&log, 3, 1, lost));
        let broken = pipeline
            .run()
            .await
            .map_err(|broken| (broken.has_last_left, broken.failure.is_of_a_batch()));
        assert_eq!(broken, Err((true, true)));
        assert_eq!(*log.lock().unwrap(), [1, 2, 3]);
    }

    #[tokio::test]
    async fn what_cannot_be_sent_keeps_the_rest_from_leaving() {
        let log = Arc::default();
        let mut pipeline = Pipeline::default();
        pipeline.push(call(&log, 1, 2, || Ok(())));
        pipeline.push(call(&log, 2, 0, conflict));
        pipeline.push(call(&log, 3, 1, || Ok(())));
        let broken = pipeline.run().await.map_err(|broken| broken.has_last_left);
        assert_eq!(broken, Err(false));
        assert_eq!(*log.lock().unwrap(), [1, 2]);
    }
}
